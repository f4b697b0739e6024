"""ABI.md agrees with the headers, and the programs printed in it compile and work.

CRM_ABI_PLUGINS   folders with the built test plugins
CRM_SANITIZE      the sanitizers they were built with: their host needs the same; default none
CC                the C compiler, default cc
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import headers

DOCUMENT = (headers.ROOT / "plugin_api" / "ABI.md").read_text(encoding="utf-8")
PLUGINS = Path(os.environ["CRM_ABI_PLUGINS"])
C11 = [os.environ.get("CC", "cc"), "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{headers.INCLUDE}"]
if os.environ.get("CRM_SANITIZE"):
    C11.append(f"-fsanitize={os.environ['CRM_SANITIZE']}")


def programs():
    """The C programs of the document, in order: the plugin, then the host."""
    return re.findall(r"^```c\n(.*?)^```$", DOCUMENT, flags=re.M | re.S)


class Statements(unittest.TestCase):
    def test_the_table_has_every_function_with_the_tag_of_its_header(self):
        listed = dict(re.findall(r"^\| `(\w+\.\w+)` \| `(\[\w+\])` \|", DOCUMENT, flags=re.M))
        self.assertEqual(listed, headers.function_tags())
        self.assertGreaterEqual(len(listed), 20, "the headers were not read")
        self.assertIn("| `crm_plugin_query` | `[lifecycle]` |", DOCUMENT)

    def test_every_maximum_is_listed(self):
        maxima = [name for name in headers.constants() if re.search(r"_(MAX|MIN)$|_REASON_BYTES$", name)]
        for name in maxima:
            with self.subTest(name):
                self.assertIn(f"`{name}`", DOCUMENT)

    def test_every_status_is_listed(self):
        for name in headers.constants():
            if name.startswith("CRM_ERR_"):
                with self.subTest(name):
                    self.assertIn(f"`{name.removeprefix('CRM_ERR_')}`", DOCUMENT)


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="crm-abi-document-")
        base = Path(cls.folder.name)
        cls.plugin, cls.host = base / "hello.so", base / "host"
        plugin_text, host_text = programs()
        (base / "hello.c").write_text(plugin_text, encoding="utf-8")
        (base / "host.c").write_text(host_text, encoding="utf-8")
        shared = ["-shared", "-fPIC", "-fvisibility=hidden"]
        subprocess.run([*C11, *shared, base / "hello.c", "-o", cls.plugin], check=True)
        subprocess.run([*C11, base / "host.c", "-o", cls.host, "-ldl"], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_host(self, plugin):
        return subprocess.run([self.host, plugin], capture_output=True, text=True, timeout=60, check=False)

    def test_the_plugin_works_in_the_host(self):
        done = self.run_host(self.plugin)
        self.assertEqual((done.returncode, done.stderr), (0, "[1] hello, host\n"))

    def test_the_host_feeds_a_plugin_that_takes_events(self):
        done = self.run_host(PLUGINS / "good_c_plugin" / "good_c_plugin.so")
        self.assertEqual((done.returncode, done.stdout), (0, "status 0, durable up to 3\n"), done.stderr)

    def test_the_host_refuses_a_plugin_of_another_major(self):
        done = self.run_host(PLUGINS / "other_major" / "other_major.so")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no plugin for this host", done.stderr)


if __name__ == "__main__":
    unittest.main()
