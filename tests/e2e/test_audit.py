"""The audit chain: every request has its row, and every change of the chain is found."""

import json
import shutil
import socket
import sqlite3
import sys
import time
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
from console import Console, Visitor

MESSAGE = "M-orders"


def view_path(view, plugin, tenant, **params):
    named = {"tenant": tenant, "locale": "ko", **{f"p.{key}": value for key, value in params.items()}}
    return f"/api/views/{plugin}/{view}?{urllib.parse.urlencode(named)}"


ROW = ("audit_no, at, event, export_id, actor, origin, reason, message_id, dialect, columns, masked, rows, csv_sha256,"
       " detail, iss, jti, previous_sha256, sha256")


class AuditCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.generate(4)
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.out = cls.host.scratch("o.csv")

    def export(self, *extra, message=MESSAGE, reason="월말 정산", out=None, **more):
        return crm.run("export", "--data", self.host.data, "--tenant", self.tenant, "--message", message, "--reason", reason,
                       "--out", out or self.out, *extra, check=False, **more)

    def rows(self):
        """The rows of the exports view, newest first, with bare values."""
        return [{key: crm.plain(cell) for key, cell in row.items()}
                for row in self.host.rows(self.tenant, "exports", "event", "detail")]

    def verify(self, data=None):
        return crm.run("verify", "--audit", "--data", data or self.host.data, "--tenant", self.tenant, check=False)


class BadRequests(AuditCase):
    """Each is refused or ended by name, on record, without a proof, and the host goes on."""

    def check(self, done, events, *words, out=None):
        self.assertGreater(done.returncode, 0, crm.signal_name(done.returncode))
        for word in words:
            self.assertIn(word, done.stderr)
        out = Path(out or self.out)
        self.assertFalse(out.is_file() or Path(f"{out}.jws").exists(), "a failed export left a file")
        self.assertEqual(list(out.parent.glob(f"{out.name}.tmp-*")) if out.parent.is_dir() else [], [])
        newest = self.rows()[:len(events)]
        self.assertEqual([row["event"] for row in newest], events[::-1])
        self.assertTrue(newest[0]["detail"])
        self.assertEqual(self.verify().returncode, 0)
        return newest[0]

    def test_no_reason(self):
        for reason in ("", " ", "\u3000\u200b"):
            with self.subTest(reason=reason):
                row = self.check(self.export(reason=reason), ["refused"], "reason", "ask the actor")
                self.assertIn("the claim reason is", row["detail"])

    def test_unknown_column(self):
        row = self.check(self.export("--columns", "sent,salary"), ["refused"], "\"salary\"", "columns")
        self.assertEqual(row["columns"], "sent")

    def test_unknown_dialect(self):
        row = self.check(self.export("--dialect", "excel-95"), ["refused"], "\"excel-95\"", "dialect")
        self.assertEqual(row["dialect"], "excel-95")

    def test_unknown_language(self):
        self.check(self.export("--locale", "fr"), ["refused"], "\"fr\"", "locale")

    def test_message_of_another_tenant(self):
        header, events = generated_feed.generate(5)
        events[0] = {"seq": 1, "type": "message", "at": "2025-03-03T00:00:00Z", "message_id": "M-theirs", "kind": "manual",
                     "channel": "sms", "name": "x", "state": "completed"}
        path = crm.write_feed(self.host.scratch("other.ndjson"), {**header, "tenant": "mall-2"}, events[:1])
        self.host.replay(path)
        row = self.check(self.export(message="M-theirs"), ["refused"], "M-theirs", "not known")
        self.assertEqual(row["message_id"], "M-theirs")

    def test_unwritable_target(self):
        folder = self.host.scratch("folder.csv")
        folder.mkdir()
        for out in ("/no/such/folder/o.csv", "/proc/o.csv", folder):
            with self.subTest(out=out):
                self.check(self.export(out=out), ["granted", "failed"], str(out), out=out)


