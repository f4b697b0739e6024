"""The benchmark's cases at a tiny size: they record, show and export what they say they do."""

import csv
import json
import os
import re
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/bench")]
import bench
import cases_export
import crm
import export_baselines
import table
from driver import BenchFailed, Driver, run_measured
from sizes import SIZES, Shop

SIZE = SIZES["tiny"]
TENANT = "bench-shop"
# DuckDB is a baseline of the benchmark alone; tests do without it.
WITH_DUCKDB = {"export", "reattribution"}
HOURS = 10  # of a draft of the attribution rule
DELIVERED = "7"
NUMBER = re.compile(r"\d")


def rows_of(path):
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


class BenchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="crm-bench-")
        cls.addClassCleanup(folder.cleanup)
        cls.driver = Driver(SIZE, os.environ["CRM_BENCH"], Path(os.environ["CRM_PLUGIN"]).parent, folder.name)


class Cases(BenchTest):
    def test_every_case_finds_something_and_leaves_nothing_behind(self):
        names = [name for name in bench.CASES if name not in WITH_DUCKDB]
        with self.driver:
            rows = bench.run(self.driver, names)
        self.assertEqual(list(self.driver.folder.iterdir()), [])
        self.assertGreaterEqual(len(rows), len(names))
        for row in rows:
            with self.subTest(row.case):
                self.assertTrue(NUMBER.search(row.ours) or row.ours == "not available yet", row.ours)
                self.assertEqual(bool(row.bar), row.reached is not None, "a bar is reached or not")
                self.assertEqual(row.section, "bars" if row.bar else "scale")

    def test_names_the_cases_there_are(self):
        with self.assertRaisesRegex(BenchFailed, "no case ingset; there are ingest, "):
            bench.chosen("ingest,ingset")
        self.assertEqual(bench.chosen("export,ingest"), ["export", "ingest"])


class Recording(BenchTest):
    def test_every_delivery_order_and_message_is_there(self):
        with self.driver.scratch("filled") as data:
            filled = self.driver.crm("fill", data, *SIZE.history.options())
            host = crm.Host(data)
            shown = {**host.messages(TENANT, "messages.manual"), **host.messages(TENANT, "messages.automatic")}
            position, accepted = host.position(TENANT, "send-engine")
        messages = SIZE.history.campaigns + SIZE.history.automatic
        self.assertEqual(len(shown), messages)
        self.assertEqual((position, accepted), (messages + SIZE.history.deliveries,) * 2)
        self.assertGreater(filled["orders"], 0)
        # Recipients, not attempts: here every delivery is a recipient of its own.
        self.assertEqual(sum(crm.plain(row["success"]) + crm.plain(row["failed"]) for row in shown.values()),
                         SIZE.history.deliveries)
        self.assertEqual(sum(crm.plain(row["orders"]) for row in shown.values()), filled["orders"])

    def test_three_reports_make_one_delivery(self):
        shop = Shop(500, 100)
        with self.driver.scratch("three") as data:
            run = self.driver.crm("ingest", data, *shop.options(), "--three-statuses")
            row = crm.Host(data).messages(TENANT, "messages.manual")["C-000000"]
        self.assertEqual((run["events"], run["baseline_rows"]), (1_500, 1_500))
        self.assertEqual(crm.plain(row["success"]) + crm.plain(row["failed"]), 500)

    def test_random_ids_make_as_many_deliveries(self):
        shop = Shop(500, 500, uuids=True)
        with self.driver.scratch("uuid") as data:
            self.driver.crm("ingest", data, *shop.options(), "--without-baseline")
            row = crm.Host(data).messages(TENANT, "messages.manual")["C-000000"]
        self.assertEqual(crm.plain(row["recipients"]), 500)

    def test_a_full_store_takes_more_orders_each_time(self):
        shop = Shop(2_000, 500)
        with self.driver.scratch("orders") as data:
            before = self.driver.crm("fill", data, *shop.options())["orders"]
            for _ in range(2):
                self.driver.crm("orders", data, *shop.options(), "--orders", 50)
            self.assertEqual(crm.Host(data).position(TENANT, "cash-desk"), (before + 2 * 51,) * 2)  # the first of each run is timed apart

    def test_a_case_on_an_empty_store_fails_and_says_why(self):
        with self.driver.scratch("empty") as data:
            data.mkdir()
            with self.assertRaises(BenchFailed):
                self.driver.crm("start", data)


