"""The signed export of one message against DuckDB and SQLite, which write the same text."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import export_baselines as baselines
from driver import BenchFailed, count_text, settle
from duck import Duck
from table import Row, judged, per_second


def export(driver):
    """Every side in turns, each into a new file; the files are compared after the first turn."""
    size = driver.size
    with driver.scratch("export") as data:
        filled = driver.crm("fill", data, *size.export.options())
        ours = _Ours(driver, data, size.export)
        with Duck(beside(data, "duckdb"), driver.node_modules) as duck:
            sides = _load(driver, data, ours, duck)
            settle()
            turns = [_turn(sides, ours, first=i == 0) for i in range(size.long_runs)]
    rows = turns[0]["ours"]["rows"]
    name = f"signed export of {count_text(size.export.deliveries)} deliveries, {count_text(filled['orders'])} orders"
    return _rows(turns, rows, name) + [
        Row(f"{name}, nothing kept", per_second(median(rows / turn["dropped"]["seconds"] for turn in turns), "rows"),
            memory_mib=max(turn["dropped"].peak_mib for turn in turns), runs=len(turns), section="scale",
            note="the same export into a writer that drops what it gets")]


def export_memory(driver):
    """How much more memory ten times the rows take, each in a process of its own."""
    size = driver.size
    small = size.export.scaled(size.export_small_part)
    peaks = {}
    for shop in (small, size.export):
        with driver.scratch("export-memory") as data:
            driver.crm("fill", data, *shop.options())
            settle()
            ours = _Ours(driver, data, shop)
            peaks[shop.deliveries] = median(ours.drop().peak_mib for _ in range(size.long_runs))
    growth = peaks[size.export.deliveries] - peaks[small.deliveries]
    return [Row(f"export memory, {count_text(small.deliveries)} to {count_text(size.export.deliveries)} rows",
                f"{growth:+.1f} MiB", "", None, "<= 16 MiB", "0 MiB", peaks[size.export.deliveries],
                runs=size.long_runs, reached=judged(round(growth), 16, 0, larger_is_better=False))]


def beside(path, suffix):
    return path.with_name(f"{path.name}.{suffix}")


class _Ours:
    def __init__(self, driver, data, shop):
        self.driver, self.data, self.shop = driver, data, shop

    def write(self, out):
        return self.driver.crm("export", self.data, *self.shop.options(), "--out", out)

    def drop(self):
        return self.driver.crm("export", self.data, *self.shop.options())


def _load(driver, data, ours, duck):
    """The baselines' tables, with the titles of failure reasons as our own file has them."""
    tables = beside(data, "tables")
    tables.mkdir()
    driver.crm_only("tables", "--folder", tables, *driver.size.export.options())
    sample = beside(data, "sample.csv")
    ours.write(sample)
    reasons = baselines.reasons_in(sample)
    return _Baselines(baselines.DuckExport(duck, tables, reasons),
                      baselines.SqliteExport(beside(data, "sqlite"), tables, reasons))


@dataclass(frozen=True)
class _Baselines:
    duck: baselines.DuckExport
    sqlite: baselines.SqliteExport


@dataclass(frozen=True)
class _Side:
    """A baseline: how it writes, and how its file must compare with ours."""

    title: str
    write: Callable
    is_same: Callable | None
    note: str
    limits: tuple | None = None


SIDES = (
    _Side("DuckDB COPY", lambda on, out: on.duck.write(out), baselines.have_same_lines,
          "compared: the same lines, which DuckDB may write in any order", (1.0, 1.5)),
    _Side("sqlite3 -csv", lambda on, out: on.sqlite.write(out), baselines.have_same_cells,
          "compared: the same cells in the same order; sqlite3 quotes all Korean text", (4.0, 6.0)),
    _Side("DuckDB COPY in order", lambda on, out: on.duck.write(out, ordered=True), baselines.have_same_bytes,
          "compared: the same bytes"),
    _Side("DuckDB COPY of plain values", lambda on, out: on.duck.write(out, plain=True), None,
          "the same joined rows as the tables hold them, no text made of times, masks and attribution"),
    _Side("sqlite3 -csv of plain values", lambda on, out: on.sqlite.write(out, plain=True), None,
          "likewise"),
)


def _turn(sides, ours, first):
    """One run of each side, each into a new file that goes before the next one is written."""
    our_csv, csv = beside(ours.data, "ours.csv"), beside(ours.data, "theirs.csv")
    found = {"ours": ours.write(our_csv)}
    for side in SIDES:
        csv.unlink(missing_ok=True)
        found[side.title] = side.write(sides, csv)
        if first and side.is_same and not side.is_same(our_csv, csv):
            raise BenchFailed(f"{side.title} does not write what the export does; mend its SQL in export_baselines.py")
    csv.unlink()
    our_csv.unlink()
    found["dropped"] = ours.drop()
    return found


def _rows(turns, rows, name):
    our_rate = median(rows / turn["ours"]["seconds"] for turn in turns)
    memory = max(turn["ours"].peak_mib for turn in turns)
    found = []
    for side in SIDES:
        ratio = median(turn[side.title] / turn["ours"]["seconds"] for turn in turns)
        row = Row(f"{name}; {side.title}", per_second(our_rate, "rows"),
                  per_second(median(rows / turn[side.title] for turn in turns), "rows"), ratio, memory_mib=memory,
                  runs=len(turns), section="bars" if side.limits else "scale", note=side.note)
        if side.limits:
            row.bar, row.aim = (f">= {limit}x" for limit in side.limits)
            row.reached = judged(ratio, *side.limits, larger_is_better=True)
        found.append(row)
    return found
