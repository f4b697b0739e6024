"""DuckDB in a process of its own, kept open so that its tables stay in its memory between runs."""

import json
import os
import subprocess
from pathlib import Path

from driver import BenchFailed

THREADS = 2  # as many as the plugin may use


class Duck:
    """A database file that is open as long as this is."""

    def __init__(self, database, node_modules):
        self.process = subprocess.Popen(
            ["node", str(Path(__file__).parent / "duck.mjs"), str(database), str(THREADS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "NODE_PATH": str(Path(node_modules).resolve())})
        self.peak_mib = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def run(self, sql):
        """(seconds, rows) of one statement, timed inside the process."""
        self.process.stdin.write(json.dumps({"sql": sql}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "its process ended; see above"}
        if "error" in answer:
            raise BenchFailed(f"DuckDB cannot run {sql!r}: {answer['error']}")
        self.peak_mib = answer["peak_mib"]
        return answer["seconds"], answer["rows"]
