"""Every change of a real export is detected by the code behind crm-host verify, each one tried.

CRM_TAMPER              "full": every bit of an export of 100 KB; else one bit of each of its bytes
CRM_TAMPER_WITH_EXPORT  tests/e2e/tamper_with_export.cpp
"""

import csv
import io
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import proofs

FULL = os.environ.get("CRM_TAMPER") == "full"
TOOL = os.environ["CRM_TAMPER_WITH_EXPORT"]
TENANT, MESSAGE = "mall-1", "C-1"
AT = "2025-03-03T10:00:00+09:00"


def feed_of(deliveries):
    """One message, every fifth recipient of which ordered two things; names with quotes, commas and line ends."""
    events = [{"type": "message", "at": AT, "message_id": MESSAGE, "kind": "manual", "channel": "alimtalk",
               "name": "3월 특가", "state": "completed"}]
    for i in range(deliveries):
        failed = i % 7 == 3
        events.append({"type": "delivery", "at": AT, "message_id": MESSAGE, "delivery_id": f"d-{i:06}", "member_id":
                       f"member-{i:06}", "channel": "alimtalk", "provider": "kakao", "status":
                       "failed" if failed else "delivered", **({"code": "3018"} if failed else {})})
        if i % 5 == 0 and not failed:
            line = {"product_no": f"00{i}", "name": f'머플러 "{i}",\r\n두 줄', "unit_price_minor": 13900,
                    "option": "", "option_price_minor": 0, "quantity": 1}
            events.append({"type": "order", "at": "2025-03-03T11:00:00+09:00", "order_id": f"o-{i}", "member_id":
                           f"member-{i:06}", "amount_minor": 27800, "currency": "KRW", "lines": [line, line]})
    return [{"seq": seq, **event} for seq, event in enumerate(events, 1)]


class Tampering(unittest.TestCase):
    def exported(self, deliveries):
        host = crm.Host()
        self.addCleanup(host.close)
        header = {"feed": "crm-feed/1", "tenant": TENANT, "source": "all", "timezone": "Asia/Seoul", "currency": "KRW"}
        summary = host.replay(crm.write_feed(host.scratch("feed.ndjson"), header, feed_of(deliveries)))
        self.assertEqual(summary["rejected"], 0)
        out = host.scratch("m.csv")
        host.export(TENANT, MESSAGE, out)
        return host.jwks(host.scratch("keys.jwks")), out

    def tampered(self, jwks, path, stride):
        """Changes the export and gives how much of each kind was tried; nothing may have been accepted."""
        done = subprocess.run([TOOL, jwks, path, str(stride)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        tried = {}
        for kind, changes, accepted in (line.split() for line in done.stdout.splitlines()):
            self.assertEqual(int(accepted), 0, f"{kind}: {accepted} of {changes} were accepted")
            tried[kind] = int(changes)
        print(f"{path.stat().st_size} bytes:", tried)
        return tried

    def expected(self, path, stride):
        data, proof_bytes = path.read_bytes(), proofs.sidecar(path).stat().st_size
        rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
        return {"bits_of_csv": -(-len(data) * 8 // stride), "bits_of_proof": proof_bytes * 8, "rows_deleted": len(rows),
                "rows_swapped": sum(a != b for a, b in zip(rows, rows[1:])), "csv_cut": len(data), "proof_cut": proof_bytes}

    def test_every_change_of_a_small_export_is_detected(self):
        jwks, path = self.exported(20)
        self.assertIn(",\r\n두 줄".encode(), path.read_bytes(), "a line end inside a field")
        self.assertEqual(self.tampered(jwks, path, 1), self.expected(path, 1))

    def test_changes_of_an_export_of_100_kb_are_detected(self):
        jwks, path = self.exported(700)
        self.assertGreater(path.stat().st_size, 100_000)
        self.assertLess(path.stat().st_size, 200_000)
        stride = 1 if FULL else 9
        self.assertEqual(self.tampered(jwks, path, stride), self.expected(path, stride))


if __name__ == "__main__":
    unittest.main()
