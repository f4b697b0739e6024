"""crm-host check: a sound store gives its digest; what is derived and differs is named, and made anew with --rebuild;
damaged facts are named and left as they are."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import reference

# What leaves facts as they are: (table it is found in, statement).
DERIVED = (
    ("message_money", "DELETE FROM message_money WHERE message_no = (SELECT min(message_no) FROM message_money)"),
    ("message_day", "DELETE FROM message_day WHERE success = (SELECT max(success) FROM message_day)"),
    ("revenue_day", "DELETE FROM revenue_day WHERE gross = (SELECT max(gross) FROM revenue_day)"),
    ("failure", "DELETE FROM failure WHERE attempts = (SELECT max(attempts) FROM failure)"),
    ("message_member", "DELETE FROM message_member WHERE clicks = (SELECT max(clicks) FROM message_member)"),
    ("shop", "DELETE FROM shop WHERE orders = (SELECT max(orders) FROM shop)"),
    ("message_place", "DELETE FROM message_place WHERE sort = 2 AND message_no = 1"),
    ("shelf", "DELETE FROM shelf WHERE messages = (SELECT max(messages) FROM shelf)"),
    ("shelf_day", "DELETE FROM shelf_day WHERE messages = (SELECT max(messages) FROM shelf_day)"),
    ("shelf_money", "DELETE FROM shelf_money WHERE gross = (SELECT max(gross) FROM shelf_money)"),
    ("shelf_day_money", "DELETE FROM shelf_day_money WHERE gross = (SELECT max(gross) FROM shelf_day_money)"),
    ("message_words", "DELETE FROM message_words"),
    ("period_day", "DELETE FROM period_day WHERE success = (SELECT max(success) FROM period_day)"),
    ("credit", "DELETE FROM credit WHERE order_no = (SELECT min(order_no) FROM credit)"),
    ("held_refund", "DELETE FROM held_refund"),
    ("refund_sum", "DELETE FROM refund_sum"),
    ("tree member_delivery", "DELETE FROM block WHERE block_no IN "
     "(SELECT block_no FROM fence JOIN run USING (run_no) WHERE tree = 2)"),
    ("tree member_order", "UPDATE block SET bytes = x'00000000' WHERE block_no IN "
     "(SELECT block_no FROM fence JOIN run USING (run_no) WHERE tree = 6)"),
)
FACTS = (
    ("touch", "UPDATE touch SET at = at + 1 WHERE rowid_of"),
    ("orders", "UPDATE orders SET amount = amount + 1 WHERE order_no = 1"),
    ("refund", "UPDATE refund SET amount = amount + 1 WHERE refund_id = (SELECT min(refund_id) FROM refund)"),
    ("tree delivery", "UPDATE block SET bytes = x'00000000' WHERE block_no IN "
     "(SELECT block_no FROM fence JOIN run USING (run_no) WHERE tree = 1)"),
    ("audit", "UPDATE audit SET reason = 'none' WHERE audit_no = 1"),
)


PAGE_BYTES = 8_192
PAGE_CHECKSUM_BYTES = 8


def database_of(data, tenant):
    return data / "plugins" / "org.crm.message_history" / "tenants" / tenant / "history.db"


def forget_page_checksums(file):
    """As if another program had written every page: no checksum of a page is looked at."""
    pages = bytearray(file.read_bytes())
    for end in range(PAGE_BYTES, len(pages) + 1, PAGE_BYTES):
        pages[end - PAGE_CHECKSUM_BYTES:end] = bytes(PAGE_CHECKSUM_BYTES)
    file.write_bytes(pages)


def files_of(folder):
    """Every file's bytes, but for what SQLite keeps beside a database."""
    return {path.relative_to(folder): path.read_bytes() for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))}


class CheckCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.generate(4)
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.host.export(cls.tenant, "M-orders", cls.host.scratch("orders.csv"))
        cls.digest = cls.host.digest(cls.tenant)

    def check(self, *extra, data=None, tenant=True):
        named = ("--tenant", self.tenant) if tenant else ()
        return crm.run("check", "--data", data or self.host.data, *named, *extra, check=False)

    @contextlib.contextmanager
    def damaged(self, statement):
        """A copy of the data folder, damaged."""
        copy = self.host.scratch("damaged")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.host.data, copy)
        database = sqlite3.connect(database_of(copy, self.tenant))
        with contextlib.closing(database), database:
            self.assertGreater(database.execute(statement).rowcount, 0, statement)
        yield copy

    def test_a_sound_store_ends_with_its_digest(self):
        for tenant in (True, False):
            done = self.check(tenant=tenant)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            self.assertEqual(done.stdout.splitlines()[-1], self.digest)
            self.assertRegex(done.stdout, rf"^tenant {self.tenant}: sound, \d{{3,}} rows read$|\n")

    def test_a_rebuild_of_a_sound_store_changes_nothing(self):
        before = files_of(self.host.data)
        done = self.check("--rebuild")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("made anew", done.stdout)
        self.assertEqual(files_of(self.host.data), before)

    def test_what_is_derived_is_named_and_made_anew(self):
        for table, statement in DERIVED:
            with self.subTest(table), self.damaged(statement) as data:
                done = self.check(data=data)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(table, done.stdout)
                self.assertNotIn("[fact]", done.stdout)
                self.assertIn("--rebuild", done.stderr)
                rebuilt = self.check("--rebuild", data=data)
                self.assertEqual(rebuilt.returncode, 0, rebuilt.stderr)
                self.assertEqual(rebuilt.stdout.splitlines()[-1], self.digest)
                again = self.check(data=data)
                self.assertEqual((again.returncode, again.stdout.splitlines()[-1]), (0, self.digest), again.stderr)

    def test_damaged_facts_are_named_and_left_as_they_are(self):
        for table, statement in FACTS:
            statement = statement.replace("rowid_of", "(member_no, at) = (SELECT member_no, at FROM touch LIMIT 1)")
            with self.subTest(table), self.damaged(statement) as data:
                before = files_of(data)
                for extra in ((), ("--rebuild",)):
                    done = self.check(*extra, data=data)
                    self.assertEqual(done.returncode, 1, done.stdout)
                    self.assertRegex(done.stdout, rf"(?m)^{table}\b.*\[fact\]$")
                    self.assertIn("backup", done.stderr)
                    self.assertEqual(files_of(data), before)

    def test_lost_facts_are_named_and_nothing_is_rebuilt_without_them(self):
        lost = (("touch", "DELETE FROM touch WHERE kind = 3"), ("orders", "DELETE FROM orders WHERE order_no = 1"),
                ("tree delivery", "DELETE FROM fence WHERE run_no = (SELECT min(run_no) FROM run WHERE tree = 1)"))
        for table, statement in lost:
            with self.subTest(table), self.damaged(statement) as data:
                done = self.check("--rebuild", data=data)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stdout, rf"(?m)^{table}\b.*\[fact\]$")
                self.assertNotIn("made anew", done.stdout)

    def test_lines_are_bounded_and_counted(self):
        with self.damaged("DELETE FROM message_place") as data:
            forget_page_checksums(database_of(data, self.tenant))  # that of page 1 is wrong, too
            done = self.check("--lines", "3", data=data)
            named = [line for line in done.stdout.splitlines()
                     if line.startswith("message_place") and not line.endswith(" more")]
            self.assertEqual(len(named), 3)
            self.assertRegex(done.stdout, r"(?m)^message_place: \d+ more$")

    def test_it_is_busy_while_another_process_records(self):
        file = database_of(self.host.data, self.tenant)
        database = sqlite3.connect(file, isolation_level=None)
        with contextlib.closing(database):
            database.execute("BEGIN IMMEDIATE")
            done = self.check()
            self.assertEqual(done.returncode, 1)
            self.assertIn("another process", done.stderr)
            database.execute("ROLLBACK")
        self.assertEqual(self.check().returncode, 0)

    def test_an_unknown_tenant_is_told(self):
        done = crm.run("check", "--data", self.host.data, "--tenant", "nobody", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nobody", done.stderr)


class RealFeeds(unittest.TestCase):
    def test_real_shops_are_sound_and_can_be_made_anew(self):
        for name in ("completejourney", "online-retail"):
            feed = crm.real_feed(name)
            if feed is None:
                header, events = generated_feed.generate(7, scale=6)
            with self.subTest(name), crm.Host() as host:
                if feed is None:
                    feed = crm.write_feed(host.scratch("feed.ndjson"), header, events)
                else:
                    header, _ = reference.read_feed(feed)
                host.replay(feed)
                tenant = header["tenant"]
                digest = host.digest(tenant)
                done = crm.run("check", "--data", host.data, "--tenant", tenant)
                self.assertEqual(done.stdout.splitlines()[-1], digest)
                file = database_of(host.data, tenant)
                with contextlib.closing(sqlite3.connect(file)) as database, database:
                    for table in ("message_money", "message_member", "credit", "message_place", "shelf", "failure"):
                        database.execute(f"DELETE FROM {table}")
                forget_page_checksums(file)
                done = crm.run("check", "--data", host.data, "--tenant", tenant, "--rebuild")
                self.assertEqual(done.stdout.splitlines()[-1], digest)
                self.assertEqual(host.digest(tenant), digest)


if __name__ == "__main__":
    unittest.main()
