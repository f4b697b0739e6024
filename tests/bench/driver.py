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

    def crm(self, case, data, *options):
        """One case of crm-bench on the folder `data`."""
        command = [self.crm_bench, case, "--data", data, "--plugin-dir", self.plugin_dir, *options]
        values, peak_mib = run_measured(command)
        return Measured(json.loads(values), peak_mib)

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


def run_measured(command, stdin=None, stdout=subprocess.PIPE):
    """(stdout, peak MiB) of a program that must succeed."""
    with subprocess.Popen([str(part) for part in command], stdin=stdin, stdout=stdout) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchFailed(f"{' '.join(map(str, command))} ended with {process.returncode}; see above")
    return output.decode(), usage.ru_maxrss / 1024


def median_of(runs, value):
    return median(value(run) for run in runs)
