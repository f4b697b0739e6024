"""The console over HTTP: who gets in, what they get, and what is refused."""

import gzip
import hashlib
import http.client
import json
import socket
import stat
import sys
import tempfile
import time
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from console import Console, Visitor
from export_file import BOM, DIALECTS

TENANT = "demo-shop"
DEMO = crm.ROOT / "host_stub/shop/demo.ndjson"
MESSAGE = "C-1105"


def view_path(view, plugin, **params):
    query = "&".join(f"p.{key}={value}" for key, value in params.items())
    return f"/api/views/{plugin}/{view}?tenant={TENANT}&locale=ko" + (f"&{query}" if query else "")


class ConsoleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="crm-console-")
        cls.data = Path(cls.folder.name) / "data"
        crm.run("replay", "--data", cls.data, DEMO)
        cls.console = Console(cls.data)
        cls.visitors = {name: Visitor(cls.console, name) for name in cls.console.passwords}
        cls.plugin = cls.visitors["operator"].plugin_with("messages.manual")

    @classmethod
    def tearDownClass(cls):
        cls.console.stop()
        cls.folder.cleanup()

    def view(self, view, visitor="viewer", **params):
        return self.visitors[visitor].get(view_path(view, self.plugin, **params))

    def export(self, visitor, **changes):
        body = {"plugin": self.plugin, "tenant": TENANT, "message_id": MESSAGE, "reason": "주간 보고",
                "dialect": "raw-v1", "locale": "ko", **changes}
        return self.visitors[visitor].post("/api/exports", {key: value for key, value in body.items() if value is not None})


class SigningIn(ConsoleTest):
    def test_each_role_gets_a_password_once_and_files_keep_only_hashes(self):
        self.assertEqual(set(self.console.passwords), {"viewer", "exporter", "privacy", "operator"})
        file = self.data / "host/accounts.json"
        text = file.read_text(encoding="utf-8")
        for password in self.console.passwords.values():
            self.assertNotIn(password, text)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self):
        cookie = Visitor(self.console).sign_in("viewer", self.console.passwords["viewer"]).headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)

    def test_without_signing_in_there_is_nothing_but_the_page(self):
        for path in ("/api/session", "/api/menu", view_path("messages.manual", self.plugin), "/api/exports/abc"):
            answer = self.console.ask("GET", path)
            self.assertEqual((answer.status, answer.code), (401, "signed_out"), path)
        self.assertEqual(self.console.ask("GET", "/").status, 200)

    def test_a_stolen_or_invented_cookie_opens_nothing(self):
        for cookie in ("crm_session=", "crm_session=" + "A" * 43, "crm_session=../../etc", "other=1"):
            answer = self.console.ask("GET", "/api/session", headers={"Cookie": cookie})
            self.assertEqual(answer.status, 401, cookie)

    def test_signing_out_ends_the_session_for_everyone_who_has_its_cookie(self):
        visitor = Visitor(self.console, "viewer")
        self.assertEqual(visitor.post("/api/sign-out", {}).status, 200)
        answer = visitor.get("/api/session")
        self.assertEqual((answer.status, answer.code), (401, "expired"))

    def test_roles_see_different_menus(self):
        def views(name):
            return {entry["view"] for entry in self.visitors[name].get("/api/menu").json["entries"]}
        self.assertNotIn("health", views("viewer"))
        self.assertIn("health", views("operator"))
        self.assertNotIn("exports", views("viewer"))
        self.assertIn("exports", views("exporter"))
        self.assertIn("hello", views("viewer"))


