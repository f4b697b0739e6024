"""The real host meets plugins that are right and plugins that are not: it lists the former, names what is wrong with the
latter and what to do, and survives both.

CRM_HOST          crm-host
CRM_ABI_PLUGINS   folders with the built test plugins, one folder a plugin
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HOST = os.environ["CRM_HOST"]
PLUGINS = Path(os.environ["CRM_ABI_PLUGINS"])
TIMEOUT_S = 120

# Plugins that are made, which is as far as the list goes, but do not start -> (id, their words).
NOT_STARTING = {
    "failing_start": ("test.failing-start", "the ledger is locked; end the other process that uses it"),
    "throwing_runtime_error": ("test.throwing-runtime-error", "thrown on purpose"),
    "throwing_bad_alloc": ("test.throwing-bad-alloc", "out of memory; free some and try again"),
    "throwing_int": ("test.throwing-int", "an unknown exception was stopped at the boundary"),
}

# Plugin -> what the host's list says about it.
ACCEPTED = {
    "good_c_plugin": ["test.good-c-plugin", "1.0.0", "Plain C plugin", "crm.events/1", "crm.admin_views/1"],
    "faulty_views": ["test.faulty-views", "crm.admin_views/1"],
    "failing_menu": ["test.failing-menu", "crm.admin_views/1"],
    "null_titles": ["test.null-titles", "crm.admin_views/1"],
    "huge_descriptor": ["test.huge-descriptor", "offers nothing"],
    "thread_at_stop": ["test.thread-at-stop", "crm.events/1"],
    **{plugin: [plugin_id] for plugin, (plugin_id, _) in NOT_STARTING.items()},
}

# Plugin -> (the field or the thing that is wrong, a word of the remedy).
REJECTED = {
    "wrong_magic": (r"crm_plugin_descriptor\.magic is 0x21444142", r"crm/entry\.h"),
    "null_descriptor": (r"crm_plugin_query returned NULL", r"return the address"),
    "short_descriptor": (r"crm_plugin_descriptor\.size is 64 bytes.*72.*create", r"build the plugin"),
    "other_major": (r"crm_plugin_descriptor\.abi_major is 2", r"install"),
    "newer_minor": (r"crm_plugin_descriptor\.abi_minor is 2", r"update the host"),
    "bad_id": (r"crm_plugin_descriptor\.id is \"\.\./\.\./etc\"", r"org\.example\.plugin"),
    "long_id": (r"crm_plugin_descriptor\.id is 129 bytes", r"1 to 128 bytes"),
    "null_create": (r"crm_plugin_descriptor\.create is NULL", r"set it"),
    "null_instance": (r"create returned CRM_OK but left the plugin pointer NULL", r"set \*plugin"),
    "failing_create": (r"create failed: the licence file is missing", r"put licence\.txt into the data folder"),
    "throwing": (r"create failed: thrown on purpose", r"mend or remove"),
    "null_slots": (r"crm_plugin\.start is NULL", r"set it"),
    "short_plugin": (r"crm_plugin\.size is 32 bytes.*48.*extension", r"build the plugin"),
    "null_extension_function": (r"crm\.events/1\.on_batch is NULL", r"set it"),
    "short_extension": (r"crm\.events/1\.size is 8 bytes.*32.*digest", r"build the plugin"),
    "no_symbol": (r"does not export crm_plugin_query", r"version script"),
    "not_a_library": (r"cannot be loaded.*(invalid ELF header|file too short)", r"build it for this machine"),
}

FEED = """{"feed":"crm-feed/1","tenant":"mall-1","source":"orders","timezone":"Asia/Seoul","currency":"KRW"}
{"seq":1,"type":"member_erased","at":"2025-01-01T00:00:00Z","member_id":"m-1"}
"""


def run(*arguments):
    return subprocess.run([HOST, *map(str, arguments)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


class Loader(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="crm-loader-")
        self.addCleanup(self.scratch.cleanup)

    def list_of(self, folder):
        """The finished `plugins` command, which must have ended by itself."""
        done = run("plugins", "--plugin-dir", folder)
        self.assertIn(done.returncode, range(0, 126), f"{folder}: ended by a signal; stderr: {done.stderr}")
        return done

    def replay(self, plugin):
        feed = Path(self.scratch.name) / "feed.ndjson"
        feed.write_text(FEED, encoding="utf-8")
        data = Path(self.scratch.name) / plugin
        data.mkdir()
        done = run("replay", "--data", data, "--plugin-dir", PLUGINS / plugin, feed)
        self.assertIn(done.returncode, range(0, 126), f"{plugin}: ended by a signal; stderr: {done.stderr}")
        return done

    def test_every_plugin_here_is_expected(self):
        built = {path.parent.name for path in PLUGINS.glob("*/*.so")}
        self.assertEqual(built, ACCEPTED.keys() | REJECTED.keys())

    def test_right_plugins_are_listed(self):
        for plugin, words in ACCEPTED.items():
            with self.subTest(plugin):
                done = self.list_of(PLUGINS / plugin)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                for word in words:
                    self.assertIn(word, done.stdout)

    def test_wrong_plugins_are_rejected_with_the_field_and_the_remedy(self):
        for plugin, (wrong, remedy) in REJECTED.items():
            with self.subTest(plugin):
                done = self.list_of(PLUGINS / plugin)
                self.assertNotEqual(done.returncode, 0)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, re.compile(wrong, re.S))
                self.assertRegex(done.stderr, remedy)
                self.assertIn(f"{plugin}.so", done.stderr, "the file is not named")

    def test_a_wrong_plugin_does_not_keep_a_right_one_out(self):
        folder = Path(self.scratch.name)
        for plugin in [*ACCEPTED, *REJECTED]:
            shutil.copy(PLUGINS / plugin / f"{plugin}.so", folder)
        done = self.list_of(folder)
        self.assertNotEqual(done.returncode, 0, "rejections are reported by the status")
        for plugin, words in ACCEPTED.items():
            self.assertIn(words[0], done.stdout, plugin)
        for plugin in REJECTED:
            self.assertIn(f"{plugin}.so", done.stderr)

    def test_two_plugins_with_one_id_are_not_both_loaded(self):
        for name in ("a.so", "b.so"):
            shutil.copy(PLUGINS / "good_c_plugin" / "good_c_plugin.so", Path(self.scratch.name) / name)
        done = self.list_of(self.scratch.name)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("a.so", done.stdout)
        self.assertRegex(done.stderr, r"b\.so.*test\.good-c-plugin")

    def test_an_empty_a_missing_and_a_cut_off_plugin_are_named(self):
        folder = Path(self.scratch.name)
        self.assertIn(str(folder), self.list_of(folder).stderr)
        self.assertIn("missing", self.list_of(folder / "missing").stderr)
        whole = (PLUGINS / "good_c_plugin" / "good_c_plugin.so").read_bytes()
        for kept_bytes in (0, 10, 64):
            (folder / "cut.so").write_bytes(whole[:kept_bytes])
            done = self.list_of(folder)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("cut.so", done.stderr)

    def test_plugins_that_do_not_start_are_named_with_their_own_words(self):
        for plugin, (_, words) in NOT_STARTING.items():
            with self.subTest(plugin):
                done = self.replay(plugin)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"start failed: {words}", done.stderr)
                self.assertIn(f"{plugin}.so", done.stderr)

    def test_a_plugin_with_a_thread_ends_with_the_host(self):
        done = self.replay("thread_at_stop")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_plugin_in_plain_c_takes_a_feed(self):
        done = self.replay("good_c_plugin")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r'"accepted": ?1\b')


if __name__ == "__main__":
    unittest.main()
