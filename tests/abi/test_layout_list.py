"""layout.inc is whole: every structure, field and constant of the headers is in it, and no byte is unaccounted for."""

import re
import unittest
from pathlib import Path

import headers

LIST = (Path(__file__).parent / "layout.inc").read_text(encoding="utf-8")


def listed_fields():
    """structure -> [(field, offset, size)] in the order of the list."""
    found = {}
    for structure, field, offset, size in re.findall(r"^CRM_FIELD\((\w+), (\w+), (\d+), (\d+),", LIST, flags=re.M):
        found.setdefault(structure, []).append((field, int(offset), int(size)))
    return found


class LayoutList(unittest.TestCase):
    def test_has_every_structure(self):
        listed = re.findall(r"^CRM_STRUCT\((\w+),", LIST, flags=re.M)
        self.assertCountEqual(listed, headers.structures())
        self.assertGreaterEqual(len(listed), 30, "the headers were not read")

    def test_has_every_field_in_order(self):
        listed = listed_fields()
        for structure, fields in headers.structures().items():
            with self.subTest(structure):
                self.assertEqual([field for field, _, _ in listed[structure]], fields)

    def test_has_every_constant(self):
        listed = re.findall(r"^CRM_(?:CONSTANT|TEXT)\((\w+),", LIST, flags=re.M)
        self.assertCountEqual(listed, headers.constants())
        self.assertGreaterEqual(len(listed), 80, "the headers were not read")

    def test_accounts_for_every_byte(self):
        sizes = dict(re.findall(r"^CRM_STRUCT\((\w+), (\d+)\)", LIST, flags=re.M))
        for structure, fields in listed_fields().items():
            with self.subTest(structure):
                expected = 0
                for field, offset, size in fields:
                    self.assertEqual(offset, expected, f"{field} does not follow the field before it")
                    expected = offset + size
                self.assertEqual(int(sizes[structure]), expected, "there is padding without a name")

    def test_structures_that_can_grow_begin_with_their_size(self):
        closed = {"crm_str", "crm_localized", "crm_param", "crm_event_rejection"}
        for structure, fields in listed_fields().items():
            with self.subTest(structure):
                if structure.startswith("crm_event_") and fields[0][0] == "head":
                    self.assertEqual(fields[0], ("head", 0, 32))
                elif structure not in closed:
                    self.assertEqual(fields[0], ("size", 0, 4))


if __name__ == "__main__":
    unittest.main()
