"""verify-export.sh, with openssl and the utilities of a POSIX system alone, in every shell at hand.

CRM_TAMPER   "full" for larger samples
"""

import base64
import json
import os
import random
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
import crm
import generated_feed
import proofs

MESSAGE = "M-orders"
FULL = os.environ.get("CRM_TAMPER") == "full"
SAMPLE = 60 if FULL else 8  # of each kind of change
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SPKI = bytes.fromhex("302a300506032b6570032100")


class Script(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shells = proofs.shells()
        for shell in cls.shells:
            cls.addClassCleanup(shell.close)
        cls.shell = cls.shells[0]
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.generate(11)
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.original = cls.host.scratch("m.csv")
        cls.host.export(cls.tenant, MESSAGE, cls.original)
        cls.jwks = cls.host.jwks(cls.host.scratch("keys.jwks"))
        cls.key = json.loads(cls.jwks.read_text())["keys"][0]
        cls.data, cls.jws = cls.original.read_bytes(), proofs.sidecar(cls.original).read_bytes()
        cls.copy = cls.host.scratch("copy.csv")

    def put(self, data, jws):
        self.copy.write_bytes(data)
        proofs.sidecar(self.copy).write_bytes(jws)

    def refused(self, *words, data=None, jws=None, keys=None, shell=None):
        """Status 1, nothing on stdout, and on stderr one line with the words."""
        self.put(self.data if data is None else data, self.jws if jws is None else jws)
        done = (shell or self.shell).verify(keys or self.jwks, self.copy)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Averify-export\.sh: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, done.stderr)

    def signed(self, payload, header=None):
        """A proof over other claims, signed with the plugin's own key."""
        ring = next(json.loads(file.read_text()) for file in (self.host.data / "host/keys").glob("plugin.*.json"))
        seed = proofs.unbase64url(ring["keys"][0]["d"])
        head = header if header is not None else {"alg": "EdDSA", "typ": "crm-export-manifest+jws", "kid": self.key["kid"]}
        text = ".".join(proofs.base64url(part if isinstance(part, bytes) else json.dumps(part).encode())
                        for part in (head, payload))
        base = self.host.scratch("sign")
        (base.with_suffix(".der")).write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
        (base.with_suffix(".txt")).write_text(text)
        subprocess.run(["openssl", "pkeyutl", "-sign", "-keyform", "DER", "-inkey", f"{base}.der", "-rawin", "-in",
                        f"{base}.txt", "-out", f"{base}.sig"], check=True, timeout=60)
        return f"{text}.{proofs.base64url(base.with_suffix('.sig').read_bytes())}".encode()

    def manifest(self, **changes):
        claims = {**json.loads(proofs.payload_text(self.jws.decode())), **changes}
        return {name: value for name, value in claims.items() if value != "left out"}


