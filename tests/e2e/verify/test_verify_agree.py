"""crm-host verify and verify-export.sh, asked about every odd input: one answer, for one reason, safe to print."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import signal
import sys
import tempfile
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import crm
import ed25519_points as points
import generated_feed
import proofs
from test_verify_script import SPKI, Script, sha256_of

VERIFIED, REFUSED, UNUSABLE = "verified", "do not use the file", "cannot be checked"
CPU_SECONDS_MAX = 10.0  # what the worst input may take in the slowest awk; a tenth of a second is usual
# Of a key set, in both verifiers: bytes, keys, and members of one object.
BYTES_MAX, KEYS_MAX, MEMBERS_MAX = 256 << 10, 1000, 8192
TYP = "crm-export-manifest+jws"
# Whatever a terminal obeys: C0, DEL and C1, and what is no UTF-8 at all.
UNSAFE = re.compile("[\0-\x1f\x7f-\x9f\ufffd]")


@dataclass
class Answer:
    """What a verifier said."""

    outcome: str
    out: str
    err: str
    cpu_seconds: float


def asked(command, folder, environment=None):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   start_new_session=True)
        stop = threading.Timer(crm.TIMEOUT_S, os.killpg, (process.pid, signal.SIGKILL))
        stop.start()
        # Not process.wait: this tells what the process and its children took, whatever else runs on the machine.
        _, status, used = os.wait4(process.pid, 0)
        stop.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode("utf-8", "replace"))
    outcome = {0: VERIFIED, 1: REFUSED if "; do not use " in said[1] else UNUSABLE}.get(
        process.returncode, f"status {process.returncode}")
    return Answer(outcome, *said, used.ru_utime + used.ru_stime)


class Agree(Script):
    turn = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = ThreadPoolExecutor(3)
        cls.addClassCleanup(cls.pool.shutdown)

    def setUp(self):
        self.folder = self.host.scratch(self.id().rsplit(".", 1)[-1])
        self.folder.mkdir()
        self.addCleanup(shutil.rmtree, self.folder)
        self.put_beside("m.csv", self.data, self.jws)
        (self.folder / "keys").write_bytes(self.jwks.read_bytes())

    def put_beside(self, name, data, jws):
        for file, content in ((os.fsencode(name), data), (os.fsencode(name) + b".jws", jws)):
            with open(os.path.join(os.fsencode(self.folder), file), "wb") as out:
                out.write(content)

    def answers(self, keys, csv):
        """Of everybody, about two files named as in self.folder."""
        keys, csv = os.fsencode(keys), os.fsencode(csv)
        # BusyBox has an awk of its own; the other two shells have Debian's, and take turns.
        Agree.turn += 1
        answers = {"host": self.pool.submit(asked, [crm.host_path(), "verify", b"--jwks=" + keys, "--", csv], self.folder)}
        for shell in (self.shells[Agree.turn % 2], self.shells[2]):
            answers[shell.name] = self.pool.submit(asked, [*shell.shell, str(proofs.SCRIPT), keys, csv], self.folder,
                                                   {"PATH": str(shell.folder)})
        return {who: answer.result() for who, answer in answers.items()}

    def agreed(self, outcome, words="", keys="keys", csv="m.csv"):
        """All give this outcome and name this reason, quickly, in one line without anything that a terminal obeys."""
        found = self.answers(keys, csv)
        self.assertEqual({who: answer.outcome for who, answer in found.items()}, dict.fromkeys(found, outcome), found)
        for who, answer in found.items():
            said = answer.out if outcome == VERIFIED else answer.err
            self.assertEqual(answer.out + answer.err, said, who)
            self.assertRegex(said, r"\A[^\n]+\n\Z", who)
            self.assertNotRegex(said[:-1], UNSAFE, who)
            self.assertRegex(said, words or ".", who)
            self.assertLess(answer.cpu_seconds, CPU_SECONDS_MAX, who)
        if outcome == VERIFIED:
            self.assertEqual({answer.out for answer in found.values()}, {found["host"].out})

    def claims(self, data, **changes):
        return self.manifest(bytes=len(data), sha256=sha256_of(data), **changes)


class KeysTest(Agree):
    """Forms of a key set, beside those of test_verify_script.py."""

    def one(self, **changes):
        return {name: value for name, value in {**self.key, **changes}.items() if value != "left out"}

    def pem(self, der=None, kind="PUBLIC KEY", end=b"\n"):
        text = base64.encodebytes(der or SPKI + proofs.unbase64url(self.key["x"])).replace(b"\n", end)
        return b"-----BEGIN %s-----%s%s-----END %s-----%s" % (kind.encode(), end, text, kind.encode(), end)

    def unrelated(self, number):
        """A well-formed key of nobody's."""
        x = proofs.base64url(hashlib.sha256(b"%d" % number).digest()[:31] + b"\1")
        name = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": proofs.base64url(hashlib.sha256(name).digest())}

    def largest(self, key_set):
        """As much of everything as may be and one more, beside a set whose last brace is left out."""
        whole = lambda *keys: json.dumps({"keys": list(keys)}, separators=(",", ":")).encode()
        unrelated = list(map(self.unrelated, range(KEYS_MAX)))
        names = lambda count: b",".join(b'"%04d":1' % at for at in range(count))

        def filled(begin, unit, end, more=0):
            count, rest = divmod(BYTES_MAX - len(key_set) - len(begin) - len(end) - 1, len(unit))
            return key_set + begin + unit * count + end + b" " * (rest + more) + b"}"

        return (
            ("keys", VERIFIED, "", whole(*unrelated[1:], self.key)),
            ("keys and one more", UNUSABLE, f"more than {KEYS_MAX} keys", whole(*unrelated, self.key)),
            ("names", VERIFIED, "", key_set + b", " + names(MEMBERS_MAX - 1) + b"}"),
            ("names and one more", UNUSABLE, f"more than {MEMBERS_MAX} members", key_set + b", " + names(MEMBERS_MAX) + b"}"),
            ("names of many objects", VERIFIED, "", filled(b', "odd": [', b"{" + names(MEMBERS_MAX) + b"},", b"0]")),
            ("bytes, in one text", VERIFIED, "", filled(b', "odd": "', b"x", b'"')),
            ("bytes and one more", UNUSABLE, f"larger than {BYTES_MAX} bytes", filled(b', "odd": "', b"x", b'"', 1)),
            ("bytes, in Korean", VERIFIED, "", filled(b', "odd": "', "한".encode(), b'"')),
            ("bytes, in escapes", VERIFIED, "", filled(b', "odd": "', b"\\n", b'"')),
            ("bytes, in values below a long name", VERIFIED, "",
             filled(b', "' + b"x" * (BYTES_MAX // 2) + b'": [', b'{"":1},', b"1]")))

    def cut_anywhere(self, key):
        """Long texts, which the script reads in pieces of 512 bytes that may end at any byte of a word or an escape."""
        units = b"true,-12.5e3," * 600, b"\\ud83d\\udeaa \\\\\\\"" * 600
        yield "words and escapes cut anywhere", VERIFIED, "", json.dumps({"keys": [key]}).encode()[:-1] + b', "a": [%s1], "b": "%s"}' % units
        escaped = "".join(f"\\u{ord(c):04X}" for c in key["x"])
        for blanks in (1, 3, 5):
            text = json.dumps({"keys": [{**key, "x": "?"}]}).replace("?", escaped)
            yield f"a key of escapes behind {blanks} blanks", VERIFIED, "", b" " * (300 + blanks) + text.encode()

    def texts(self):
        whole = lambda *keys: json.dumps({"keys": list(keys)}).encode()
        key, pem = self.one(), self.pem()
        private = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], capture_output=True, check=True).stdout
        locked = subprocess.run(["openssl", "pkey", "-aes256", "-passout", "pass:x"], input=private, capture_output=True,
                                check=True).stdout
        spelled = b'{"keys": [{"\\u006bty": "\\u004fKP", "crv": "Ed\\u0032\\u00355\\u0031\\u0039", "k\\u0069d": "%s", "x": "%s"}]}' % (
            key["kid"].encode(), key["x"].encode())
        return (
            ("needless escapes", VERIFIED, "", spelled),
            ("a needless escape of a slash", VERIFIED, "", whole(self.one(url="a\\/b"))),
            ("a key twice, spelled in two ways", UNUSABLE, "twice in one object", b'{"keys": [], "k\\u0065ys": []}'),
            ("a key twice, by the two halves of a character", UNUSABLE, "twice in one object",
             whole(key)[:-1] + ', "🚪": 1, "\\ud83d\\udeaa": 1}'.encode()),
            ("a name that is empty", VERIFIED, "", b'{"": {"keys": 5}, ' + whole(key)[1:]),
            ("a set inside a name that is empty", UNUSABLE, "neither a public key nor", b'{"": ' + whole(key) + b"}"),
            ("a name with a tab and one that it resembles", VERIFIED, "", b'{"keys\\t0": 1, ' + whole(key)[1:]),
            ("a name with a 1 sign", VERIFIED, "", b'{"keys\\u0001": 1, ' + whole(key)[1:]),
            ("key_ops as an object", REFUSED, "signed with the key",
             whole(self.one(key_ops={"0": "verify"}))),
            ("verify deeper in key_ops", REFUSED, "signed with the key", whole(self.one(key_ops=[["verify"]]))),
            *self.largest(whole(key)[:-1]), *self.cut_anywhere(key),
            *((f"a raw {sign!r} in a text", UNUSABLE, "JSON", whole(key)[:-1] + b', "odd": "a' + sign + b'b"}') for sign in (b"\t", b"\n", b"\x01", b"\x1f")),
            ("a list of sets", UNUSABLE, "neither a public key nor", b"[" + whole(key) + b"]"),
            ("a text", UNUSABLE, "neither a public key nor", b'"keys"'), ("a number", UNUSABLE, "neither a public key nor", b"5"),
            ("line ends of Windows", VERIFIED, "", json.dumps({"keys": [key]}, indent=1).replace("\n", "\r\n").encode()),
            ("no line end", VERIFIED, "", whole(key)), ("blanks around", VERIFIED, "", b" \t\r\n" + whole(key) + b"\n \r\n"),
            ("a form feed", UNUSABLE, "JSON", whole(key) + b"\f"), ("words behind", UNUSABLE, "JSON", whole(key) + b"x"),
            ("two sets", UNUSABLE, "JSON", whole(key) + b"\n" + whole(key)), ("a comma too many", UNUSABLE, "JSON", b'{"keys": [],}'),
            ("UTF-16", UNUSABLE, "", whole(key).decode().encode("utf-16")), ("no bytes", UNUSABLE, "JSON", b""),
            ("blanks", UNUSABLE, "JSON", b" \n"), ("a mark alone", UNUSABLE, "JSON", b"\xef\xbb\xbf"),
            ("an escape code", UNUSABLE, "JSON", b"\x1b]0;x\x07"), ("a mark behind", UNUSABLE, "JSON", whole(key) + b"\xef\xbb\xbf"),
            ("10^400", UNUSABLE, "beyond every range", whole(self.one(n=1))[:-3] + b"0" * 400 + b"}]}"),
            ("half a character", UNUSABLE, "JSON", whole(key)[:-1] + b', "a": "\\ud800\\u0041"}'),
            ("no UTF-8 in a name", UNUSABLE, "UTF-8", whole(key)[:-1] + b', "\xc3": 1}'),
            ("17 levels", UNUSABLE, "nested deeper than 16 levels", whole(key)[:-1] + b', "a": ' + b"[" * 16 + b"]" * 16 + b"}"),
            ("100,000 levels", UNUSABLE, "nested deeper than 16 levels", b"[" * 100000 + b"]" * 100000),
            ("40,000 levels that do not end", UNUSABLE, "nested deeper than 16 levels", b'{"a":' * 40000),
            ("31 bytes", UNUSABLE, "32 bytes", whole(self.one(x=proofs.base64url(b"\7" * 31)))),
            ("33 bytes", UNUSABLE, "32 bytes", whole(self.one(x=proofs.base64url(b"\7" * 33)))),
            ("bits to spare", UNUSABLE, "32 bytes", whole(self.one(x=key["x"][:-1] + "_"))),
            ("a private half", UNUSABLE, "private", whole(self.one(d="AA"))),
            ("an alg with an escape code", UNUSABLE, '"alg"', whole(self.one(alg="\x1b[31m"))),
            ("a kid of another key", UNUSABLE, "thumbprint", whole(self.one(kid=proofs.base64url(b"\7" * 32)))),
            ("no kid", UNUSABLE, "thumbprint", whole(self.one(kid="left out"))),
            ("a kid that is a number", UNUSABLE, "thumbprint", whole(self.one(kid=5))),
            ("PEM", VERIFIED, "", pem), ("PEM on one line", VERIFIED, "", pem.replace(b"KEY-----\n", b"KEY-----\n ")),
            ("PEM without a line end", VERIFIED, "", pem[:-1]), ("PEM with CRLF", VERIFIED, "", self.pem(end=b"\r\n")),
            ("PEM twice", UNUSABLE, "more than one", pem + pem), ("damaged PEM before it", UNUSABLE, "more than one", pem[:40] + b"\n" + pem),
            ("PEM that does not end", UNUSABLE, "Ed25519", pem[:-27]), ("PEM with dashes in it", UNUSABLE, "Ed25519", pem.replace(b"MCow", b"-Cow")),
            ("PEM of 31 bytes", UNUSABLE, "Ed25519", self.pem(SPKI + b"\7" * 31)), ("PEM of 33 bytes", UNUSABLE, "Ed25519", self.pem(SPKI + b"\7" * 33)),
            ("PEM with a NUL", UNUSABLE, "", pem + b"\0"), ("PEM beside no UTF-8", UNUSABLE, "UTF-8", b"\xff\n" + pem),
            ("a private key", UNUSABLE, "private", private), ("an encrypted private key", UNUSABLE, "private", locked),
            ("a private key behind", UNUSABLE, "private", pem + private), ("a private key in front", UNUSABLE, "private", private + pem),
            ("a certificate", UNUSABLE, "Ed25519", self.pem(kind="CERTIFICATE")),
            ("an escape code in a PEM line", UNUSABLE, "", b"-----BEGIN \x1b[31m-----\n"),
            ("DER", VERIFIED, "", SPKI + proofs.unbase64url(key["x"])), ("DER and a byte", UNUSABLE, "", SPKI + b"\7" * 33),
            ("DER cut", UNUSABLE, "", SPKI + b"\7" * 31), ("DER of X25519", UNUSABLE, "", SPKI[:8] + b"\x6e" + SPKI[9:] + b"\7" * 32))

    def test_every_form_of_keys_gets_one_answer(self):
        for name, outcome, words, text in self.texts():
            (self.folder / "keys").write_bytes(text)
            with self.subTest(name):
                self.agreed(outcome, words)

    def weak(self, key):
        """A CSV that anybody could sign with the key, its proof, and the key in every form."""
        x = proofs.base64url(key)
        thumb = proofs.base64url(bytes.fromhex(sha256_of(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode())))
        head = proofs.base64url(json.dumps({"alg": "EdDSA", "typ": TYP, "kid": thumb}).encode())
        texts = (f"{head}.{proofs.base64url(json.dumps(self.manifest(odd=odd)).encode())}".encode() for odd in range(500))
        text, signature = points.forged(key, texts)
        self.put_beside("m.csv", self.data, text + b"." + proofs.base64url(signature).encode())
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": thumb}
        return (json.dumps({"keys": [self.key, jwk]}).encode(), json.dumps(jwk).encode(), self.pem(SPKI + key), SPKI + key)

    def test_keys_that_anybody_can_sign_for_are_refused_by_name(self):
        small = points.small_order()
        self.assertEqual(sorted(small.values()), [1, 2, 4, 4, 8, 8, 8, 8])
        for number, key in enumerate([*small, *points.not_canonical()]):
            forms = self.weak(key)
            # Every form becomes the same 32 bytes before they are looked at: the forms take turns.
            form = number % len(forms)
            (self.folder / "keys").write_bytes(forms[form])
            with self.subTest(key=key.hex(), form=form):
                self.agreed(UNUSABLE, "small order" if key in small else "small order|no canonical")


class ProofsTest(Agree):
    def signed_again(self, payload=None, header=None):
        self.put_beside("m.csv", self.data, self.signed(self.manifest() if payload is None else payload, header))

    def test_every_form_of_a_proof_gets_one_answer(self):
        head, payload, signature = self.jws.split(b".")
        other = proofs.base64url(points.other_scalar(proofs.unbase64url(signature.decode()))).encode()
        whole = lambda *parts: b".".join(parts)
        for name, words, jws in (
                ("no bytes", "three parts", b""), ("no dots", "three parts", b"AAAA"), ("four parts", "three parts", self.jws + b".AAAA"),
                ("a line end", "canonical base64url", self.jws + b"\n"), ("CRLF", "canonical base64url", self.jws + b"\r\n"),
                ("a line end alone", "canonical base64url", b"\n"), ("a NUL", "canonical base64url", self.jws + b"\0"),
                ("a mark", "canonical base64url", b"\xef\xbb\xbf" + self.jws), ("no text", "canonical base64url", b"\xff\xfe"),
                ("padding", "canonical base64url", self.jws + b"=="), ("an escape code", "canonical base64url", b"\x1b[31m." + self.jws),
                ("no header", "JSON", whole(b"", payload, signature)), ("no payload", "signature does not hold", whole(head, b"", signature)),
                ("no signature", "signature is not 64 bytes", whole(head, payload, b"")),
                ("63 bytes", "signature is not 64 bytes", whole(head, payload, signature[:-2])),
                ("a signature of zeros", "signature does not hold", whole(head, payload, b"A" * 86)),
                ("S of L and more", "signature does not hold", whole(head, payload, other)),
                ("parts exchanged", "alg is not EdDSA", whole(payload, head, signature)),
                ("as large as may be", "canonical base64url|three parts", b"A" * 65536),
                ("larger", "larger than 65536 bytes", b"A" * 65537), ("much larger", "larger than 65536 bytes", b"A" * (1 << 22)),
                ("the CSV", "", self.data), ("the keys", "", self.jwks.read_bytes())):
            self.put_beside("m.csv", self.data, jws)
            with self.subTest(name):
                self.agreed(REFUSED, words)

    def test_every_form_of_a_header_gets_one_answer(self):
        good = {"alg": "EdDSA", "typ": TYP, "kid": self.key["kid"]}
        text = json.dumps(good).encode()
        for name, outcome, words, header in (
                ("needless escapes", VERIFIED, "", text.replace(b"EdDSA", b"\\u0045dDSA").replace(b'"alg"', b'"\\u0061lg"').replace(b"+", b"\\u002B")),
                ("blanks", VERIFIED, "", b"\r\n\t " + text + b" \n"),
                ("an empty name", REFUSED, "alg is not EdDSA", b'{"": {"alg": "EdDSA"}, "typ": "%s", "kid": "k"}' % TYP.encode()),
                ("an empty name beside", REFUSED, "only alg", {**good, "": 1}), ("another parameter", REFUSED, "only alg", {**good, "crit": []}),
                ("an escape code", REFUSED, "only alg", {**good, "\x1b[31m": 1}), ("no alg", REFUSED, "alg is not EdDSA", {"typ": TYP, "kid": "k"}),
                ("alg none", REFUSED, "alg is not EdDSA", {**good, "alg": "none"}), ("alg Ed25519", REFUSED, "alg is not EdDSA", {**good, "alg": "Ed25519"}),
                ("alg nested", REFUSED, "alg is not EdDSA", {**good, "alg": [["EdDSA"]]}),
                ("alg deeply nested", REFUSED, "nested deeper than 16", text[:-1] + b', "a": ' + b"[" * 16 + b"]" * 16 + b"}"),
                ("typ of a request", REFUSED, "typ is not", {**good, "typ": "crm-export-request+jwt"}),
                ("alg twice", REFUSED, "twice in one object", text[:-1] + b', "alg": "EdDSA"}'),
                ("kid twice", REFUSED, "twice in one object", text[:-1] + b', "k\\u0069d": "k"}'),
                ("no kid", REFUSED, "names no kid", {**good, "kid": ""}), ("kid a path", REFUSED, "names no kid", {**good, "kid": "../x"}),
                ("kid with an escape code", REFUSED, "names no kid", {**good, "kid": "\x1b[31m"}),
                ("kid a list", REFUSED, "names no kid", {**good, "kid": [self.key["kid"]]}),
                ("a kid that is unknown", REFUSED, "signed with the key AAAA", {**good, "kid": "A" * 43}),
                ("a kid that is very long", REFUSED, "signed with the key AAAA", {**good, "kid": "A" * 20000}),
                ("a mark", REFUSED, "JSON", b"\xef\xbb\xbf" + text), ("a NUL", REFUSED, "JSON", text + b"\0"),
                ("a list", REFUSED, "not a JSON object", b"[]"), ("a text", REFUSED, "not a JSON object", b'"alg"')):
            self.signed_again(header=header)
            with self.subTest(name):
                self.agreed(outcome, words)

    def test_every_form_of_a_manifest_gets_one_answer(self):
        claims = self.manifest()
        text = json.dumps(claims).encode()
        lacks = lambda name: f'lacks a well-formed "{name}"'
        spelled = text.replace(b'"rows"', b'"r\\u006fws"').replace(b'"iss"', b'"\\u0069ss"').replace(
            b'"sha256": "' + claims["sha256"][:1].encode(), b'"sha256": "\\u00%02x' % ord(claims["sha256"][0]))
        # One reader reads all members of a kind: the others of a kind get one case each.
        numbers = [("rows", value) for value in ("left out", "1", -1, 1.0, True, 2**64, 10**30)]
        times = [("created_at", value) for value in (
            5, "now", "2024-13-01T00:00:00Z", "2024-00-10T00:00:00Z", "2024-01-32T00:00:00Z", "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+09", "99999-01-01T00:00:00Z", "2024-01-01T00:00:00Z\n", "2024-01-01T00:00:00.Z")]
        good_times = [(created, VERIFIED, "", self.manifest(created_at=created, retained_from=retained)) for created, retained in (
            ("2024-02-29T23:59:59Z", "2000-02-29T00:00:00.123456Z"), ("2024-12-31T00:00:00+09:00", "9999-12-31T23:59:59-23:59"),
            ("0001-01-01T00:00:00Z", "2024-04-30T00:00:00.1Z"))]
        texts = [("iss", value) for value in ("left out", "", 5, ["x"])]
        others = [("bytes", -1), ("tenant", ""), ("message_id", 5), ("retained_from", 5), ("retained_from", "2024-02-30T00:00:00Z")]
        lacking = [(f"{name} {value!r}"[:40], REFUSED, lacks(name), self.manifest(**{name: value}))
                   for name, value in (*numbers, *times, *texts, *others)]
        odd_names = [(repr(names)[:40], VERIFIED, "", self.manifest(**dict(zip(("iss", "tenant", "message_id"), names)))) for names in (
            ("\x1b[31mred\x07", "a\nb\r\tc", "\0"), ("\x7f\x80\x9f\xa0", 'say "hi" \\n \\u000a', "한글 🚪"), ("%s%n%%", "$(id)`id`", "-n"),
            (" ", "\u2028", "x" * 5000), ("한" * 1366, "x" * 4096, "x" * 4097))]
        for name, outcome, words, payload in (
                ("needless escapes", VERIFIED, "", spelled), ("line ends", VERIFIED, "", json.dumps(claims, indent=2).replace("\n", "\r\n").encode()),
                ("more members", VERIFIED, "", self.manifest(odd={"a": [1, {"b": None}], "": ""})),
                ("an empty name", REFUSED, "version 1", b'{"": ' + text + b"}"), ("an empty name beside", VERIFIED, "", b'{"": {"rows": 0}, ' + text[1:]),
                ("a list", REFUSED, "version 1", b"[]"), ("a text", REFUSED, "version 1", b'"x"'), ("no bytes", REFUSED, "JSON", b""),
                ("version 1.0", REFUSED, "version 1", self.manifest(version=1.0)), ("version true", REFUSED, "version 1", self.manifest(version=True)),
                ("version 1e0", REFUSED, "version 1", text.replace(b'"version": 1', b'"version": 1e0')), ("version 2", REFUSED, "version 1", self.manifest(version=2)),
                ("a mark", REFUSED, "JSON", b"\xef\xbb\xbf" + text), ("a NUL behind", REFUSED, "JSON", text + b"\0"), ("twice", REFUSED, "JSON", text + text),
                ("rows -0", REFUSED, lacks("rows"), re.sub(rb'"rows": \d+', b'"rows": -0', text)), ("rows 05", REFUSED, "JSON", re.sub(rb'"rows": \d+', b'"rows": 05', text)),
                ("rows 1e400", REFUSED, "beyond every range", re.sub(rb'"rows": \d+', b'"rows": 1e400', text)),
                ("rows of the largest", REFUSED, "records", self.manifest(rows=2**64 - 1)), ("sha256 cut", REFUSED, lacks("sha256"), self.manifest(sha256="ab" * 31)),
                ("sha256 in capitals", REFUSED, lacks("sha256"), self.manifest(sha256="AB" * 32)),
                ("sha256 and a line end", REFUSED, lacks("sha256"), self.manifest(sha256=claims["sha256"] + "\n")),
                ("another sha256", REFUSED, "another SHA-256", self.manifest(sha256="ab" * 32)), ("other bytes", REFUSED, "bytes where its proof says", self.manifest(bytes=5)),
                ("no as_of", REFUSED, lacks("as_of"), self.manifest(as_of="left out")), ("as_of a list", REFUSED, lacks("as_of"), self.manifest(as_of=[])),
                ("as_of of nothing", VERIFIED, "as of no event", self.manifest(as_of={})), ("as_of deeper", REFUSED, lacks("as_of"), self.manifest(as_of={"s": {"t": 1}})),
                ("as_of below 0", REFUSED, lacks("as_of"), self.manifest(as_of={"s": -1})), ("as_of in words", REFUSED, lacks("as_of"), self.manifest(as_of={"s": "1"})),
                ("as_of of the largest", VERIFIED, "s 18446744073709551615", self.manifest(as_of={"s": 2**64 - 1})),
                ("as_of beyond", REFUSED, lacks("as_of"), self.manifest(as_of={"s": 2**64})), ("as_of 1.0", REFUSED, lacks("as_of"), self.manifest(as_of={"s": 1.0})),
                ("as_of in another order", VERIFIED, "as of z 1, a 2", self.manifest(as_of={"z": 1, "a": 2})),
                ("as_of of odd names", VERIFIED, "", self.manifest(as_of={"": 1, "\t": 2, "\x1b[2J": 3, "a, b 4": 5, "\\t": 6})),
                ("retained_from null", VERIFIED, "", self.manifest(retained_from=None)), *lacking, *good_times, *odd_names):
            self.signed_again(payload)
            with self.subTest(name):
                self.agreed(outcome, words)


class FilesTest(Agree):
    def test_every_form_of_a_csv_gets_one_answer(self):
        quotes = b"a\r\n" + b'"' * 400000 + b"\r\n"
        for name, outcome, words, data, rows in (
                ("no bytes", REFUSED, "records", b"", 0), ("no bytes, of the largest rows", REFUSED, "records", b"", 2**64 - 1),
                ("a header without a line end", VERIFIED, "", b"a", 0), ("LF", VERIFIED, "", b"a\n1\n2\n", 2), ("CR alone", VERIFIED, "", b"a\r1\r", 0),
                ("a NUL", VERIFIED, "", b"a\r\n\0\r\n", 1), ("no text", VERIFIED, "", b"\xff\xfe\r\n\x80\r\n", 1), ("a mark", VERIFIED, "", b"\xef\xbb\xbfa\r\n1\r\n", 1),
                ("cut inside quotes", REFUSED, "records", b'a\r\n"x\r\n', 1), ("cut inside quotes, no line end", REFUSED, "records", b'a\r\n"x', 1),
                ("a huge line", VERIFIED, "", b"a\r\n" + b"x" * (1 << 22) + b"\r\n", 1), ("quotes alone", VERIFIED, "", quotes, 1),
                ("line ends alone", VERIFIED, "", b"\n" * 100000, 99999), ("a row too many", REFUSED, "records", b"a\n1\n", 0)):
            self.put_beside("m.csv", data, self.signed(self.claims(data, rows=rows)))
            with self.subTest(name):
                self.agreed(outcome, words)
        for name, data in (("a byte behind", self.data + b"\n"), ("a byte missing", self.data[:-1]), ("the proof in it", self.data + self.jws),
                           ("no bytes", b""), ("other line ends", self.data.replace(b"\r\n", b"\n"))):
            self.put_beside("m.csv", data, self.jws)
            with self.subTest(name):
                self.agreed(REFUSED, "bytes where its proof says")

    def test_every_name_is_taken_and_printed_safely(self):
        for at, name in enumerate(("-n.csv", "--help", "-", "-jwks", "a b.csv", " a.csv", "a'b\"c.csv", "$(id).csv", "`id`.csv", "*.csv", "a\\nb.csv", "%s%n.csv", "!",
                     "(", "=", "\x1b[31mred\x07.csv", "a\nb.csv", "line end\n", "\t\r.csv", b"\xff\xfe.csv", "\x7f\x80\x9f.csv", "이름.csv", "\u2028.csv", "&<>|;.csv")):
            self.put_beside(name, self.data, self.jws)
            keys = os.fsencode(name) + b".keys"
            with open(os.path.join(os.fsencode(self.folder), keys), "wb") as out:
                out.write(self.jwks.read_bytes())
            with self.subTest(name=name):
                self.agreed(VERIFIED, "", keys, name)
                if at % 2:
                    self.agreed(UNUSABLE, "cannot (open|read)", keys + b"?", name)
                else:
                    os.unlink(os.path.join(os.fsencode(self.folder), os.fsencode(name) + b".jws"))
                    self.agreed(UNUSABLE, "the proof of .* without", keys, name)

    def odd_file(self, kind, at):
        """Puts something that is no ordinary file at a path."""
        at = self.folder / at
        at.unlink(missing_ok=True)
        if kind == "a folder":
            at.mkdir()
        elif kind == "a pipe":
            os.mkfifo(at)
        elif kind == "without permission":
            at.touch(0)
        elif kind == "nothing":
            pass
        else:
            at.symlink_to({"a loop": at.name, "a link to nothing": "nowhere", "a device": "/dev/null", "an endless device": "/dev/zero",
                           "a terminal": "/dev/tty"}[kind])

    def test_what_is_no_file_is_named(self):
        # Root may read everything.
        forbidden = [("without permission", "cannot (be )?(open|read)")] if os.geteuid() != 0 else []
        for kind, words in (*forbidden, ("a folder", "no regular file"), ("a pipe", "no regular file"), ("a device", "no regular file"),
                            ("an endless device", "no regular file"), ("a terminal", "no regular file"), ("a loop", "cannot (be )?(open|read)"),
                            ("a link to nothing", "cannot (be )?(open|read)"), ("nothing", "cannot (be )?(open|read)")):
            for at in ("keys", "m.csv", "m.csv.jws"):
                with self.subTest(kind, at=at):
                    self.odd_file(kind, at)
                    self.agreed(UNUSABLE, words)
                if kind == "a folder":
                    (self.folder / at).rmdir()
                (self.folder / at).unlink(missing_ok=True)
                self.put_beside("m.csv", self.data, self.jws)
                (self.folder / "keys").write_bytes(self.jwks.read_bytes())

    def test_of_several_faults_both_name_the_first(self):
        for keys, jws, data, outcome, words in (
                (b"{", b"x", b"", UNUSABLE, "JSON"), (None, b"x", b"", REFUSED, "three parts"), (None, self.jws, b"", REFUSED, "bytes where"),
                (b'{"keys": []}', b"x", b"", REFUSED, "three parts"), (b'{"keys": []}', self.jws, b"", REFUSED, "signed with the key")):
            (self.folder / "keys").write_bytes(self.jwks.read_bytes() if keys is None else keys)
            self.put_beside("m.csv", data, jws)
            with self.subTest(words, keys=keys):
                self.agreed(outcome, words)

    def test_links_are_followed(self):
        for at in ("keys", "m.csv", "m.csv.jws"):
            (self.folder / at).rename(self.folder / f"{at}.moved")
            (self.folder / at).symlink_to(f"{at}.moved")
        self.agreed(VERIFIED)

    def test_a_name_too_long_or_below_a_file_is_named(self):
        for name in ("x" * 300, "m.csv/x", ""):
            self.agreed(UNUSABLE, "cannot (open|read)", name)
            self.agreed(UNUSABLE, "cannot (open|read)", "keys", name)


class NamesTest(Agree):
    """Names of files that the other commands take and print."""

    ODD = "\x1b[31mred\x07\x9b\n.x"

    def host_says(self, status, words, *arguments):
        """crm-host in self.folder; no line of it holds what a terminal obeys."""
        done = subprocess.run([crm.host_path(), *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=crm.TIMEOUT_S, check=False)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        self.assertEqual(done.returncode, status, said)
        self.assertRegex(said, words)
        for line in said.split("\n"):
            self.assertNotRegex(line, UNSAFE)
        self.assertNotIn("red\n", said)

    def feed(self, name, *events):
        (self.folder / name).write_bytes(b"".join(crm.encode(line) + b"\n" for line in (self.header, *events)))

    def setUp(self):
        super().setUp()
        self.header, self.events = generated_feed.generate(11)
        self.data = self.folder / "data"
        self.data.mkdir()

    def test_a_dash_in_front(self):
        self.feed("-feed", *self.events)
        self.host_says(2, r"write \./-feed", "replay", f"--data={self.data}", "-feed")
        self.host_says(0, '"rejected":0', "replay", f"--data={self.data}", "--", "-feed")
        export = ("export", f"--data={self.data}", "--tenant", self.header["tenant"], "--message", "M-orders", "--reason", "r")
        self.host_says(0, "rows=", *export, "--out", "-m.csv")
        self.host_says(0, "rows=", *export, "--out=-m.csv")
        self.assertTrue((self.folder / "-m.csv.jws").is_file())
        self.data.rename(self.folder / "-data")
        self.host_says(0, "[0-9a-f]{64}", "digest", "--data=-data", "--tenant", self.header["tenant"])

    def test_escape_codes_and_line_ends(self):
        self.feed(self.ODD, *self.events, b"{}")
        shown = r"\\x1b\[31mred\\x07\\xc2\\x9b\\x0a\.x"
        self.host_says(0, shown + ":[0-9]+: rejected", "replay", f"--data={self.data}", self.ODD)
        export = ("export", f"--data={self.data}", "--tenant", self.header["tenant"], "--message", "M-orders", "--reason", "r")
        self.host_says(0, "rows=", *export, f"--out=out{self.ODD}")
        self.host_says(1, shown, *export, f"--out=out{self.ODD}/x")
        self.host_says(1, shown, "replay", f"--data={self.data}", f"no{self.ODD}")
        self.host_says(1, shown, "digest", f"--data=no{self.ODD}", "--tenant", "t")
        self.host_says(1, shown, "serve", f"--data={self.ODD}", "--port=0")
        self.host_says(1, shown, "plugins", f"--plugin-dir=no{self.ODD}")
        self.host_says(2, shown, "replay", f"--data={self.data}", "feed", f"--x{self.ODD}")
        self.host_says(2, shown, f"x{self.ODD}")


if __name__ == "__main__":
    unittest.main()
