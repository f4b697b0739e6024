"""Exports through the real crm-host: complete, exact, signed; any change of them is refused."""

import base64
import contextlib
import hashlib
import json
import os
import random
import re
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
from export_file import (COLUMNS, DIALECTS, KOREAN, jws_parts, records, sidecar,
                         spreadsheet_bytes, sums, table, unbase64url, without_zeros)

MANIFEST_KEYS = {"version", "iss", "tenant", "message_id", "export_id", "request_sha256", "columns",
                 "dialect", "masked", "locale", "rule_version", "as_of", "retained_from", "rows",
                 "recipients", "bytes", "sha256", "created_at", "previous_export_sha256"}
# A process takes ten times as long under sanitizers, and there are a thousand of them.
TAMPERED_PLACES = 20 if crm.SANITIZED else 200
REAL_MESSAGES_STEP = 8 if crm.SANITIZED else 1
ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


class ExportedFeed:
    """A feed in a host, with a raw-v1 export of every message that was reported; of a real feed, of
    some of them under sanitizers."""

    def __init__(self, path):
        self.host = crm.Host()
        step = 1 if path is None else REAL_MESSAGES_STEP
        if path is None:
            generated = generated_feed.generate(11)
            path = crm.write_feed(self.host.scratch("feed.ndjson"), *generated)
        header, self.events = reference.read_feed(path)
        self.tenant = header["tenant"]
        self.host.replay(path)
        self.expected = reference.evaluate(self.events)["messages"]
        self.won = reference.won_orders(self.events)
        self.jwks = None
        self.csv = {}
        reported = [message_id for message_id, row in self.expected.items() if row["kind"]]
        for number, message_id in enumerate(reported[::step]):
            self.csv[message_id] = self.export(message_id, f"m{number}.csv")
        self.jwks = self.host.jwks(self.host.scratch("keys.jwks"))

    def export(self, message_id, name, *extra, **more):
        out = self.host.scratch(name)
        self.host.export(self.tenant, message_id, out, *extra, **more)
        return out

    def deliveries_of(self, message_id):
        return {event["delivery_id"] for event in reference.of_type(self.events, "delivery")
                if event["message_id"] == message_id}

    def views(self):
        shown = {}
        for view in crm.LISTS:
            shown.update(self.host.messages(self.tenant, view))
        return shown


