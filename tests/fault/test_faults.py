"""A disk that is full, broken or read-only: an error in words, no false acknowledgement, no crash,
and the right end once the disk is well again. The faults come from io_shim.c by LD_PRELOAD.

CRM_SHIM  the built io_shim library (default: built here with cc)
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import crm
import generated_feed
import reference
from test_crash import last_acknowledged

EVENTS_MAX = 5_000 if crm.SANITIZED else 20_000  # enough for many batches
COUNTED_BY = {"enospc": "writes", "eio": "writes", "fsync": "fsyncs", "erofs": "opens"}
REASONS = ("full", "space", "i/o", "input/output", "sync", "read-only", "read only", "readonly",
           "open", "disk", "writ")


def build_shim(folder):
    if os.environ.get("CRM_SHIM"):
        return Path(os.environ["CRM_SHIM"]).absolute()
    shim = Path(folder) / "io_shim.so"
    source = Path(__file__).with_name("io_shim.c")
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", source, "-o", shim],
                   check=True)
    return shim


def shim_env(shim, folder, **settings):
    """The environment of a process whose I/O below the folder the shim sees."""
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    named = {f"CRM_SHIM_{name.upper()}": str(value) for name, value in settings.items()}
    return {"LD_PRELOAD": str(shim), "CRM_SHIM_DIR": str(folder), "ASAN_OPTIONS": sanitizer, **named}


def read_report(path):
    """{name: count} of the shim's report; empty if there is none."""
    if not path.is_file():
        return {}
    pairs = (line.split("=") for line in path.read_text().splitlines())
    return {name: int(number) for name, number in pairs}


class EveryFault:
    """A test for each fault of the shim; a subclass says what check_fault does."""

    def test_full_disk(self):
        self.check_fault("enospc")

    def test_input_output_errors(self):
        self.check_fault("eio")

    def test_failing_fsync(self):
        self.check_fault("fsync")

    def test_read_only_folder(self):
        self.check_fault("erofs")


class FaultCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="crm-fault-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.shim = build_shim(cls.folder)
        real = crm.real_feed("completejourney")
        header, events = reference.read_feed(real) if real else generated_feed.generate(4, scale=60)
        events = events[:EVENTS_MAX]
        cls.feed = crm.write_feed(cls.folder / "feed.ndjson.gz", header, events)
        cls.tenant, cls.source, cls.event_count = header["tenant"], header["source"], len(events)

    @classmethod
    def shimmed(cls, folder, fail="", after=1):
        report = cls.folder / "report"
        report.unlink(missing_ok=True)
        return shim_env(cls.shim, folder, fail=fail, report=report, after=after)

    def report(self):
        return read_report(self.folder / "report")

    def assert_explained(self, done, *names):
        """Ended by itself, with an error that says what could not be done, and where."""
        self.assertFalse(crm.crashed(done.returncode), crm.signal_name(done.returncode))
        self.assertNotEqual(done.returncode, 0, "the fault went unnoticed")
        self.assertTrue(any(str(name) in done.stderr for name in names),
                        f"stderr names none of {names}: {done.stderr}")
        self.assertTrue(any(reason in done.stderr.lower() for reason in REASONS), done.stderr)
        self.assertNotIn("terminate called", done.stderr)


