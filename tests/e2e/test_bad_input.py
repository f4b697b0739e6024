"""Broken, hostile and odd input through replay, and wrong arguments to every command: what is wrong
is named with file, line and reason, and nothing good in the same feed is lost.

CRM_MEMORY_MIB  what a replay of a 100 MB line may take (default 200, under a sanitizer 1000)
"""

import gzip
import json
import os
import re
import subprocess
import sys
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed

HEADER = generated_feed.HEADER
TENANT = HEADER["tenant"]
MEMORY_MIB = int(os.environ.get("CRM_MEMORY_MIB", 1000 if crm.SANITIZED else 200))
HUGE_LINE_BYTES = 100_000_000
FIRST_BAD_SEQ = 10
BAD_LINE = 5  # the header, three good events, then the bad ones

GOOD_BEFORE = [
    {"seq": 1, "type": "message", "at": "2025-03-03T00:00:00Z", "message_id": "M-good",
     "kind": "manual", "channel": "alimtalk", "name": "좋은 메시지", "state": "completed"},
    {"seq": 2, "type": "delivery", "at": "2025-03-03T00:01:00Z", "message_id": "M-good",
     "delivery_id": "d1", "member_id": "member-1", "channel": "alimtalk", "provider": "mts-kakao",
     "status": "delivered"},
    {"seq": 3, "type": "order", "at": "2025-03-03T01:00:00Z", "order_id": "O-1",
     "member_id": "member-1", "currency": "KRW", "amount_minor": 1000, "lines": []},
]
GOOD_AFTER = [
    {"seq": 101, "type": "delivery", "at": "2025-03-03T00:02:00Z", "message_id": "M-good",
     "delivery_id": "d2", "member_id": "member-2", "channel": "alimtalk", "provider": "mts-kakao",
     "status": "failed", "code": "3018"},
    {"seq": 102, "type": "order", "at": "2025-03-03T02:00:00Z", "order_id": "O-2",
     "member_id": "member-1", "currency": "KRW", "amount_minor": 200, "lines": []},
    {"seq": 103, "type": "refund", "at": "2025-03-03T03:00:00Z", "refund_id": "R-1",
     "order_id": "O-1", "currency": "KRW", "amount_minor": 50},
]
GOOD_COUNT = len(GOOD_BEFORE) + len(GOOD_AFTER)


def event(kind, /, **fields):
    """A good event of a kind with some fields changed; None leaves a field out."""
    base = {
        "message": {"message_id": "M-odd", "kind": "manual", "channel": "sms", "name": "odd",
                    "state": "completed"},
        "delivery": {"message_id": "M-odd", "delivery_id": "odd-1", "member_id": "member-9",
                     "channel": "sms", "provider": "mts-sms", "status": "delivered"},
        "touch": {"touch": "click", "message_id": "M-odd", "member_id": "member-9"},
        "order": {"order_id": "O-odd", "member_id": "member-9", "currency": "KRW",
                  "amount_minor": 5, "lines": []},
        "refund": {"refund_id": "R-odd", "order_id": "O-odd", "currency": "KRW", "amount_minor": 5},
        "member_erased": {"member_id": "member-9"},
    }[kind]
    whole = {"seq": FIRST_BAD_SEQ, "type": kind, "at": "2025-03-03T00:30:00Z", **base, **fields}
    return {key: value for key, value in whole.items() if value is not None}


def raw(kind, /, **replacements):
    """An event as bytes in which quoted placeholders are replaced by raw bytes."""
    line = json.dumps(event(kind, **{key: f"@{key}@" for key in replacements})).encode()
    for key, value in replacements.items():
        line = line.replace(f'"@{key}@"'.encode(), value)
    return line


def line_item(**fields):
    return [{"product_no": "P", "name": "n", "unit_price_minor": 5, "option": "",
             "option_price_minor": 0, "quantity": 1, **fields}]


