"""The page SECURITY names tests that there are, and a test for every promise."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "host_stub/console/SECURITY.md"
QUOTED = re.compile(r"`([^`]+)`")
SHOWN_BY = "shown by"


def promises(text):
    """(promise, what shows it) of each row of the tables of promises."""
    is_promises = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            is_promises = False
        elif cells[-1] == SHOWN_BY:
            is_promises = True
        elif is_promises and not set(line) <= set("|- "):
            yield cells[0], cells[-1]


def named_tests(shown_by):
    """(file, test) of each test: a file's name comes before those of its tests."""
    file = None
    for name in QUOTED.findall(shown_by):
        if "/" in name:
            file = name
        else:
            yield file, name


def has_test(source, name):
    """Whether it is the name of a test, and not only a word of the source."""
    if name.startswith("test_"):
        return re.search(rf"^ +def {re.escape(name)}\(self\):$", source, re.M) is not None
    return re.search(rf"^(?:TEST|TEST_F|TEST_P)\(\w+, {re.escape(name)}\) \{{", source, re.M) is not None


class SecurityPage(unittest.TestCase):
    def test_every_promise_names_tests_that_there_are(self):
        text = PAGE.read_text(encoding="utf-8")
        found = list(promises(text))
        self.assertGreaterEqual(len(found), 25)
        for promise, shown_by in found:
            tests = list(named_tests(shown_by))
            self.assertTrue(tests, f"no test shows: {promise}")
            for file, name in tests:
                with self.subTest(promise=promise, file=file, test=name):
                    self.assertIsNotNone(file, "name the file before its tests")
                    self.assertTrue((ROOT / file).is_file(), "the file is gone: correct SECURITY.md")
                    self.assertTrue(has_test((ROOT / file).read_text(encoding="utf-8"), name), "the test is gone: correct SECURITY.md")

    def test_a_test_that_is_gone_is_missed(self):
        source = "    def test_here(self):\nTEST_F(Folder, IsHere) {\n# test_gone, IsGone\n"
        self.assertTrue(has_test(source, "test_here") and has_test(source, "IsHere"))
        self.assertFalse(has_test(source, "test_gone") or has_test(source, "IsGone") or has_test(source, "test_her"))
        table = f"| promise | {SHOWN_BY} |\n|---|---|\n| one | `tests/a.py`: `test_here` |\n| two | nothing |\n"
        self.assertEqual([list(named_tests(shown_by)) for _, shown_by in promises(table)], [[("tests/a.py", "test_here")], []])


if __name__ == "__main__":
    unittest.main()
