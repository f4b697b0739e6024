"""What large stores, many tenants, many messages and erased members do to the rate of recording."""

from statistics import median

from cases_ingest import longest_batch
from driver import count_text, median_of
from table import Row, judged, per_second


def growth(driver):
    """A large store and a young one take turns; the median of the slices' ratios."""
    plan = driver.size.growth
    with driver.scratch("growth") as data:
        run = driver.crm("growth", data, *plan.shop.options(), "--young-deliveries", plan.young, "--slices",
                         plan.slices, "--slice-deliveries", plan.slice_deliveries)

    def rate(key):
        return median(run["slice_deliveries"] / part[key] for part in run["slices"])
    ratio = median(part["young_s"] / part["grown_s"] for part in run["slices"])
    return [Row(f"ingest at {count_text(plan.shop.deliveries)} deliveries against {count_text(plan.young)}",
                per_second(rate("grown_s"), "events"), per_second(rate("young_s"), "events"), ratio, ">= 0.8x", "1.0x",
                run.peak_mib, len(run["slices"]), judged(round(ratio, 2), 0.8, 1.0, larger_is_better=True),
                note=f"runs are slices of {count_text(plan.slice_deliveries)} deliveries in turns",
                details=run.values)]


def tenants(driver):
    """Batches of all tenants in turns, against as many events of one tenant."""
    size = driver.size
    shop = size.tenant_shop
    with driver.scratch("tenants") as data:
        run = driver.crm("tenants", data, *shop.options(), "--tenants", size.tenants)
    with driver.scratch("tenants") as data:
        one = driver.crm("ingest", data, "--without-baseline", *shop.scaled(size.tenants).options())

    def rate(of):
        return of["events"] / of["ours_s"]
    ratio = rate(run) / rate(one)
    case = f"{size.tenants:,} tenants x {count_text(shop.deliveries)} deliveries"
    return [Row(f"ingest, {case}, against one tenant", per_second(rate(run), "events"), per_second(rate(one), "events"),
                ratio, ">= 0.4x", "0.8x", run.peak_mib, reached=judged(round(ratio, 2), 0.4, 0.8, larger_is_better=True),
                note=f"at most {run['open_files_max']} files open, {run['bytes'] / run['events']:.0f} bytes a delivery",
                details={"tenants": run.values, "one": one.values}),
            Row(f"resident memory, {case}", f"{run.peak_mib:.0f} MiB", f"{one.peak_mib:.0f} MiB", None, "<= 1 GiB",
                "512 MiB", run.peak_mib, reached=judged(run.peak_mib, 1024, 512, larger_is_better=False),
                note="the most that the process had, against that of one tenant")]


def messages(driver):
    """One huge message against many small ones, in turns."""
    size = driver.size
    deliveries = size.messages_deliveries
    one, many = [], []
    for _ in range(size.long_runs):
        for found, campaigns in ((one, 1), (many, size.many_messages)):
            with driver.scratch("messages") as data:
                found.append(driver.crm("ingest", data, "--without-baseline", "--deliveries", deliveries, "--members",
                                        deliveries, "--campaigns", campaigns))

    def rate(runs):
        return median_of(runs, lambda run: run["events"] / run["ours_s"])
    return [Row(f"ingest, {count_text(deliveries)} deliveries of {count_text(size.many_messages)} messages against 1",
                per_second(rate(many), "events"), per_second(rate(one), "events"), rate(many) / rate(one), ">= 0.6x",
                "0.9x", memory_mib=max(run.peak_mib for run in many), runs=len(many),
                reached=judged(round(rate(many) / rate(one), 2), 0.6, 0.9, larger_is_better=True))]


def retention(driver):
    """Removing the older half of a shop while batches go on, against the batches before."""
    plan = driver.size.retention
    with driver.scratch("retention") as data:
        run = driver.crm("retention", data, *plan.shop.options(), "--batches", plan.batches)

    def latencies(key):
        return " / ".join(f"{run[key][rank]:.1f}" for rank in ("p50_ms", "p99_ms", "max_ms")) + " ms"
    swept = f"{run['sweep_batches']} batches and {run['sweep_s']:.1f} s until everything was dropped"
    if run["sweep_batches"] == 0:
        swept = f"not everything was dropped within {run['during']['count']} batches and {run['sweep_s']:.1f} s"
    return [Row(f"batches while half of {count_text(plan.shop.deliveries)} deliveries is dropped",
                latencies("during"), latencies("before"), memory_mib=run.peak_mib, section="scale",
                note=f"p50 / p99 / max of batches of 1,000, against those before; {swept}; "
                     f"{run['bytes_before'] / 2**20:.0f} MiB before, {run['bytes_after'] / 2**20:.0f} MiB after "
                     f"{count_text(run['recorded_meanwhile'])} more",
                details=run.values),
            longest_batch(f"longest batch of 1,000 while half of {count_text(plan.shop.deliveries)} is dropped",
                          [run["during"]])]


def erasure(driver):
    """Members erased in one batch, and batches afterwards in turns with a shop that erased nobody."""
    plan = driver.size.erasure
    with driver.scratch("erasure") as data:
        run = driver.crm("erasure", data, *plan.shop.options(), "--erasures", plan.erasures, "--slices", plan.slices,
                         "--slice-deliveries", plan.slice_deliveries)

    def rate(key):
        return median(run["slice_deliveries"] / part[key] for part in run["slices"])
    ratio = median(part["plain_s"] / part["erased_s"] for part in run["slices"])
    of_members = f"{plan.erasures:,} of {count_text(plan.shop.members)} members"
    return [
        Row(f"ingest after erasing {of_members} against a shop without any", per_second(rate("erased_s"), "events"),
            per_second(rate("plain_s"), "events"), ratio, ">= 0.9x", "1.0x", run.peak_mib, len(run["slices"]),
            judged(round(ratio, 2), 0.9, 1.0, larger_is_better=True),
            note=f"runs are slices of {count_text(plan.slice_deliveries)} deliveries in turns", details=run.values),
        Row(f"{plan.erasures:,} erasures in one batch, {count_text(plan.shop.members)} members",
            f"{run['erase_s']:.2f} s", bar="<= 2 s", aim="0.2 s", memory_mib=run.peak_mib,
            reached=judged(round(run["erase_s"], 2), 2, 0.2, larger_is_better=False)),
    ]


def one_member(driver):
    """One member who does everything, against the same events of many members, in turns."""
    plan = driver.size.one_member
    with driver.scratch("one-member") as data:
        run = driver.crm("one-member", data, "--events", plan.events, "--slices", plan.slices)

    def rate(key):
        return median(run["slice_events"] / part[key] for part in run["slices"])
    ratio = median(part["many_s"] / part["one_s"] for part in run["slices"])
    last = run["slices"][-1]
    return [Row(f"{count_text(plan.events)} events of one member against as many of many members",
                per_second(rate("one_s"), "events"), per_second(rate("many_s"), "events"), ratio,
                memory_mib=run.peak_mib, runs=len(run["slices"]), section="scale",
                note=f"runs are slices of {count_text(run['slice_events'])} events in turns; in the last one "
                     f"{last['many_s'] / last['one_s']:.2f}x", details=run.values)]
