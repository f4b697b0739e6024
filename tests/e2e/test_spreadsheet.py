"""What spreadsheets make of spreadsheet-v1: hostile texts in every column that takes a text, exported
by the real crm-host, come back as they were, and none of them is taken for a formula.

Python's csv module gives every text back exactly. LibreOffice 7.4, with all columns imported as
text, changes two characters and no other: a carriage return inside of a field, alone or before a line
feed, comes back as a line feed, and a NUL (U+0000, which an event can hold as any other character) is
dropped. Tabs, edge spaces, the other control characters and noncharacters such as U+FFFE stay.
"""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
from export_file import BOM, COLUMNS, DIALECTS, IDS, jws_parts, restored, sidecar, table
from libreoffice import CSV_OUT, LibreOffice

HEADER = generated_feed.HEADER
MESSAGE = "M-sheet"
ID_BYTES_MAX = 256
TEXT_BYTES_MAX = 1024
CODE_BYTES_MAX = 64
HOSTILE = [
    "=1+1", "=SUM(A1:A9)", '=HYPERLINK("http://127.0.0.1/","open")', "=cmd|'/c calc'!A0", "==1",
    "+821012345678", "+82 10-1234-5678", "+1", "-1000", "-1+1", "-", "+", "=", "@", "@SUM(1)", "--1",
    "＝1+1", "＋82", "－1000", "＠SUM(1)", "  =1+1", " -1", "  ＝1", "\t=1", "\r=1", "\n=1", "\r\n=1", "\t",
    "'", "''", "'=1+1", "'00123", " '", "00123", "0", "000", "01012345678", "123456789012",
    "12345678901", "12345678901234567890", "99999999999999999999", "1e5", "1E400", "0x10", "1,5", "1.50",
    "1/2", "2026-01-02", "TRUE", "NULL", "#N/A", "#REF!", "NaN", "０１２", "a,b", 'say "hi"', '"', '""',
    '"=1+1"', '",=1+1,"', "a\nb", "a\rb", "a\r\nb", "a\n=1", " 앞뒤 ", "   ", "한글 상품", "=한글", "가\u0301",
    "한글", "🚪", "👩‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום", "مرحبا بالعالم", "\u202e=1+1", "\u200b=1", "\ufeff=1", "\xa0=1",
    "\u3000=1", "\0=1+1", " \0=1+1", "\0'1", "00\x0012", "nul\0nul", "\x01=1", "\x0b=1", "\x0c=1", "\x1b[31m", "\x7f", "\ufffe", "a" * 256,
]


def hostile_texts():
    """Each once; with the list of naughty strings where it is."""
    path = crm.SHARED_DATA / "naughty_strings.json"
    naughty = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    texts = dict.fromkeys(HOSTILE + naughty)
    return [text for text in texts if text and len(text.encode()) <= TEXT_BYTES_MAX]


def as_libreoffice_has_it(text):
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def fits(text, bytes_max):
    return len(text.encode()) <= bytes_max


def hostile_feed(texts):
    """An order of each text, known by its line's quantity, and a failure with each as its code.
    Where an id may not be as long as the text, it is another one."""
    events = []

    def add(kind, /, **fields):
        events.append({"seq": len(events) + 1, "type": kind, "at": "2026-11-23T00:00:00Z", **fields})

    for message_id in (MESSAGE, *risky_message_ids()):
        add("message", message_id=message_id, kind="manual", channel="sms", name="표",
            state="completed")
    for number, text in enumerate(texts, 1):
        own = text if fits(text, ID_BYTES_MAX) else f"id-{number}"
        add("delivery", message_id=MESSAGE, delivery_id=f"d{number:05}", member_id=own, channel="sms",
            provider="mts-sms", status="delivered")
        add("order", order_id=own, member_id=own, message_id=MESSAGE, currency="KRW",
            amount_minor=number, lines=[{
                "product_no": own, "name": text, "unit_price_minor": number, "option": text,
                "option_price_minor": -number, "quantity": number}])
        if fits(text, CODE_BYTES_MAX):
            add("delivery", message_id=MESSAGE, delivery_id=f"f{number:05}", member_id=f"f-{number}",
                channel="sms", provider=text, status="failed", code=text)
    return events


def risky_message_ids():
    return [text for text in HOSTILE if text.strip() == text][:20]


class SpreadsheetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        cls.office = cls.enterClassContext(LibreOffice())
        cls.texts = hostile_texts()
        feed = crm.write_feed(cls.host.scratch("feed.ndjson"), HEADER, hostile_feed(cls.texts))
        summary = cls.host.replay(feed)
        assert summary["rejected"] == 0, summary
        cls.file = {dialect: cls.export(f"{dialect}.csv", MESSAGE, "--unmask", dialect=dialect)
                    for dialect in DIALECTS}
        cls.jwks = cls.host.jwks(cls.host.scratch("keys.jwks"))

    @classmethod
    def export(cls, name, message_id, *extra, **more):
        out = cls.host.scratch(name)
        cls.host.export(HEADER["tenant"], message_id, out, *extra, **more)
        return out

    def assert_round_trip(self, rows, expected):
        """That the rows of the file, taken from a reader, say what was reported. `expected` is what
        the reader makes of a text."""
        orders, failures = 0, 0
        for fields in rows:
            row = {key: restored(field) for key, field in zip(COLUMNS, fields, strict=True)}
            if not row["order_id"]:
                text = self.texts[int(row["member_id"].removeprefix("f-")) - 1]
                self.assertEqual(row["failure_code"], expected(f"{text}:{text}"))
                failures += 1
                continue
            number = int(row["quantity"])
            text = self.texts[number - 1]
            own = text if fits(text, ID_BYTES_MAX) else f"id-{number}"
            wanted = {"product_name": text, "option": text, "product_no": own, "order_id": own,
                      "member_id": own}
            self.assertEqual({key: row[key] for key in wanted},
                             {key: expected(value) for key, value in wanted.items()})
            amounts = [row[key] for key in ("order_amount", "unit_price", "option_price")]
            self.assertEqual(amounts, [str(number), str(number), str(-number)])
            orders += 1
        self.assertEqual(orders, len(self.texts))
        self.assertEqual(failures, sum(fits(text, CODE_BYTES_MAX) for text in self.texts))

    def test_pythons_csv_module_gives_every_text_back(self):
        data = self.file["spreadsheet-v1"].read_bytes()
        self.assertTrue(data.startswith(BOM))
        self.assert_round_trip(table(data)[1], str)

    def test_libreoffice_gives_every_text_back(self):
        header, *rows = self.office.texts(self.file["spreadsheet-v1"], len(COLUMNS))
        self.assertEqual(header, table(self.file["spreadsheet-v1"].read_bytes())[0])
        self.assert_round_trip(rows, as_libreoffice_has_it)

    def test_no_cell_becomes_a_formula_or_loses_digits(self):
        safe, raw = self.office.cells([self.file[dialect] for dialect in reversed(DIALECTS)])
        lines = table(self.file["spreadsheet-v1"].read_bytes())[1]
        self.assertGreater(len(safe), len(lines))
        self.assertEqual([cell for row in safe for cell in row if cell[1]], [])
        self.assertTrue([cell for row in raw for cell in row if cell[1]],
                        "raw-v1 has no formula either: nothing was tried")
        for fields, cells in zip(lines, safe[1:]):
            for column, field, cell in zip(COLUMNS, fields, cells):
                text = restored(field)
                digits = text.isascii() and text.isdigit()
                if column in IDS and digits and (text[0] == "0" or len(text) >= 12):
                    self.assertEqual(cell[0], "string", f"{column} {text}")

    def test_message_ids_of_every_kind_are_named_in_the_proof(self):
        for message_id in risky_message_ids():
            out = self.export("message.csv", message_id, dialect="spreadsheet-v1")
            self.assertEqual(jws_parts(out)[1]["message_id"], message_id)

    def test_a_file_that_was_opened_and_saved_is_no_longer_what_was_signed(self):
        for dialect, path in self.file.items():
            self.assertEqual(crm.verify(self.jwks, path).returncode, 0)
            for to in ("csv", CSV_OUT):
                with self.subTest(dialect=dialect, to=to):
                    saved = self.office.saved(path, to)
                    sidecar(saved).write_bytes(sidecar(path).read_bytes())
                    done = crm.verify(self.jwks, saved)
                    self.assertGreater(done.returncode, 0, "a saved file was accepted")
                    self.assertIn(saved.name, done.stderr)


if __name__ == "__main__":
    unittest.main()
