"""The console's promises as tables: every role at every address, and every form of the headers that a request may forge."""

import http.client
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from console import Answer, Console, Visitor

TENANT, OTHER, NOWHERE = "demo-shop", "other-shop", "no-such-shop"
SECRET = "nobody-of-another-shop-reads-this"
DEMO = crm.ROOT / "host_stub/shop/demo.ndjson"
SOURCES = crm.ROOT / "host_stub/console"
MESSAGE = "C-1105"
NOBODY = "nobody"
ROLES = (NOBODY, "viewer", "exporter", "privacy", "operator")

# A view and its parameters -> the status for each of ROLES.
VIEWS = {
    ("messages.automatic", ""): (401, 200, 200, 200, 200),
    ("messages.manual", ""): (401, 200, 200, 200, 200),
    ("message", f"&p.message_id={MESSAGE}"): (401, 200, 200, 200, 200),
    ("message.buyers", f"&p.message_id={MESSAGE}"): (401, 200, 200, 200, 200),
    ("message.recipients", f"&p.message_id={MESSAGE}"): (401, 200, 200, 200, 200),
    ("message.recipients", f"&p.message_id={MESSAGE}&unmask=1"): (401, 403, 403, 200, 403),
    ("order", "&p.order_id=none"): (401, 404, 404, 404, 404),
    ("member", "&p.member_id=none"): (401, 404, 404, 404, 404),
    ("exports", ""): (401, 403, 200, 200, 403),
    ("settings.attribution", ""): (401, 403, 403, 403, 200),
    ("health", ""): (401, 403, 403, 403, 200),
    ("no.such.view", ""): (401, 404, 404, 404, 404),
}

# A route -> a method, an address, a body, and the status for each of ROLES. Views and signing in and out have tests of their own.
ROUTES = {
    "/": [("GET", "/", None, (200,) * 5)],
    "/t/{...}": [("GET", f"/t/{TENANT}/any/page", None, (200,) * 5)],
    "/assets/{...}": [("GET", "/assets/icon.svg", None, (200,) * 5)],
    "/jwks.json": [("GET", "/jwks.json", None, (200,) * 5)],
    "/feed": [("GET", "/feed", None, (401,) * 5), ("POST", "/feed", b"{}", (401,) * 5)],
    "/api/session": [("GET", "/api/session", None, (401, 200, 200, 200, 200))],
    "/api/menu": [("GET", "/api/menu", None, (401, 200, 200, 200, 200))],
    "/api/exports": [("POST", "/api/exports", {}, (401, 403, 200, 200, 403)),
                     ("POST", "/api/exports", {"unmask": True}, (401, 403, 403, 200, 403)),
                     ("POST", "/api/exports", {"reason": 1}, (401, 400, 400, 400, 400))],
    "/api/exports/{}": [("GET", "/api/exports/none", None, (401, 404, 404, 404, 404))],
}
ELSEWHERE = {"/api/views/{}/{}", "/api/sign-in", "/api/sign-out"}


def header_of(tenant):
    return {"feed": "crm-feed/1", "tenant": tenant, "source": "tests", "timezone": "Asia/Tokyo", "currency": "KRW"}


class MatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="crm-console-")
        cls.addClassCleanup(folder.cleanup)
        cls.data = Path(folder.name) / "data"
        message = {"seq": 1, "type": "message", "at": "2026-11-05T11:00:00+09:00", "message_id": MESSAGE, "kind": "manual",
                   "channel": "sms", "name": SECRET, "state": "completed"}
        crm.run("replay", "--data", cls.data, DEMO)
        crm.run("replay", "--data", cls.data, crm.write_feed(Path(folder.name) / "feed.ndjson", header_of(OTHER), [message]))
        cls.console = Console(cls.data)
        cls.addClassCleanup(cls.console.stop)
        cls.visitors = {name: Visitor(cls.console, name) for name in cls.console.passwords}
        cls.visitors[NOBODY] = Visitor(cls.console)
        cls.plugin = cls.visitors["operator"].plugin_with("messages.manual")

    def view_path(self, view, more="", tenant=TENANT, plugin=None):
        return f"/api/views/{plugin or self.plugin}/{view}?tenant={tenant}&locale=en{more}"

    def export_body(self, **changes):
        return {"plugin": self.plugin, "tenant": TENANT, "message_id": MESSAGE, "reason": "weekly report",
                "dialect": "raw-v1", "locale": "en", **changes}

    def ask(self, name, method, path, body=None):
        visitor = self.visitors[name]
        if method == "GET":
            return visitor.get(path)
        return visitor.post(path, self.export_body(**body) if isinstance(body, dict) else body)

    def get_with(self, headers, path="/api/session"):
        """Exactly these headers, of which some may come twice, and the viewer's cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.console.port, timeout=60)
        try:
            connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
            for name, value in [*headers, ("Cookie", self.visitors["viewer"].cookie)]:
                connection.putheader(name, value)
            connection.endheaders()
            return Answer(connection.getresponse())
        finally:
            connection.close()


class Roles(MatrixTest):
    def test_every_role_gets_what_it_may_at_every_address(self):
        rows = [row for rows in ROUTES.values() for row in rows]
        rows += [("GET", self.view_path(view, more), None, statuses) for (view, more), statuses in VIEWS.items()]
        for method, path, body, statuses in rows:
            for name, status in zip(ROLES, statuses):
                with self.subTest(method=method, path=path, body=body, role=name):
                    answer = self.ask(name, method, path, body)
                    self.assertEqual(answer.status, status, answer.body[:300])

    def test_the_table_has_every_route_of_the_console(self):
        routes = set()
        for source in SOURCES.rglob("*.cpp"):
            text = source.read_text(encoding="utf-8")
            routes |= set(re.findall(r'router\.(?:get|post)\(\s*"([^"]*)"', text))
            for name in re.findall(r"router\.(?:get|post)\(\s*([a-z_]+)\s*,", text):
                routes.add(re.search(rf'{name} = "([^"]*)"', text)[1])
        self.assertEqual(routes, ROUTES.keys() | ELSEWHERE)

    def test_the_table_has_every_view_that_a_menu_offers(self):
        offered = {entry["view"] for name in ROLES[1:] for entry in self.visitors[name].get("/api/menu").json["entries"]
                   if entry["plugin"] == self.plugin}
        self.assertLessEqual(offered, {view for view, _ in VIEWS})

    def test_every_role_signs_out_and_nobody_else(self):
        self.assertEqual(self.visitors[NOBODY].post("/api/sign-out", {}).status, 401)
        for name in ROLES[1:]:
            visitor = Visitor(self.console, name)
            self.assertEqual(visitor.post("/api/sign-out", {}).status, 200, name)
            self.assertEqual(visitor.get("/api/menu").status, 401, name)


class Names(MatrixTest):
    def test_a_host_is_this_server_in_its_own_words_or_refused(self):
        port = self.console.port
        for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
            self.assertEqual(self.get_with([("Host", host)]).status, 200, host)
        for host in ("", "127.0.0.1", "localhost", f"127.0.0.1:{port + 1}", f"127.0.0.1:0{port}", f"LOCALHOST:{port}",
                     f"localhost.:{port}", f"127.0.0.1.:{port}", f"[::1]:{port}", f"[::ffff:127.0.0.1]:{port}", f"127.1:{port}",
                     f"0.0.0.0:{port}", f"2130706433:{port}", f"0x7f.0.0.1:{port}", f"user@127.0.0.1:{port}",
                     f"127.0.0.1:{port}@evil.example", f"127.0.0.1:{port}.evil.example", f"127.0.0.1.nip.io:{port}",
                     f"rebound.example:{port}", f"127.0.0.1:{port},evil.example", f"http://127.0.0.1:{port}", "null"):
            with self.subTest(host=host):
                answer = self.get_with([("Host", host)])
                self.assertIn((answer.status, answer.code), ((421, "wrong_host"), (400, "invalid")))
        for headers in ([], [("Host", f"127.0.0.1:{port}"), ("Host", "evil.example")]):
            self.assertIn(self.get_with(headers).status, (400, 421), headers)

    def test_an_origin_is_this_server_or_refused(self):
        port = self.console.port
        host = ("Host", f"127.0.0.1:{port}")
        self.assertEqual(self.get_with([host, ("Origin", f"http://127.0.0.1:{port}")]).status, 200)
        self.assertEqual(self.get_with([host]).status, 200)
        for origin in ("null", "http://127.0.0.1", f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}",
                       f"http://localhost:{port}", f"HTTP://127.0.0.1:{port}", f"http://127.0.0.1:{port}/",
                       f"http://127.0.0.1.:{port}", f"http://[::1]:{port}", f"http://user@127.0.0.1:{port}",
                       f"http://127.0.0.1:{port}.evil.example", f"http://rebound.example:{port}", "http://evil.example",
                       f"http://127.0.0.1:{port} http://evil.example", "file://", f"127.0.0.1:{port}"):
            with self.subTest(origin=origin):
                answer = self.get_with([host, ("Origin", origin)])
                self.assertEqual((answer.status, answer.code), (403, "wrong_origin"))
        twice = self.get_with([host, ("Origin", f"http://127.0.0.1:{port}"), ("Origin", "http://evil.example")])
        self.assertIn(twice.status, (400, 403))

    def test_another_site_signs_nobody_in(self):
        body = {"name": "viewer", "password": self.console.passwords["viewer"]}
        answer = self.visitors[NOBODY].post("/api/sign-in", body, {"Origin": "http://evil.example"})
        self.assertEqual((answer.status, answer.code), (403, "wrong_origin"))
        self.assertNotIn("Set-Cookie", answer.headers)
        form = self.visitors[NOBODY].post("/api/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(form.status, 415)


class Sessions(MatrixTest):
    def test_no_post_of_a_session_goes_without_its_own_token(self):
        other, ended = Visitor(self.console, "exporter"), Visitor(self.console, "exporter")
        ended.post("/api/sign-out", {})
        exporter = self.visitors["exporter"]
        own = exporter.csrf
        forged = {"omitted": None, "empty": "", "shorter": own[:-1], "longer": own + "A", "of another session": other.csrf,
                  "of an ended session": ended.csrf, "the session's cookie": exporter.cookie.split("=")[1],
                  "of another role": self.visitors["privacy"].csrf}
        for path, body in (("/api/exports", self.export_body()), ("/api/sign-out", {})):
            for kind, token in forged.items():
                headers = {"Content-Type": "application/json", "Cookie": exporter.cookie,
                           **({} if token is None else {"X-CSRF-Token": token})}
                answer = self.console.ask("POST", path, json.dumps(body), headers)
                self.assertEqual((answer.status, answer.code), (403, "csrf"), f"{path} {kind}")
        self.assertEqual(exporter.post("/api/exports", self.export_body()).status, 200)

    def test_a_session_that_was_fixed_before_signing_in_is_none(self):
        fixed = "crm_session=" + "A" * 43
        visitor = Visitor(self.console)
        visitor.cookie = fixed
        self.assertEqual(visitor.sign_in("viewer", self.console.passwords["viewer"]).status, 200)
        self.assertNotEqual(visitor.cookie, fixed)
        self.assertEqual(self.console.ask("GET", "/api/session", headers={"Cookie": fixed}).status, 401)

    def test_signing_in_again_ends_the_session_before(self):
        visitor = Visitor(self.console, "viewer")
        before = visitor.cookie
        visitor.sign_in("exporter", self.console.passwords["exporter"])
        self.assertEqual(visitor.get("/api/session").json["name"], "exporter")
        self.assertEqual(self.console.ask("GET", "/api/session", headers={"Cookie": before}).status, 401)

    def test_no_cookie_is_for_scripts_other_sites_or_other_hosts(self):
        visitor = Visitor(self.console)
        signed_in = visitor.sign_in("viewer", self.console.passwords["viewer"]).headers.get_all("Set-Cookie")
        signed_out = visitor.post("/api/sign-out", {}).headers.get_all("Set-Cookie")
        self.assertEqual([len(signed_in), len(signed_out)], [2, 1])
        paths = []
        for cookie in signed_in + signed_out:
            flags = {flag.strip() for flag in cookie.split(";")[1:]}
            self.assertLessEqual({"HttpOnly", "SameSite=Strict"}, flags, cookie)
            self.assertFalse([flag for flag in flags if flag.startswith("Domain")], cookie)
            paths += [flag for flag in flags if flag.startswith("Path=")]
        self.assertEqual(paths, ["Path=/", "Path=/api/sign-in", "Path=/"])
        self.assertIn("Max-Age=0", signed_out[0])


class Tenants(MatrixTest):
    """The exporter, the privacy and the operator account see one of two tenants."""

    BOUND = ("exporter", "privacy", "operator")

    def setUp(self):
        self.before = self.visitors["privacy"].post("/api/exports", self.export_body(tenant=OTHER))
        self.assertEqual(self.before.status, 200)
        for name in self.BOUND:
            self.bind(name, "--tenant", TENANT)
            self.addCleanup(self.bind, name, "--every-tenant")

    def bind(self, name, *tenants):
        crm.run("account", "--data", self.data, "--name", name, *tenants)

    def requests(self, tenant):
        """Every request that names a tenant."""
        views = {(self.plugin, view, more) for view, more in VIEWS}
        for name in self.BOUND:
            views |= {(entry["plugin"], entry["view"], "") for entry in self.visitors[name].get("/api/menu").json["entries"]}
        for plugin, view, more in sorted(views):
            yield "GET", self.view_path(view, more, tenant, plugin), None
        for changes in ({}, {"unmask": True}, {"reason": " "}, {"plugin": "none"}, {"message_id": "none"}):
            yield "POST", "/api/exports", {"tenant": tenant, **changes}

    def test_a_foreign_tenant_is_answered_as_one_that_does_not_exist(self):
        exports = crm.run("view", "--data", self.data, "--tenant", OTHER, "exports").stdout
        for name in self.BOUND:
            for foreign, missing in zip(self.requests(OTHER), self.requests(NOWHERE)):
                with self.subTest(role=name, method=foreign[0], path=foreign[1], body=foreign[2]):
                    given, expected = self.ask(name, *foreign), self.ask(name, *missing)
                    self.assertIn(given.status, (403, 404))
                    self.assertEqual(given.status, expected.status)
                    self.assertEqual(given.body, expected.body.replace(NOWHERE.encode(), OTHER.encode()))
        # Nor is anything of it written down there.
        self.assertEqual(crm.run("view", "--data", self.data, "--tenant", OTHER, "exports").stdout, exports)

    def test_it_is_answered_as_accounts_of_every_tenant_are_for_one_that_does_not_exist(self):
        path = self.view_path("messages.manual", tenant=NOWHERE)
        bound, free = self.visitors["exporter"].get(path), self.visitors["viewer"].get(path)
        self.assertEqual((bound.status, bound.body), (free.status, free.body))

    def test_no_answer_names_it_or_shows_what_is_in_it(self):
        for name in self.BOUND:
            paths = ["/api/session", "/api/menu"]
            paths += [self.view_path(view, more + f"&p.tenant={OTHER}") for view, more in VIEWS]
            for path in paths:
                shown = self.visitors[name].get(path).body.decode().replace(f"p.tenant={OTHER}", "")
                self.assertNotIn(SECRET, shown, path)
                self.assertNotIn(f'"{OTHER}"', shown, path)

    def test_the_switch_of_tenants_has_only_its_own(self):
        for name, tenants in (("viewer", [TENANT, OTHER]), *((name, [TENANT]) for name in self.BOUND)):
            listed = [tenant["id"] for tenant in self.visitors[name].get("/api/session").json["tenants"]]
            self.assertEqual(listed, tenants, name)
            signed_in = Visitor(self.console).sign_in(name, self.console.passwords[name]).json
            self.assertEqual([tenant["id"] for tenant in signed_in["tenants"]], tenants, name)

    def test_its_own_tenant_is_as_before(self):
        self.assertEqual(self.visitors["exporter"].get(self.view_path("messages.manual")).status, 200)
        self.assertEqual(self.visitors["exporter"].post("/api/exports", self.export_body()).status, 200)
        self.assertEqual(self.visitors["viewer"].get(self.view_path("messages.manual", tenant=OTHER)).status, 200)

    def test_a_proof_from_before_it_was_bound_is_gone_with_the_tenant(self):
        path = "/api/exports/" + self.before.headers["X-Export"]
        self.assertEqual(self.visitors["privacy"].get(path).status, 404)
        self.bind("privacy", "--every-tenant")
        self.assertEqual(self.visitors["privacy"].get(path).status, 200)

    def test_the_command_lists_accounts_and_names_what_is_wrong(self):
        listed = crm.run("account", "--data", self.data).stdout
        self.assertRegex(listed, rf"exporter +exporter +{TENANT}\n")
        self.assertRegex(listed, r"viewer +viewer +every tenant\n")
        for options, words in ((("--name", "owner", "--tenant", TENANT), "there is no account owner"),
                               (("--name", "viewer", "--tenant", "../x"), "no name of a tenant"),
                               (("--name", "viewer"), "--every-tenant"), (("--tenant", TENANT), "--name")):
            done = crm.run("account", "--data", self.data, *options, check=False)
            self.assertEqual(done.returncode, 1, options)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
