"""A host in bad surroundings: a wrong clock, one that stands still, few files, little memory, small and
unlimited stacks, closed standard streams, no time zones, a signal every millisecond, and each limit with
each clock. A feed is replayed there, every page read, a message exported and verified. Each command does
what it does in good surroundings, or fails in words that name what is missing; what was acknowledged is
there in good surroundings afterwards, and the rest of the feed leads to the same digest.

CRM_SURROUNDINGS_SHIM  the built surroundings_shim library: clocks and signals
CRM_SHIM               the built io_shim library, which hides the system's time zones
"""

import json
import os
import re
import resource
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import crm
import generated_feed
import reference
from test_crash import last_acknowledged
from test_faults import read_report

SHIM = os.environ["CRM_SURROUNDINGS_SHIM"]
ZONES_SHIM = os.environ["CRM_SHIM"]
SCALE = 2 if crm.SANITIZED else 8  # of the feed; 8: about 2,900 events
MESSAGE = "M-orders"
PAGES = (("messages.manual", {}), ("messages.automatic", {}), ("message", {"message_id": MESSAGE}),
         ("message.buyers", {"message_id": MESSAGE}), ("message.recipients", {"message_id": "M-chain"}),
         ("order", {"order_id": "O-refund-3"}), ("settings.attribution", {"click_window_hours": "24"}),
         ("exports", {}), ("health", {}))
OF_THE_MOMENT = {"exports", "health"}  # say when something was recorded, and so differ
DAY_S = 86_400
KIB, MIB = 1 << 10, 1 << 20


def without_references(page):
    """Members are referred to by a hash under a key of the store's own."""
    return json.loads(re.sub(r'("member_ref": )"[^"]+"', r'\1""', page))


class Surroundings:
    """What a process finds. `words`: of which an error has one; none means that nothing may fail."""

    def __init__(self, name, words=(), limits=(), closed=(), preload=(), **settings):
        self.name, self.words = name, tuple(words)
        self.limits, self.closed, self.preload = tuple(limits), tuple(closed), tuple(preload)
        self.settings = {f"CRM_SHIM_{key.upper()}": str(value) for key, value in settings.items()}

    def beside(self, other):
        both = Surroundings(f"{self.name}, {other.name}", self.words + other.words, self.limits + other.limits,
                            self.closed + other.closed, self.preload + other.preload)
        both.settings = {**self.settings, **other.settings}
        return both

    def env(self):
        if not self.preload:
            return {}
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return {"LD_PRELOAD": ":".join(dict.fromkeys(self.preload)), "ASAN_OPTIONS": sanitizer, **self.settings}

    def begin(self):
        """In the new process, before it becomes crm-host."""
        for kind, value in self.limits:
            resource.setrlimit(kind, (value, value))
        for descriptor in self.closed:
            os.close(descriptor)

    def run(self, *args):
        return crm.run(*args, env=self.env(), check=False, preexec_fn=self.begin)


GOOD = Surroundings("good")
CLOCKS = (
    Surroundings("clock a day back", preload=[SHIM], clock_shift_s=-DAY_S),
    Surroundings("clock a year ahead", preload=[SHIM], clock_shift_s=365 * DAY_S),
    Surroundings("clock stands still", preload=[SHIM], clock_stands=1),
    Surroundings("monotonic time stands still", preload=[SHIM], monotonic_stands=1),
    Surroundings("no clock moves", preload=[SHIM], clock_stands=1, monotonic_stands=1),
)
LIMITS = [
    Surroundings("256 files", limits=[(resource.RLIMIT_NOFILE, 256)]),
    Surroundings("stdin closed", closed=[0]),
    Surroundings("a signal every millisecond", preload=[SHIM], signal_every_us=1000),
]
if not crm.SANITIZED:
    # A sanitizer takes terabytes of address space for itself, in a place of its choice, more stack for
    # every call, and descriptors to look at memory.
    LIMITS += [
        Surroundings("32 files", ["ulimit -n"], limits=[(resource.RLIMIT_NOFILE, 32)]),
        Surroundings("unlimited stacks", limits=[(resource.RLIMIT_STACK, resource.RLIM_INFINITY)]),
        Surroundings("256 MiB", ["memory", "thread"], limits=[(resource.RLIMIT_AS, 256 * MIB)]),
        Surroundings("stacks of 64 KiB", limits=[(resource.RLIMIT_STACK, 64 * KIB)]),
    ]
