"""kill -9 of a running export: no proof beside a partial file, and a trace in the audit chain.

CRM_EXPORT_KILLS  how many kills (default 25)
"""

import os
import random
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed

KILLS = int(os.environ.get("CRM_EXPORT_KILLS", "25"))
RUNS_PER_KILL_MAX = 20
MESSAGE = "M-large"
DELIVERIES = 60_000  # long enough to be killed anywhere in it
SEED = 11


def verify_audit(host, tenant, check=True):
    return crm.run("verify", "--audit", "--data", host.data, "--tenant", tenant, check=check)


class ExportKillsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        header, events = generated_feed.one_message(MESSAGE, DELIVERIES)
        cls.tenant = header["tenant"]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), header, events))
        cls.folder = cls.host.scratch("out")
        cls.folder.mkdir()
        cls.out = cls.folder / "large.csv"
        cls.proof = Path(f"{cls.out}.jws")
        start_s = time.monotonic()
        cls.export()
        cls.run_s = time.monotonic() - start_s
        cls.jwks = cls.host.jwks(cls.host.scratch("keys.jwks"))
        cls.whole = cls.out.read_bytes()

    @classmethod
    def export(cls):
        return cls.host.export(cls.tenant, MESSAGE, cls.out)

    def test_no_proof_stands_beside_a_partial_file(self):
        rng = random.Random(SEED)
        kills = runs = 0
        while kills < KILLS or not self.has_met_a_running_export():
            runs += 1
            self.assertLess(runs, RUNS_PER_KILL_MAX * KILLS, "exports end before they can be killed while they run")
            if rng.random() < 0.5:  # half of the time there is nothing that would be replaced
                self.out.unlink(missing_ok=True)
                self.proof.unlink(missing_ok=True)
            if not self.killed_after(rng.uniform(0, 1.1 * self.run_s)):
                continue
            kills += 1
            with self.subTest(kill=kills):
                self.check_files()
        self.check_next_export()
        self.check_chain(kills)

    def killed_after(self, delay_s):
        """Starts an export and kills it after a time; False if it came to its end before."""
        command = [crm.host_path(), "export", "--data", self.host.data, "--tenant", self.tenant, "--message", MESSAGE,
                   "--reason", "월말 정산", "--out", self.out]
        with open(self.host.scratch("stderr"), "wb") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            try:
                status = process.wait(delay_s)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
        if status == -9:
            return True
        self.assertEqual(status, 0, self.host.scratch("stderr").read_text(errors="replace")[-2000:])
        return False

    def has_met_a_running_export(self):
        """Whether a kill came between a grant and its outcome: others met the start or the end of a process."""
        return "cut off with their process: 0," not in verify_audit(self.host, self.tenant).stdout

    def check_files(self):
        """A file under the final name is whole; a proof stands only beside one, and proves it."""
        if self.out.exists():
            self.assertTrue(self.out.read_bytes() == self.whole, "a partial file under the final name")
        if self.proof.exists():
            done = crm.verify(self.jwks, self.out)
            self.assertEqual(done.returncode, 0, done.stderr)

    def check_next_export(self):
        """What killed exports left is gone after the next one."""
        self.export()
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), [self.out.name, self.proof.name])
        self.check_files()

    def check_chain(self, kills):
        """Every export that began has an outcome; what was killed between is told to be cut off."""
        done = verify_audit(self.host, self.tenant)
        rows = self.host.rows(self.tenant, "exports", "event", "export_id")
        events = {}
        for row in rows:
            events.setdefault(crm.plain(row["export_id"]), []).append(crm.plain(row["event"]))
        outcomes = [sorted(of_one) for of_one in events.values()]
        self.assertTrue(all(one in (["completed", "granted"], ["aborted", "granted"]) for one in outcomes), outcomes)
        aborted = outcomes.count(["aborted", "granted"])
        self.assertGreater(aborted, 0, "no kill met a running export")
        self.assertLessEqual(aborted, kills)
        self.assertIn(f"cut off with their process: {aborted}, still running: 0", done.stdout)


class LiveExportTest(unittest.TestCase):
    SLICE_S = 0.01  # how far the export goes between two looks

    def test_an_export_that_runs_in_another_process_is_not_taken_for_one_that_was_cut_off(self):
        with crm.Host() as host:
            header, events = generated_feed.one_message(MESSAGE, DELIVERIES)
            host.replay(crm.write_feed(host.scratch("feed.ndjson"), header, events))
            slow = self.started(host, header["tenant"])
            running = self.stopped_while_running(host, header["tenant"], slow)
            slow.kill()
            slow.communicate()
            self.assertIn("cut off with their process: 0, still running: 1", running)
            after = verify_audit(host, header["tenant"]).stdout
            self.assertIn("cut off with their process: 1, still running: 0", after)

    def test_an_export_that_is_told_to_end_is_cancelled_on_record(self):
        with crm.Host() as host:
            header, events = generated_feed.one_message(MESSAGE, DELIVERIES)
            host.replay(crm.write_feed(host.scratch("feed.ndjson"), header, events))
            process = self.started(host, header["tenant"])
            self.stopped_while_running(host, header["tenant"], process)
            process.terminate()
            process.send_signal(signal.SIGCONT)
            _, said = process.communicate()
            self.assertGreater(process.returncode, 0)
            self.assertTrue(said.strip(), "ended without a word")
            newest = host.rows(header["tenant"], "exports", "event")[0]
            self.assertEqual(crm.plain(newest["event"]), "cancelled")
            self.assertEqual(list(host.base.glob("slow.csv*")), [])

    def started(self, host, tenant):
        process = subprocess.Popen([crm.host_path(), "export", "--data", host.data, "--tenant", tenant, "--message", MESSAGE,
                                    "--reason", "감사", "--out", host.scratch("slow.csv")],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def stopped_while_running(self, host, tenant, process):
        """What verify says of the chain while the process is held between its grant and its outcome."""
        while process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            done = verify_audit(host, tenant, check=False)
            if "still running: 1" in done.stdout:
                return done.stdout
            if done.returncode != 0:  # it may have been stopped just while it held the database
                self.assertIn("another process holds it, try again", done.stderr)
            process.send_signal(signal.SIGCONT)
            time.sleep(self.SLICE_S)
        self.fail("the export ended before it could be stopped while it ran")


if __name__ == "__main__":
    unittest.main()
