"""Runs crm-host (design/architecture.md, command-line contract) for tests and reads what it prints.

CRM_HOST          the binary, default build/dev/host_stub/crm-host below the repository
CRM_SHARED_DATA   the folder of the real feeds, default ../shared/data beside the repository
CRM_SANITIZE      the sanitizers it was built with, under which a process takes ten times as long; default none
"""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = Path(os.environ.get("CRM_HOST", ROOT / "build/dev/host_stub/crm-host")).absolute()
SHARED_DATA = Path(os.environ.get("CRM_SHARED_DATA", ROOT.parent / "shared/data"))
SANITIZED = bool(os.environ.get("CRM_SANITIZE"))
TIMEOUT_S = 900
LISTS = ("messages.manual", "messages.automatic")
COUNTS = ("recipients", "success", "failed", "pending", "excluded", "clicks", "orders")
MONEY = ("gross", "refunded", "net")


class HostFailed(AssertionError):
    """A command that had to succeed did not."""


def host_path():
    if not HOST.is_file():
        raise HostFailed(f"no crm-host at {HOST}: cmake --build --preset dev, or set CRM_HOST")
    return str(HOST)


def run(*args, env=None, check=True, timeout_s=TIMEOUT_S, preexec_fn=None):
    """Runs crm-host; stdout and stderr are text. With check, a non-zero status fails the test. `preexec_fn` runs
    in the new process before it."""
    command = [host_path(), *map(str, args)]
    done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False,
                          env={**os.environ, **(env or {})}, preexec_fn=preexec_fn)
    done.stdout = done.stdout.decode("utf-8", "replace")
    done.stderr = done.stderr.decode("utf-8", "replace")
    if check and done.returncode != 0:
        what = f"{' '.join(command)}: {signal_name(done.returncode)}"
        raise HostFailed(f"{what}\nstderr: {done.stderr[-3000:]}")
    return done


def crashed(status):
    """Whether a status of subprocess or of a shell says that a signal ended the process."""
    return status < 0 or status > 128


def signal_name(status):
    return signal.Signals(-status).name if status < 0 else f"status {status}"


def last_json(text):
    """The JSON object on the last line of a command's stdout."""
    lines = text.strip().splitlines()
    if not lines:
        raise HostFailed("stdout is empty: a JSON object was expected on its last line")
    return json.loads(lines[-1])


# Feeds --------------------------------------------------------------------------------------------


def encode(line):
    """One line of a feed; bytes pass as they are, so that broken lines can be written too."""
    return line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()