class EveryMessage:
    """What holds for the export of every message of a feed."""

    @classmethod
    def setUpClass(cls):
        cls.feed = ExportedFeed(cls.path())
        cls.addClassCleanup(cls.feed.host.close)

    def for_each(self, check):
        for message_id, path in self.feed.csv.items():
            with self.subTest(message=message_id):
                check(message_id, path)

    def test_every_export_verifies(self):
        def check(_, path):
            done = crm.verify(self.feed.jwks, path)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.for_each(check)

    def test_every_csv_is_rfc_4180_with_korean_headers_in_order(self):
        def check(_, path):
            data = path.read_bytes()
            self.assertTrue(data.startswith(",".join(KOREAN.values()).encode() + b"\r\n"))
            self.assertTrue(data.endswith(b"\r\n"))
            self.assertEqual({len(row) for row in table(data)[1]} - {len(COLUMNS)}, set())
        self.for_each(check)

    def test_sums_over_the_rows_equal_the_numbers_of_the_view(self):
        views = self.feed.views()

        def check(message_id, path):
            rows, expected = records(path), self.feed.expected[message_id]
            for column, key in (("order_amount", "gross"), ("attributed_amount", "gross"),
                                ("refunded_amount", "refunded")):
                self.assertEqual(sums(rows, column), without_zeros(expected[key]), column)
                for currency, minor in crm.money(views[message_id][key]).items():
                    self.assertEqual(sums(rows, column).get(currency), minor, column)
        self.for_each(check)

    def test_spreadsheet_dialect_says_the_same_made_safe(self):
        def check(message_id, path):
            safe = self.feed.export(message_id, "safe.csv", dialect="spreadsheet-v1")
            self.assertEqual(safe.read_bytes(), spreadsheet_bytes(COLUMNS, *table(path.read_bytes())))
            self.assertEqual(records(safe), records(path))
            manifest = jws_parts(safe)[1]
            self.assertEqual(manifest["dialect"], "spreadsheet-v1")
            self.assertEqual(manifest["rows"], jws_parts(path)[1]["rows"])
            done = crm.verify(self.feed.jwks, safe)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.for_each(check)

    def test_every_order_and_line_is_there_once(self):
        def check(message_id, path):
            rows, won = records(path), self.feed.won[message_id]
            ids = [row["order_id"] for row in rows if row["order_id"]]
            wanted = [i for i, order in won.items() for _ in range(max(1, len(order["lines"])))]
            self.assertEqual(sorted(ids), sorted(wanted))
            first = [row["order_id"] for row in rows if row["order_amount"]]
            self.assertEqual(sorted(first), sorted(won), "an order's amount on its first line only")
        self.for_each(check)

    def test_every_sale_stands_beside_the_delivery_that_reached_its_member(self):
        sent = {"sent": "성공", "delivered": "성공", "failed": "실패"}

        def check(message_id, path):
            won = self.feed.won[message_id]
            for row in records(path):
                if not row["order_id"]:
                    continue
                beside = won[row["order_id"]]["beside"]
                self.assertEqual(row["sent"], sent.get(beside["status"], "대기") if beside else "", row)
                if beside is None or beside["success_us"] is not None:
                    at_us = reference.time_us(row["sent_at"]) if row["sent_at"] else None
                    self.assertEqual(at_us, beside and beside["success_us"], row)
        self.for_each(check)

    def test_every_delivery_has_a_row(self):
        def check(message_id, path):
            rows, deliveries = records(path), self.feed.deliveries_of(message_id)
            order_rows = sum(1 for row in rows if row["order_id"])
            self.assertGreaterEqual(len(rows), max(len(deliveries), order_rows))
            self.assertLessEqual(len(rows), len(deliveries) + order_rows)
        self.for_each(check)

    def test_manifest_tells_what_is_in_the_file(self):
        def check(message_id, path):
            manifest, data = jws_parts(path)[1], path.read_bytes()
            self.assertEqual(MANIFEST_KEYS - manifest.keys(), set())
            self.assertEqual((manifest["tenant"], manifest["message_id"], manifest["columns"]),
                             (self.feed.tenant, message_id, COLUMNS))
            self.assertEqual(manifest["rows"], len(table(data)[1]))
            self.assertEqual(manifest["bytes"], len(data))
            self.assertEqual(manifest["sha256"].lower(), hashlib.sha256(data).hexdigest())
            self.assertEqual((manifest["dialect"], manifest["masked"]), ("raw-v1", True))
            for key in ("success", "failed", "pending", "excluded"):
                expected = self.feed.expected[message_id][key]
                self.assertEqual(manifest["recipients"][key], expected, key)
        self.for_each(check)

    def test_no_member_id_is_in_a_manifest_or_a_masked_file(self):
        members = {e["member_id"] for e in self.feed.events if e.get("member_id")}

        def check(_, path):
            text = json.dumps(jws_parts(path)[:2], ensure_ascii=False)
            self.assertEqual(set(re.findall(r"[\w.@-]+", text)) & members, set())
            self.assertEqual({row["member_id"] for row in records(path)} & members, set())
        self.for_each(check)

    def test_openssl_alone_confirms_digest_and_signature(self):
        keys = {key["kid"]: key for key in json.loads(self.feed.jwks.read_text())["keys"]}

        def check(_, path):
            header, manifest, signed, signature = jws_parts(path)
            digest = openssl("dgst", "-sha256", "-r", path).stdout.split()[0].decode()
            self.assertEqual(manifest["sha256"].lower(), digest)
            self.assertEqual(header["typ"], "crm-export-manifest+jws")
            der, text, sig = (path.with_suffix(f".{name}") for name in ("der", "in", "sig"))
            der.write_bytes(ED25519_SPKI + unbase64url(keys[header["kid"]]["x"]))
            text.write_bytes(signed)
            sig.write_bytes(signature)
            done = openssl("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", der,
                           "-rawin", "-in", text, "-sigfile", sig)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.for_each(check)

    def test_second_export_of_the_same_state_gives_the_same_bytes(self):
        def check(message_id, path):
            again = self.feed.export(message_id, "again.csv")
            self.assertEqual(again.read_bytes(), path.read_bytes())
            self.assertNotEqual(sidecar(again).read_bytes(), sidecar(path).read_bytes())
            one, two = (self.feed.export(message_id, f"safe{n}.csv", dialect="spreadsheet-v1")
                        for n in (1, 2))
            self.assertEqual(one.read_bytes(), two.read_bytes())
        self.for_each(check)


