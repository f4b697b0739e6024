"""Keys change; what they signed before stays provable, and what must no longer count is refused.

Run by interop/interop.sh, which installs jose.
"""

import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import proofs

MESSAGE = "M-orders"
PLUGIN_FILE = "host/keys/plugin.*.json"
ISSUER_FILE = "host/keys/issuer.json"


class Rotation(unittest.TestCase):
    def setUp(self):
        self.host = crm.Host()
        self.addCleanup(self.host.close)
        header, events = generated_feed.generate(11)
        self.tenant = header["tenant"]
        self.host.replay(crm.write_feed(self.host.scratch("feed.ndjson"), header, events))

    def export(self, name):
        out = self.host.scratch(name)
        self.host.export(self.tenant, MESSAGE, out)
        return out

    def rotate(self, *args, check=True):
        return crm.run("rotate-key", "--data", self.host.data, *args, check=check)

    def plugin_id(self):
        return next(self.host.data.glob(PLUGIN_FILE)).name.removeprefix("plugin.").removesuffix(".json")


class PluginKeyTest(Rotation):
    def test_exports_from_before_rotations_verify_everywhere(self):
        exports = [self.export("0.csv")]
        for number in (1, 2):
            self.rotate("--plugin", self.plugin_id())
            exports.append(self.export(f"{number}.csv"))
        jwks_file = self.host.jwks(self.host.scratch("keys.jwks"))
        jwks = json.loads(jwks_file.read_text())
        kids = [json.loads(proofs.unbase64url(proofs.sidecar(path).read_text().split(".")[0]))["kid"] for path in exports]
        self.assertEqual([key["kid"] for key in jwks["keys"]], kids[::-1], "the newest first, none twice")
        self.assertEqual([key.get("alg") for key in jwks["keys"]], ["EdDSA", None, None])
        shell = proofs.Shell("dash", ["dash"])
        self.addCleanup(shell.close)
        for path in exports:
            with self.subTest(path.name):
                by_host, by_script = crm.verify(jwks_file, path), shell.verify(jwks_file, path)
                self.assertEqual((by_host.returncode, by_script.returncode), (0, 0), by_host.stderr + by_script.stderr)
                self.assertEqual(by_script.stdout, by_host.stdout)
                jws = proofs.sidecar(path).read_text()
                for library in (proofs.JOSE, proofs.PYJWT):
                    found = library.call("verify", jws=jws, jwks=jwks)
                    self.assertEqual(found["payload"], proofs.payload_text(jws), library.name)

    def test_retired_private_halves_are_gone(self):
        self.export("0.csv")
        self.rotate("--plugin", self.plugin_id())
        ring = json.loads(next(self.host.data.glob(PLUGIN_FILE)).read_text())
        self.assertEqual(["d" in key for key in ring["keys"]], [True, False])

    def test_plugins_without_a_key_are_refused_by_name(self):
        for plugin_id in ("org.example.none", "../issuer", ""):
            done = self.rotate("--plugin", plugin_id, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"the plugin {plugin_id} has no key", done.stderr)


class HostKeyTest(Rotation):
    def present(self, name, token):
        return proofs.present(self.host, self.tenant, self.host.scratch(name), token, check=False)

    def test_a_request_of_the_former_key_is_granted_while_it_is_accepted(self):
        before = proofs.issue(self.host, self.tenant, MESSAGE)
        told = self.rotate("--host").stdout
        after = proofs.issue(self.host, self.tenant, MESSAGE)
        kids = [json.loads(proofs.unbase64url(token.split(".")[0]))["kid"] for token in (after, before)]
        self.assertEqual(len(set(kids)), 2)
        self.assertIn(kids[0], told)
        self.assertIn("360 seconds", told)
        keys = proofs.host_jwks(self.host)["keys"]
        self.assertEqual([(key["kid"], key.get("alg")) for key in keys], [(kids[0], "EdDSA"), (kids[1], None)])
        for name, token in (("before.csv", before), ("after.csv", after)):
            done = self.present(name, token)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_once_its_time_is_over_a_former_key_is_refused_with_the_reason(self):
        token = proofs.issue(self.host, self.tenant, MESSAGE)
        self.rotate("--host")
        file = self.host.data / ISSUER_FILE
        text, changes = re.subn(r'"accepted_until_us": \d+', '"accepted_until_us": 1', file.read_text())
        self.assertEqual(changes, 1)
        file.write_text(text)
        self.refused(token)
        self.assertEqual(len(proofs.host_jwks(self.host)["keys"]), 1)

    def test_rotated_at_once_no_older_key_counts(self):
        tokens = [proofs.issue(self.host, self.tenant, MESSAGE)]
        self.rotate("--host")
        tokens.append(proofs.issue(self.host, self.tenant, MESSAGE))
        self.assertIn("no older key", self.rotate("--host", "--at-once").stdout)
        for token in tokens:
            self.refused(token)
        self.assertEqual(len(proofs.host_jwks(self.host)["keys"]), 1)
        self.export("after.csv")

    def refused(self, token):
        done = self.present("refused.csv", token)
        self.assertEqual(done.returncode, 1)
        self.assertIn("kid names no key in force", done.stderr)
        self.assertIn("current key of the host", done.stderr)
        self.assertFalse(proofs.sidecar(self.host.scratch("refused.csv")).exists())

    def test_exports_from_before_still_verify(self):
        out = self.export("before.csv")
        self.rotate("--host", "--at-once")
        self.assertEqual(crm.verify(self.host.jwks(self.host.scratch("keys.jwks")), out).returncode, 0)

    def test_a_host_without_a_key_and_half_a_command_are_refused(self):
        with crm.Host() as fresh:
            done = crm.run("rotate-key", "--data", fresh.data, "--host", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("the host has no key to rotate", done.stderr)
        for args in ((), ("--at-once",), ("--plugin", "org.example.a", "--host"),
                     ("--plugin", "org.example.a", "--at-once")):
            self.assertEqual(self.rotate(*args, check=False).returncode, 2, args)


if __name__ == "__main__":
    unittest.main()
