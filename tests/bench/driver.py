"""Runs crm-bench and other programs, each in a process of its own, and cleans up after them."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median


class BenchFailed(Exception):
    """A case that could not be measured; the text says why and what to do."""


@dataclass(frozen=True)
class Measured:
    """What crm-bench printed, and the most memory its process had."""

    values: dict
    peak_mib: float

    def __getitem__(self, key):
        return self.values[key]


class Driver:
    """Everything a case needs from outside: programs, and folders under `folder`."""

    def __init__(self, size, crm_bench, plugin_dir, folder, node_modules=None):
        self.size = size
        self.crm_bench = Path(crm_bench)
        self.plugin_dir = Path(plugin_dir)
        self.folder = Path(folder)
        self.node_modules = node_modules
        self.folder.mkdir(parents=True, exist_ok=True)
        self._kept = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for path in self._kept.values():
            self._remove(path)

    def crm(self, case, data, *options):
        """One case of crm-bench on the folder `data`."""
        return self.crm_only(case, "--data", data, "--plugin-dir", self.plugin_dir, *options)

    def crm_only(self, case, *options):
        """One case of crm-bench that needs no plugin."""
        printed, peak_mib = run_measured([self.crm_bench, case, *options])
        return Measured(json.loads(printed), peak_mib)

    def kept(self, name, make):
        """A folder that several cases use: `make` fills it once, and it goes when the driver is closed."""
        if name not in self._kept:
            path = self.folder / name
            self._remove(path)
            self._kept[name] = path
            make(path)
            settle()
        return self._kept[name]

    @contextmanager
    def scratch(self, name):
        """A fresh path that is removed afterwards, with everything beside it that shares its name."""
        path = self.folder / name
        self._remove(path)
        try:
            yield path
        finally:
            self._remove(path)

    @staticmethod
    def _remove(path):
        for found in [path, *path.parent.glob(path.name + ".*")]:
            if found.is_dir():
                shutil.rmtree(found)
            else:
                found.unlink(missing_ok=True)


def settle():
    """Writes back what was prepared, which a commit that is timed would wait for otherwise."""
    os.sync()


def run_measured(command):
    """(stdout, peak MiB) of a program that must succeed."""
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchFailed(f"{' '.join(map(str, command))} ended with {process.returncode}; see above")
    return output.decode(), usage.ru_maxrss / 1024


def median_of(runs, value):
    return median(value(run) for run in runs)


def count_text(number):
    """10M, 200k, 1,872."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if number >= unit and number % (unit / 10) == 0:
            return f"{number / unit:g}{letter}"
    return f"{number:,}"