REJECTED = {
    "not JSON": b'{"seq":10,"type":"message",',
    "an array": b"[1,2,3]",
    "a bare word": b"hello",
    "two objects on a line": b"{}{}",
    "a NUL byte": b'{"seq":10,"type":"touch"\0}',
    "invalid UTF-8 in a name": raw("message", name=b'"\xff\xfe"'),
    "overlong UTF-8": raw("message", name=b'"\xc0\xaf"'),
    "a lone surrogate": raw("message", name=b'"\\ud800"'),
    "100,000-deep JSON": raw("message", extra=b"[" * 100_000 + b"]" * 100_000),
    "100,000-deep objects": raw("message", extra=b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "a duplicate key": raw("order", currency=b'"KRW","amount_minor":7'),
    "a duplicate seq": b'{"seq":10,' + json.dumps(event("touch")).encode()[1:],
    "no type": event("touch", type=None),
    "no seq": event("touch", seq=None),
    "no at": event("touch", at=None),
    "no message_id": event("delivery", message_id=None),
    "no delivery_id": event("delivery", delivery_id=None),
    "no status": event("delivery", status=None),
    "no order_id": event("order", order_id=None),
    "no currency": event("order", currency=None),
    "no amount": event("order", amount_minor=None),
    "no refund_id": event("refund", refund_id=None),
    "no member to erase": event("member_erased", member_id=None),
    "a number for a text": event("order", order_id=17),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(event("touch")).encode(),
    "a text for a number": event("order", amount_minor="5"),
    "a broken number": event("order", amount_minor=5.5),
    "a negative order": event("order", amount_minor=-1),
    "a negative refund": event("refund", amount_minor=-1),
    "an amount over int64": event("order", amount_minor=2**63),
    "an amount far over int64": raw("order", amount_minor=b"1" + b"0" * 400),
    "a price over int64": event("order", lines=line_item(unit_price_minor=2**64)),
    "a currency that is none": event("order", currency="WON!"),
    "the year 10000": event("touch", at="10000-01-01T00:00:00Z"),
    "February 30": event("touch", at="2025-02-30T00:00:00Z"),
    "a time without zone": event("touch", at="2025-03-03T00:00:00"),
    "a time that is none": event("touch", at="yesterday"),
    "a member id of 10 KB": event("delivery", member_id="m" * 10_240),
    "an unknown status": event("delivery", status="exploded"),
    "an unknown state": event("message", state="exploded"),
    "an unknown kind": event("message", kind="exploded"),
}
ACCEPTED = {
    "an unknown message": [event("delivery"), event("touch", seq=11)],
    "an order of an unknown message": [event("order", message_id="M-never")],
    "a refund of an unknown order": [event("refund", order_id="O-never")],
    "a refund far over its order": [event("refund", order_id="O-odd", amount_minor=10**12)],
    "a fallback of an unknown original": [event("delivery", fallback_of="never")],
    "a loop of fallbacks": [event("delivery", delivery_id=f"l{n}", seq=10 + n,
                                  fallback_of=f"l{(n + 1) % 3}") for n in range(3)],
    "unknown fields": [event("touch", colour="red", nested={"a": [1, {"b": None}]})],
    "an erased stranger": [event("member_erased", member_id="nobody")],
    "an order without a member": [event("order"), event("order", seq=11, member_id="member-8",
                                                        order_id="O-odd-2")],
}
EITHER = {
    "a fallback of itself": [event("delivery", fallback_of="odd-1")],
    "an unknown channel": [event("delivery", channel="pigeon")],
    "an unknown touch": [event("touch", touch="exploded")],
    "the year 0000": [event("touch", at="0000-01-01T00:00:00Z")],
    "a negative seq": [event("touch", seq=-1)],
    "the largest amount": [event("order", amount_minor=2**63 - 1)],
    "a line total over int64": [
        event("order", lines=line_item(unit_price_minor=2**62, quantity=9))],
    "a leap second": [event("touch", at="2016-12-31T23:59:60Z")],
    "an empty line": [b""],
    "a carriage return": [json.dumps(event("touch")).encode() + b"\r"],
}
# What the host's reader can pass on; where the reader stops more itself, this list gets shorter.
REFUSED_BY_THE_PLUGIN = ("a negative order", "a member id of 10 KB", "a negative refund")


def all_rejected():
    """Every bad line, numbered one after the other, so that none is a duplicate of another."""
    lines = []
    for seq, bad in enumerate(REJECTED.values(), FIRST_BAD_SEQ):
        if isinstance(bad, bytes):
            lines.append(bad.replace(f'"seq": {FIRST_BAD_SEQ}'.encode(), f'"seq": {seq}'.encode()))
        else:
            lines.append({**bad, "seq": seq} if "seq" in bad else bad)
    return lines


class BadInputCase(unittest.TestCase):
    def setUp(self):
        self.host = crm.Host()
        self.addCleanup(self.host.close)

    def fresh(self):
        self.host.close()
        self.host = crm.Host()
        self.addCleanup(self.host.close)

    def feed_with(self, bad, name="odd.ndjson"):
        return crm.write_feed(self.host.scratch(name), HEADER, [*GOOD_BEFORE, *bad, *GOOD_AFTER])

    def replay(self, *feeds):
        """(summary, stderr) of a replay that has to come to its end."""
        done = self.host.try_replay(*feeds)
        self.assertEqual(done.returncode, 0, f"{crm.signal_name(done.returncode)}: {done.stderr}")
        return crm.last_json(done.stdout), done.stderr

    def assert_good_events_are_all_there(self):
        row = self.host.messages(TENANT, "messages.manual")["M-good"]
        shown = [row[key] for key in ("recipients", "success", "failed", "orders")]
        self.assertEqual(shown, [2, 1, 1, 2])
        self.assertEqual([crm.money(row[key]) for key in crm.MONEY],
                         [{"KRW": 1200}, {"KRW": 50}, {"KRW": 1150}])

    def assert_named(self, stderr, path, line):
        """A line on stderr with file, line number and a reason after it."""
        pattern = rf"{re.escape(path.name)}:{line}\b[^\n]*?[A-Za-z가-힣]{{3}}"
        self.assertRegex(stderr, pattern)


class LinesTest(BadInputCase):
    def test_a_bad_line_is_rejected_by_name_and_the_rest_is_kept(self):
        for what, bad in REJECTED.items():
            with self.subTest(what):
                self.fresh()
                path = self.feed_with([bad])
                summary, stderr = self.replay(path)
                self.assertEqual((summary["rejected"], summary["accepted"]), (1, GOOD_COUNT))
                self.assert_named(stderr, path, BAD_LINE)
                self.assert_good_events_are_all_there()

    def test_unusual_events_are_accepted(self):
        for what, odd in ACCEPTED.items():
            with self.subTest(what):
                self.fresh()
                summary, _ = self.replay(self.feed_with(odd))
                self.assertEqual(summary["rejected"], 0)
                self.assertEqual(summary["accepted"], GOOD_COUNT + len(odd))
                self.assert_good_events_are_all_there()
                self.host.digest(TENANT)

    def test_debatable_events_cost_nothing_else(self):
        for what, odd in EITHER.items():
            with self.subTest(what):
                self.fresh()
                summary, _ = self.replay(self.feed_with(odd))
                self.assertIn(summary["rejected"], (0, 1))
                self.assertIn(summary["accepted"] + summary["rejected"] - GOOD_COUNT, (0, 1))
                self.assert_good_events_are_all_there()

    def test_every_bad_line_of_a_feed_is_counted_and_named(self):
        path = self.feed_with(all_rejected())
        summary, stderr = self.replay(path)
        self.assertEqual((summary["rejected"], summary["accepted"]), (len(REJECTED), GOOD_COUNT))
        for number in range(len(REJECTED)):
            self.assert_named(stderr, path, BAD_LINE + number)
        self.assert_good_events_are_all_there()

    def test_unknown_types_are_skipped_and_counted_but_not_rejected(self):
        bad = [{"seq": 10 + n, "type": f"new_kind_{n}", "at": "2025-03-03T00:30:00Z"}
               for n in range(2)]
        summary, _ = self.replay(self.feed_with(bad))
        self.assertEqual((summary["rejected"], summary["skipped"]), (0, 2))
        self.assertEqual(summary["accepted"], GOOD_COUNT)
        self.assert_good_events_are_all_there()

    def test_a_seq_going_backwards_is_not_taken_twice(self):
        summary, _ = self.replay(self.feed_with([event("touch", seq=2)]))
        self.assertEqual(summary["accepted"], GOOD_COUNT)
        self.assertEqual(summary["duplicates"] + summary["rejected"], 1)
        self.assert_good_events_are_all_there()

    def test_rejected_events_are_rejected_or_duplicates_again_not_accepted(self):
        path = self.feed_with(all_rejected())
        self.replay(path)
        digest = self.host.digest(TENANT)
        again, _ = self.replay(path)
        self.assertEqual(again["accepted"], 0)
        self.assertEqual(self.host.digest(TENANT), digest)

    def test_a_last_line_without_line_end_counts(self):
        path = self.feed_with([])
        path.write_bytes(path.read_bytes().rstrip(b"\n"))
        self.assertEqual(self.replay(path)[0]["accepted"], GOOD_COUNT)

    def test_what_the_plugin_refused_is_in_quarantine_with_its_reason(self):
        self.replay(self.feed_with([dict(REJECTED[what], seq=FIRST_BAD_SEQ + number)
                                    for number, what in enumerate(REFUSED_BY_THE_PLUGIN)]))
        for locale in ("ko", "en"):
            document = self.host.view(TENANT, "health", locale=locale)
            rows = crm.table_with(document, "seq", "reason")["rows"]
            shown = {int(crm.plain(row["seq"])): crm.plain(row["reason"]) for row in rows}
            for number, what in enumerate(REFUSED_BY_THE_PLUGIN):
                self.assertTrue(shown.get(FIRST_BAD_SEQ + number), f"{what} is not in {shown}")


class FilesTest(BadInputCase):
    def refused(self, path, *words):
        """A feed that cannot be read as one: an error, and what was there before stays."""
        self.replay(self.feed_with([], "good.ndjson"))
        digest = self.host.digest(TENANT)
        done = self.host.try_replay(path)
        self.assertGreater(done.returncode, 0, crm.signal_name(done.returncode))
        for word in (path.name, *words):
            self.assertIn(word, done.stderr)
        self.assertEqual(self.host.digest(TENANT), digest)
        self.assert_good_events_are_all_there()

    def write(self, *lines):
        path = self.host.scratch("broken.ndjson")
        path.write_bytes(b"".join(crm.encode(line) + b"\n" for line in lines))
        return path

    def test_missing_header_is_refused(self):
        self.refused(self.write(*GOOD_BEFORE), "header")

    def test_wrong_feed_version_is_refused(self):
        path = self.write({**HEADER, "feed": "crm-feed/2"}, *GOOD_BEFORE)
        self.refused(path, "crm-feed/2", "crm-feed/1")

    def test_broken_headers_are_refused(self):
        for header in (b"", b"{", b"[]", {**HEADER, "tenant": ""}, {**HEADER, "source": None},
                       {**HEADER, "tenant": "../../etc"}, {**HEADER, "currency": "WON!"},
                       {**HEADER, "timezone": "Mars/Olympus"}):
            with self.subTest(header=header):
                self.fresh()
                self.refused(self.write(header, *GOOD_BEFORE))

    def test_a_tenant_name_never_leaves_the_data_folder(self):
        for tenant in ("../escaped", "/tmp/escaped", "a/../../escaped", "..", "a\0b"):
            with self.subTest(tenant=tenant):
                self.fresh()
                before = sorted(self.host.base.iterdir())
                path = self.write({**HEADER, "tenant": tenant}, *GOOD_BEFORE)
                done = self.host.try_replay(path)
                self.assertFalse(crm.crashed(done.returncode))
                self.assertFalse(Path("/tmp/escaped").exists())
                self.assertEqual(sorted({*self.host.base.iterdir()} - {path}), before)

    def test_an_empty_file_is_refused(self):
        self.refused(self.write())

    def test_a_missing_file_and_a_folder_are_refused(self):
        self.refused(self.host.scratch("never-there.ndjson"))
        self.fresh()
        self.refused(self.host.data)

    def test_a_truncated_gzip_keeps_what_came_before_the_cut_and_resumes(self):
        header, events = generated_feed.generate(6)
        first, second = (b"".join(crm.encode(e) + b"\n" for e in part)
                         for part in ([header, *events[:200]], events[200:]))
        packer = zlib.compressobj(wbits=31)
        head = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
        tail = packer.compress(second) + packer.flush()
        path = self.host.scratch("cut.ndjson.gz")
        path.write_bytes(head + tail[:len(tail) // 2])
        done = self.host.try_replay(path)
        self.assertGreater(done.returncode, 0, crm.signal_name(done.returncode))
        self.assertIn("cut.ndjson.gz", done.stderr)
        self.assertGreaterEqual(self.host.position(TENANT, HEADER["source"])[1], 200)
        path.write_bytes(head + tail)
        self.replay(path)
        self.assertEqual(self.host.position(TENANT, HEADER["source"])[1], len(events))

    def test_gzip_with_garbage_inside_or_behind_is_an_error_not_a_crash(self):
        path = self.host.scratch("garbage.ndjson.gz")
        packed = gzip.compress(self.feed_with([]).read_bytes())
        for content in (b"\x1f\x8b" + b"\0" * 50, packed[:20] + b"\xff" * 30 + packed[50:]):
            path.write_bytes(content)
            done = self.host.try_replay(path)
            self.assertGreater(done.returncode, 0, crm.signal_name(done.returncode))
            self.assertIn("garbage.ndjson.gz", done.stderr)

    def test_several_feeds_in_one_command_are_all_taken(self):
        one = crm.write_feed(self.host.scratch("one.ndjson"), HEADER, GOOD_BEFORE)
        header = {**HEADER, "source": "shop"}
        two = crm.write_feed(self.host.scratch("two.ndjson.gz"), header, GOOD_AFTER)
        self.assertEqual(self.replay(one, two)[0]["accepted"], GOOD_COUNT)
        self.assert_good_events_are_all_there()


class SizeTest(BadInputCase):
    def test_a_100_mb_line_is_rejected_in_little_memory(self):
        path = self.host.scratch("huge.ndjson")
        start, end = raw("message", name=b'"@"').split(b"@")
        with open(path, "wb") as out:
            for line in (HEADER, *GOOD_BEFORE):
                out.write(crm.encode(line) + b"\n")
            out.write(start)
            for _ in range(HUGE_LINE_BYTES // 1_000_000):
                out.write(b"x" * 1_000_000)
            out.write(end + b"\n")
            for line in GOOD_AFTER:
                out.write(crm.encode(line) + b"\n")
        summary, stderr, peak_mib = self.measured_replay(path)
        self.assertEqual((summary["rejected"], summary["accepted"]), (1, GOOD_COUNT))
        self.assert_named(stderr, path, BAD_LINE)
        self.assertLess(len(stderr), 10_000, "the line is repeated on stderr")
        self.assertLess(peak_mib, MEMORY_MIB)
        self.assert_good_events_are_all_there()

    def measured_replay(self, path):
        """(summary, stderr, peak MiB); run from a small process, whose own peak is inherited."""
        code = ("import resource, subprocess, sys; s = subprocess.call(sys.argv[1:]); "
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(s != 0)")
        command = [sys.executable, "-S", "-c", code, crm.host_path(), "replay",
                   "--data", self.host.data, path]
        done = subprocess.run(command, capture_output=True, check=False, text=True,
                              errors="replace")
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-2]), done.stderr, int(lines[-1]) / 1024

    def test_an_order_of_a_thousand_lines_is_accepted(self):
        lines = [dict(line_item()[0], product_no=f"P-{n}", name="이름" * 20) for n in range(1200)]
        summary, _ = self.replay(self.feed_with([event("order", lines=lines)]))
        self.assertEqual((summary["rejected"], summary["accepted"]), (0, GOOD_COUNT + 1))
        self.assert_good_events_are_all_there()


class ArgumentsTest(BadInputCase):
    """Every command with wrong arguments: a status above zero and a stderr that says why."""

    def assert_explained(self, words, *args):
        with self.subTest(args=args):
            done = crm.run(*args, check=False, timeout_s=60)
            self.assertGreater(done.returncode, 0, crm.signal_name(done.returncode))
            self.assertFalse(crm.crashed(done.returncode), crm.signal_name(done.returncode))
            self.assertGreater(len(done.stderr.strip()), 15, "no help on stderr")
            for word in words:
                self.assertIn(word.lower(), done.stderr.lower())

    def taken(self):
        """The data folder of a host that has a few good events."""
        self.replay(self.feed_with([]))
        return self.host.data

    def test_no_and_unknown_commands(self):
        self.assert_explained(["replay", "export"])
        self.assert_explained(["explode"], "explode")

    def test_plugins(self):
        self.assert_explained(["/no/such/folder"], "plugins", "--plugin-dir", "/no/such/folder")

    def test_replay(self):
        feed = self.feed_with([])
        self.assert_explained(["--data"], "replay", feed)
        self.assert_explained(["feed"], "replay", "--data", self.host.data)
        self.assert_explained(["--explode"], "replay", "--data", self.host.data, "--explode", feed)
        self.assert_explained(["never.ndjson"], "replay", "--data", self.host.data, "never.ndjson")
        self.assert_explained([str(feed)], "replay", "--data", feed, feed)  # a file is no folder

    def test_view(self):
        data = self.taken()
        self.assert_explained(["--tenant"], "view", "--data", data, "health")
        self.assert_explained(["nobody"], "view", "--data", data, "--tenant", "nobody", "health")
        view = ("view", "--data", data, "--tenant", TENANT)
        self.assert_explained(["no.such.view"], *view, "no.such.view")
        self.assert_explained(["fr"], *view, "health", "--locale", "fr")
        self.assert_explained(["M-never"], *view, "message", "--param", "message_id=M-never")
        self.assert_explained(["message_id"], *view, "message")
        self.assert_explained(["novalue"], *view, "health", "--param", "novalue")
        self.assert_explained(["cursor"], *view, "messages.manual", "--param", "cursor=%%%broken")

    def test_export(self):
        data, out = self.taken(), self.host.scratch("o.csv")
        good = {"data": data, "tenant": TENANT, "message": "M-good", "reason": "test", "out": out}

        def wrong(words, *extra, **changes):
            pairs = [part for key, value in {**good, **changes}.items() if value is not None
                     for part in (f"--{key}", value)]
            self.assert_explained(words, "export", *pairs, *extra)
            self.assertFalse(out.exists() or Path(f"{out}.jws").exists())

        for option in ("data", "tenant", "message", "reason", "out"):
            wrong([f"--{option}"], **{option: None})
        wrong(["reason"], reason="  ")
        wrong(["nobody"], tenant="nobody")
        wrong(["M-never"], message="M-never")
        wrong(["excel-95"], "--dialect", "excel-95")
        wrong(["no_such_column"], "--columns", "sent,no_such_column")
        wrong(["fr"], "--locale", "fr")
        wrong(["/no/such/folder"], out="/no/such/folder/o.csv")

    def test_jwks_verify_and_digest(self):
        data = self.taken()
        keys = self.host.jwks(self.host.scratch("keys.jwks"))
        self.assert_explained(["--data"], "jwks")
        self.assert_explained(["--jwks"], "verify", "some.csv")
        self.assert_explained(["never.jwks"], "verify", "--jwks", "never.jwks", "some.csv")
        self.assert_explained(["never.csv"], "verify", "--jwks", keys, "never.csv")
        self.assert_explained(["--tenant"], "digest", "--data", data)
        self.assert_explained(["nobody"], "digest", "--data", data, "--tenant", "nobody")
        self.assert_explained(["/no/such"], "digest", "--data", "/no/such", "--tenant", TENANT)


if __name__ == "__main__":
    unittest.main()
