"""crm-host serve on a port of its own, and requests to it."""

import http.client
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import time

import crm

STARTED = re.compile(r"Open http://127\.0\.0\.1:(\d+)")
ACCOUNT = re.compile(r"^  (\w+) +([\w-]{16})$")
START_S = 120


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]


class Console:
    """A running console; ends with the block it is used in."""

    def __init__(self, data, *options, stack_kib=None):
        self.log = ""
        self.passwords = {}
        stack = None if stack_kib is None else (stack_kib << 10, stack_kib << 10)
        self.process = subprocess.Popen(
            [crm.host_path(), "serve", "--data", str(data), "--port", "0", *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=stack and (lambda: resource.setrlimit(resource.RLIMIT_STACK, stack)))
        self.port = self._wait_until_open()

    def _wait_until_open(self):
        end = time.monotonic() + START_S
        printed = b""
        while time.monotonic() < end:
            if not select.select([self.process.stdout], [], [], 1)[0]:
                continue
            got = os.read(self.process.stdout.fileno(), 4096)
            if not got:
                break
            printed += got
            *lines, _ = printed.decode("utf-8", "replace").split("\n")
            for line in lines:
                if account := ACCOUNT.match(line):
                    self.passwords[account[1]] = account[2]
                if started := STARTED.match(line):
                    return int(started[1])
        raise crm.HostFailed(f"crm-host serve did not open: {self.stop()}, {self.log}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Its exit status after SIGTERM; what it logged is in .log."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            _, rest = self.process.communicate(timeout=30)
            self.log += (rest or b"").decode("utf-8", "replace")
        except ValueError:
            pass  # stopped before
        return self.process.returncode

    def peak_kib(self):
        """The most memory it ever had."""
        return self._status_kib("VmHWM")

    def resident_kib(self):
        """The memory that it has now."""
        return self._status_kib("VmRSS")

    def _status_kib(self, name):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name))

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()


class Visitor:
    """A browser of one account, without the browser."""

    def __init__(self, console, name=None):
        self.console = console
        self.cookie = None
        self.browser = None  # the cookie by which accounts know it
        self.csrf = None
        if name:
            answer = self.sign_in(name, console.passwords[name])
            assert answer.status == 200, answer.body

    def sign_in(self, name, password):
        answer = self.post("/api/sign-in", {"name": name, "password": password})
        if answer.status == 200:
            self.cookie, self.browser = (cookie.split(";")[0] for cookie in answer.headers.get_all("Set-Cookie"))
            self.csrf = answer.json["csrf"]
        return answer

    def plugin_with(self, view):
        """The id of the plugin whose menu has the view."""
        return next(entry["plugin"] for entry in self.get("/api/menu").json["entries"] if entry["view"] == view)

    def _headers(self, more):
        cookies = "; ".join(cookie for cookie in (self.cookie, self.browser) if cookie)
        return {**({"Cookie": cookies} if cookies else {}), **(more or {})}

    def get(self, path, headers=None):
        return self.console.ask("GET", path, headers=self._headers(headers))

    def post(self, path, body, headers=None):
        return self.console.ask("POST", path, body if isinstance(body, (str, bytes)) else json.dumps(body),
                                self._post_headers(headers))

    def open_post(self, path, body):
        """The response, its body still to be read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.console.port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        connection.request("POST", path, body=json.dumps(body), headers=self._post_headers())
        return connection.getresponse()

    def _post_headers(self, more=None):
        given = {"Content-Type": "application/json"}
        if self.csrf:
            given["X-CSRF-Token"] = self.csrf
        return self._headers({**given, **(more or {})})
