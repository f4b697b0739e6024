"""Events that are acknowledged and cannot be applied: no export is signed without them, the digest and the
check say so, and pages and health tell how many they are."""

import sqlite3
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed

BEHIND = "recorded events are not applied"


class LockedStore(unittest.TestCase):
    """Another program holds the database for writing, while the journal still takes batches."""

    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        cls.header, cls.events = generated_feed.generate(4)
        cls.tenant = cls.header["tenant"]
        half = len(cls.events) // 2
        first = crm.write_feed(cls.host.scratch("first.ndjson"), cls.header, cls.events[:half])
        whole = crm.write_feed(cls.host.scratch("whole.ndjson"), cls.header, cls.events)
        cls.host.replay(first)
        cls.applied = cls.host.position(cls.tenant, cls.header["source"])
        [cls.database] = Path(cls.host.data).rglob("history.db")
        cls.lock = sqlite3.connect(cls.database, isolation_level=None)
        cls.addClassCleanup(cls.lock.close)
        cls.lock.execute("BEGIN IMMEDIATE")
        cls.acks = cls.host.scratch("acks")
        cls.replayed = cls.host.try_replay(whole, ack_log=cls.acks)

    def export(self, name):
        out = self.host.scratch(name)
        return out, self.host.export(self.tenant, "M-orders", out, check=False)

    def test_1_batches_are_acknowledged_and_wait(self):
        self.assertIn("\n", self.acks.read_text(), "nothing was acknowledged: the test tests nothing")

    def test_2_export_fails_by_name_and_leaves_nothing(self):
        out, done = self.export("behind.csv")
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(crm.crashed(done.returncode))
        self.assertIn(BEHIND, done.stderr)
        self.assertIn(str(self.database), done.stderr)
        self.assertEqual(list(out.parent.glob("behind*")), [])

    def test_3_digest_and_check_fail(self):
        for command in ("digest", "check"):
            done = crm.run(command, "--data", self.host.data, "--tenant", self.tenant, check=False)
            self.assertNotEqual(done.returncode, 0, command)
            self.assertFalse(crm.crashed(done.returncode), command)

    def test_4_pages_and_health_tell(self):
        page = self.host.view(self.tenant, "messages.manual", locale="en")
        notices = {part["id"]: part["text"] for part in page["components"] if part["type"] == "notice"}
        self.assertRegex(notices.get("unapplied", ""), r"^[1-9][0-9,]* recorded events are not on this page")
        health = self.host.view(self.tenant, "health", locale="en")
        parts = {part.get("id"): part for part in health["components"]}
        self.assertIn("history.db", parts["last_error"]["text"])
        self.assertNotEqual(parts.get("state", {}).get("tone"), "success")
        tiles = {tile["key"]: tile["value"] for tile in parts["store"]["tiles"]}
        self.assertEqual(tiles["applied"], self.applied[1])
        self.assertGreater(tiles["recorded"], tiles["applied"])

    def test_5_once_it_is_free_everything_is_there(self):
        self.lock.execute("ROLLBACK")
        out, done = self.export("after.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(crm.verify(self.host.jwks(self.host.scratch("jwks")), out).returncode, 0)
        self.assertGreater(self.host.position(self.tenant, self.header["source"])[1], self.applied[1])
        page = self.host.view(self.tenant, "messages.manual")
        self.assertNotIn("unapplied", [part.get("id") for part in page["components"]])


if __name__ == "__main__":
    unittest.main()