class ConsoleRequests(AuditCase):
    """What the console itself refuses is on record as well, and so is a browser that went away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        header, events = generated_feed.one_message("M-large", deliveries=150_000)
        cls.host.replay(crm.write_feed(cls.host.scratch("large.ndjson"), {**header, "source": "large"}, events))
        cls.console = Console(cls.host.data)
        cls.addClassCleanup(cls.console.stop)

    def ask(self, name, **changes):
        visitor = Visitor(self.console, name)
        body = {"plugin": visitor.plugin_with("messages.manual"), "tenant": self.tenant, "message_id": MESSAGE,
                "reason": "주간 보고", "dialect": "raw-v1", "locale": "ko", **changes}
        return visitor, body

    def newest(self):
        return self.rows()[0]

    def test_refusals_of_the_console_are_on_record(self):
        for name, changes, status, why in (("exporter", {"unmask": True}, 403, "lacks member.read"),
                                           ("viewer", {}, 403, "lacks history.export"),
                                           ("exporter", {"reason": " \u3000"}, 400, "the claim reason is blank")):
            with self.subTest(name=name, changes=changes):
                visitor, body = self.ask(name, **changes)
                self.assertEqual(visitor.post("/api/exports", body).status, status)
                row = self.newest()
                self.assertEqual((row["event"], row["actor"]), ("refused", name))
                self.assertIn(why, row["detail"])
                self.assertIn("console from 127.0.0.1", row["origin"])

    def test_a_browser_that_stops_reading_ends_the_export_and_not_the_console(self):
        visitor, body = self.ask("exporter", message_id="M-large")
        data = json.dumps(body).encode()
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.connect(("127.0.0.1", self.console.port))
            stuck.sendall(f"POST /api/exports HTTP/1.1\r\nHost: 127.0.0.1:{self.console.port}\r\nCookie: {visitor.cookie}\r\n"
                          f"X-CSRF-Token: {visitor.csrf}\r\nContent-Type: application/json\r\n"
                          f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
            self.assertIn(b"200", stuck.recv(100))
            while self.newest()["event"] == "granted":  # the test's own time is the bound
                time.sleep(0.1)
            self.assertEqual(self.newest()["event"], "cancelled")
            self.assertIn("reader", self.newest()["detail"])
        visitor, body = self.ask("exporter")
        self.assertEqual(visitor.post("/api/exports", body).status, 200)
        self.assertEqual(self.verify().returncode, 0)


class Guesses(AuditCase):
    """Whoever may not read members finds nobody by an id, and each try is told of in the chain, which does not grow with them."""

    GUESSES = 60

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.console = Console(cls.host.data)
        cls.addClassCleanup(cls.console.stop)
        cls.plugin = Visitor(cls.console, "viewer").plugin_with("messages.manual")

    def look_at_the_chain(self):
        """As who may: what was only counted gets its row before."""
        page = Visitor(self.console, "exporter").get(view_path("exports", self.plugin, self.tenant))
        self.assertEqual(page.status, 200)

    def members(self):
        """Who is shown to whom may read them."""
        visitor = Visitor(self.console, "privacy")
        page = visitor.get(view_path("message.recipients", self.plugin, self.tenant, message_id=MESSAGE) + "&unmask=1")
        rows = crm.table_with(page.json, "member")["rows"]
        return [row["member"]["text"] for row in rows if row["member"]["state"] == "shown"]

    def test_a_viewer_cannot_tell_a_member_from_nobody(self):
        known, viewer = self.members(), Visitor(self.console, "viewer")
        self.assertGreater(len(known), 3)
        before = len(self.rows())
        guesses = (known + ["nobody"] * self.GUESSES)[:self.GUESSES]
        answers = set()
        for guess in guesses:
            answer = viewer.get(view_path("member", self.plugin, self.tenant, member_id=guess))
            answers.add((answer.status, answer.body))
            found = viewer.get(view_path("message.recipients", self.plugin, self.tenant, message_id=MESSAGE, q=guess))
            self.assertEqual(crm.table_with(found.json, "member")["rows"], [])
        self.assertEqual(len(answers), 1)
        self.assertEqual(next(iter(answers))[0], 404)
        self.look_at_the_chain()
        rows = self.rows()
        refused = [row for row in rows[:len(rows) - before] if row["actor"] == "viewer"]
        self.assertEqual(len(refused), 11)
        self.assertIn(f"{self.GUESSES - 10} more requests", refused[0]["detail"])
        self.assertNotIn(known[0], json.dumps(rows))
        self.assertEqual(self.verify().returncode, 0)

    def test_refused_exports_do_not_fill_the_chain(self):
        operator = Visitor(self.console, "operator")
        before = len(self.rows())
        body = {"plugin": self.plugin, "tenant": self.tenant, "message_id": MESSAGE, "reason": "x" * 500, "dialect": "raw-v1", "locale": "ko"}
        for _ in range(self.GUESSES):
            self.assertEqual(operator.post("/api/exports", body).status, 403)
        self.look_at_the_chain()
        rows = self.rows()
        self.assertEqual(len(rows) - before, 11)
        self.assertIn(f"{self.GUESSES - 10} more requests", rows[0]["detail"])
        self.assertEqual(self.verify().returncode, 0)

    def test_whoever_sees_members_is_on_record_once(self):
        shown = set(self.members())
        self.members()
        rows = [row for row in self.rows() if row["event"] == "read"]
        self.assertEqual(len(rows), 1)
        self.assertEqual((rows[0]["actor"], rows[0]["columns"], rows[0]["message_id"]), ("privacy", "message.recipients", MESSAGE))
        self.assertEqual(rows[0]["rows"], len(shown))
        self.assertEqual(len(set(rows[0]["detail"].split())), len(shown))
        self.assertEqual(self.verify().returncode, 0)


class Tampering(AuditCase):
    """Done to the database of a copy, with sqlite, as somebody with access to the files could."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("export")
        for number in range(3):
            case.export(reason=f"정산 {number}")
        case.export(reason=" ")
        case.export(message="M-never")

    def tampered(self, sql):
        copy = Path(shutil.copytree(self.host.data, self.host.scratch("copy")))
        try:
            file, = copy.rglob("history.db")
            with sqlite3.connect(file) as database:
                database.executescript(sql)
            database.close()
            return self.verify(copy)
        finally:
            shutil.rmtree(copy)

    def assert_found(self, sql, *words):
        with self.subTest(sql=sql):
            done = self.tampered(sql)
            self.assertGreater(done.returncode, 0, done.stdout)
            for word in words:
                self.assertIn(word, done.stderr)

    def test_the_chain_as_it_is_is_sound(self):
        done = self.tampered("")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("8 rows", done.stdout)

    def test_a_changed_field_is_found(self):
        for field in ROW.replace(" ", "").split(","):
            if field in ("audit_no", "previous_sha256", "sha256"):
                continue
            value = f"{field} + 1" if field in ("at", "rows") else "1 - masked" if field == "masked" else f"{field} || 'x'"
            for number in (1, 5, 8):
                self.assert_found(f"UPDATE audit SET {field} = {value} WHERE audit_no = {number}",
                                  f"audit row {number} does not match its checksum")

    def test_a_removed_row_is_found(self):
        for number in range(1, 9):
            self.assert_found(f"DELETE FROM audit WHERE audit_no = {number}", f"audit row {number} is missing")

    def test_a_removed_end_is_found(self):
        for first in range(1, 9):
            self.assert_found(f"DELETE FROM audit WHERE audit_no >= {first}", f"audit row {first} is missing")

    def test_an_inserted_row_is_found(self):
        columns = ROW.replace("audit_no", "9")
        self.assert_found(f"INSERT INTO audit ({ROW}) SELECT {columns} FROM audit WHERE audit_no = 8", "audit row 9")
        self.assert_found(
            "UPDATE audit SET audit_no = -audit_no - 1 WHERE audit_no >= 4;"
            "UPDATE audit SET audit_no = -audit_no WHERE audit_no < 0;"
            f"INSERT INTO audit ({ROW}) SELECT {ROW.replace('audit_no', '4')} FROM audit WHERE audit_no = 2", "audit row 4")

    def test_swapped_rows_are_found(self):
        for number in range(1, 8):
            self.assert_found(f"UPDATE audit SET audit_no = -1 WHERE audit_no = {number};"
                              f"UPDATE audit SET audit_no = {number} WHERE audit_no = {number + 1};"
                              f"UPDATE audit SET audit_no = {number + 1} WHERE audit_no = -1", f"audit row {number}")

    def test_a_chain_without_its_end_does_not_go_on(self):
        copy = Path(shutil.copytree(self.host.data, self.host.scratch("copy")))
        self.addCleanup(shutil.rmtree, copy)
        file, = copy.rglob("history.db")
        with sqlite3.connect(file) as database:
            database.execute("DELETE FROM audit WHERE audit_no >= 7")
        database.close()
        done = crm.run("export", "--data", copy, "--tenant", self.tenant, "--message", MESSAGE, "--reason", "x", "--out", self.out,
                       check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("table audit has 6 rows of 8", done.stderr)
        done = self.verify(copy)
        self.assertGreater(done.returncode, 0)
        self.assertIn("audit row 7 is missing", done.stderr)


if __name__ == "__main__":
    unittest.main()
