"""What the built message_history.so exports, needs and asks of the loader.

CRM_PLUGIN     message_history.so
CRM_SANITIZE   the sanitizers it was built with, default none
"""

import os
import re
import subprocess
import unittest

PLUGIN = os.environ["CRM_PLUGIN"]
SANITIZED = bool(os.environ.get("CRM_SANITIZE"))
ALLOWED = ["libsqlite3", "libcrypto", "libdeflate", "libfmt", "libdate-tz", "libstdc++", "libm", "libgcc_s", "libc"]
SANITIZERS = ["libasan", "libubsan", "libtsan"]


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed with status {done.returncode}: {done.stderr}")
    return done.stdout


class Symbols(unittest.TestCase):
    def test_the_entry_point_is_the_only_export(self):
        lines = output_of("nm", "-D", "--defined-only", PLUGIN).splitlines()
        self.assertEqual([line.split()[1:] for line in lines], [["T", "crm_plugin_query"]])

    def test_no_symbol_is_unique(self):
        table = output_of("readelf", "--wide", "--symbols", PLUGIN)
        unique = [line for line in table.splitlines() if " UNIQUE " in line]
        self.assertEqual(unique, [], "a unique symbol pins the library: dlclose would not unmap it")

    def test_only_expected_libraries_are_needed(self):
        needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", output_of("readelf", "--wide", "--dynamic", PLUGIN))
        names = {re.sub(r"\.so(\.\d+)*$", "", library) for library in needed}
        allowed = set(ALLOWED + (SANITIZERS if SANITIZED else []))
        self.assertEqual(names - allowed, set())
        self.assertIn("libsqlite3", names, "the plugin must use the system's SQLite, as the host does")
        self.assertIn("libcrypto", names, "the plugin must use the system's OpenSSL, as the host does")

    def test_nothing_is_searched_beside_the_system_folders(self):
        dynamic = output_of("readelf", "--wide", "--dynamic", PLUGIN)
        self.assertNotRegex(dynamic, r"\((RPATH|RUNPATH|TEXTREL)\)")

    def test_the_stack_is_not_executable(self):
        stack = re.search(r"GNU_STACK.*\s([RWE]+)\s+0x", output_of("readelf", "--wide", "--program-headers", PLUGIN))
        self.assertIsNotNone(stack, "there is no GNU_STACK header: the loader would make the stack executable")
        self.assertEqual(stack[1], "RW")

    def test_every_symbol_is_resolved_by_the_needed_libraries(self):
        done = subprocess.run(["ldd", "-r", PLUGIN], capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        self.assertEqual(re.findall(r"undefined symbol.*|.*not found.*", text), [])
        self.assertIn("libc.so", text)


if __name__ == "__main__":
    unittest.main()
