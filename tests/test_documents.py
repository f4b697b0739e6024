"""Files that the documents link to or name are there."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("plugin_api", "plugins", "host_stub", "tests")
HISTORY = ROOT / "plugins/message_history"

LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:c|cpp|h|hpp|json|md|py|sh)|(?:[\w.-]+/)+)`")

# A setting that the plugin asks the host for, or a metric that it gives.
OPERATORS_NAME = re.compile(r'"(attribution\.[a-z_]+|retention\.days|message_history\.(?:events\.)?[a-z]+)"')


def documents():
    yield from ROOT.glob("*.md")
    for folder in FOLDERS:
        yield from (ROOT / folder).rglob("*.md")


def missing(document, text):
    """What the text links to or names and is not there: beside it, at the top, or in the plugin."""
    links = [name for name in LINK.findall(text) if not (document.parent / name).exists()]
    places = (document.parent, ROOT, HISTORY)
    # A name of a folder alone may be one that a program makes.
    names = [
        name for name in NAMED.findall(text)
        if name.split("/")[0] in FOLDERS + tuple(child.name for child in HISTORY.iterdir())
        and not any((place / name).exists() for place in places)
    ]
    return links + names


class Documents(unittest.TestCase):
    def test_name_only_what_is_there(self):
        for document in documents():
            with self.subTest(document=document.relative_to(ROOT)):
                self.assertEqual(missing(document, document.read_text(encoding="utf-8")), [])

    def test_are_found_wrong_when_they_name_what_is_not(self):
        document = ROOT / "README.md"
        self.assertEqual(missing(document, "[a](plugin_api/NONE.md) `store/none.h` `plugins/none/`"),
                         ["plugin_api/NONE.md", "store/none.h", "plugins/none/"])
        self.assertEqual(missing(document, "[a](plugin_api/ABI.md#life) `store/store.h` `plugins/`"), [])

    def test_of_the_plugin_names_every_setting_and_metric(self):
        sources = [path.read_text(encoding="utf-8")
                   for pattern in ("*.cpp", "*.h") for path in HISTORY.rglob(pattern)]
        named = {name for text in sources for name in OPERATORS_NAME.findall(text)}
        self.assertGreaterEqual(len(named), 8)
        document = (HISTORY / "README.md").read_text(encoding="utf-8")
        self.assertEqual([name for name in sorted(named) if f"`{name}`" not in document], [])


if __name__ == "__main__":
    unittest.main()
