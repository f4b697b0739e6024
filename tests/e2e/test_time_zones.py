"""A system without time zones: what is missing is named, not the name that could not be looked up.

CRM_SHIM  the built io_shim library, which hides the system's zones
"""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed

SANITIZER = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
NO_ZONES = {"LD_PRELOAD": os.environ["CRM_SHIM"], "CRM_SHIM_NO_ZONES": "1", "ASAN_OPTIONS": SANITIZER}


class WithoutZonesTest(unittest.TestCase):
    def setUp(self):
        self.host = crm.Host()
        self.addCleanup(self.host.close)
        header, events = generated_feed.generate(3)
        self.header, self.events = header, events

    def feed(self, zone):
        return crm.write_feed(self.host.scratch("feed.ndjson"), {**self.header, "timezone": zone}, self.events)

    def expect_named(self, done):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("install tzdata", done.stderr)
        self.assertNotIn("use an IANA name", done.stderr)

    def test_a_new_tenant_is_told_to_install_them(self):
        done = self.host.try_replay(self.feed("Asia/Seoul"), env=NO_ZONES)
        self.expect_named(done)
        self.assertIn("this system has no time zones", done.stderr)
        self.assertGreater(self.host.replay(self.feed("Asia/Seoul"))["accepted"], 0)

    def test_a_known_tenant_as_well(self):
        self.host.replay(self.feed("Asia/Seoul"))
        tenant = self.header["tenant"]
        for command in (("view", "messages.manual"), ("digest",)):
            self.expect_named(crm.run(command[0], "--data", self.host.data, "--tenant", tenant, *command[1:],
                                      env=NO_ZONES, check=False))

    def test_utc_needs_none(self):
        self.assertGreater(self.host.replay(self.feed("UTC"), env=NO_ZONES)["accepted"], 0)


if __name__ == "__main__":
    unittest.main()
