"""What tests of interrupted recordings share: a feed, and what must be found of it afterwards."""

import bisect
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import reference


class InterruptedRecording(unittest.TestCase):
    """Has the beginning of a real feed, or of a generated one where the data is absent."""

    @classmethod
    def make_feed(cls, seed, events_max):
        cls.calm = crm.Host()
        cls.addClassCleanup(cls.calm.close)
        real = crm.real_feed("online-retail")
        header, events = reference.read_feed(real) if real else generated_feed.generate(seed, 150)
        events = events[:events_max]
        cls.feed = crm.write_feed(cls.calm.scratch("feed.ndjson.gz"), header, events)
        cls.tenant, cls.source = header["tenant"], header["source"]
        cls.seqs = [event["seq"] for event in events]

    def check_recovered(self, host, acknowledged):
        position, accepted = self.position(host, acknowledged)
        self.assertGreaterEqual(position, acknowledged, "an acknowledged event was lost")
        self.assertEqual(accepted, bisect.bisect_right(self.seqs, position), "lost or doubled")

    def position(self, host, acknowledged):
        try:
            return host.position(self.tenant, self.source)
        except crm.HostFailed:
            if acknowledged:
                raise
            return 0, 0  # interrupted before the tenant existed