def openssl(*args):
    return subprocess.run(["openssl", *map(str, args)], capture_output=True, check=False)


class GeneratedFeedExports(EveryMessage, unittest.TestCase):
    @staticmethod
    def path():
        return None


class CompleteJourneyExports(EveryMessage, unittest.TestCase):
    @staticmethod
    def path():
        return crm.real_feed("completejourney")


class OptionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.feed = ExportedFeed(None)
        cls.addClassCleanup(cls.feed.host.close)

    def test_kids_of_the_keys_are_rfc_7638_thumbprints(self):
        for key in json.loads(self.feed.jwks.read_text())["keys"]:
            self.assertEqual((key["kty"], key["crv"]), ("OKP", "Ed25519"))
            canonical = json.dumps({k: key[k] for k in ("crv", "kty", "x")}, separators=(",", ":"))
            digest = hashlib.sha256(canonical.encode()).digest()
            self.assertEqual(key["kid"], base64.urlsafe_b64encode(digest).rstrip(b"=").decode())

    def test_english_locale_gives_english_headers(self):
        for dialect in DIALECTS:
            out = self.feed.export("M-orders", "en.csv", "--locale", "en", dialect=dialect)
            header, _ = table(out.read_bytes())
            self.assertEqual(len(set(header)), len(COLUMNS))
            for name in header:
                self.assertRegex(name, r"^[A-Za-z][A-Za-z ()/.-]*$")

    def test_times_carry_the_offset_of_the_tenant(self):
        for row in records(self.feed.csv["M-orders"]):
            for column in ("sent_at", "ordered_at"):
                self.assertRegex(row[column], r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00)?$")

    def test_chosen_columns_only(self):
        chosen = ["sent", "member_id", "order_amount"]
        everything = records(self.feed.csv["M-orders"])
        wanted = [[row[key] for key in chosen] for row in everything]
        header = [KOREAN[key] for key in chosen]
        for dialect in DIALECTS:
            out = self.feed.export("M-orders", "some.csv", "--columns", "order_amount,sent,member_id",
                                   dialect=dialect)
            self.assertEqual(table(out.read_bytes()), (header, wanted))
            self.assertEqual(jws_parts(out)[1]["columns"], chosen)
        self.assertEqual(out.read_bytes(), spreadsheet_bytes(chosen, header, wanted))

    def test_members_are_readable_with_unmask_only(self):
        members = {event["member_id"] for event in self.feed.events
                   if event["type"] == "delivery" and event["message_id"] == "M-control"}
        for dialect in DIALECTS:
            masked = self.feed.export("M-control", "masked.csv", dialect=dialect)
            self.assertEqual({row["member_id"] for row in records(masked)} & members, set())
            self.assertIs(jws_parts(masked)[1]["masked"], True)
            out = self.feed.export("M-control", "open.csv", "--unmask", dialect=dialect)
            self.assertEqual({row["member_id"] for row in records(out)}, members)
            self.assertIs(jws_parts(out)[1]["masked"], False)
            self.assertEqual(crm.verify(self.feed.jwks, out).returncode, 0)

    def test_erased_members_are_gone_even_with_unmask(self):
        out = self.feed.export("M-erased", "erased.csv", "--unmask")
        shown = [row for row in records(out) if row["member_id"] == "member-straddle"]
        self.assertEqual(shown, [], "both deliveries to this member are from before the erasure")


