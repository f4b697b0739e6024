"""Sums over a whole exported file equal the message's money in the view, for every message of a
generated shop and of the real feeds, in both dialects."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import generated_feed
import reference
from export_file import DIALECTS, records, sums

SHOP = ("--seed", "11", "--members", "2000", "--messages", "30", "--deliveries", "12000",
        "--orders", "3000")
SUMMED = (("order_amount", "gross"), ("attributed_amount", "gross"), ("refunded_amount", "refunded"))


class EverySum:
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        path = cls.feed()
        cls.tenant = reference.read_feed(path)[0]["tenant"]
        cls.host.replay(path)

    def test_sums_of_the_file_are_the_money_of_the_view(self):
        sold = 0
        for view in crm.LISTS:
            for message_id, row in self.host.messages(self.tenant, view).items():
                for dialect in DIALECTS:
                    out = self.host.scratch("sums.csv")
                    self.host.export(self.tenant, message_id, out, dialect=dialect)
                    rows = records(out)
                    for column, key in SUMMED:
                        with self.subTest(message=message_id, dialect=dialect, column=column):
                            self.assertEqual(sums(rows, column), crm.money(row[key]))
                sold += bool(crm.money(row["gross"]))
        self.assertGreater(sold, 0, "no message sold anything: nothing was compared")


class GeneratedShop(EverySum, unittest.TestCase):
    @classmethod
    def feed(cls):
        path = cls.host.scratch("shop.ndjson")
        path.write_text(crm.run("generate", *SHOP).stdout, encoding="utf-8")
        return path


class RealFeed(EverySum):
    @classmethod
    def feed(cls):
        generated = generated_feed.generate(cls.stand_in_seed, 3)
        # The view's one cell holds one currency: the stand-in has no message with more.
        return crm.real_feed(cls.name) or crm.write_feed(
            cls.host.scratch("feed.ndjson"), generated[0],
            [event for event in generated[1] if event.get("currency", "KRW") == "KRW"])


class OnlineRetail(RealFeed, unittest.TestCase):
    name = "online-retail"
    stand_in_seed = 21


class CompleteJourney(RealFeed, unittest.TestCase):
    name = "completejourney"
    stand_in_seed = 22


if __name__ == "__main__":
    unittest.main()
