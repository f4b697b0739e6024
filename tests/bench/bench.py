"""Runs the cases of the benchmark and prints their table. Started by run.sh, which builds what is measured.

bench.py --crm-bench FILE --plugin-dir DIR --folder DIR [--node-modules DIR] [--size S] [--only CASE,...]
bench.py --markdown RESULTS.json      prints the table of an earlier run as markdown
"""

import argparse
import platform
import sys
from datetime import datetime, timezone
from pathlib import Path

import cases_attribution
import cases_export
import cases_history
import cases_ingest
import cases_scale
from driver import BenchFailed, Driver
from sizes import SIZES
from table import as_json, as_markdown, as_text, from_json

# In the order of the table. Those that change the history's store come after those that read it.
CASES = {
    "ingest": cases_ingest.ingest,
    "ingest-three": cases_ingest.ingest_three,
    "views": cases_history.views,
    "start": cases_history.start,
    "orders": cases_history.orders,
    "busy-views": cases_history.busy_views,
    "reattribution": cases_attribution.reattribution,
    "export": cases_export.export,
    "export-memory": cases_export.export_memory,
    "growth": cases_scale.growth,
    "ingest-uuid": cases_ingest.ingest_uuid,
    "tenants": cases_scale.tenants,
    "messages": cases_scale.messages,
    "retention": cases_scale.retention,
    "erasure": cases_scale.erasure,
    "one-member": cases_scale.one_member,
}


def run(driver, names):
    """The rows of the named cases, in the order of CASES."""
    rows = []
    for name, case in CASES.items():
        if name in names:
            print(f"== {name}", file=sys.stderr, flush=True)
            rows += case(driver)
    return rows


def chosen(text):
    names = text.split(",") if text else list(CASES)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        raise BenchFailed(f"there is no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    return names


def main():
    parser = argparse.ArgumentParser(description="Measures the plugin against its baselines.")
    parser.add_argument("--size", choices=("small", "full"), default="small")
    parser.add_argument("--only", help="cases, joined by commas")
    parser.add_argument("--crm-bench")
    parser.add_argument("--plugin-dir")
    parser.add_argument("--folder", help="of data and results")
    parser.add_argument("--node-modules", help="folder with @duckdb/node-api")
    parser.add_argument("--markdown", help="results of an earlier run, to print as markdown")
    options = parser.parse_args()
    if options.markdown:
        print(as_markdown(from_json(Path(options.markdown).read_text(encoding="utf-8"))))
        return
    names = chosen(options.only)
    folder = Path(options.folder)
    with Driver(SIZES[options.size], options.crm_bench, options.plugin_dir, folder / "work",
                options.node_modules) as driver:
        rows = run(driver, names)
    part = "" if names == list(CASES) else "-part"  # never in the place of a whole run
    results = folder / f"results-{options.size}{part}.json"
    facts = {"size": options.size, "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
             "machine": platform.machine(), "cases": names}
    results.write_text(as_json(rows, facts), encoding="utf-8")
    print(as_text(rows))
    print(f"\nwritten to {results}")


if __name__ == "__main__":
    try:
        main()
    except BenchFailed as error:
        sys.exit(f"bench: error: {error}")
