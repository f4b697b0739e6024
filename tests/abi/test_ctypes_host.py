"""A host in Python, made from the headers alone, runs a plugin in plain C and the real one.

CRM_PLUGIN        message_history.so
CRM_ABI_PLUGINS   folders with the built test plugins
"""

import ctypes
import json
import os
import re
import tempfile
import unittest
from pathlib import Path

import crm_ctypes as crm

LAYOUT = (Path(__file__).parent / "layout.inc").read_text(encoding="utf-8")


class Layout(unittest.TestCase):
    def test_the_structures_in_python_have_the_layout_of_the_headers(self):
        sizes = dict(re.findall(r"^CRM_STRUCT\((\w+), (\d+)\)", LAYOUT, flags=re.M))
        fields = re.findall(r"^CRM_FIELD\((\w+), (\w+), (\d+), (\d+),", LAYOUT, flags=re.M)
        for name, structure in crm.STRUCTURES.items():
            with self.subTest(name):
                expected = {field: (int(at), int(size)) for owner, field, at, size in fields if owner == name}
                actual = {field[0]: getattr(structure, field[0]) for field in structure._fields_}
                self.assertEqual({field: (slot.offset, slot.size) for field, slot in actual.items()}, expected)
                self.assertEqual(ctypes.sizeof(structure), int(sizes[name]))


class RunsPlugins:
    """What a host does with every plugin; the subclasses name the plugin and one of its views."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="crm-ctypes-")
        self.host = crm.PythonHost(self.folder.name)
        self.plugin = crm.LoadedPlugin(self.PLUGIN, self.host)
        self.keep = []

    def tearDown(self):
        self.plugin.close()
        self.folder.cleanup()

    def send(self, first_seq=1):
        return self.plugin.on_batch("mall-1", "send-engine", [
            crm.message(first_seq, "m-1", self.keep),
            crm.delivery(first_seq + 1, "m-1", "회원-1", self.keep),
            crm.delivery(first_seq + 4, "m-1", "회원-2", self.keep),
        ])

    def test_the_descriptor_is_readable(self):
        descriptor = self.plugin.descriptor
        self.assertEqual((descriptor.magic, descriptor.abi_major), (crm.MAGIC, crm.MAJOR))
        self.assertEqual(descriptor.id.text, self.ID)
        self.assertRegex(descriptor.version.text, r"^\d+\.\d+\.\d+")

    def test_a_batch_is_acknowledged_and_moves_the_position(self):
        self.assertEqual(self.plugin.position("mall-1", "send-engine"), 0)
        ack = self.send()
        self.assertEqual((ack.accepted, ack.duplicates, ack.rejected, ack.skipped), (3, 0, 0, 0))
        self.assertEqual(ack.durable_seq, 5)
        self.assertEqual(self.plugin.position("mall-1", "send-engine"), 5)

    def test_redelivery_changes_nothing(self):
        self.send()
        before = self.plugin.digest("mall-1")
        ack = self.send()
        self.assertEqual((ack.accepted, ack.duplicates, ack.durable_seq), (0, 3, 5))
        self.assertEqual(self.plugin.digest("mall-1"), before)

    def test_new_events_change_the_digest(self):
        self.send()
        before = self.plugin.digest("mall-1")
        self.send(first_seq=10)
        self.assertNotEqual(self.plugin.digest("mall-1"), before)

    def test_a_view_is_json(self):
        self.send()
        status, document = self.plugin.render("mall-1", self.VIEW)
        self.assertEqual(status, crm.OK, self.host.explained)
        view = json.loads(document)
        self.assertEqual((view["view"], view["locale"]), (self.VIEW, "ko"))
        self.assertTrue(view["components"])
        self.assertEqual(self.plugin.render("mall-1", self.VIEW, bytes_a_write=1), (crm.OK, document))

    def test_the_menu_names_the_view(self):
        self.assertIn(self.VIEW, self.plugin.menu())

    def test_failures_are_explained(self):
        self.send()
        status, document = self.plugin.render("mall-1", "no.such.view")
        self.assertEqual((status, document), (crm.ERR_NOT_FOUND, b""))
        self.assertEqual(self.host.explained[-1][0], crm.ERR_NOT_FOUND)
        self.assertGreater(len(self.host.explained[-1][1]), 10)


class PlainC(RunsPlugins, unittest.TestCase):
    PLUGIN = Path(os.environ["CRM_ABI_PLUGINS"]) / "good_c_plugin" / "good_c_plugin.so"
    ID = "test.good-c-plugin"
    VIEW = "sample.positions"


class MessageHistory(RunsPlugins, unittest.TestCase):
    PLUGIN = Path(os.environ["CRM_PLUGIN"])
    ID = "org.crm.message_history"
    VIEW = "messages.manual"


if __name__ == "__main__":
    unittest.main()
