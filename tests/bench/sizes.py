"""How much every case measures: full for a release's figures, small for a quick look, tiny for the test."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Shop:
    """A shop as crm-bench makes it; see shop.h."""

    deliveries: int
    members: int
    campaigns: int = 1
    automatic: int = 0
    deliveries_a_sale: int = 50
    uuids: bool = False

    def options(self):
        named = {"deliveries": self.deliveries, "members": self.members, "campaigns": self.campaigns,
                 "automatic": self.automatic, "deliveries-a-sale": self.deliveries_a_sale}
        return [part for name, value in named.items() for part in (f"--{name}", str(value))] + \
            (["--uuids"] if self.uuids else [])

    def scaled(self, part):
        """The same shop with fewer deliveries and members."""
        return replace(self, deliveries=int(self.deliveries * part), members=max(1, int(self.members * part)))


@dataclass(frozen=True)
class Growth:
    """A store grown to shop.deliveries against one of `young`, over `slices` of `slice_deliveries` each."""

    shop: Shop
    young: int
    slices: int
    slice_deliveries: int


@dataclass(frozen=True)
class Retention:
    """A shop of 400 days, of which half are dropped; `batches` are timed before."""

    shop: Shop
    batches: int


@dataclass(frozen=True)
class Erasure:
    """A shop that erases `erasures` members in one batch, and records `slices` of `slice_deliveries` afterwards."""

    shop: Shop
    erasures: int
    slices: int
    slice_deliveries: int


@dataclass(frozen=True)
class OneMember:
    """`events` of one member, and as many of as many members, in `slices`."""

    events: int
    slices: int


@dataclass(frozen=True)
class Size:
    name: str
    runs: int  # repetitions of a case; the median of them is shown
    long_runs: int  # of a case that takes minutes at full size
    ingest: Shop
    three: Shop
    uuid: Shop
    history: Shop  # what views, orders and start find in the store
    small_part: float  # of the history: the smaller shop that views are compared with
    orders: int
    view_samples: int
    view_seconds: float  # of samples a view, at most
    busy_events: int  # that arrive in a second while views are read
    export: Shop
    export_small_part: float
    growth: Growth
    reattribution: Shop
    tenants: int
    tenant_shop: Shop
    many_messages: int
    messages_deliveries: int
    retention: Retention
    erasure: Erasure
    one_member: OneMember


SIZES = {
    "tiny": Size(
        "tiny", runs=1, long_runs=1,
        ingest=Shop(3_000, 1_000, 10, 3),
        three=Shop(2_000, 1_000, 10, 3),
        uuid=Shop(2_000, 1_000, 10, 3),
        history=Shop(5_000, 1_000, 60, 3), small_part=0.2, orders=200,
        view_samples=3, view_seconds=1, busy_events=5_000,
        export=Shop(3_000, 3_000), export_small_part=0.1,
        growth=Growth(Shop(2_000, 1_000, 10, 3), young=500, slices=2, slice_deliveries=500),
        reattribution=Shop(3_000, 500, 10, deliveries_a_sale=20),
        tenants=5, tenant_shop=Shop(200, 100),
        many_messages=100, messages_deliveries=1_000,
        retention=Retention(Shop(3_000, 1_000, 20, 3), batches=10),
        erasure=Erasure(Shop(1_000, 1_000), erasures=50, slices=2, slice_deliveries=500),
        one_member=OneMember(400, slices=2)),
    "small": Size(
        "small", runs=5, long_runs=5,
        ingest=Shop(200_000, 50_000, 100, 10),
        three=Shop(100_000, 50_000, 100, 10),
        uuid=Shop(100_000, 50_000, 100, 10),
        history=Shop(200_000, 50_000, 2_000, 20), small_part=0.1, orders=5_000,
        view_samples=100, view_seconds=0.2, busy_events=50_000,
        export=Shop(200_000, 200_000), export_small_part=0.1,
        growth=Growth(Shop(500_000, 100_000, 100, 10), young=50_000, slices=5, slice_deliveries=10_000),
        reattribution=Shop(1_000_000, 100_000, 100, deliveries_a_sale=20),
        tenants=100, tenant_shop=Shop(1_000, 500),
        many_messages=10_000, messages_deliveries=100_000,
        retention=Retention(Shop(500_000, 100_000, 200, 10), batches=50),
        erasure=Erasure(Shop(100_000, 100_000), erasures=1_000, slices=6, slice_deliveries=50_000),
        one_member=OneMember(100_000, slices=5)),
    "full": Size(
        "full", runs=5, long_runs=3,
        ingest=Shop(10_000_000, 2_000_000, 2_000, 50),
        three=Shop(3_000_000, 1_000_000, 1_000, 50),
        uuid=Shop(3_000_000, 1_000_000, 1_000, 50),
        history=Shop(20_000_000, 2_000_000, 100_000, 50), small_part=0.01, orders=100_000,
        view_samples=500, view_seconds=20, busy_events=50_000,
        export=Shop(10_000_000, 10_000_000), export_small_part=0.1,
        growth=Growth(Shop(50_000_000, 5_000_000, 10_000, 50), young=1_000_000, slices=11,
                      slice_deliveries=100_000),
        reattribution=Shop(20_000_000, 2_000_000, 10_000, deliveries_a_sale=20),
        tenants=1_000, tenant_shop=Shop(10_000, 5_000),
        many_messages=100_000, messages_deliveries=3_000_000,
        retention=Retention(Shop(10_000_000, 2_000_000, 2_000, 50), batches=300),
        erasure=Erasure(Shop(2_000_000, 2_000_000), erasures=1_000, slices=12, slice_deliveries=250_000),
        one_member=OneMember(1_000_000, slices=10)),
}