class TargetsTest(unittest.TestCase):
    """Where --out leads: to regular files, through links, and nowhere else."""

    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.generate(3)
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))

    def export(self, out, check=True):
        return self.host.export(self.tenant, "M-orders", out, check=check)

    def refused(self, out, what):
        kind = os.lstat(out)
        done = self.export(out, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"cannot write {out}: it is {what}", done.stderr)
        self.assertIn("--out", done.stderr)
        after = os.lstat(out)
        self.assertEqual((kind.st_mode, kind.st_ino), (after.st_mode, after.st_ino))

    def test_devices_pipes_and_folders_are_refused_by_name_and_stay(self):
        folder, pipe, link = (self.host.scratch(name) for name in ("folder", "pipe", "to-null"))
        folder.mkdir()
        os.mkfifo(pipe)
        link.symlink_to("/dev/null")
        for out, what in ((folder, "a folder"), (pipe, "a pipe"), (link, "a name in a folder of the kernel"),
                          ("/dev/null", "a name in"), ("/dev/stdout", "a name in")):
            with self.subTest(out=str(out)):
                self.refused(out, what)
        self.assertFalse(Path("/dev/stdout.jws").exists() or Path("/dev/null.jws").exists())

    def test_a_proof_that_cannot_be_a_file_is_refused_before_anything_is_written(self):
        out = self.host.scratch("blocked.csv")
        self.host.scratch("blocked.csv.jws").mkdir()
        done = self.export(out, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("blocked.csv.jws: it is a folder", done.stderr)
        self.assertFalse(out.exists())

    def test_links_are_followed_and_stay(self):
        real, link = self.host.scratch("real.csv"), self.host.scratch("link.csv")
        link.symlink_to("real.csv")
        for _ in range(2):  # dangling, then to a file
            self.export(link)
            self.assertTrue(link.is_symlink())
            self.assertTrue(real.is_file() and not real.is_symlink())
            jwks = self.host.jwks(self.host.scratch("keys.jwks"))
            self.assertEqual(crm.verify(jwks, link).returncode, 0)

    def test_files_that_only_look_temporary_stay(self):
        out = self.host.scratch("kept.csv")
        notes = self.host.scratch("kept.csv.tmp-notes")
        notes.write_text("mine")
        self.export(out)
        self.assertEqual(notes.read_text(), "mine")


class TamperingTest(unittest.TestCase):
    """Every change of the file or of its sidecar is refused, in words, without a crash."""

    @classmethod
    def setUpClass(cls):
        cls.feed = ExportedFeed(None)
        cls.addClassCleanup(cls.feed.host.close)
        cls.original = max(cls.feed.csv.values(), key=lambda path: path.stat().st_size)
        cls.data, cls.jws = cls.original.read_bytes(), sidecar(cls.original).read_bytes()
        cls.copy = cls.feed.host.scratch("copy.csv")

    def verified(self, data, jws, jwks=None):
        self.copy.write_bytes(data)
        sidecar(self.copy).unlink(missing_ok=True)
        if jws is not None:
            sidecar(self.copy).write_bytes(jws)
        return crm.verify(jwks or self.feed.jwks, self.copy)

    def assert_refused(self, data, jws, jwks=None):
        done = self.verified(data, jws, jwks)
        self.assertNotEqual(done.returncode, 0, "a changed export was accepted")
        self.assertFalse(crm.crashed(done.returncode), crm.signal_name(done.returncode))
        self.assertTrue(done.stderr.strip(), "refused without a word on stderr")

    def lines(self):
        """Header and rows as exact bytes: a row ends at CRLF outside of quotes."""
        rows, row = [], b""
        for piece in self.data.split(b"\r\n")[:-1]:
            row += piece + b"\r\n"
            if row.count(b'"') % 2 == 0:
                rows.append(row)
                row = b""
        return rows

    def test_unchanged_copy_is_accepted(self):
        self.assertEqual(self.verified(self.data, self.jws).returncode, 0)

    def test_changed_bytes_of_the_file_are_refused(self):
        rng = random.Random(1)
        for place in rng.sample(range(len(self.data)), min(TAMPERED_PLACES, len(self.data))):
            with self.subTest(place=place):
                changed = bytearray(self.data)
                changed[place] ^= 1 << rng.randrange(8)
                self.assert_refused(bytes(changed), self.jws)

    def test_a_changed_byte_anywhere_in_the_sidecar_is_refused(self):
        rng = random.Random(2)
        places = range(len(self.jws))
        for place in rng.sample(places, TAMPERED_PLACES) if crm.SANITIZED else places:
            with self.subTest(place=place):
                changed = bytearray(self.jws)
                changed[place] ^= 1 << rng.randrange(8)
                self.assert_refused(self.data, bytes(changed))

    def test_non_canonical_last_characters_of_the_sidecar_are_refused(self):
        text = self.jws.rstrip()
        alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        ends = [index - 1 for index in range(len(text) + 1) if text[index:index + 1] in (b".", b"")]
        for place in ends:
            for other in set(alphabet[::8] if crm.SANITIZED else alphabet) - {text[place]}:
                with self.subTest(place=place, other=chr(other)):
                    self.assert_refused(self.data, text[:place] + bytes([other]) + text[place + 1:])

    def test_truncated_and_lengthened_files_are_refused(self):
        for data in (b"", self.data[:-1], self.data[:-2], self.data[:len(self.data) // 2],
                     self.data + b"\r\n", self.data + b" ", b"\xef\xbb\xbf" + self.data):
            with self.subTest(bytes=len(data)):
                self.assert_refused(data, self.jws)

    def test_removed_swapped_and_doubled_rows_are_refused(self):
        lines = self.lines()
        self.assertEqual(b"".join(lines), self.data)
        first, second = 1, next(i for i in range(2, len(lines)) if lines[i] != lines[1])
        swapped = list(lines)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        for changed in (lines[:1] + lines[2:], lines[:-1], swapped, lines + lines[-1:], lines[1:]):
            self.assert_refused(b"".join(changed), self.jws)

    def test_missing_empty_and_foreign_sidecars_are_refused(self):
        other = next(path for path in self.feed.csv.values() if path.read_bytes() != self.data)
        for jws in (None, b"", b"..", self.jws[:-10], self.jws.replace(b".", b"", 1),
                    self.jws.strip() * 2, sidecar(other).read_bytes(), b"\0" * 100, b"a.b.c"):
            with self.subTest(jws=jws and jws[:10]):
                self.assert_refused(self.data, jws)

    def test_keys_of_another_host_refuse_it(self):
        with crm.Host() as stranger:
            header, events = generated_feed.generate(1)
            stranger.replay(crm.write_feed(stranger.scratch("feed.ndjson"), header, events[:5]))
            self.assert_refused(self.data, self.jws, stranger.jwks(stranger.scratch("other.jwks")))

    def test_broken_key_files_are_refused(self):
        short_key = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}'
        for text in ("", "{", "[]", '{"keys":[]}', short_key):
            with self.subTest(jwks=text):
                jwks = self.feed.host.scratch("broken.jwks")
                jwks.write_text(text)
                self.assert_refused(self.data, self.jws, jwks)

    def test_failed_export_leaves_no_file(self):
        out = self.feed.host.scratch("never.csv")
        done = self.feed.host.export(self.feed.tenant, "no-such-message", out, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no-such-message", done.stderr)
        self.assertFalse(out.exists() or sidecar(out).exists())

    def test_renamed_pair_still_verifies(self):
        moved = self.feed.host.scratch("이름 바꿈.csv")
        shutil.copy(self.original, moved)
        shutil.copy(sidecar(self.original), sidecar(moved))
        self.assertEqual(crm.verify(self.feed.jwks, moved).returncode, 0)


class LossesInTheStore(unittest.TestCase):
    """What the store has lost is not signed as if it were whole."""

    MESSAGE = "M-large"
    LOSSES = (
        "DELETE FROM fence WHERE block_no = (SELECT max(block_no) - 1 FROM fence JOIN run USING (run_no) WHERE tree = 1)",
        "DELETE FROM block WHERE block_no = (SELECT max(block_no) - 1 FROM fence JOIN run USING (run_no) WHERE tree = 1)",
        "UPDATE message SET success = success + 1",
        "DELETE FROM failure",
    )

    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.one_message(cls.MESSAGE, deliveries=4_000)
        failed = {**events[-1], "seq": events[-1]["seq"] + 1, "delivery_id": "d-failed", "status": "failed", "code": "S11"}
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, [*events, failed]))

    def test_is_an_error_by_name_without_a_file_or_a_proof(self):
        for loss in self.LOSSES:
            with self.subTest(loss):
                folder = self.host.scratch("damaged")
                shutil.rmtree(folder, ignore_errors=True)
                damaged = crm.Host(shutil.copytree(self.host.data, folder))
                file, = damaged.data.rglob("history.db")
                with contextlib.closing(sqlite3.connect(file)) as database, database:
                    self.assertGreater(database.execute(loss).rowcount, 0)
                out = self.host.scratch("lost.csv")
                done = damaged.export(self.tenant, self.MESSAGE, out, check=False)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stderr, "M-large|run|block|message|failure")
                self.assertIn("backup", done.stderr)
                self.assertFalse(out.exists() or sidecar(out).exists())
                newest = damaged.rows(self.tenant, "exports", "event", "detail")
                if newest:  # else it was found before the request was granted
                    self.assertIn(crm.plain(newest[0]["event"]), ("failed", "refused"))
                    self.assertTrue(crm.plain(newest[0]["detail"]))


if __name__ == "__main__":
    unittest.main()
