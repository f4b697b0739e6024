"""The tree keeps the dependency rule and its shape, and the checkers find every way of breaking them."""

import unittest
from pathlib import Path

import dependency_rule as rule
import tree_rule as shape

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("plugin_api", "plugins", "host_stub")
H = rule.HISTORY

# A small tree that keeps the rule; each case below adds one file that breaks it.
SOUND = {
    "plugin_api/include/crm/base.h": "#include <stddef.h>\n#include <stdint.h>\n",
    "plugin_api/include/crm/entry.h": "#include <crm/base.h>\n",
    "plugin_api/include/crm/ext/events.h": "#include <crm/base.h>\n",
    "plugin_api/include/crm/cpp/text.hpp": "#include <crm/base.h>\n\n#include <string_view>\n",
    "plugin_api/examples/host.cpp": "#include <crm/entry.h>\n#include <dlfcn.h>\n#include <openssl/evp.h>\n",
    f"{H}/plugin.cpp": '#include <crm/entry.h>\n#include "ingest/recorder.h"\n',
    f"{H}/model/money.h": "#include <cstdint>\n",
    f"{H}/model/order.h": '#include "model/money.h"  // amounts\n',
    f"{H}/attribution/rule.h": '#include "model/order.h"\n',
    f"{H}/attribution/rule.cpp": '#include "attribution/rule.h"\n#include "rule.h"\n',
    f"{H}/catalog/reason.h": '#include "model/money.h"\n#include <string>\n',
    f"{H}/ingest/recorder.h": '#include "model/money.h"\n#include "../model/order.h"\n#include <fmt/format.h>\n',
    f"{H}/store/sqlite/engine.cpp": "#include <SQLiteCpp/Database.h>\n#include <sqlite3.h>\n",
    f"{H}/export/proof/sha256.cpp": "#include <openssl/evp.h>\n",
    "host_stub/loader/library.cpp": "#include <boost/dll/shared_library.hpp>\n#include <crm/cpp/text.hpp>\n",
    "host_stub/keys/key.h": "#include <openssl/evp.h>\n",
    "host_stub/main.cpp": '#include "loader/library.h"\n#include <unistd.h>\n',
    "host_stub/loader/library.h": "",
}

