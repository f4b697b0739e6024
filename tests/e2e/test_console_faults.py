"""The console over HTTP when a plugin is not as it should be: each fault is named, and stays where it is.

CRM_ABI_PLUGINS   folders with the built test plugins, one folder a plugin
"""

import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from console import Console, Visitor

PLUGINS = Path(os.environ["CRM_ABI_PLUGINS"])
TENANT = "demo-shop"
DEMO = crm.ROOT / "host_stub/shop/demo.ndjson"
FAULTY = "test.faulty-views"

# View -> words of what is wrong with its document.
DOCUMENTS = {
    "no.json": "not valid JSON",
    "empty": "not valid JSON",
    "array": "not an object",
    "other.view": 'of the view "sound"',
    "no.components": "components",
    "no.list": "[components]",
    "no.rows": "rows",
    "wrong.cell": "[components][0]",
}


class FaultyPlugins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="crm-console-faults-")
        base = Path(cls.folder.name)
        plugins = base / "plugins"
        plugins.mkdir()
        shutil.copy(os.environ["CRM_PLUGIN"], plugins)
        for name in ("faulty_views", "failing_menu", "null_titles"):
            shutil.copy(PLUGINS / name / f"{name}.so", plugins)
        crm.run("replay", "--data", base / "data", "--plugin-dir", Path(os.environ["CRM_PLUGIN"]).parent, DEMO)
        cls.console = Console(base / "data", "--plugin-dir", plugins)
        cls.visitor = Visitor(cls.console, "viewer")

    @classmethod
    def tearDownClass(cls):
        cls.console.stop()
        cls.folder.cleanup()

    def view(self, plugin, view):
        return self.visitor.get(f"/api/views/{plugin}/{view}?tenant={TENANT}&locale=ko")

    def test_a_menu_that_fails_is_missing_and_the_others_are_there(self):
        menu = self.visitor.get("/api/menu").json
        self.assertEqual(menu["missing"], ["Test plugin", "Test plugin"])
        views = {(entry["plugin"], entry["view"]) for entry in menu["entries"]}
        self.assertIn((FAULTY, "sound"), views)
        self.assertIn("messages.manual", {view for _, view in views})
        self.assertTrue({"test.failing-menu", "test.null-titles"}.isdisjoint(plugin for plugin, _ in views))

    def test_a_document_that_is_none_is_refused_with_what_is_wrong(self):
        self.assertEqual(self.view(FAULTY, "sound").status, 200)
        for view, words in DOCUMENTS.items():
            answer = self.view(FAULTY, view)
            self.assertEqual((answer.status, answer.code), (502, "plugin"), view)
            detail = answer.json["error"]["detail"]
            self.assertIn(FAULTY, detail)
            self.assertIn("report it to the plugin's vendor", detail)
            self.assertIn(words, detail)

    def test_a_text_without_end_is_refused(self):
        answer = self.view(FAULTY, "long.text")
        self.assertEqual((answer.status, answer.code), (502, "plugin"))
        self.assertIn("8192 bytes", answer.json["error"]["detail"])

    def test_a_plugin_that_fails_says_why(self):
        answer = self.view(FAULTY, "failing")
        self.assertEqual((answer.status, answer.code), (502, "plugin"))
        self.assertIn("the kitchen is on fire", answer.json["error"]["detail"])

    def test_the_log_tells_what_failed(self):
        with Console(Path(self.folder.name) / "other", "--plugin-dir", Path(self.folder.name) / "plugins") as console:
            visitor = Visitor(console, "viewer")
            visitor.get("/api/menu")
            visitor.get(f"/api/views/{FAULTY}/no.rows?tenant={TENANT}&locale=ko")
            self.assertEqual(console.stop(), 0)
            self.assertIn("the menu of test.failing-menu is left out: ", console.log)
            self.assertIn("the menu was eaten", console.log)
            self.assertIn("502 plugin", console.log)


if __name__ == "__main__":
    unittest.main()