class AcceptedTest(Script):
    def key_forms(self):
        point = SPKI + proofs.unbase64url(self.key["x"])
        pem = base64.encodebytes(point).decode()
        retired = {name: value for name, value in self.key.items() if name != "alg"}
        forms = {"one.jwk": json.dumps(self.key, indent=2), "retired.jwk": json.dumps(retired),
                 "dense.jwks": json.dumps({"keys": [{"kty": "RSA", "n": "x", "kid": "r"}, retired]}),
                 "key.pem": f"-----BEGIN PUBLIC KEY-----\n{pem}-----END PUBLIC KEY-----\n"}
        for name, text in forms.items():
            self.host.scratch(name).write_text(text)
        return [self.jwks, *map(self.host.scratch, forms)]

    def test_it_prints_the_sentence_of_crm_host_verify(self):
        expected = crm.verify(self.jwks, self.original)
        manifest = self.manifest()
        for said in (f"{manifest['rows']} rows", manifest["iss"], manifest["created_at"], manifest["tenant"], MESSAGE,
                     *(f"{source} {seq}" for source, seq in manifest["as_of"].items())):
            self.assertIn(said, expected.stdout)
        self.assertRegex(expected.stdout, r"\A[^\n]+ is complete and unmodified: [^\n]+\.\n\Z")
        for shell in self.shells:
            for keys in self.key_forms():
                with self.subTest(shell=shell.name, keys=keys.name):
                    done = shell.verify(keys, self.original)
                    self.assertEqual((done.returncode, done.stdout, done.stderr), (0, expected.stdout, ""))

    def test_nothing_is_left_in_the_temporary_folder(self):
        folder = self.host.scratch("tmp")
        folder.mkdir()
        self.put(self.data, self.jws[:-1])
        for csv in (self.original, self.copy, "no-such.csv"):
            self.shell.verify(self.jwks, csv, TMPDIR=str(folder))
        self.assertEqual(list(folder.iterdir()), [])

    def test_a_folder_that_a_killed_run_has_left_is_passed_by(self):
        leave_one = 'mkdir "$TMPDIR/verify-export.$$" && exec "$@"'  # whose process has the number of the next
        for shell in self.shells:
            with self.subTest(shell=shell.name):
                folder = self.host.scratch(f"left-{shell.name}")
                folder.mkdir()
                done = subprocess.run(
                    [*shell.shell, "-c", leave_one, "sh", *shell.shell, str(proofs.SCRIPT), str(self.jwks), str(self.original)],
                    env={"PATH": str(shell.folder), "TMPDIR": str(folder)}, capture_output=True, text=True,
                    timeout=crm.TIMEOUT_S, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(len(list(folder.iterdir())), 1, "the folder that was left, and no other")

    def test_line_ends_and_quotes_inside_fields_are_no_rows(self):
        bodies = {b'\xef\xbb\xbf"a","b"\r\n"1","x\r\ny"\r\n"2","say ""hi""\n"\r\n': 2, b"a\r\n": 0, b"a\r\n1\r\n\r\n": 2,
                  b"a\r\n1": 1, b'a\r\n"\r\n\r\n\r\n"\r\n': 1, b'a\r\n"""\r\n"""\r\n""\r\n': 2}
        for data, rows in bodies.items():
            jws = self.signed(self.manifest(rows=rows, bytes=len(data), sha256=sha256_of(data)))
            for shell in self.shells:
                with self.subTest(data=data, shell=shell.name):
                    self.put(data, jws)
                    done, by_host = shell.verify(self.jwks, self.copy), crm.verify(self.jwks, self.copy)
                    self.assertEqual((done.returncode, done.stdout), (0, by_host.stdout), done.stderr + by_host.stderr)
            more = self.signed(self.manifest(rows=rows + 1, bytes=len(data), sha256=sha256_of(data)))
            self.refused("records", data=data, jws=more)

    def test_names_with_spaces_dashes_and_korean_work(self):
        for name in ("-n.csv", "이름 바꿈.csv", "a'b\"c.csv"):
            path = self.host.scratch(name)
            shutil.copy(self.original, path)
            shutil.copy(proofs.sidecar(self.original), proofs.sidecar(path))
            done = self.shell.verify(self.jwks, path)
            self.assertEqual((done.returncode, done.stdout), (0, crm.verify(self.jwks, path).stdout), done.stderr)

    def test_proof_may_stand_elsewhere(self):
        moved = self.host.scratch("moved.jws")
        moved.write_bytes(self.jws)
        alone = self.host.scratch("alone.csv")
        alone.write_bytes(self.data)
        self.assertEqual(self.shell.verify(self.jwks, alone, moved).returncode, 0)
        done = self.shell.verify(self.jwks, alone)
        self.assertEqual(done.returncode, 1)
        self.assertIn("alone.csv.jws", done.stderr)

    def test_what_was_no_longer_kept_is_said(self):
        self.put(self.data, self.signed(self.manifest(retained_from="2024-01-01T00:00:00Z")))
        done = self.shell.verify(self.jwks, self.copy)
        self.assertIn("before 2024-01-01T00:00:00Z nothing was kept", done.stdout)
        self.assertEqual(done.stdout, crm.verify(self.jwks, self.copy).stdout)


class BothVerifiersTest(Script):
    """crm-host verify and the script judge every form of keys, and every proof, alike."""

    # The whole of (name, is it accepted, text).
    def forms(self):
        key, mark = self.key, b"\xef\xbb\xbf"
        one = lambda **changes: json.dumps({name: value for name, value in {**key, **changes}.items() if value != "left out"})
        whole = lambda *keys: json.dumps({"keys": list(keys)})
        changed = lambda **changes: json.loads(one(**changes))
        point = SPKI + proofs.unbase64url(key["x"])
        pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(point) + b"-----END PUBLIC KEY-----\n"
        private = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], capture_output=True, check=True).stdout
        x25519 = subprocess.run(["openssl", "pkey", "-pubout"], check=True, capture_output=True, input=subprocess.run(
            ["openssl", "genpkey", "-algorithm", "x25519"], capture_output=True, check=True).stdout).stdout
        return (
            ("a set", True, whole(key)), ("one key", True, one()), ("one without a kid", True, one(kid="left out")),
            ("one with a kid of its owner's", True, one(kid="2026-11")), ("one for another key", False, one(x=proofs.base64url(b"\7" * 32))),
            ("a set with a mark", True, mark + whole(key).encode()), ("one with a mark", True, mark + one().encode()),
            ("two marks", False, mark + mark + whole(key).encode()), ("PEM", True, pem), ("PEM with a mark", True, mark + pem),
            ("PEM with Windows' line ends", True, pem.replace(b"\n", b"\r\n")), ("PEM behind words", True, b"our key:\n" + pem),
            ("DER", True, point), ("DER of another key", False, SPKI + b"\7" * 32), ("a private key", False, private),
            ("a key of another type", False, x25519), ("cut PEM", False, pem[:-40]),
            ("for encryption, in a set", False, whole(changed(use="enc"))), ("for encryption, alone", False, one(use="enc")),
            ("for encryption beside the right one", True, whole(changed(use="enc"), key)),
            ("use is no text", False, one(use=5)), ("use left out", True, one(use="left out")),
            ("to sign only", False, one(key_ops=["sign"])), ("to verify", True, one(key_ops=["sign", "verify"])),
            ("key_ops is no list", False, one(key_ops="verify")), ("key_ops of nothing", False, one(key_ops=[])),
            ("retired", True, whole(changed(alg="left out"))), ("another alg", False, one(alg="ES256")),
            ("another alg beside the right one", False, whole(changed(alg="ES256"), key)),
            ("Ed25519 as alg", True, one(alg="Ed25519")), ("alg is no text", False, one(alg=None)),
            ("a private half", False, one(d="AA")), ("a private half beside the right one", False, whole(key, changed(d="AA"))),
            ("another type beside the right one", True, whole({"kty": "RSA", "n": "x"}, key)),
            ("no object beside the right one", False, whole(key, 17)), ("another kid", False, whole(changed(kid="other"))),
            ("no kid in a set", False, whole(changed(kid="left out"))), ("a padded x", False, one(x=key["x"] + "=")),
            ("no x", False, one(x="left out")), ("an empty set", False, whole()), ("keys is no list", False, '{"keys": {}}'),
            ("a key twice", False, '{"kty":"OKP",' + one()[1:]), ("nothing", False, ""), ("a list", False, f"[{one()}]"),
            ("the same key twice", True, whole(key, key)), ("deep", False, json.dumps({"keys": [key], "x": deep(40)})),
            ("larger than a mebibyte", False, whole(key) + " " * (1 << 20)), ("a NUL", False, whole(key) + "\0"))

    def test_every_form_of_keys(self):
        self.put(self.data, self.jws)
        keys = self.host.scratch("form.keys")
        for name, is_accepted, text in self.forms():
            keys.write_bytes(text if isinstance(text, bytes) else text.encode())
            by_script, by_host = self.shell.verify(keys, self.copy), crm.verify(keys, self.copy)
            with self.subTest(name):
                said = by_script.stderr + by_host.stderr
                self.assertEqual((by_script.returncode == 0, by_host.returncode == 0), (is_accepted, is_accepted), said)
                self.assertEqual(by_script.stdout, by_host.stdout)

    def odd_json(self):
        """(name, whether it is strict JSON, a member to add to a JSON object)."""
        nested = lambda levels: b'"odd": ' + b"[" * levels + b"]" * levels
        return (
            ("a number far over a double", False, b'"odd": 1e400'), ("a long one", False, b'"odd": 1' + b"0" * 400),
            ("a number far below", False, b'"odd": -1e400'), ("the largest number", True, b'"odd": 1.7976931348623157e308'),
            ("a number next to nothing", True, b'"odd": 1e-400'), ("a NUL in a text", False, b'"odd": "a\0b"'),
            ("bytes that are no text", False, b'"odd": "\xff"'), ("overlong", False, b'"odd": "\xc0\xaf"'),
            ("half a character", False, b'"odd": "\xed\xa0\x80"'), ("above Unicode", False, b'"odd": "\xf4\x90\x80\x80"'),
            ("Korean", True, '"odd": "한글 🚪"'.encode()), ("an escaped half", False, rb'"odd": "\ud800"'),
            ("the other half", False, rb'"odd": "\udc00\ud800"'), ("both halves", True, rb'"odd": "\ud83d\uDEAA"'),
            ("a half and a letter", False, rb'"odd": "\ud83d\u0041"'), ("an escaped NUL", True, rb'"odd": "\u0000"'),
            ("a key twice", False, b'"odd": 1, "odd": 1'), ("a key twice, deeper", False, b'"odd": {"a": 1, "a": 2}'),
            ("nested as deep as may be", True, nested(15)), ("nested deeper", False, nested(16)))

    def test_odd_json_gets_one_answer(self):
        """Of the host and of the script, in a manifest and in a key set."""
        manifest, key_set = json.dumps(self.manifest()).encode(), self.jwks.read_bytes().strip()
        keys = self.host.scratch("odd.jwks")
        beside = [("bytes behind a NUL", False, b"\0x"), ("a NUL behind", False, b"\0"), ("words behind", False, b" x")]
        cases = [(name, strict, lambda text, odd=odd: text[:-1] + b", " + odd + b"}") for name, strict, odd in self.odd_json()]
        cases += [(name, strict, lambda text, odd=odd: text + odd) for name, strict, odd in beside]
        for name, strict, spoiled in cases:
            keys.write_bytes(spoiled(key_set))
            for keys_file, jws in ((self.jwks, self.signed(spoiled(manifest))), (keys, self.jws)):
                self.put(self.data, jws)
                answers = {shell.name: shell.verify(keys_file, self.copy) for shell in self.shells}
                answers["host"] = crm.verify(keys_file, self.copy)
                with self.subTest(name, keys=keys_file.name):
                    said = {who: (done.returncode == 0, done.stderr) for who, done in answers.items()}
                    self.assertEqual({who: is_taken for who, (is_taken, _) in said.items()},
                                     dict.fromkeys(answers, strict), said)

    def test_a_mark_in_a_proof(self):
        mark, manifest = b"\xef\xbb\xbf", self.manifest()
        head = {"alg": "EdDSA", "typ": "crm-export-manifest+jws", "kid": self.key["kid"]}
        for jws in (self.signed(mark + json.dumps(manifest).encode()), self.signed(manifest, mark + json.dumps(head).encode())):
            self.put(self.data, jws)
            self.assertEqual([self.shell.verify(self.jwks, self.copy).returncode, crm.verify(self.jwks, self.copy).returncode],
                             [1, 1])


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


