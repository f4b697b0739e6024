"""One amount is shown alike on the page, as text and in the CSV, with the digits of ISO 4217."""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from export_file import records

HEADER = {"feed": "crm-feed/1", "tenant": "t", "source": "s", "timezone": "Asia/Seoul", "currency": "KRW"}
AMOUNT_MINOR = 1234567
# By ISO 4217; where the standard gives none (XAU, XXX) or knows none (ZZZ) it is 2.
SHOWN = {
    "JPY": "1234567", "KRW": "1234567", "ISK": "1234567", "VND": "1234567", "CLP": "1234567",
    "UGX": "1234567", "USD": "12345.67", "HUF": "12345.67", "IDR": "12345.67", "MGA": "12345.67",
    "TWD": "12345.67", "XAU": "12345.67", "XXX": "12345.67", "ZZZ": "12345.67", "KWD": "1234.567",
    "BHD": "1234.567", "TND": "1234.567", "IQD": "1234.567", "CLF": "123.4567", "UYW": "123.4567"}


def decimal(cell):
    """What a reader of the document shows of a money cell: its own digits, no list of currencies."""
    digits = cell["minor_digits"]
    text = str(abs(cell["amount_minor"])).rjust(digits + 1, "0")
    whole, rest = (text[:-digits], text[-digits:]) if digits else (text, "")
    return ("-" if cell["amount_minor"] < 0 else "") + whole + ("." + rest if rest else "")


def events():
    yield {"type": "message", "at": "2026-11-01T00:00:00Z", "message_id": "M1", "kind": "manual",
           "channel": "alimtalk", "name": "M1", "state": "completed"}
    for number, currency in enumerate(SHOWN):
        yield {"type": "order", "at": "2026-11-01T01:00:00Z", "order_id": f"O{currency}",
               "member_id": f"m{number}", "message_id": "M1", "currency": currency,
               "amount_minor": AMOUNT_MINOR,
               "lines": [{"product_no": "P", "name": "n", "unit_price_minor": AMOUNT_MINOR,
                          "option_price_minor": -5, "quantity": 1}]}
        yield {"type": "refund", "at": "2026-11-02T00:00:00Z", "refund_id": f"R{currency}",
               "order_id": f"O{currency}", "currency": currency, "amount_minor": 7}


class EveryCurrency:
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        cls.host.replay(cls.feed())
        out = cls.host.scratch("file.csv")
        cls.host.export("t", "M1", out)
        cls.csv = {row["currency"]: row for row in records(out)}
        cls.text = crm.run("view", "--data", cls.host.data, "--tenant", "t", "message.buyers",
                           "--param", "message_id=M1", "--text").stdout
        cls.buyers = {row["amount"]["currency"]: row
                      for row in cls.host.rows("t", "message.buyers", "order_id", message_id="M1")}

    def test_every_currency_is_there(self):
        self.assertGreaterEqual(len(self.csv), 15)
        self.assertEqual(self.csv.keys(), self.buyers.keys())

    def test_csv_has_the_digits_of_iso_4217(self):
        for currency, row in self.csv.items():
            self.assertEqual(row["order_amount"], SHOWN.get(currency, "12345.67"), currency)

    def test_documents_carry_the_digits_with_each_amount(self):
        for currency, row in self.buyers.items():
            with self.subTest(currency=currency):
                self.assertEqual(decimal(row["amount"]), self.csv[currency]["order_amount"])
                self.assertEqual(decimal(row["refunded"]), self.csv[currency]["refunded_amount"])

    def test_text_says_the_same(self):
        said = dict((currency, amount.replace(",", ""))
                    for amount, currency in re.findall(r"([\d,.]*\d{3,}[\d,.]*) ([A-Z]{3})\b", self.text)
                    if amount.replace(",", "").replace(".", "") == str(AMOUNT_MINOR))
        self.assertEqual(said, {currency: row["order_amount"] for currency, row in self.csv.items()})

    def test_charts_carry_the_digits_of_their_currency(self):
        document = self.host.view("t", "message", message_id="M1")
        charts = {chart["currency"]: chart for chart in document["components"]
                  if chart["type"] == "chart" and chart["value_type"] == "money"}
        self.assertEqual(charts.keys(), self.csv.keys())
        for currency, chart in charts.items():
            shown = {"amount_minor": AMOUNT_MINOR, "minor_digits": chart["minor_digits"]}
            self.assertEqual(decimal(shown), self.csv[currency]["order_amount"], currency)


class SmallFeed(EveryCurrency, unittest.TestCase):
    @classmethod
    def feed(cls):
        numbered = [{"seq": seq, **event} for seq, event in enumerate(events(), 1)]
        return crm.write_feed(cls.host.scratch("feed.ndjson"), HEADER, numbered)


shared_case = crm.SHARED_DATA / "cases/currencies.ndjson"
if shared_case.is_file():
    class SharedCase(EveryCurrency, unittest.TestCase):
        @classmethod
        def feed(cls):
            return shared_case


if __name__ == "__main__":
    unittest.main()
