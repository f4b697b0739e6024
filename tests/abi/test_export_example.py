"""examples/export_host.cpp compiles from the headers, and what it receives from the real plugin verifies.

CRM_PLUGIN, CRM_HOST, CRM_BUILD_DIR   the plugin, crm-host, and the build that has verify-export.sh beside the plugin
CRM_SANITIZE                          the sanitizers they were built with: a host needs the same; default none
CXX                                   the C++ compiler, default c++
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import headers

EXAMPLE = headers.ROOT / "plugin_api" / "examples" / "export_host.cpp"
SCRIPT = Path(os.environ["CRM_BUILD_DIR"]) / "plugins" / "verify-export.sh"
COMPILE = [os.environ.get("CXX", "c++"), "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{headers.INCLUDE}"]
if os.environ.get("CRM_SANITIZE"):
    COMPILE.append(f"-fsanitize={os.environ['CRM_SANITIZE']}")

AT = "2025-03-03T10:00:00+09:00"
FEED = [
    {"feed": "crm-feed/1", "tenant": "mall-1", "source": "all", "timezone": "Asia/Seoul", "currency": "KRW"},
    {"seq": 1, "type": "message", "at": AT, "message_id": "C-1", "kind": "manual", "channel": "alimtalk", "name": "3월 특가",
     "state": "completed"},
    *({"seq": seq, "type": "delivery", "at": AT, "message_id": "C-1", "delivery_id": f"d-{seq}", "member_id": f"m-{seq}",
       "channel": "alimtalk", "provider": "kakao", "status": "delivered"} for seq in range(2, 12)),
]


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300, check=False)


class ExportExample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="crm-export-example-")
        cls.addClassCleanup(folder.cleanup)
        cls.base = Path(folder.name)
        cls.program = cls.base / "export_host"
        subprocess.run([*COMPILE, EXAMPLE, "-o", cls.program, "-lcrypto", "-ldl"], check=True)
        feed = cls.base / "feed.ndjson"
        feed.write_text("".join(json.dumps(line) + "\n" for line in FEED), encoding="utf-8")
        done = run(os.environ["CRM_HOST"], "replay", "--data", cls.base / "data", feed)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.data_dir = cls.base / "data" / "plugins" / "org.crm.message_history"

    def export(self, message_id, name):
        csv = self.base / name
        return csv, run(self.program, os.environ["CRM_PLUGIN"], self.data_dir, "mall-1", message_id, csv)

    def test_the_file_it_receives_verifies_with_the_key_it_gives(self):
        csv, done = self.export("C-1", "m.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"10 rows, {csv.stat().st_size} bytes\n")
        checked = run("sh", SCRIPT, f"{csv}.pem", csv)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("10 rows of message C-1 of tenant mall-1", checked.stdout)
        self.assertIn("exported by example-host", checked.stdout)
        csv.write_bytes(csv.read_bytes()[:-1])
        self.assertEqual(run("sh", SCRIPT, f"{csv}.pem", csv).returncode, 1)

    def test_a_refused_request_leaves_no_file(self):
        csv, done = self.export("C-2", "none.csv")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("C-2", done.stderr)
        self.assertEqual(list(self.base.glob("none.csv*")), [])

    def test_its_main_part_is_as_short_as_it_says(self):
        body = EXAMPLE.read_text(encoding="utf-8").split("int32_t export_message(")[1].split("{\n", 1)[1].split("\n}\n")[0]
        code = body.replace("\n      ", " ")
        statements = [line for line in code.splitlines() if line.strip().endswith((";", "}"))]
        self.assertLessEqual(len(statements), 15)


if __name__ == "__main__":
    unittest.main()
