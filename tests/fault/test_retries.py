"""A disk that fails for a while: the same process sends again what was refused, and comes to the same end; and so
does whoever starts next. The faults come from io_shim.c by LD_PRELOAD.

CRM_RETRY_PLACES  at how many places of a recording the disk begins to fail, for each fault (default 6)
"""

import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import crm
from test_faults import COUNTED_BY, EveryFault, build_shim, read_report, shim_env

RECORDER = os.environ.get("CRM_RECORD_WITH_RETRIES",
                          str(crm.ROOT / "build/dev/tests/fault/record_with_retries"))
PLACES = int(os.environ.get("CRM_RETRY_PLACES", "2" if crm.SANITIZED else "6"))
FAULTS = (1, 2, 25)  # that many operations fail
TENANT, SOURCE = "mall-1", "orders"


class RetryTest(EveryFault, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.calm = crm.Host()
        cls.addClassCleanup(cls.calm.close)
        cls.shim = build_shim(cls.calm.base)
        cls.calm_end, cls.counts = cls.record(cls.calm)
        cls.seen = cls.calm.position(TENANT, SOURCE)

    @classmethod
    def record(cls, host, **fault):
        """What the recorder prints, as pairs, and what the shim counted."""
        (host.data / "plugins/org.crm.message_history").mkdir(parents=True)
        report = host.scratch("report")
        env = {**os.environ, **shim_env(cls.shim, host.data, report=report, **fault)}
        done = subprocess.run([RECORDER, host.data, TENANT, SOURCE], capture_output=True, text=True, check=False,
                              timeout=crm.TIMEOUT_S, env=env)
        if done.returncode != 0:
            raise crm.HostFailed(f"{crm.signal_name(done.returncode)}: {done.stderr[-3000:]}")
        return dict(pair.split("=") for pair in done.stdout.split()), read_report(report)

    def test_the_calm_recording_is_counted_once(self):
        self.assertEqual(self.calm_end["failures"], "0")
        self.assertEqual(self.seen, (int(self.calm_end["events"]), int(self.calm_end["accepted"])))

    def check_fault(self, fail):
        total = self.counts[COUNTED_BY[fail]]
        self.assertGreater(total, 0, "the shim saw nothing")
        met = 0
        for i in range(PLACES):
            after = 1 + i * total // PLACES
            faults = FAULTS[i % len(FAULTS)]
            with self.subTest(fail=fail, after=after, of=total, faults=faults), crm.Host() as host:
                end, counts = self.record(host, fail=fail, after=after, faults=faults)
                met += counts["failed"]
                self.assertEqual(end["digest"], self.calm_end["digest"], "in the same process")
                self.assertEqual(host.digest(TENANT), self.calm_end["digest"], "after a new start")
                self.assertEqual(host.position(TENANT, SOURCE), self.seen, "lost or counted twice")
        self.assertGreater(met, 0, "no fault was met")


if __name__ == "__main__":
    unittest.main()