# (path, include line) that breaks the rule.
BROKEN = [
    ("plugin_api/examples/bad.cpp", '#include "host_stub/main.h"'),
    ("plugin_api/examples/bad.cpp", "#include <crm/missing.h>"),
    ("plugin_api/examples/bad.cpp", "#include <sqlite3.h>"),
    ("plugin_api/include/crm/cpp/bad.hpp", "#include <openssl/evp.h>"),
    (f"{H}/bad.cpp", '#include "host_stub/loader/library.h"'),
    (f"{H}/bad.cpp", '#include "../../host_stub/loader/library.h"'),
    (f"{H}/bad.cpp", '#include "loader/library.h"'),
    (f"{H}/bad.cpp", "#include <host_stub/loader/library.h>"),
    (f"{H}/bad.cpp", "#include <crm/missing.h>"),
    (f"{H}/bad.cpp", '#include "../../plugin_api/include/crm/base.h"'),
    (f"{H}/bad.cpp", "#include HEADER"),
    ("host_stub/bad.cpp", '#include "model/money.h"'),
    ("host_stub/bad.cpp", '#include "../plugins/message_history/model/money.h"'),
    ("host_stub/bad.cpp", "#include <plugins/message_history/model/money.h>"),
    (f"{H}/model/bad.h", '#include "attribution/rule.h"'),
    (f"{H}/model/bad.h", '#include "ingest/recorder.h"'),
    (f"{H}/model/bad.h", "#include <crm/base.h>"),
    (f"{H}/model/bad.h", "#include <fmt/format.h>"),
    (f"{H}/model/bad.h", "#include <unistd.h>"),
    (f"{H}/attribution/bad.cpp", '#include "catalog/reason.h"'),
    (f"{H}/attribution/bad.cpp", '#include "../ingest/recorder.h"'),
    (f"{H}/attribution/bad.cpp", "#include <nlohmann/json.hpp>"),
    (f"{H}/catalog/bad.cpp", '#include "attribution/rule.h"'),
    (f"{H}/catalog/bad.cpp", "#include <crm/ext/events.h>"),
    (f"{H}/store/bad.h", "#include <sqlite3.h>"),
    (f"{H}/store/bad.h", '#include "sqlite3.h"'),
    (f"{H}/store/bad.h", "  #  include <SQLiteCpp/Statement.h>  // why"),
    (f"{H}/store/sqlite_other/bad.h", "#include <sqlite3.h>"),
    ("host_stub/bad.cpp", "#include <sqlite3.h>"),
    (f"{H}/ingest/bad.cpp", "#include <openssl/sha.h>"),
    (f"{H}/export/bad.cpp", "#include <openssl/sha.h>"),
    ("host_stub/console/bad.cpp", "#include <openssl/evp.h>"),
    ("host_stub/main.cpp", "#include <boost/dll.hpp>"),
    ("host_stub/feed/bad.cpp", "#include <boost/dll/shared_library.hpp>"),
    (f"{H}/plugin.cpp", "#include <boost/version.hpp>"),
    ("plugin_api/include/crm/bad.h", "#include <stdbool.h>"),
    ("plugin_api/include/crm/ext/bad.h", "#include <crm/cpp/text.hpp>"),
    ("plugin_api/include/crm/ext/bad.h", "#include <string>"),
    ("plugin_api/include/crm/cpp/bad.hpp", "#include <fmt/format.h>"),
    ("plugin_api/include/crm/cpp/bad.hpp", "#include <stdlib.h>"),
]


def tree_of_project():
    files = [path for part in PARTS for path in (ROOT / part).rglob("*") if path.suffix in rule.SUFFIXES]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}


# Folders of more files than others may have, with how many they have.
CROWDED = {
    "tests/abi": 44,  # programs of one file each, by what they do to the interface
    "tests/bench": 48,  # one program: cases, their baselines, the shop
    "tests/e2e": 26,  # a script for each walk
}


def files_of_project():
    files = [path for part in (*PARTS, "tests") for path in (ROOT / part).rglob("*")
             if path.is_file() and "__pycache__" not in path.parts and "node_modules" not in path.parts]
    return [path.relative_to(ROOT).as_posix() for path in files]


def of_plugin(paths):
    return [path for path in paths if rule.is_under(path, H)]


class Shape(unittest.TestCase):
    def test_no_folders_include_each_other_in_a_circle(self):
        self.assertEqual(shape.circles(tree_of_project()), [])

    def test_no_folder_is_crowded(self):
        self.assertEqual(shape.crowded(files_of_project(), CROWDED), [])

    def test_no_two_files_of_the_plugin_have_one_name(self):
        self.assertEqual(shape.file_names_twice(of_plugin(tree_of_project())), [])

    def test_no_two_types_of_the_plugin_have_one_name(self):
        tree = tree_of_project()
        self.assertEqual(shape.type_names_twice({path: tree[path] for path in of_plugin(tree)}), [])


