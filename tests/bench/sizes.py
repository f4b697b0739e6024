"""How much every case measures: full for the figures of a release, small for a quick look, tiny for the test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shop:
    """A shop as crm-bench makes it; see shop.h."""

    deliveries: int
    members: int
    campaigns: int = 1
    automatic: int = 0
    uuids: bool = False

    def options(self):
        named = {"deliveries": self.deliveries, "members": self.members, "campaigns": self.campaigns,
                 "automatic": self.automatic}
        return [part for name, value in named.items() for part in (f"--{name}", str(value))] + \
            (["--uuids"] if self.uuids else [])


@dataclass(frozen=True)
class Size:
    name: str
    runs: int  # repetitions of a case; the median of them is shown
    long_runs: int  # of a case that takes minutes
    ingest: Shop
    three: Shop


SIZES = {
    "tiny": Size(
        "tiny", runs=1, long_runs=1,
        ingest=Shop(3_000, 1_000, 10, 3),
        three=Shop(2_000, 1_000, 10, 3)),
    "small": Size(
        "small", runs=5, long_runs=3,
        ingest=Shop(200_000, 50_000, 100, 10),
        three=Shop(50_000, 20_000, 50, 10)),
    "full": Size(
        "full", runs=5, long_runs=3,
        ingest=Shop(10_000_000, 2_000_000, 2_000, 50),
        three=Shop(3_000_000, 1_000_000, 1_000, 50)),
}
