"""jose and PyJWT accept what we sign, and what they sign is accepted here.

Run by interop/interop.sh, which installs jose; PyJWT is a package of Debian.
"""

import hashlib
import json
import shutil
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import proofs

MESSAGE = "M-orders"
REQUEST = "crm-export-request+jwt"
MANIFEST = "crm-export-manifest+jws"


class Exchange:
    """The same for every library."""

    library = None

    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.generate(11)
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.csv = cls.host.scratch("m.csv")
        cls.host.export(cls.tenant, MESSAGE, cls.csv)
        cls.jwks_file = cls.host.jwks(cls.host.scratch("keys.jwks"))
        cls.jwks = json.loads(cls.jwks_file.read_text())
        cls.jws = proofs.sidecar(cls.csv).read_text()
        cls.shell = proofs.Shell("dash", ["dash"])
        cls.addClassCleanup(cls.shell.close)

    def refuses(self, **given):
        with self.assertRaises(proofs.Refused):
            self.library.call(**given)

    # Ours there

    def test_it_verifies_our_manifest_with_our_key_set(self):
        found = self.library.call("verify", jws=self.jws, jwks=self.jwks)
        self.assertEqual(found["payload"], proofs.payload_text(self.jws))
        self.assertEqual(found["header"], {"alg": "EdDSA", "typ": MANIFEST, "kid": self.jwks["keys"][0]["kid"]})
        self.assertEqual(json.loads(found["payload"])["sha256"], hashlib.sha256(self.csv.read_bytes()).hexdigest())

    def test_it_refuses_our_manifest_once_it_is_changed(self):
        header, payload, signature = self.jws.split(".")
        changed = proofs.base64url(proofs.unbase64url(payload).replace(b'"rows":', b'"rows":1'))
        self.assertNotEqual(changed, payload)
        self.refuses(call="verify", jws=f"{header}.{changed}.{signature}", jwks=self.jwks)

    def test_it_verifies_our_host_s_request(self):
        token = proofs.issue(self.host, self.tenant, MESSAGE)
        claims = json.loads(proofs.payload_text(token))
        found = self.library.call("verify_jwt", jws=token, jwks=proofs.host_jwks(self.host), typ=REQUEST,
                                  issuer=claims["iss"], audience=claims["aud"])
        self.assertEqual(json.loads(found["payload"]), claims)
        self.refuses(call="verify_jwt", jws=token, jwks=proofs.host_jwks(self.host), typ=REQUEST,
                     issuer=claims["iss"], audience="org.example.other")

    # Theirs here

    def host_with_key_of(self, secret):
        """The same data in a host whose key was made by the library."""
        host = crm.Host()
        self.addCleanup(host.close)
        shutil.copytree(self.host.data, host.data, dirs_exist_ok=True)
        file = host.data / "host/keys/issuer.json"
        ring = json.loads(file.read_text())
        ring["keys"] = [{"kty": "OKP", "crv": "Ed25519", "kid": secret["kid"], "x": secret["x"], "created_at_us": 1,
                         "d": secret["d"]}]
        file.write_text(json.dumps(ring))
        return host

    def token(self, key, **changes):
        claims = json.loads(proofs.payload_text(proofs.issue(self.host, self.tenant, MESSAGE)))
        now_s = int(time.time())
        claims.update({"reason": "정산 2/4분기", "iat": now_s, "nbf": now_s, "exp": now_s + 300, **changes})
        return self.library.call("sign", secret=key["secret"], payload=json.dumps(claims, ensure_ascii=False),
                                 header={"alg": "EdDSA", "typ": REQUEST, "kid": key["secret"]["kid"]})

    def test_its_request_is_granted_when_the_host_has_its_key(self):
        key = self.library.call("make_key")
        host, token = self.host_with_key_of(key["secret"]), self.token(key)
        out = host.scratch("theirs.csv")
        proofs.present(host, self.tenant, out, token)
        self.assertEqual(out.read_bytes(), self.csv.read_bytes())
        manifest = json.loads(proofs.payload_text(proofs.sidecar(out).read_text()))
        self.assertEqual(manifest["request_sha256"], hashlib.sha256(token.encode()).hexdigest())
        self.assertEqual(crm.verify(self.jwks_file, out).returncode, 0)

    def test_its_request_is_refused_by_a_host_without_its_key(self):
        done = proofs.present(self.host, self.tenant, self.host.scratch("no.csv"),
                              self.token(self.library.call("make_key")), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("kid names no key in force", done.stderr)

    def test_its_request_is_refused_for_another_tenant(self):
        key = self.library.call("make_key")
        host = self.host_with_key_of(key["secret"])
        done = proofs.present(host, self.tenant, host.scratch("no.csv"), self.token(key, tenant="other"), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("tenant is another tenant", done.stderr)

    def test_its_manifest_is_accepted_with_its_key_in_the_key_set(self):
        key = self.library.call("make_key")
        theirs = self.host.scratch("theirs-signed.csv")
        shutil.copy(self.csv, theirs)
        proofs.sidecar(theirs).write_text(self.library.call(
            "sign", secret=key["secret"], payload=proofs.payload_text(self.jws),
            header={"alg": "EdDSA", "typ": MANIFEST, "kid": key["secret"]["kid"]}))
        keys = self.host.scratch("theirs.jwks")
        keys.write_text(json.dumps({"keys": [*self.jwks["keys"], key["published"]]}))
        by_host, by_script = crm.verify(keys, theirs), self.shell.verify(keys, theirs)
        self.assertEqual((by_host.returncode, by_host.stderr), (0, ""))
        self.assertIn(key["secret"]["kid"], by_host.stdout)
        self.assertEqual((by_script.stdout, by_script.stderr), (by_host.stdout, ""))
        self.assertNotEqual(crm.verify(self.jwks_file, theirs).returncode, 0, "without its key nothing is proved")
        self.assertNotEqual(self.shell.verify(self.jwks_file, theirs).returncode, 0)


class JoseTest(Exchange, unittest.TestCase):
    library = proofs.JOSE


class PyJwtTest(Exchange, unittest.TestCase):
    library = proofs.PYJWT


class ThumbprintTest(unittest.TestCase):
    def test_both_libraries_and_we_name_a_key_alike(self):
        # RFC 8037, appendix A.3; jose computes it, PyJWT's side computes it from the canonical text.
        for library in (proofs.JOSE, proofs.PYJWT):
            key = library.call("make_key")["published"]
            canonical = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
            self.assertEqual(key["kid"], proofs.base64url(hashlib.sha256(canonical.encode()).digest()), library.name)


if __name__ == "__main__":
    unittest.main()
