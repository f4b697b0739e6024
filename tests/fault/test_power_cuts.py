"""Power cuts while a feed is recorded: no acknowledged event is lost, none counts twice, one end.

The shim writes down every change of the journal and of the database in the order they were made. What a power cut
leaves at some point of it: everything that was synced, and of the rest any part, down to single sectors.

CRM_POWER_CUTS  how many (default 100)
"""

import os
import random
import shutil
import struct
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from interrupted_recording import InterruptedRecording
from test_faults import build_shim, shim_env

CUTS = int(os.environ.get("CRM_POWER_CUTS", "100"))
CUTS_A_REPLAY = 25  # that many are recovered, one is recorded to the end as well
EVENTS_MAX = 10_000 if crm.SANITIZED else 150_000
SECTOR_BYTES = 512
SEED = 11
HEAD = struct.Struct("<IIQQ")


def changes(log):
    """(change, path, at, data) of each record of the shim's log."""
    with open(log, "rb") as records:
        while head := records.read(HEAD.size):
            change, path_bytes, at, data_bytes = HEAD.unpack(head)
            path = records.read(path_bytes).decode()
            yield chr(change), path, at, records.read(data_bytes)


def apply(image, change, at, data):
    if change == "t":
        del image[at:]
        image.extend(bytes(at - len(image)))
    else:
        image.extend(bytes(max(0, at - len(image))))
        image[at:at + len(data)] = data


class Disk:
    """The files below a folder: what is synced, and what was changed since.

    Names are taken to change at once and in order, as the folders are synced before anything depends on them.
    """

    def __init__(self, folder):
        self.folder = str(folder)
        self.synced = {}  # path: bytes
        self.pending = {}  # path: changes

    def make(self, change, path, at, data):
        if not path.startswith(self.folder + "/"):
            return
        if change == "u":
            self.synced.pop(path, None)
            self.pending.pop(path, None)
        elif change == "r":
            to = data.decode()
            self.synced[to] = self.synced.pop(path, bytearray())
            self.pending[to] = self.pending.pop(path, [])
        elif change == "s":
            for made in self.pending.pop(path, []):
                apply(self.synced.setdefault(path, bytearray()), *made)
        else:
            self.pending.setdefault(path, []).append((change, at, data))

    def cut(self, rng, folder):
        """Writes what is left to another folder."""
        kept = rng.choice(("none", "all", "some", "first", "sectors"))
        for path in {*self.synced, *self.pending}:
            if path.endswith("-shm"):
                continue  # memory of the processes that had it
            image = bytearray(self.synced.get(path, b""))
            pending = self.pending.get(path, [])
            first = rng.randint(0, len(pending))
            for i, (change, at, data) in enumerate(pending):
                if kept == "all" or (kept == "first" and i < first) or (kept == "some" and rng.random() < 0.5):
                    apply(image, change, at, data)
                elif kept == "sectors" and change == "w":
                    for begin in range(0, len(data), SECTOR_BYTES):
                        if rng.random() < 0.5:
                            apply(image, "w", at + begin, data[begin:begin + SECTOR_BYTES])
            to = Path(folder) / Path(path).relative_to(self.folder)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(image)


class PowerCutTest(InterruptedRecording):
    @classmethod
    def setUpClass(cls):
        cls.make_feed(SEED, EVENTS_MAX)
        cls.log = cls.calm.scratch("changes")
        acks = cls.calm.scratch("acks").resolve()
        env = shim_env(build_shim(cls.calm.base), cls.calm.data, ack=acks, log=cls.log)
        cls.calm.replay(cls.feed, ack_log=acks, env=env)
        cls.digest = cls.calm.digest(cls.tenant)
        cls.tenants = next(cls.calm.data.resolve().glob("plugins/*/tenants"))

    def test_what_was_acknowledged_survives_and_counts_once(self):
        rng = random.Random(SEED)
        total = sum(1 for _ in changes(self.log))
        self.assertGreater(total, CUTS)
        cuts = set(rng.sample(range(1, total + 1), CUTS))
        disk = Disk(self.tenants)
        acknowledged = made = 0
        for number, (change, path, at, data) in enumerate(changes(self.log), 1):
            if change == "a":
                acknowledged = int(data.split()[-1])
            disk.make(change, path, at, data)
            if number not in cuts:
                continue
            made += 1
            with self.subTest(cut=number, of=total, acknowledged=acknowledged):
                self.check_cut(disk, rng, acknowledged, goes_on=made % CUTS_A_REPLAY == 0)
        self.assertEqual(acknowledged, self.seqs[-1])
        self.assertEqual(made, CUTS)

    def check_cut(self, disk, rng, acknowledged, goes_on):
        data = self.calm.scratch("cut")
        ignored = shutil.ignore_patterns("tenants")
        copy = crm.Host(shutil.copytree(self.calm.data, data, ignore=ignored))
        try:
            disk.cut(rng, data / self.tenants.relative_to(self.calm.data.resolve()))
            self.check_recovered(copy, acknowledged)
            if goes_on:
                copy.replay(self.feed)
                self.assertEqual(copy.digest(self.tenant), self.digest)
        finally:
            shutil.rmtree(data)


if __name__ == "__main__":
    unittest.main()