def write_feed(path, header, events):
    """Writes a feed, gzipped if the name ends in .gz."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "wb") as out:
        for line in (header, *events):
            out.write(encode(line) + b"\n")
    return Path(path)


def real_feed(name):
    """The path of a real feed, or None where the data is absent."""
    path = SHARED_DATA / f"{name}.ndjson.gz"
    return path if path.is_file() else None


# Views --------------------------------------------------------------------------------------------


def tables(document):
    return [part for part in document["components"] if part["type"] == "table"]


def table_with(document, *keys):
    """The table of a view that has all these columns."""
    for table in tables(document):
        if set(keys) <= {column["key"] for column in table["columns"]}:
            return table
    found = [[column["key"] for column in table["columns"]] for table in tables(document)]
    raise HostFailed(f"view {document.get('view')}: no table with {keys}; tables have {found}")


def plain(cell):
    """The bare value of a cell that may carry a tone or a label with it (status, reason, link)."""
    if isinstance(cell, dict):
        for key in ("value", "key", "status", "code", "id", "text"):
            if key in cell:
                return cell[key]
    return cell


def money(cell):
    """{currency: minor units} of a money cell, zeros left out; several currencies may be a list."""
    cells = cell if isinstance(cell, list) else [cell] if cell else []
    return {one["currency"]: one["amount_minor"] for one in cells if one["amount_minor"] != 0}


# ISO 4217, of the currencies that the tests use and that have not 2.
MINOR_DIGITS = {"CLF": 4, "UYW": 4, "BHD": 3, "IQD": 3, "KWD": 3, "TND": 3, "CLP": 0, "ISK": 0,
                "JPY": 0, "KRW": 0, "UGX": 0, "VND": 0}


def amount(value, currency):
    """Minor units of a decimal amount in a CSV (139.12 GBP, 13900 KRW), without floating point."""
    digits = MINOR_DIGITS.get(currency, 2)
    matched = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?", value)
    if not matched or len(matched[3] or "") != digits:
        raise HostFailed(f"amount {value!r} is not a decimal of {currency} with {digits} decimals")
    return int(matched[1] + matched[2] + (matched[3] or ""))


# One data folder ----------------------------------------------------------------------------------


class Host:
    """crm-host on one data folder; without one it owns a temporary one and wants to be closed."""

    def __init__(self, data=None):
        self.base = None if data else Path(tempfile.mkdtemp(prefix="crm-test-"))
        self.data = Path(data) if data else self.base / "data"
        self.data.mkdir(exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.base:
            shutil.rmtree(self.base, ignore_errors=True)

    def scratch(self, name):
        """A path beside the data folder."""
        return self.base / name

    def replay(self, *feeds, ack_log=None, env=None):
        """The summary that replay prints as its last line."""
        return last_json(self.try_replay(*feeds, ack_log=ack_log, env=env, check=True).stdout)

    def try_replay(self, *feeds, ack_log=None, env=None, check=False):
        extra = ("--ack-log", ack_log) if ack_log else ()
        return run("replay", "--data", self.data, *extra, *feeds, env=env, check=check)

    def digest(self, tenant):
        text = run("digest", "--data", self.data, "--tenant", tenant).stdout
        found = re.findall(r"\b[0-9a-f]{64}\b", text.lower())
        if len(found) != 1:
            raise HostFailed(f"digest printed {text!r}: one SHA-256 in hex was expected")
        return found[0]

    def view(self, tenant, view, locale=None, **params):
        extra = [part for key, value in params.items() for part in ("--param", f"{key}={value}")]
        extra += ["--locale", locale] if locale else []
        return json.loads(run("view", "--data", self.data, "--tenant", tenant, view, *extra).stdout)

    def rows(self, tenant, view, *keys, **params):
        """Every row of the view's table, over all its pages."""
        rows, seen = [], set()
        while True:
            table = table_with(self.view(tenant, view, **params), *keys)
            rows += table["rows"]
            cursor = table.get("next")
            if not cursor:
                return rows
            if cursor in seen:
                raise HostFailed(f"view {view} gave the cursor {cursor!r} twice: no end")
            seen.add(cursor)
            params["cursor"] = cursor

    def messages(self, tenant, view):
        """message_id -> row of one message list; a message listed twice fails."""
        found = {}
        for row in self.rows(tenant, view, "message_id", *COUNTS, *MONEY):
            message_id = plain(row["message_id"])
            if message_id in found:
                raise HostFailed(f"view {view} lists message {message_id} twice")
            found[message_id] = row
        return found

    def position(self, tenant, source):
        """(position, accepted) of a source in the health view; (0, 0) before its first event."""
        table = table_with(self.view(tenant, "health"), "source", "position", "accepted")
        for row in table["rows"]:
            if plain(row["source"]) == source:
                return int(plain(row["position"])), int(plain(row["accepted"]))
        return 0, 0

    def export(self, tenant, message_id, out, *extra, dialect="raw-v1", check=True, env=None):
        """Exports one message; gives the finished process."""
        return run("export", "--data", self.data, "--tenant", tenant, "--message", message_id,
                   "--reason", "월말 정산", "--out", out, "--dialect", dialect, *extra, check=check, env=env)

    def jwks(self, path):
        """Writes the public keys to a file and gives its path."""
        Path(path).write_text(run("jwks", "--data", self.data).stdout, encoding="utf-8")
        return Path(path)


def verify(jwks, csv):
    """The finished process of crm-host verify."""
    return run("verify", "--jwks", jwks, csv, check=False)


# Comparing ----------------------------------------------------------------------------------------


def row_differences(row, expected):
    """What differs between a row of a message list and the reference's row, as readable lines."""
    wrong = [f"{key}: shown {plain(row[key])}, expected {expected[key]}"
             for key in COUNTS if plain(row[key]) != expected[key]]
    for key in MONEY:
        shown = money(row[key])
        wanted = {currency: minor for currency, minor in expected[key].items() if minor}
        if len(expected["gross"]) > 1 and isinstance(row[key], dict):
            # One cell cannot hold two currencies, which are never added up: it is true of its own.
            own = row[key]["currency"]
            wanted = {own: wanted[own]} if own in wanted else {}
        if shown != wanted:
            wrong.append(f"{key}: shown {row[key]}, expected {wanted}")
    if plain(row["result"]) != expected["result"]:
        wrong.append(f"result: shown {plain(row['result'])}, expected {expected['result']}")
    return wrong


def list_differences(host, tenant, reference):
    """Every difference between both message lists and reference.evaluate(); [] is agreement."""
    wrong = []
    for view in LISTS:
        kind, shown = view.split(".")[1], host.messages(tenant, view)
        known = {message_id for message_id, row in reference["messages"].items()
                 if (row["kind"] or "manual") == kind}  # those that nobody announced are among the manual ones
        wrong += [f"{view}: {message_id} is missing" for message_id in known - shown.keys()]
        for message_id, row in shown.items():
            expected = reference["messages"].get(message_id)
            if expected is None or (expected["kind"] or "manual") != kind:
                wrong.append(f"{view}: {message_id} does not belong here")
            else:
                wrong += [f"{view}: {message_id} {line}" for line in row_differences(row, expected)]
    return sorted(wrong)