class RefusedTest(Script):
    def test_every_kind_of_change_is_detected(self):
        rng = random.Random(5)
        rows = self.data.split(b"\r\n")[:-1]
        self.assertNotIn(b'"\r\n', self.data, "this export has one line a row")
        line = lambda changed: b"".join(row + b"\r\n" for row in changed)
        for _ in range(SAMPLE):
            self.refused("another SHA-256", data=flipped(rng, self.data))
            self.refused(jws=flipped(rng, self.jws))
            place = rng.randrange(len(rows))
            self.refused("bytes where its proof says", data=line(rows[:place] + rows[place + 1:]))
            swapped = [i for i in range(len(rows) - 1) if rows[i] != rows[i + 1]]
            place = rng.choice(swapped)
            self.refused("another SHA-256", data=line(rows[:place] + [rows[place + 1], rows[place]] + rows[place + 2:]))
            self.refused("bytes where its proof says", data=self.data[:rng.randrange(len(self.data))])
            self.refused(jws=self.jws[:rng.randrange(len(self.jws))])

    def test_every_other_last_character_of_a_part_is_detected(self):
        rng, text = random.Random(6), self.jws.decode()
        ends = [text.index(".") - 1, text.rindex(".") - 1, len(text) - 1]
        for place in ends:
            others = ALPHABET.replace(text[place], "")
            for other in others if FULL else rng.sample(others, SAMPLE):
                self.refused("is not accepted", jws=(text[:place] + other + text[place + 1:]).encode())

    def test_the_last_character_is_refused_for_being_no_canonical_one(self):
        # 64 bytes leave four bits over: 15 other characters stand for the very same signature.
        last = ALPHABET.index(chr(self.jws[-1]))
        self.assertEqual(last % 16, 0)
        for shell in self.shells if FULL else self.shells[:1]:
            for spare in range(1, 16):
                self.refused("not canonical base64url", shell=shell,
                             jws=self.jws[:-1] + ALPHABET[last + spare].encode())

    def test_bytes_that_a_shell_drops_are_detected(self):
        for shell in self.shells:
            for jws in (self.jws + b"\n", self.jws + b"\0", b"\0" + self.jws, self.jws + b"=", self.jws + b"\xea\xb0\x80"):
                self.refused("not canonical base64url", jws=jws, shell=shell)
            self.refused(data=self.data + b"\0", shell=shell)
            self.refused(data=self.data[:-1] + b"\0", shell=shell)

    def test_other_headers_are_refused(self):
        good = {"alg": "EdDSA", "typ": "crm-export-manifest+jws", "kid": self.key["kid"]}
        self.put(self.data, self.signed(self.manifest(), good))
        self.assertEqual(self.shell.verify(self.jwks, self.copy).returncode, 0)
        for words, header in (
                ("alg is not EdDSA", {**good, "alg": "none"}), ("alg is not EdDSA", {**good, "alg": "HS256"}),
                ("alg is not EdDSA", {**good, "alg": ["EdDSA"]}), ("typ is not", {**good, "typ": "JWT"}),
                ("typ is not", {**good, "typ": "crm-export-request+jwt"}), ("no kid", {**good, "kid": ""}),
                ("no kid", {**good, "kid": "../x"}), ("not in", {**good, "kid": "A" * 43}),
                ("other parameters", {**good, "crit": ["b64"], "b64": False}), ("other parameters", {**good, "jwk": {}}),
                ("stands twice", b'{"alg":"none","alg":"EdDSA","typ":"crm-export-manifest+jws","kid":"k"}'),
                ("not strict JSON", b"[1"), ("not strict JSON", b""), ("not a JSON object", b"[]")):
            with self.subTest(header=header):
                self.refused(words, jws=self.signed(self.manifest(), header))

    def test_other_manifests_are_refused(self):
        for words, payload in (
                ("version 1", self.manifest(version=2)), ("version 1", self.manifest(version="1")),
                *((f'"{name}"', self.manifest(**{name: "left out"}))
                  for name in ("iss", "tenant", "message_id", "created_at", "rows", "bytes", "sha256", "as_of")),
                ('"rows"', self.manifest(rows="5")), ('"rows"', self.manifest(rows=-1)), ('"rows"', self.manifest(rows=1.5)),
                ('"sha256"', self.manifest(sha256="AB" * 32)), ('"as_of"', self.manifest(as_of={"s": "1"})),
                ('"as_of"', self.manifest(as_of=[1])), ('"retained_from"', self.manifest(retained_from=5)),
                ("not strict JSON", b'{"rows":1,"rows":2}'), ("not strict JSON", b"{} {}"), ("not strict JSON", b'{"a":01}'),
                ("nested deeper", b"[" * 5000 + b"]" * 5000)):
            with self.subTest(payload=str(payload)[:80]):
                self.refused(words, jws=self.signed(payload))

    def test_wrong_keys_are_refused(self):
        other = {**self.key, "x": proofs.base64url(b"\7" * 32)}
        for words, text in (("neither PEM nor strict JSON", ""), ("neither PEM nor strict JSON", "{"),
                            ("not in", '{"keys":[]}'), ("not in", json.dumps(other)),
                            ("thumbprint", json.dumps({"keys": [other]})),
                            ("private half", json.dumps({"keys": [{**self.key, "d": "AA"}]})),
                            ("not in", json.dumps({"keys": [{**self.key, "kty": "RSA"}]})),
                            ("\"alg\" other", json.dumps({"keys": [{**self.key, "alg": "ES256"}]})),
                            ("32 bytes", json.dumps({"keys": [{**self.key, "x": "AA"}]}))):
            with self.subTest(keys=text[:60]):
                keys = self.host.scratch("wrong.jwks")
                keys.write_text(text)
                self.refused(words, keys=keys)

    def test_missing_files_and_arguments_are_named(self):
        for keys, csv, words in (("no.jwks", self.original, "no.jwks"), (self.jwks, "no.csv", "no.csv"),
                                 (self.host.base, self.original, "cannot read"), (self.jwks, self.host.base, "cannot read")):
            done = self.shell.verify(keys, csv)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)
        done = subprocess.run(["sh", proofs.SCRIPT, self.jwks], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("KEYS FILE.csv", done.stderr)

    def test_an_openssl_that_cannot_is_not_called_a_forgery(self):
        shell = proofs.Shell("dash", ["dash"])
        self.addCleanup(shell.close)
        (shell.folder / "openssl").unlink()
        real = shutil.which("openssl")
        (shell.folder / "openssl").write_text(f'#!/bin/sh\n[ "$1" != pkeyutl ] || exit 1\nexec {real} "$@"\n')
        (shell.folder / "openssl").chmod(0o755)
        self.refused("cannot verify Ed25519", shell=shell)
        (shell.folder / "openssl").unlink()
        self.refused("openssl is not installed", shell=shell)


def sha256_of(data):
    return subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=data, capture_output=True, check=True,
                          timeout=60).stdout.split()[0].decode()


def flipped(rng, data):
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


if __name__ == "__main__":
    unittest.main()