class Export(BenchTest):
    def test_is_verified_and_is_what_sql_makes_of_the_same_tables(self):
        with self.driver.scratch("export") as data:
            filled = self.driver.crm("fill", data, *SIZE.export.options())
            tables = cases_export.beside(data, "tables")
            tables.mkdir()
            made = self.driver.crm_only("tables", "--folder", tables, *SIZE.export.options())
            self.assertEqual(made["orders"], filled["orders"])
            ours, theirs = (cases_export.beside(data, name) for name in ("ours.csv", "theirs.csv"))
            run = self.driver.crm("export", data, *SIZE.export.options(), "--out", ours)
            # A sold delivery is a row for every line.
            self.assertEqual(run["rows"], made["deliveries"] - made["orders"] + made["lines"])
            host = crm.Host(data)
            verified = crm.verify(host.jwks(cases_export.beside(data, "jwks")), ours)
            self.assertEqual(verified.returncode, 0, verified.stderr)
            sqlite = export_baselines.SqliteExport(cases_export.beside(data, "sqlite"), tables,
                                                   export_baselines.reasons_in(ours))
            sqlite.write(theirs)
            self.assertTrue(export_baselines.have_same_cells(ours, theirs))
            sqlite.write(theirs, plain=True)
            self.assertFalse(export_baselines.have_same_cells(ours, theirs))


class Reattribution(BenchTest):
    def test_a_draft_credits_what_the_tables_say(self):
        with self.driver.scratch("reattribution") as data:
            tables = cases_export.beside(data, "tables")
            tables.mkdir()
            self.driver.crm_only("tables", "--folder", tables, *SIZE.reattribution.options())
            filled = self.driver.crm("fill", data, *SIZE.reattribution.options())
            run = self.driver.crm("reattribution", data, "--delivered-window-hours", HOURS)
            reached = {}
            for _, _, member, _, _, status, at, *_ in rows_of(tables / "delivery.csv"):
                if status == DELIVERED:
                    reached.setdefault(member, []).append(int(at))
            credited = [int(amount) for _, _, _, member, at, _, amount in rows_of(tables / "orders.csv")
                        if any(0 <= int(at) - touch <= HOURS * 3_600_000_000 for touch in reached[member])]
        self.assertEqual((run["orders"], run["net_minor"]), (len(credited), sum(credited)))
        self.assertEqual(run["orders_before"], filled["orders"])
        self.assertTrue(0 < run["orders"] < filled["orders"])

    def test_the_rule_in_force_is_no_draft(self):
        with self.driver.scratch("no-draft") as data:
            self.driver.crm("fill", data, *Shop(200, 100).options())
            with self.assertRaises(BenchFailed):
                self.driver.crm("reattribution", data, "--delivered-window-hours", 24)


class Retention(BenchTest):
    def test_drops_about_half_and_keeps_what_was_counted(self):
        plan = SIZE.retention
        with self.driver.scratch("retention") as data:
            run = self.driver.crm("retention", data, *plan.shop.options(), "--batches", plan.batches)
            host = crm.Host(data)
            shown = {**host.messages(TENANT, "messages.manual"), **host.messages(TENANT, "messages.automatic")}
            first = host.view(TENANT, "message.recipients", message_id="C-000000")
        self.assertGreater(run["sweep_batches"], 0)
        self.assertEqual(run["before"]["count"], plan.batches)
        self.assertEqual(run["during"]["count"], run["sweep_batches"])
        recorded = plan.shop.deliveries + plan.batches * 1_000 + run["recorded_meanwhile"]
        self.assertEqual(sum(crm.plain(row["success"]) + crm.plain(row["failed"]) for row in shown.values()), recorded)
        clicks = plan.shop.deliveries // 20
        self.assertTrue(0.2 * clicks < run["touches_left"] < 0.8 * clicks, run["touches_left"])
        self.assertLess(run["orders_left"], sum(crm.plain(row["orders"]) for row in shown.values()))
        parts = {part.get("id"): part for part in first["components"]}
        self.assertEqual(parts["recipients"]["rows"], [])
        self.assertIn("retention", parts)


