"""kill -9 of a running replay: no acknowledged event is lost, none counts twice, one end.

CRM_KILLS  how many kills (default 100)
"""

import os
import random
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from interrupted_recording import InterruptedRecording

KILLS = int(os.environ.get("CRM_KILLS", "100"))
RUNS_PER_KILL_MAX = 20
# Of a feed: long enough to be killed anywhere, short enough for many.
EVENTS_MAX = 10_000 if crm.SANITIZED else 60_000
SEED = 9


def last_acknowledged(ack_log, source):
    """The highest sequence that was acknowledged; a line cut off by the kill does not count."""
    if not ack_log.is_file():
        return 0
    lines = ack_log.read_text(encoding="utf-8").split("\n")[:-1]
    seqs = [int(seq) for name, seq in (line.rsplit(" ", 1) for line in lines) if name == source]
    return max(seqs, default=0)


class CrashTest(InterruptedRecording):
    @classmethod
    def setUpClass(cls):
        cls.make_feed(SEED, EVENTS_MAX)
        start_s = time.monotonic()
        cls.calm.replay(cls.feed)
        cls.run_s = time.monotonic() - start_s
        cls.digest = cls.calm.digest(cls.tenant)

    def test_nothing_is_lost_or_doubled_by_kills(self):
        rng = random.Random(SEED)
        kills = runs = 0
        host = crm.Host()
        while kills < KILLS:
            runs += 1
            self.assertLess(runs, RUNS_PER_KILL_MAX * KILLS, "replay ends before it can be killed")
            longest_s = self.run_s * rng.choice((0.1, 0.5, 1))
            if self.killed_after(host, rng.uniform(0, longest_s)):
                kills += 1
                with self.subTest(kill=kills):
                    self.check_after_kill(host)
            else:
                self.check_finished(host)
                host.close()
                host = crm.Host()
        host.replay(self.feed, ack_log=host.scratch("acks"))
        self.check_finished(host)
        host.close()

    def killed_after(self, host, delay_s):
        """Starts a replay and kills it after a time; False if it came to its end before."""
        command = [crm.host_path(), "replay", "--data", host.data,
                   "--ack-log", host.scratch("acks"), self.feed]
        with open(host.scratch("stderr"), "wb") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            try:
                status = process.wait(delay_s)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
        if status == -9:
            return True
        self.assertEqual(status, 0, host.scratch("stderr").read_text(errors="replace")[-2000:])
        return False

    def check_after_kill(self, host):
        """Looks at a copy, so that the next replay has to recover what the kill left."""
        acknowledged = last_acknowledged(host.scratch("acks"), self.source)
        copy = crm.Host(shutil.copytree(host.data, host.scratch("copy")))
        try:
            self.check_recovered(copy, acknowledged)
        finally:
            shutil.rmtree(copy.data)

    def check_finished(self, host):
        self.assertEqual(host.position(self.tenant, self.source), (self.seqs[-1], len(self.seqs)))
        self.assertEqual(host.digest(self.tenant), self.digest)


if __name__ == "__main__":
    unittest.main()