NO_ZONES = Surroundings("no time zones", ["install tzdata"], preload=[ZONES_SHIM], no_zones=1)


class BadSurroundings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.good = crm.Host()
        cls.addClassCleanup(cls.good.close)
        header, cls.events = generated_feed.generate(11, scale=SCALE)
        cls.tenant, cls.source = header["tenant"], header["source"]
        cls.feed = crm.write_feed(cls.good.scratch("feed.ndjson.gz"), header, cls.events)
        cls.good.replay(cls.feed)
        cls.digest = cls.good.digest(cls.tenant)
        cls.pages = {view: cls.read(GOOD, cls.good, view, params).stdout for view, params in PAGES}
        cls.csv = cls.good.scratch("good.csv")
        cls.good.export(cls.tenant, MESSAGE, cls.csv)

    @classmethod
    def read(cls, where, host, view, params):
        params = [part for key, value in params.items() for part in ("--param", f"{key}={value}")]
        return where.run("view", "--data", host.data, "--tenant", cls.tenant, view, *params)

    def succeeded(self, where, done):
        """Whether a command did its work. It failed by itself and in words otherwise, where it may."""
        self.assertFalse(crm.crashed(done.returncode), f"{crm.signal_name(done.returncode)}: {done.stderr}")
        if done.returncode == 0:
            return True
        self.assertTrue(where.words, f"failed where nothing is missing: {done.stderr}")
        self.assertRegex(done.stderr, r"(?m)^crm-host: error: ")
        self.assertTrue(any(word in done.stderr for word in where.words),
                        f"none of {where.words} in: {done.stderr}")
        self.assertNotIn("defect", done.stderr)
        return False

    def check(self, where):
        with crm.Host() as host:
            self.check_recording(where, host)
            for view, params in PAGES:
                done = self.read(where, host, view, params)
                if self.succeeded(where, done):
                    self.assert_same_page(view, done.stdout)
            self.check_export(where, host)
            digest = where.run("digest", "--data", host.data, "--tenant", self.tenant)
            if self.succeeded(where, digest):
                self.assertIn(self.digest, digest.stdout)
            found = crm.run("check", "--data", host.data, "--tenant", self.tenant, check=False)
            self.assertEqual(found.returncode, 0, found.stdout + found.stderr)

    def check_recording(self, where, host):
        acks = host.scratch("acks")
        done = where.run("replay", "--data", host.data, "--batch", 100, "--ack-log", acks, self.feed)
        acknowledged = last_acknowledged(acks, self.source)
        if self.succeeded(where, done):
            self.assertEqual(acknowledged, self.events[-1]["seq"])
            self.assertEqual(crm.last_json(done.stdout)["accepted"], len(self.events))
        if acknowledged:
            self.assertGreaterEqual(host.position(self.tenant, self.source)[0], acknowledged)
        if done.returncode != 0:
            host.replay(self.feed)
        self.assertEqual(host.position(self.tenant, self.source)[1], len(self.events))
        self.assertEqual(host.digest(self.tenant), self.digest)

    def assert_same_page(self, view, printed):
        if view in OF_THE_MOMENT:
            self.assertTrue(crm.tables(json.loads(printed)), view)
        else:
            self.assertEqual(without_references(printed), without_references(self.pages[view]), view)

    def check_export(self, where, host):
        out = host.scratch("out.csv")
        done = where.run("export", "--data", host.data, "--tenant", self.tenant, "--message", MESSAGE,
                         "--reason", "test", "--out", out)
        if not self.succeeded(where, done):
            self.assertEqual(list(out.parent.glob("out*")), [], "half an export")
            return
        self.assertEqual(out.read_bytes(), self.csv.read_bytes())
        jwks = host.jwks(host.scratch("keys.jwks"))
        self.assertEqual(crm.verify(jwks, out).returncode, 0)
        self.succeeded(where, where.run("verify", "--jwks", jwks, out))

    def test_each_alone(self):
        for where in (*CLOCKS, *LIMITS, NO_ZONES):
            with self.subTest(where=where.name):
                self.check(where)

    def test_each_limit_with_each_clock(self):
        for limit in LIMITS[:1] if crm.SANITIZED else LIMITS:
            for clock in CLOCKS:
                both = limit.beside(clock)
                with self.subTest(where=both.name):
                    self.check(both)

    def test_signals_come(self):
        report = self.good.scratch("signals")
        where = Surroundings("signals", preload=[SHIM], signal_every_us=1000, signals_report=report)
        with crm.Host() as host:
            self.assertEqual(where.run("replay", "--data", host.data, self.feed).returncode, 0)
        self.assertGreater(int(report.read_text()), 10)

    def test_clocks_are_wrong(self):
        """What the shim says of the clock arrives: in the proof of an export, which has its time."""
        with crm.Host() as host:
            host.replay(self.feed)
            times = {}
            for where in (GOOD, *CLOCKS[:2]):
                out = host.scratch(f"{where.name}.csv")
                done = where.run("export", "--data", host.data, "--tenant", self.tenant, "--message", MESSAGE,
                                 "--reason", "test", "--out", out)
                self.assertEqual(done.returncode, 0, done.stderr)
                rows = host.rows(self.tenant, "exports", "event", "at")
                times[where.name] = rows[0]["at"]
            self.assertLess(times["clock a day back"], times["good"])
            self.assertGreater(times["clock a year ahead"][:4], times["good"][:4])

    def test_nothing_that_is_printed_goes_into_a_file(self):
        """A file that is opened takes the lowest free number, which may be that of a closed stream."""
        header, events = generated_feed.generate(11)
        feed = crm.write_feed(self.good.scratch("malformed.ndjson"), header, [b"no event", *events])
        for closed in ([0], [1], [2], [0, 1, 2]):
            where = Surroundings("no stream", ["stdout"] if 1 in closed else (), closed=closed)
            with self.subTest(closed=closed), crm.Host() as host:
                acks = host.scratch("acks")
                done = where.run("replay", "--data", host.data, "--verbose", "--ack-log", acks, feed)
                self.assertEqual(done.returncode, 1 if 1 in closed else 0)
                self.assertRegex(acks.read_text(), rf"\A({self.source} [0-9]+\n)+\Z")
                self.assertEqual(last_acknowledged(acks, self.source), events[-1]["seq"])
                self.assertEqual(host.position(self.tenant, self.source)[1], len(events))

    def test_a_call_that_a_signal_interrupts_is_made_again(self):
        """On a disk of this machine none is; where a server is waited for, any may be."""
        header, events = reference.read_feed(self.feed)
        half = crm.write_feed(self.good.scratch("half.ndjson"), header, events[:len(events) // 2])
        report = self.good.scratch("report")
        for name in ("journal.a", "journal.b"):
            with self.subTest(name=name), crm.Host() as host:
                host.replay(half)
                [watched] = Path(host.data).rglob(name)
                where = Surroundings(name, preload=[ZONES_SHIM], dir=watched, fail="eintr", report=report)
                done = where.run("replay", "--data", host.data, "--batch", 100, self.feed)
                self.assertTrue(self.succeeded(where, done))
                self.assertGreater(read_report(report)["failed"], 0, "nothing was interrupted")
                self.assertEqual(host.digest(self.tenant), self.digest)
        with self.subTest(name="host"), crm.Host() as host:
            watched = Path(host.data) / "host"
            watched.mkdir(mode=0o700)
            where = Surroundings("host", preload=[ZONES_SHIM], dir=watched, fail="eintr", report=report)
            self.assertTrue(self.succeeded(where, where.run("replay", "--data", host.data, self.feed)))
            self.assertGreater(read_report(report)["failed"], 0, "nothing was interrupted")
            self.check_export(where, host)


if __name__ == "__main__":
    unittest.main()