class Erasure(BenchTest):
    @staticmethod
    def member(host, tenant):
        return json.loads(crm.run("view", "--data", host.data, "--tenant", tenant, "--unmask", "member",
                                  "--param", "member_id=m00000000").stdout)

    def test_erases_what_it_says_and_both_shops_record_the_same(self):
        plan = SIZE.erasure
        with self.driver.scratch("erasure") as data:
            run = self.driver.crm("erasure", data, *plan.shop.options(), "--erasures", plan.erasures, "--slices",
                                  plan.slices, "--slice-deliveries", plan.slice_deliveries)
            host = crm.Host(data)
            shown = [host.messages(tenant, "messages.manual") for tenant in (TENANT, "plain-shop")]
            kept = self.member(host, "plain-shop")
            with self.assertRaises(crm.HostFailed):  # nothing was sent to the id since
                self.member(host, TENANT)
        self.assertEqual(len(run["slices"]), plan.slices)
        self.assertGreater(run["erase_s"], 0)
        self.assertEqual(*shown)
        recorded = plan.shop.deliveries + plan.slices * plan.slice_deliveries
        self.assertEqual(sum(crm.plain(row["success"]) + crm.plain(row["failed"]) for row in shown[0].values()),
                         recorded)
        self.assertIn("C-000000", str(kept))


class Comparison(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="crm-bench-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def files(self, *texts):
        paths = [self.folder / str(i) for i in range(len(texts))]
        for path, text in zip(paths, texts):
            path.write_text(text, encoding="utf-8", newline="")
        return paths

    def test_of_lines_takes_any_order_and_nothing_else(self):
        one, other, fewer, twice = self.files("a\r\nb\r\nb\r\n", "b\r\na\r\nb\r\n", "a\r\nb\r\n", "a\r\na\r\nb\r\n")
        self.assertTrue(export_baselines.have_same_lines(one, other))
        self.assertFalse(export_baselines.have_same_lines(one, fewer))
        self.assertFalse(export_baselines.have_same_lines(one, twice))

    def test_of_cells_takes_any_quoting_and_nothing_else(self):
        one, quoted, longer, changed = self.files("a,b\r\n", '"a","b"\r\n', "a,b\r\nc,d\r\n", "a,B\r\n")
        self.assertTrue(export_baselines.have_same_cells(one, quoted))
        self.assertFalse(export_baselines.have_same_cells(one, longer))
        self.assertFalse(export_baselines.have_same_cells(one, changed))
        self.assertFalse(export_baselines.have_same_bytes(one, quoted))


class Table(unittest.TestCase):
    ROWS = [table.Row("ingest", "10 events/s", "20 rows/s", 0.5, ">= 0.8x", "1.2x", 49.4, 5, "below", "slow"),
            table.Row("수동 | many", "1 ms", section="scale")]

    def test_survives_json(self):
        self.assertEqual(table.from_json(table.as_json(self.ROWS, {"size": "small"})), self.ROWS)

    def test_is_aligned_in_sections_with_notes(self):
        lines = table.as_text(self.ROWS).splitlines()
        self.assertEqual(lines[0], "Bars")
        self.assertEqual(lines[3].split(), ["ingest", "10", "events/s", "20", "rows/s", "0.50x", ">=", "0.8x", "1.2x",
                                            "49", "MiB", "5", "below"])
        self.assertEqual(lines[1].index("ours"), lines[3].index("10 events/s"))
        self.assertIn("Beyond the bars", lines)
        self.assertEqual(lines[-1], "ingest: slow")

    def test_is_markdown_without_stray_bars(self):
        lines = table.as_markdown(self.ROWS).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("수동 \\| many", lines[3])

    def test_judges_both_directions(self):
        self.assertEqual([table.judged(value, 0.8, 1.2, True) for value in (0.7, 0.8, 1.2)], ["below", "bar", "aim"])
        self.assertEqual([table.judged(value, 5, 1, False) for value in (6, 5, 1)], ["below", "bar", "aim"])

    def test_shows_rates_in_three_digits(self):
        self.assertEqual([table.per_second(count, "rows") for count in (1.234e6, 65_300, 999.4)],
                         ["1.23M rows/s", "65.3k rows/s", "999 rows/s"])


class Programs(unittest.TestCase):
    def test_a_failed_program_fails_the_case(self):
        with self.assertRaisesRegex(BenchFailed, "ended with 3"):
            run_measured(["sh", "-c", "exit 3"])

    def test_memory_is_that_of_the_program(self):
        output, peak_mib = run_measured([sys.executable, "-c", "print(len(bytearray(200 << 20)))"])
        self.assertEqual(output.strip(), str(200 << 20))
        self.assertGreater(peak_mib, 200)


if __name__ == "__main__":
    unittest.main()