class Guessing(unittest.TestCase):
    def test_the_sixth_wrong_password_has_to_wait_and_the_log_has_no_secret(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            with Console(Path(folder) / "data") as console:
                visitor = Visitor(console)
                for _ in range(5):
                    answer = visitor.sign_in("viewer", "guess-guess-guess")
                    self.assertEqual((answer.status, answer.code), (401, "wrong_password"))
                answer = visitor.sign_in("viewer", console.passwords["viewer"])
                self.assertEqual((answer.status, answer.code), (429, "too_many_attempts"))
                self.assertGreater(int(answer.headers["Retry-After"]), 0)
                self.assertEqual(visitor.sign_in("exporter", console.passwords["exporter"]).status, 200)
                console.stop()
                self.assertIn("wrong_password", console.log)
                for secret in ("guess-guess", *console.passwords.values(), visitor.cookie, visitor.csrf):
                    self.assertNotIn(secret, console.log)

    def test_guesses_made_at_once_pass_no_limit_and_keep_nobody_out(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            with Console(Path(folder) / "data") as console:
                with ThreadPoolExecutor(48) as guessers:
                    guesses = [guessers.submit(Visitor(console).sign_in, "viewer", f"guess-{i}") for i in range(48)]
                    self.assertEqual(console.ask("GET", "/").status, 200)
                    codes = Counter(guess.result().code for guess in guesses)
                self.assertLessEqual(codes["wrong_password"], 5, codes)
                self.assertGreater(codes["wrong_password"], 0, codes)
                self.assertEqual(codes.keys() - {"wrong_password", "too_many_attempts", "busy"}, set())

    def test_wrong_guesses_of_others_do_not_keep_the_owners_browser_out(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            with Console(Path(folder) / "data") as console:
                def browser_with(cookie):
                    visitor = Visitor(console)
                    visitor.browser = cookie
                    return visitor

                def tries(visitor, password):
                    return visitor.sign_in("viewer", password).code if password == "guess" else \
                        visitor.sign_in("viewer", password).status
                right = console.passwords["viewer"]
                owner, second = Visitor(console, "viewer").browser, Visitor(console, "viewer").browser
                other = Visitor(console, "exporter").browser
                self.assertEqual([tries(Visitor(console), "guess") for _ in range(6)], ["wrong_password"] * 5 + ["too_many_attempts"])
                forged = (owner[:-1] + ("A" if owner[-1] != "A" else "B"),  # altered, and of another account
                          owner.split("=")[0] + "=" + other.split("=")[1], owner.split("=")[0] + "=")
                for cookie in forged:
                    self.assertEqual(tries(browser_with(cookie), right), 429, cookie)
                self.assertEqual(tries(browser_with(owner), right), 200)
                # A known browser has no more guesses than another, and keeps no other out.
                guesses = [tries(browser_with(owner), "guess") for _ in range(6)]
                self.assertEqual(guesses, ["wrong_password"] * 5 + ["too_many_attempts"])
                self.assertEqual(tries(browser_with(owner), right), 429)
                self.assertEqual(tries(browser_with(second), right), 200)

    def test_a_session_without_use_expires_though_its_page_asks_on(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            with Console(Path(folder) / "data", "--idle-seconds", 2) as console:
                visitor = Visitor(console, "viewer")
                end = time.monotonic() + 10
                while visitor.get("/api/session", {"X-Refresh": "1"}).status == 200 and time.monotonic() < end:
                    time.sleep(0.2)
                answer = visitor.get("/api/session")
                self.assertEqual((answer.status, answer.code), (401, "expired"))

    def test_a_session_ends_with_the_password_that_it_began_with(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            data = Path(folder) / "data"
            with Console(data) as console, Console(Path(folder) / "other") as other:
                visitor = Visitor(console, "viewer")
                known = visitor.browser
                file = data / "host/accounts.json"
                file.write_bytes((Path(folder) / "other/host/accounts.json").read_bytes())
                answer = visitor.get("/api/session")
                self.assertEqual((answer.status, answer.code), (401, "expired"))
                for _ in range(5):
                    self.assertEqual(Visitor(console).sign_in("viewer", "guess").status, 401)
                self.assertEqual(visitor.browser, known)
                self.assertEqual(visitor.sign_in("viewer", other.passwords["viewer"]).status, 429)

    def test_damaged_accounts_are_told_to_the_log_and_not_to_the_visitor(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            data = Path(folder) / "data"
            with Console(data) as console:
                visitor = Visitor(console, "viewer")
                (data / "host/accounts.json").write_bytes(b"{")
                for answer in (visitor.get("/api/session"), Visitor(console).sign_in("viewer", "guess")):
                    self.assertEqual((answer.status, answer.code), (500, "failed"))
                    self.assertNotIn(str(data), answer.body.decode())
                console.stop()
                self.assertIn("the accounts in " + str(data), console.log)

    def test_passwords_stay_after_a_restart(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            with Console(Path(folder) / "data") as first:
                passwords = first.passwords
                self.assertEqual(first.stop(), 0)
            with Console(Path(folder) / "data") as second:
                self.assertEqual(second.passwords, {})
                self.assertEqual(Visitor(second).sign_in("viewer", passwords["viewer"]).status, 200)


class Requests(ConsoleTest):
    def test_pages_may_load_nothing_from_elsewhere_and_run_no_inline_script(self):
        headers = self.console.ask("GET", "/").headers
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("http", policy)
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_a_post_without_the_sessions_token_is_refused(self):
        for token in ("", "A" * 43, self.visitors["viewer"].csrf):
            answer = self.visitors["exporter"].post("/api/sign-out", {}, {"X-CSRF-Token": token})
            self.assertEqual((answer.status, answer.code), (403, "csrf"))

    def test_other_sites_and_other_names_of_this_server_are_refused(self):
        origin = self.visitors["viewer"].get("/api/session", {"Origin": "http://evil.example"})
        self.assertEqual((origin.status, origin.code), (403, "wrong_origin"))
        host = self.visitors["viewer"].get("/api/session", {"Host": "evil.example"})
        self.assertEqual((host.status, host.code), (421, "wrong_host"))

    def test_what_is_too_large_or_no_json_is_refused(self):
        exporter = self.visitors["exporter"]
        for body, status in ((b"x" * (65 << 10), 413), (b"{", 400), (b"[]", 400), (b"\xff", 400)):
            self.assertEqual(exporter.post("/api/exports", body).status, status, body[:10])
        self.assertEqual(exporter.post("/api/exports", {}, {"Content-Type": "text/plain"}).status, 415)
        self.assertEqual(self.console.ask("POST", "/feed", b"x" * (17 << 20)).status, 413)

    def test_ranges_get_no_byte_that_is_not_of_the_file(self):
        for ranges in ("bytes=0-99999", "bytes=100000-100100", "bytes=0-10,5000-9000", "bytes=-5"):
            answer = self.console.ask("GET", "/assets/icon.svg", headers={"Range": ranges})
            self.assertEqual(answer.status, 416, ranges)
            self.assertLess(len(answer.body), 200, ranges)  # of the refusal itself

    def test_a_method_that_an_address_does_not_take_is_named(self):
        for method, path, allow in (("POST", "/", "GET, HEAD"), ("DELETE", "/feed", "POST, GET, HEAD"),
                                    ("GET", "/api/sign-in", "POST"), ("OPTIONS", "/assets/icon.svg", "GET, HEAD")):
            answer = self.console.ask(method, path)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, allow), path)
            self.assertGreater(len(answer.body), 50, path)
        head, get = self.console.ask("HEAD", "/assets/icon.svg"), self.console.ask("GET", "/assets/icon.svg")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["Content-Length"], str(len(get.body)))
        tagged = self.console.ask("GET", "/assets/icon.svg", headers={"If-None-Match": get.headers["ETag"]})
        self.assertEqual((tagged.status, tagged.body), (304, b""))

    def test_no_answer_of_a_program_is_stored(self):
        viewer = self.visitors["viewer"]
        for answer in (viewer.get("/api/session"), viewer.get("/api/none"), self.console.ask("GET", "/feed"),
                       self.console.ask("POST", "/feed", b""), self.console.ask("DELETE", "/feed"),
                       self.console.ask("POST", "/feed", b"x" * (17 << 20)),
                       self.console.ask("GET", "/feed", headers={"Host": "evil.example"}),
                       self.console.ask("GET", "/feed?" + "x" * 9000), self.export("viewer")):
            self.assertEqual(answer.headers["Cache-Control"], "no-store", (answer.status, answer.body[:100]))
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_bodies_that_grow_when_they_are_read_are_refused_unread(self):
        bomb = gzip.compress(b"0" * (64 << 20))
        before = self.console.peak_kib()
        for path in ("/api/sign-in", "/feed"):
            answer = self.console.ask("POST", path, bomb, {"Content-Encoding": "gzip", "Content-Type": "application/json"})
            self.assertEqual(answer.status, 415, path)
            answer = self.console.ask("POST", path, iter([b"x"]), {"Transfer-Encoding": "chunked"})
            self.assertEqual(answer.status, 411, path)
        self.assertLess(self.console.peak_kib() - before, 16 << 10)

    def test_the_body_of_a_refused_request_is_no_request(self):
        inner = (f"GET /api/session HTTP/1.1\r\nHost: 127.0.0.1:{self.console.port}\r\n"
                 f"Cookie: {self.visitors['viewer'].cookie}\r\n\r\n").encode()
        outer = (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.console.port}\r\nOrigin: http://evil.example\r\n"
                 f"Content-Length: {len(inner)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.console.port)) as connection:
            connection.settimeout(30)
            received = b""
            try:
                connection.sendall(outer)
                received += connection.recv(4096)
                connection.sendall(inner)  # on its own: what comes with the head is lost anyway
                while got := connection.recv(4096):
                    received += got
            except (ConnectionResetError, BrokenPipeError):
                pass  # what was not read is given up
        self.assertLessEqual(received.count(b"HTTP/1.1 "), 1, received)
        self.assertNotIn(b"200 OK", received)

    def test_unknown_addresses_are_a_page_with_their_status(self):
        answer = self.console.ask("GET", "/no/such/page")
        self.assertEqual(answer.status, 404)
        self.assertIn("찾으시는 페이지가 없어요", answer.body.decode())
        self.assertNotIn("There is no such page", answer.body.decode())
        for headers in ({"Accept-Language": "en-GB,en;q=0.9"}, {"Cookie": "locale=en", "Accept-Language": "ko"}):
            english = self.console.ask("GET", "/no/such/page", headers=headers).body.decode()
            self.assertIn("There is no such page", english)
            self.assertNotIn("찾으시는", english)
        wrong_host = self.console.ask("GET", "/", headers={"Host": "evil.example", "Accept": "text/html"})
        self.assertEqual(wrong_host.status, 421)
        self.assertIn("<h1>421</h1>", wrong_host.body.decode())
        self.assertEqual(self.console.ask("GET", "/assets/../../../etc/passwd").status, 404)

    def test_a_slow_client_is_dropped_and_the_others_are_served(self):
        with socket.create_connection(("127.0.0.1", self.console.port)) as slow:
            slow.sendall(b"POST /api/sign-in HTTP/1.1\r\nHost: ")
            self.assertEqual(self.console.ask("GET", "/").status, 200)
            slow.settimeout(30)
            received = slow.recv(4096)  # what the server says to it before the end, if anything
            self.assertTrue(received.startswith(b"HTTP/1.1 408 "), received)


class Views(ConsoleTest):
    def test_a_page_shows_what_crm_host_view_prints(self):
        for view, params in (("messages.manual", {}), ("messages.automatic", {}), ("message", {"message_id": MESSAGE}),
                             ("message.recipients", {"message_id": MESSAGE})):
            printed = json.loads(crm.run("view", "--data", self.data, "--tenant", TENANT, view,
                                         *(f"--param={key}={value}" for key, value in params.items())).stdout)
            shown = self.view(view, "exporter", **params).json
            # The command line is an operator as well, and so may be told more.
            kinds = ("tiles", "table", "chart")
            self.assertEqual([part for part in shown["components"] if part["type"] in kinds],
                             [part for part in printed["components"] if part["type"] in kinds], view)

    def test_members_are_shown_only_to_who_may_read_them_and_asks(self):
        path = view_path("message.recipients", self.plugin, message_id=MESSAGE)
        masked = self.visitors["privacy"].get(path)
        self.assertIn('"masked"', masked.body.decode())
        shown = self.visitors["privacy"].get(path + "&unmask=1")
        self.assertNotIn('"masked"', shown.body.decode())
        for name in ("viewer", "exporter", "operator"):
            answer = self.visitors[name].get(path + "&unmask=1")
            self.assertEqual((answer.status, answer.code), (403, "denied"), name)

    def test_what_is_asked_wrongly_is_refused_by_name(self):
        for answer, expected in (
                (self.view("no.such.view"), (404, "not_found")),
                (self.view("message", message_id="none"), (404, "not_found")),
                (self.view("messages.manual", cursor="%00"), (400, "invalid")),
                (self.view("health"), (403, "denied")),
                (self.visitors["viewer"].get("/api/views/no.plugin/hello?tenant=demo-shop"), (404, "not_found")),
                (self.visitors["viewer"].get(view_path("messages.manual", self.plugin).replace("=ko", "=xx")), (400, "invalid")),
                (self.visitors["viewer"].get(f"/api/views/{self.plugin}/messages.manual?tenant=none"), (404, "not_found"))):
            self.assertEqual((answer.status, answer.code), expected)
        old = self.view("messages.manual", sort="price", q="x").json
        said = [part["id"] for part in old["components"]]
        self.assertEqual(said[:2], ["left_out", "filters"], "the page of an old address keeps its filters")
        many = self.view("messages.manual", **{f"k{i}": 1 for i in range(40)})
        self.assertEqual((many.status, many.code), (400, "invalid"))


class Exports(ConsoleTest):
    def test_the_stream_is_the_file_that_its_proof_signs(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                self.check_stream(dialect)

    def check_stream(self, dialect):
        answer = self.export("exporter", dialect=dialect)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body.startswith(BOM), dialect == "spreadsheet-v1")
        proof = self.visitors["exporter"].get("/api/exports/" + answer.headers["X-Export"]).json
        self.assertEqual(proof["bytes"], len(answer.body))
        self.assertEqual(proof["sha256"], hashlib.sha256(answer.body).hexdigest())
        with tempfile.TemporaryDirectory() as folder:
            csv = Path(folder) / "offer.csv"
            csv.write_bytes(answer.body)
            Path(f"{csv}.jws").write_text(proof["jws"], encoding="ascii")
            keys = Path(folder) / "keys.jwks"
            keys.write_bytes(self.console.ask("GET", "/jwks.json").body)
            crm.run("verify", "--jwks", keys, csv)
            csv.write_bytes(answer.body + b"x")
            self.assertNotEqual(crm.run("verify", "--jwks", keys, csv, check=False).returncode, 0)

    def test_who_asked_and_why_is_in_the_audit_chain(self):
        self.export("privacy", reason="감사 요청 17", unmask=True)
        document = self.visitors["privacy"].get(view_path("exports", self.plugin)).body.decode()
        self.assertIn("감사 요청 17", document)
        self.assertIn("console from 127.0.0.1", document)

    def test_a_proof_is_for_who_made_the_export(self):
        export = self.export("exporter").headers["X-Export"]
        self.assertEqual(self.visitors["privacy"].get(f"/api/exports/{export}").status, 404)

    def test_exports_are_refused_by_name(self):
        for name, changes, expected in (
                ("viewer", {}, (403, "denied")), ("operator", {}, (403, "denied")),
                ("exporter", {"unmask": True}, (403, "denied")), ("exporter", {"reason": " \u3000"}, (400, "no_reason")),
                ("exporter", {"reason": None}, (400, "invalid")), ("exporter", {"reason": 1}, (400, "invalid")),
                ("exporter", {"dialect": "xml"}, None), ("exporter", {"message_id": "none"}, None),
                ("exporter", {"tenant": "none"}, None), ("exporter", {"plugin": "none"}, (404, "not_found"))):
            answer = self.export(name, **changes)
            self.assertGreaterEqual(answer.status, 400, changes)
            if expected:
                self.assertEqual((answer.status, answer.code), expected, changes)
            self.assertNotIn("X-Export", answer.headers)


class LongExports(unittest.TestCase):
    IDLE_S, ROWS, AT_ONCE_MAX = 1, 150_000, 8

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="crm-console-")
        cls.addClassCleanup(folder.cleanup)
        cls.data = Path(folder.name) / "data"
        header = {"feed": "crm-feed/1", "tenant": TENANT, "source": "tests", "timezone": "Asia/Seoul", "currency": "KRW"}
        at = "2026-11-05T11:00:00+09:00"
        message = {"seq": 1, "type": "message", "at": at, "message_id": MESSAGE, "kind": "manual", "channel": "sms",
                   "name": "long", "state": "completed"}
        sends = ({"seq": 2 + i, "type": "delivery", "at": at, "message_id": MESSAGE, "delivery_id": f"delivery-{i}",
                  "member_id": f"member-{i}", "channel": "sms", "provider": "x", "status": "delivered"} for i in range(cls.ROWS))
        crm.run("replay", "--data", cls.data, crm.write_feed(Path(folder.name) / "feed.ndjson", header, [message, *sends]))
        # Idle sessions end soon: a download that is under way keeps its own.
        cls.console = Console(cls.data, "--idle-seconds", cls.IDLE_S)
        cls.addClassCleanup(cls.console.stop)

    def setUp(self):
        self.visitor = Visitor(self.console, "exporter")
        self.body = {"plugin": self.visitor.plugin_with("messages.manual"), "tenant": TENANT, "message_id": MESSAGE,
                     "reason": "weekly", "dialect": "raw-v1", "locale": "ko"}

    def test_a_download_that_takes_longer_than_a_session_may_idle_has_its_proof(self):
        answer = self.visitor.open_post("/api/exports", self.body)
        self.assertEqual(answer.status, 200)
        received = hashlib.sha256(answer.read(1 << 10))
        time.sleep(2 * self.IDLE_S)
        while part := answer.read(1 << 20):
            received.update(part)
        proof = self.visitor.get("/api/exports/" + answer.headers["X-Export"])
        self.assertEqual(proof.status, 200, proof.body)
        self.assertEqual(proof.json["sha256"], received.hexdigest())
        self.assertEqual(proof.json["rows"], self.ROWS)

    def test_a_session_that_is_not_used_after_its_download_expires(self):
        answer = self.visitor.open_post("/api/exports", self.body)
        while answer.read(1 << 20):
            pass
        time.sleep(2 * self.IDLE_S)
        self.assertEqual(self.visitor.get("/api/session", {"X-Refresh": "1"}).code, "expired")

    def test_signing_out_ends_a_download(self):
        answer = self.visitor.open_post("/api/exports", self.body)
        answer.read(1 << 10)
        self.assertEqual(self.visitor.post("/api/sign-out", {}).status, 200)
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            while answer.read(1 << 20):
                pass

    def test_no_more_downloads_go_on_at_once_than_may(self):
        held = [self.visitor.open_post("/api/exports", self.body) for _ in range(self.AT_ONCE_MAX)]
        self.assertEqual([answer.status for answer in held], [200] * self.AT_ONCE_MAX)
        refused = self.visitor.post("/api/exports", self.body)
        self.assertEqual((refused.status, refused.code), (503, "busy"))
        self.assertEqual(self.console.ask("GET", "/").status, 200)
        for answer in held:
            answer.close()
        end = time.monotonic() + 30
        while (answer := self.visitor.open_post("/api/exports", self.body)).status != 200 and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(answer.status, 200)
        answer.close()


class Feeds(ConsoleTest):
    SOURCE = "orders-api"

    def setUp(self):
        self.key = crm.run("feed-key", "--data", self.data, "--tenant", TENANT, "--source", self.SOURCE).stdout.strip()

    def feed(self, *events, source=None, key=None, pack=bytes):
        header = {"feed": "crm-feed/1", "tenant": TENANT, "source": source or self.SOURCE, "timezone": "Asia/Seoul",
                  "currency": "KRW"}
        body = b"".join(crm.encode(line) + b"\n" for line in (header, *events))
        return self.console.ask("POST", "/feed", pack(body), {"Authorization": f"Bearer {key or self.key}"})

    @staticmethod
    def message(seq, name):
        return {"seq": seq, "type": "message", "at": "2026-11-20T10:00:00+09:00", "message_id": f"F-{name}",
                "kind": "manual", "channel": "sms", "name": name, "state": "sending"}

    def position(self):
        return self.console.ask("GET", "/feed", headers={"Authorization": f"Bearer {self.key}"}).json["position"]

    def test_events_are_recorded_once_and_seen_at_once(self):
        start = self.position()
        events = [self.message(start + 1, "feed-first"), self.message(start + 2, "feed-second")]
        answer = self.feed(*events)
        self.assertEqual((answer.status, answer.json["accepted"]), (200, 2))
        self.assertEqual(self.position(), start + 2)
        self.assertIn("feed-second", self.view("messages.manual", q="feed-second").body.decode())
        again = self.feed(*events, pack=gzip.compress)
        self.assertEqual((again.json["accepted"], again.json["duplicates"]), (0, 2))

    def test_a_rejected_event_is_named_and_the_rest_recorded(self):
        start = self.position()
        answer = self.feed(b"{broken", {"seq": start + 1, "type": "delivery"}, self.message(start + 2, "feed-third"))
        self.assertEqual((answer.json["accepted"], answer.json["rejected"]), (1, 2))
        self.assertEqual([line["line"] for line in answer.json["rejections"]], [2, 3])

    def test_keys_are_of_one_source_and_end_with_the_next(self):
        self.assertEqual(self.console.ask("POST", "/feed", b"{}").code, "no_key")
        self.assertEqual(self.feed(key="A" * 43).code, "wrong_key")
        other = self.feed(source="another")
        self.assertEqual((other.status, other.code), (403, "wrong_key"))
        old = self.key
        self.setUp()
        self.assertEqual(self.feed(key=old).status, 401)

    def test_one_of_several_keys_is_revoked_by_its_name_without_a_restart(self):
        def feed_key(*options, check=True):
            return crm.run("feed-key", "--data", self.data, "--tenant", TENANT, *options, check=check)
        keys = {name: feed_key("--source", self.SOURCE, "--name", name).stdout.strip() for name in ("till-1", "till-2")}
        for key in keys.values():
            self.assertEqual(self.feed(key=key).status, 200)
        listed = feed_key("--list").stdout
        self.assertRegex(listed, rf"(?m)^till-1  source {self.SOURCE}  made 20[0-9T:-]+Z$")
        self.assertEqual([key for key in keys.values() if key in listed], [])
        feed_key("--revoke", "till-1")
        for answer in (self.feed(key=keys["till-1"]),
                       self.console.ask("GET", "/feed", headers={"Authorization": f"Bearer {keys['till-1']}"})):
            self.assertEqual((answer.status, answer.code), (401, "wrong_key"))
            self.assertIn("crm-host feed-key makes a new one", answer.json["error"]["detail"])
            self.assertNotIn(keys["till-1"], answer.body.decode())
        self.assertEqual(self.feed(key=keys["till-2"]).status, 200)
        self.assertNotIn("till-1", feed_key("--list").stdout)
        for options, words in ((("--revoke", "till-1"), "--list"), ((), "--source"),
                               (("--source", "another", "--name", "till-2"), "choose another --name")):
            refused = feed_key(*options, check=False)
            self.assertEqual(refused.returncode, 1, options)
            self.assertIn(words, refused.stderr)

    def test_a_body_is_bounded_by_what_it_unpacks_to(self):
        start = self.position()
        header = crm.encode({"feed": "crm-feed/1", "tenant": TENANT, "source": self.SOURCE, "timezone": "Asia/Seoul",
                             "currency": "KRW"}) + b"\n"
        before = self.console.peak_kib()
        for fill in (b"\n", b"x"):
            bomb = gzip.compress(header) + gzip.compress(fill * (257 << 20), 1)
            answer = self.console.ask("POST", "/feed", bomb, {"Authorization": f"Bearer {self.key}"})
            self.assertEqual((answer.status, answer.code), (413, "too_large"))
            self.assertIn("unpacks to more than", answer.json["error"]["detail"])
        self.assertEqual(self.position(), start)
        self.assertLess(self.console.peak_kib() - before, 16 << 10)

    def test_damaged_keys_are_told_to_the_log_and_not_to_the_sender(self):
        file = self.data / "host/feed_keys.json"
        whole = file.read_bytes()
        try:
            file.write_bytes(b"{")
            answer = self.console.ask("GET", "/feed", headers={"Authorization": f"Bearer {self.key}"})
        finally:
            file.write_bytes(whole)
        self.assertEqual((answer.status, answer.code), (500, "failed"))
        self.assertNotIn(str(self.data), answer.body.decode())

    def test_what_is_no_feed_is_refused(self):
        for body in (b"", b"{}", b"\x1f\x8b broken", b"[" * 100):
            answer = self.console.ask("POST", "/feed", body, {"Authorization": f"Bearer {self.key}"})
            self.assertGreaterEqual(answer.status, 400, body)


class Life(unittest.TestCase):
    def test_a_taken_port_is_named(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            with Console(Path(folder) / "one") as console:
                done = crm.run("serve", "--data", Path(folder) / "two", "--port", console.port, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"port {console.port}", done.stderr)
                self.assertIn("--port", done.stderr)


@unittest.skipIf(crm.SANITIZED, "its million events take minutes under sanitizers")
class Demo(unittest.TestCase):
    def test_a_korean_shop_with_every_kind_of_message_goes_on_living(self):
        with tempfile.TemporaryDirectory(prefix="crm-console-") as folder:
            data = Path(folder) / "data"
            with Console(data, "--demo") as console:
                visitor = Visitor(console, "operator")
                plugin = visitor.plugin_with("messages.manual")

                def list_of(view, **params):
                    return crm.tables(visitor.get(view_path(view, plugin, **params)).json)[0]["rows"]
                manual = list_of("messages.manual", sort="-recipients")
                results = {state: list_of("messages.manual", state=state) for state in ("scheduled", "failed", "cancelled")}
                tomorrow = (datetime.now(timezone(timedelta(hours=9))) + timedelta(days=1)).date().isoformat()
                self.assertGreater(manual[0]["net"]["amount_minor"], 0)
                self.assertIn(tomorrow, {row["scheduled_at"][:10] for row in results["scheduled"]})
                self.assertTrue(all(row["success"] == 0 < row["failed"] for row in results["failed"]))
                self.assertTrue(results["failed"] and results["cancelled"])
                channels = {crm.plain(row["channel"]) for row in manual}
                self.assertLessEqual({"alimtalk", "friendtalk", "sms", "email", "push"}, channels)

                def parts_of(message_id):
                    parts = visitor.get(view_path("message", plugin, message_id=message_id)).json["components"]
                    return {part.get("id"): part for part in parts}
                lifts = [parts["lift_numbers"] for row in manual
                         if "lift_numbers" in (parts := parts_of(crm.plain(row["message_id"])))]
                self.assertTrue(lifts, "no message has a control group that says something")
                self.assertLessEqual({"reached_rate", "held_out_rate", "difference"}, {tile["key"] for tile in lifts[0]["tiles"]})

                before, end = list_of("health"), time.monotonic() + 30
                while list_of("health") == before and time.monotonic() < end:
                    time.sleep(0.5)
                self.assertNotEqual(list_of("health"), before)
                self.assertEqual(console.stop(), 0)
            with Console(data, "--demo") as again:  # goes on with the same shop
                self.assertEqual(again.passwords, {})


if __name__ == "__main__":
    unittest.main()
