"""Recording deliveries, and what they take on the disk."""

from driver import BenchFailed, count_text, median_of
from table import Row, judged, per_second


def ingest(driver):
    """Final deliveries against a bare table; the same runs give the stored bytes and the commit times."""
    size = driver.size
    runs = _runs(driver, size.ingest, size.long_runs, [])
    for run in runs:
        if run["events"] != size.ingest.deliveries:
            raise BenchFailed(f"{run['events']} events were recorded of {size.ingest.deliveries} deliveries")
    row = _row(runs, f"ingest, {count_text(size.ingest.deliveries)} final deliveries", (0.8, 1.2))
    stored = median_of(runs, lambda run: run["ours_bytes"] / run["deliveries"])
    bare = median_of(runs, lambda run: run["baseline_bytes"] / run["deliveries"])
    commits = runs[len(runs) // 2]["ours_commits"]
    theirs = runs[len(runs) // 2]["baseline_commits"]
    return [
        row,
        Row("stored bytes a delivery", f"{stored:.1f} B", f"{bare:.1f} B", stored / bare, "<= 64 B", "40 B",
            runs=len(runs), reached=judged(stored, 64, 40, larger_is_better=False),
            note="the tenant's whole folder after close; the baseline is the bare table"),
        Row("commit of 1,000 events: p50 / p99 / max", _commit_text(commits), _commit_text(theirs),
            runs=commits["count"], section="scale"),
        longest_batch(f"longest batch of 1,000, {count_text(size.ingest.deliveries)} final deliveries",
                      [run["ours_commits"] for run in runs]),
    ]


def ingest_three(driver):
    """Three reports a delivery, minutes apart, against the bare table that gets a row for each."""
    size = driver.size
    runs = _runs(driver, size.three, size.long_runs, ["--three-statuses"])
    for run in runs:
        if run["events"] != 3 * size.three.deliveries:
            raise BenchFailed(f"{run['events']} events were recorded of {size.three.deliveries} deliveries")
    return [_row(runs, f"ingest, {count_text(size.three.deliveries)} deliveries, three statuses each", (0.5, 1.0))]


def ingest_uuid(driver):
    """The same with random delivery ids, as senders have them that know no order."""
    size = driver.size
    runs = _runs(driver, size.uuid, size.long_runs, [])
    row = _row(runs, f"ingest, {count_text(size.uuid.deliveries)} deliveries, random UUIDv4 ids", None)
    row.section = "scale"
    return [row]


def _runs(driver, shop, count, options):
    runs = []
    for _ in range(count):
        with driver.scratch("ingest") as data:
            run = driver.crm("ingest", data, *shop.options(), *options)
        if run["baseline_rows"] != run["events"]:
            raise BenchFailed(f"the bare table holds {run['baseline_rows']} rows of {run['events']} events")
        runs.append(run)
    return runs


def _row(runs, case, limits):
    ratio = median_of(runs, lambda run: run["baseline_s"] / run["ours_s"])
    row = Row(case, per_second(median_of(runs, lambda run: run["events"] / run["ours_s"]), "events"),
              per_second(median_of(runs, lambda run: run["events"] / run["baseline_s"]), "rows"), ratio,
              memory_mib=max(run.peak_mib for run in runs), runs=len(runs),
              details={"runs": [run.values for run in runs]})
    if limits:
        row.bar, row.aim = (f">= {limit}x" for limit in limits)
        row.reached = judged(ratio, *limits, larger_is_better=True)
    return row


def longest_batch(case, commits_of_runs):
    """The longest that anybody waited for an acknowledgement, over all runs."""
    longest_ms = max(commits["max_ms"] for commits in commits_of_runs)
    return Row(case, f"{longest_ms:.0f} ms", "", None, "<= 250 ms", "50 ms", runs=len(commits_of_runs),
               reached=judged(longest_ms, 250, 50, larger_is_better=False))


def _commit_text(commits):
    return " / ".join(f"{commits[key]:.1f}" for key in ("p50_ms", "p99_ms", "max_ms")) + " ms"

