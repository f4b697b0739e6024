"""Cases that read a filled store: views, start, and orders that arrive."""

from statistics import median

from driver import count_text, median_of
from table import Row, judged, per_second

SMALL_TENANT = "small-shop"


def history(driver):
    """The store of these cases, made when the first of them runs."""
    def fill(data):
        size = driver.size
        driver.crm("fill", data, *size.history.options(), "--clicks")
        small = size.history.scaled(size.small_part)
        driver.crm("fill", data, *small.options(), "--clicks", "--tenant", SMALL_TENANT)
    return driver.kept("history", fill)


def views(driver):
    """p99 of every view, and how it compares with a shop of fewer deliveries whose views take turns."""
    size = driver.size
    small = size.history.scaled(size.small_part)
    runs = [driver.crm("views", history(driver), *size.history.options(), "--small-tenant", SMALL_TENANT,
                       "--small-deliveries", small.deliveries, "--small-members", small.members, "--samples",
                       size.view_samples, "--seconds-a-view", size.view_seconds) for _ in range(size.long_runs)]
    found = [_of_runs([run["views"][i] for run in runs]) for i in range(len(runs[0]["views"]))]
    plain = [view for view in found if not view["filtered"]]
    memory = max(run.peak_mib for run in runs)
    of_size = f"{count_text(size.history.campaigns)} messages, {count_text(size.history.deliveries)} deliveries"
    slowest = max(plain, key=lambda view: view["p99_ms"])
    steepest = max((view for view in plain if view["alike"]), key=lambda view: view["growth"])
    filtered = max((view for view in found if view["filtered"]), key=lambda view: view["p99_ms"])
    common = {"memory_mib": memory, "runs": len(runs)}
    return [
        Row(f"views, {of_size}: p99", f"{slowest['p99_ms']:.2f} ms", "", None, "<= 5 ms", "1 ms", **common,
            reached=judged(slowest["p99_ms"], 5, 1, larger_is_better=False),
            note=f"the slowest of {len(plain)} views: {slowest['view']}", details={"views": found}),
        Row(f"the same against {count_text(small.deliveries)} deliveries", f"{steepest['p50_ms']:.2f} ms",
            f"{steepest['small_p50_ms']:.2f} ms", steepest["growth"], "<= 1.5x", "1.0x", **common,
            reached=judged(round(steepest["growth"], 1), 1.5, 1.0, larger_is_better=False),
            note=f"medians of the view that grows most: {steepest['view']}"),
        Row("lists with filters, searches: p99", f"{filtered['p99_ms']:.2f} ms", **common, section="scale",
            note=f"the slowest: {filtered['view']}"),
    ]


def _of_runs(views_of_runs):
    """One view over all runs: medians of its quantiles."""
    def value(side, key):
        return median(view[side][key] for view in views_of_runs)
    found = {**{key: views_of_runs[0][key] for key in ("view", "filtered", "alike")},
             "samples": sum(view["large"]["count"] for view in views_of_runs)}
    for key in ("p50_ms", "p99_ms"):
        found[key] = value("large", key)
        found[f"small_{key}"] = value("small", key)
    found["growth"] = found["p50_ms"] / found["small_p50_ms"]
    return found


def busy_views(driver):
    """p99 of every view while events arrive. After every other case on the store: it grows meanwhile."""
    size = driver.size
    runs = [driver.crm("busy-views", history(driver), *size.history.options(), "--events-a-second", size.busy_events,
                       "--samples", size.view_samples, "--seconds-a-view", size.view_seconds)
            for _ in range(size.long_runs)]
    names = [view["view"] for view in runs[0]["views"]]
    p99 = {name: median(run["views"][i]["found"]["p99_ms"] for run in runs) for i, name in enumerate(names)}
    slowest = max(p99, key=p99.get)
    rate = median(run["recorded"]["events"] / run["recorded"]["seconds"] for run in runs)
    batch_ms = max(run["recorded"]["batches"]["max_ms"] for run in runs)
    return [Row(f"views while {size.busy_events:,} events/s arrive: p99", f"{p99[slowest]:.2f} ms", "", None, "<= 20 ms",
                "5 ms", max(run.peak_mib for run in runs), len(runs),
                judged(p99[slowest], 20, 5, larger_is_better=False),
                note=f"the slowest of {len(names)} views: {slowest}; {per_second(rate, 'events')} arrived, the longest "
                     f"batch took {batch_ms:.0f} ms", details={"runs": [run.values for run in runs]})]


def start(driver):
    """From loading the file to the answer of the first call, in a new process each time."""
    runs = [driver.crm("start", history(driver)) for _ in range(driver.size.runs)]
    answered = median_of(runs, lambda run: run["answered_ms"])
    stored_mb = runs[0]["bytes"] / 1e6
    return [Row(f"load, start and first call, {stored_mb:,.0f} MB stored", f"{answered:.1f} ms", "", None, "<= 50 ms",
                "5 ms", max(run.peak_mib for run in runs), len(runs),
                judged(answered, 50, 5, larger_is_better=False), details={"runs": [run.values for run in runs]})]


def orders(driver):
    """Orders as they arrive; each run goes on where the one before ended. After every other case on the store."""
    size = driver.size
    runs = [driver.crm("orders", history(driver), *size.history.options(), "--orders", size.orders)
            for _ in range(size.runs)]
    rate = median_of(runs, lambda run: run["orders"] / run["ours_s"])
    return [Row(f"orders attributed, {count_text(size.history.deliveries)} deliveries stored",
                per_second(rate, "orders"), "", None, ">= 20k/s", "60k/s", max(run.peak_mib for run in runs),
                len(runs), judged(rate, 20_000, 60_000, larger_is_better=True),
                details={"runs": [run.values for run in runs]}),
            Row(f"the first order after a start, {count_text(size.history.members)} members",
                f"{median_of(runs, lambda run: run['first_s']):.2f} s", runs=len(runs), section="scale",
                note="their ids are loaded into memory")]
