"""Files of a small feed, byte by byte as golden/export has them: both dialects, both languages,
masked and unmasked. A released dialect never changes its bytes: if one of these has to change, it is
another dialect.

    python3 tests/e2e/test_export_golden.py --write    writes them anew, to be read before a commit
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from export_file import COLUMNS, DIALECTS, jws_parts, records, spreadsheet_bytes, table

GOLDEN = Path(__file__).resolve().parents[1] / "golden/export"
TENANT = "golden-shop"
MESSAGE = "M-golden"
KINDS = [(locale, masked) for locale in ("ko", "en") for masked in (True, False)]


def golden(dialect, locale, masked):
    return GOLDEN / f"{dialect}.{locale}.{'masked' if masked else 'unmasked'}.csv"


def exported(host, dialect, locale, masked):
    out = host.scratch("file.csv")
    host.export(TENANT, MESSAGE, out, "--locale", locale, *([] if masked else ["--unmask"]),
                dialect=dialect)
    return out


class GoldenFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        cls.host.replay(GOLDEN / "feed.ndjson")

    def test_exports_have_the_golden_bytes(self):
        for dialect in DIALECTS:
            for kind in KINDS:
                with self.subTest(dialect=dialect, kind=kind):
                    out = exported(self.host, dialect, *kind)
                    self.assertEqual(out.read_bytes(), golden(dialect, *kind).read_bytes())
                    manifest = jws_parts(out)[1]
                    self.assertEqual((manifest["locale"], manifest["masked"]), kind)

    def test_golden_files_of_both_dialects_say_the_same(self):
        for kind in KINDS:
            raw, safe = (golden(dialect, *kind) for dialect in DIALECTS)
            self.assertEqual(safe.read_bytes(),
                             spreadsheet_bytes(COLUMNS, *table(raw.read_bytes())))

    def test_golden_files_hold_what_is_dangerous(self):
        """So that what they prove is not lost by a change of the feed."""
        rows = records(golden("spreadsheet-v1", "ko", False))
        for column, text in (("member_id", "00123"), ("member_id", "=cmd|'/c calc'!A0"),
                             ("member_id", "12345678901234567890"), ("order_id", "-1000"),
                             ("order_id", "00000000042"), ("product_no", "202611230001"),
                             ("product_name", "＝전각\n두 줄"), ("product_name", "'꽃무늬 🌸"),
                             ("option", "  @L"), ("option_price", "-1000"),
                             ("failure_code", "-gateway:E, 1")):
            self.assertIn(text, {row[column] for row in rows}, column)


def write_anew():
    with crm.Host() as host:
        host.replay(GOLDEN / "feed.ndjson")
        for dialect in DIALECTS:
            for kind in KINDS:
                golden(dialect, *kind).write_bytes(exported(host, dialect, *kind).read_bytes())


if __name__ == "__main__":
    write_anew() if "--write" in sys.argv else unittest.main()