class ShapeChecker(unittest.TestCase):
    def test_finds_circles_of_two_folders_and_of_more(self):
        sound = {**SOUND, f"{H}/store/store.h": '#include "model/order.h"\n'}
        self.assertEqual(shape.circles(sound), [])
        back = shape.circles({**sound, f"{H}/model/back.h": '#include "store/store.h"\n'})
        self.assertEqual([line.split(":")[0] for line in back], [f"{H}/model -> {H}/store", f"{H}/store -> {H}/model"])
        self.assertIn(f"{H}/model/back.h includes {H}/store/store.h", back[0])
        longer = shape.circles({**sound, f"{H}/store/apply.h": '#include "ingest/recorder.h"\n',
                                f"{H}/model/back.h": '#include "store/apply.h"\n'})
        self.assertEqual(len(longer), 4, longer)  # ingest, model, store: there and back
        up = {"plugin_api/include/crm/up.h": "#include <crm/cpp/text.hpp>\n"}
        self.assertEqual(len(shape.circles({**sound, **up})), 2)

    def test_finds_a_folder_and_its_own_part(self):
        part = {f"{H}/history/page.h": '#include "history/pages/view.h"\n', f"{H}/history/pages/view.h": ""}
        self.assertEqual(shape.circles(part), [])
        part[f"{H}/history/pages/view.h"] = '#include "../page.h"\n'
        self.assertEqual(len(shape.circles(part)), 2)

    def test_finds_a_file_too_many_and_an_exception_too_large(self):
        paths = [f"host_stub/feed/{number}.h" for number in range(shape.FILES_MAX)]
        self.assertEqual(shape.crowded([*paths, "host_stub/feed/part/more.h"], {}), [])
        self.assertEqual(len(shape.crowded([*paths, "host_stub/feed/more.h"], {})), 1)
        self.assertEqual(shape.crowded([*paths, "host_stub/feed/more.h"], {"host_stub/feed": 26}), [])
        self.assertEqual(len(shape.crowded([*paths, "host_stub/feed/more.h"], {"host_stub/feed": 27})), 1)

    def test_finds_a_name_of_two_files(self):
        self.assertEqual(shape.file_names_twice(["a/rows.h", "a/rows.cpp", "b/row.h"]), [])
        self.assertEqual(shape.file_names_twice(["a/rows.h", "b/rows.cpp"]), ["rows: a and b"])

    def test_finds_a_name_of_two_types(self):
        tree = {"a.h": "class Row;\nclass Row final : public Other {\n  struct Nested {\n",
                "b.h": "class Row;\nstruct Nested;\n", "c.cpp": "class Row::Nested {\n"}
        self.assertEqual(shape.type_names_twice(tree), [])
        for text in ("struct Row {\n", "enum class Row : std::uint8_t {\n", "using Row = int;\n",
                     "class Row : public A,\n  B {\n"):
            with self.subTest(text):
                self.assertEqual(shape.type_names_twice({**tree, "d.cpp": text}), ["Row: a.h and d.cpp"])


class Project(unittest.TestCase):
    def test_keeps_the_rule(self):
        self.assertEqual(rule.violations(tree_of_project()), [])

    def test_was_read(self):
        tree = tree_of_project()
        folders = ["plugin_api/include/crm/ext", "plugin_api/include/crm/cpp", "host_stub/loader", "host_stub/keys",
                   *(f"{H}/{part}" for part in ("model", "attribution", "catalog", "tenant", "ingest", "history",
                                                "export", "store/sqlite"))]
        for folder in folders:
            with self.subTest(folder):
                self.assertTrue(any(rule.is_under(path, folder) for path in tree), "no source in it: has it moved?")
        self.assertGreater(sum(len(rule.INCLUDE.findall(text)) for text in tree.values()), 300)

    def test_wraps_what_it_should(self):
        text = "\n".join(tree_of_project().values())
        for header in ("<sqlite3.h>|<SQLiteCpp/", "<openssl/", "<boost/dll"):
            with self.subTest(header):
                self.assertRegex(text, f"#include ({header})", "nothing includes it: is the rule still about this?")


class Checker(unittest.TestCase):
    def test_accepts_a_sound_tree(self):
        self.assertEqual(rule.violations(SOUND), [])

    def test_finds_every_way_of_breaking_the_rule(self):
        for path, include in BROKEN:
            with self.subTest(f"{path}: {include}"):
                found = rule.violations({**SOUND, path: f"// a comment\n{include}\n"})
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])


if __name__ == "__main__":
    unittest.main()