class ReplayOnABadDisk(EveryFault, FaultCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with crm.Host() as host:
            acks = host.scratch("acks").resolve()
            env = {**cls.shimmed(host.data), "CRM_SHIM_ACK": str(acks)}
            cls.summary = host.replay(cls.feed, ack_log=acks, env=env)
            cls.counts = read_report(cls.folder / "report")
            cls.digest = host.digest(cls.tenant)

    def test_every_commit_is_synced(self):
        self.assertGreater(self.summary["batches"], 1)
        self.assertGreaterEqual(self.counts["fsyncs"], self.summary["batches"])

    def test_no_batch_is_acknowledged_before_a_sync(self):
        """Catches synchronous=NORMAL, where the syncs of checkpoints alone may reach the count."""
        self.assertGreaterEqual(self.counts["acks"], self.summary["batches"])
        self.assertEqual(self.counts["unsynced_acks"], 0)

    def check_fault(self, fail):
        total = self.counts[COUNTED_BY[fail]]
        self.assertGreater(total, 0, "the shim saw nothing: is crm-host linked statically?")
        places = {1, total // 2, total}
        if not crm.SANITIZED:  # under which three replays a place take long
            places |= {2, 3, total // 4, total * 3 // 4, total - 1}
        for after in sorted(place for place in places if 0 < place <= total):
            with self.subTest(fail=fail, after=after, of=total), crm.Host() as host:
                self.check_fault_at(host, fail, after, early=after <= 3)

    def check_fault_at(self, host, fail, after, early):
        """How much is written depends on how batches are grouped: only early faults are met for certain."""
        acks = host.scratch("acks")
        done = host.try_replay(self.feed, ack_log=acks, env=self.shimmed(host.data, fail, after))
        if done.returncode == 0 and (not early or fail == "erofs" and after > 1):
            # Nothing was lost: what failed came after the last commit, or is not needed.
            self.assertEqual(host.position(self.tenant, self.source)[1], self.event_count)
        else:
            self.assert_explained(done, host.data, self.tenant)
        acknowledged = last_acknowledged(acks, self.source)
        if acknowledged:
            self.assertGreaterEqual(host.position(self.tenant, self.source)[0], acknowledged)
        host.replay(self.feed)
        self.assertEqual(host.digest(self.tenant), self.digest)
        self.assertEqual(host.position(self.tenant, self.source)[1], self.event_count)


class NewTenantOnABadDisk(EveryFault, FaultCase):
    """A tenant's files are whole, or not there: whichever operation of making them fails."""

    EVENTS = 5
    PLACES_MAX = 6 if crm.SANITIZED else 60

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        header, events = reference.read_feed(cls.feed)
        cls.feed = crm.write_feed(cls.folder / "few.ndjson", header, events[:cls.EVENTS])
        with crm.Host() as host:
            host.replay(cls.feed, env=cls.shimmed(host.data))
            cls.counts = read_report(cls.folder / "report")
            cls.digest = host.digest(cls.tenant)

    def check_fault(self, fail):
        total = self.counts[COUNTED_BY[fail]]
        self.assertGreater(total, 0, "the shim saw nothing")
        for after in range(1, total + 1, 1 + total // self.PLACES_MAX):
            with self.subTest(fail=fail, after=after, of=total), crm.Host() as host:
                host.try_replay(self.feed, env=self.shimmed(host.data, fail, after))
                host.replay(self.feed)
                self.assertEqual(host.position(self.tenant, self.source)[1], self.EVENTS)
                self.assertEqual(host.digest(self.tenant), self.digest)


class ExportOnABadDisk(FaultCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.generate(4)
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.small_tenant = header["tenant"]

    def export(self, out, env):
        return crm.run("export", "--data", self.host.data, "--tenant", self.small_tenant,
                       "--message", "M-orders", "--reason", "test", "--out", out,
                       env=env, check=False)

    def test_export_that_cannot_be_written_leaves_no_proof(self):
        for fail, counter in COUNTED_BY.items():
            with self.subTest(fail=fail):
                folder = self.host.scratch(f"out-{fail}")
                folder.mkdir()
                out = folder / "orders.csv"
                done = self.export(out, self.shimmed(folder, fail))
                self.assert_explained(done, out, folder)
                self.assertEqual(list(folder.glob("*.jws")), [])
                self.assertFalse(out.exists(), "half a file under the final name")

    def test_export_is_synced_before_it_gets_its_name(self):
        folder = self.host.scratch("out-synced")
        folder.mkdir()
        self.assertEqual(self.export(folder / "orders.csv", self.shimmed(folder)).returncode, 0)
        self.assertGreaterEqual(self.report()["fsyncs"], 2, "the file and its sidecar")

    def test_export_after_the_disk_is_well_again_works(self):
        folder = self.host.scratch("out-again")
        folder.mkdir()
        out = folder / "orders.csv"
        self.export(out, self.shimmed(folder, "enospc"))
        self.assertEqual(self.export(out, {}).returncode, 0)
        jwks = self.host.jwks(self.host.scratch("keys.jwks"))
        self.assertEqual(crm.verify(jwks, out).returncode, 0)


class ExportOnADiskThatFillsUp(FaultCase):
    """Halfway through a file that takes many writes."""

    MESSAGE = "M-large"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.one_message(cls.MESSAGE, deliveries=40_000)
        cls.large_tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.folder_out = cls.host.scratch("out")
        cls.folder_out.mkdir()
        cls.out = cls.folder_out / "large.csv"
        cls.export(cls.shimmed(cls.folder_out))
        cls.writes = read_report(cls.folder / "report")["writes"]
        cls.whole = cls.out.read_bytes()

    @classmethod
    def export(cls, env):
        return cls.host.export(cls.large_tenant, cls.MESSAGE, cls.out, check=False, env=env)

    def newest_event(self):
        row = self.host.rows(self.large_tenant, "exports", "event", "detail")[0]
        return crm.plain(row["event"]), crm.plain(row["detail"])

    def test_it_ends_by_name_on_record_and_without_a_proof(self):
        self.assertGreater(self.writes, 4)
        for fail in ("enospc", "eio"):
            for after in (2, self.writes // 2):
                with self.subTest(fail=fail, after=after):
                    self.out.unlink(missing_ok=True)
                    Path(f"{self.out}.jws").unlink(missing_ok=True)
                    done = self.export(self.shimmed(self.folder_out, fail, after))
                    self.assert_explained(done, self.out)
                    self.assertEqual(list(self.folder_out.iterdir()), [])
                    event, detail = self.newest_event()
                    self.assertEqual(event, "failed")
                    self.assertTrue(detail)

    def test_what_stood_there_before_stays_whole(self):
        self.assertEqual(self.export({}).returncode, 0)
        self.assert_explained(self.export(self.shimmed(self.folder_out, "enospc", self.writes // 2)), self.out)
        self.assertTrue(self.out.read_bytes() == self.whole)
        jwks = self.host.jwks(self.host.scratch("keys.jwks"))
        self.assertEqual(crm.verify(jwks, self.out).returncode, 0)


if __name__ == "__main__":
    unittest.main()
