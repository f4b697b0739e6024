"""What large stores, many tenants and many messages do to the rate of recording."""

from statistics import median

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
    """Batches of all tenants in turns, far more of them than are kept open."""
    size = driver.size
    with driver.scratch("tenants") as data:
        run = driver.crm("tenants", data, *size.tenant_shop.options(), "--tenants", size.tenants)
    return [Row(f"ingest, {size.tenants:,} tenants x {count_text(size.tenant_shop.deliveries)} deliveries",
                per_second(run["events"] / run["ours_s"], "events"), memory_mib=run.peak_mib, section="scale",
                note=f"at most {run['open_files_max']} files open, {run['bytes'] / run['events']:.0f} bytes a delivery",
                details=run.values)]


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
                per_second(rate(many), "events"), per_second(rate(one), "events"), rate(many) / rate(one),
                memory_mib=max(run.peak_mib for run in many), runs=len(many), section="scale")]


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
                details=run.values)]
