"""In the file of a message a sale stands beside the delivery that reached its member."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
from export_file import records

HEADER = {"feed": "crm-feed/1", "tenant": "t", "source": "s", "timezone": "Asia/Seoul", "currency": "KRW"}


def day(number, hour=0, minute=0):
    return f"2026-11-{number:02}T{hour:02}:{minute:02}:00Z"


class Feed:
    """Events in the order they are added."""

    def __init__(self):
        self.events = []

    def add(self, event, at, **more):
        self.events.append({"seq": len(self.events) + 1, "type": event, "at": at, **more})

    def message(self, message_id, kind="manual"):
        self.add("message", day(1), message_id=message_id, kind=kind, channel="alimtalk",
                 name=message_id, state="completed")

    def delivery(self, at, delivery_id, member_id, status="delivered", message_id="M", **more):
        self.add("delivery", at, message_id=message_id, delivery_id=delivery_id, member_id=member_id,
                 channel="alimtalk", provider="mts-kakao", status=status, **more)

    def chain(self, name, member_id):
        """An AlimTalk that failed and the SMS that replaced it."""
        self.delivery(day(1), f"{name}1", member_id, "failed", code="3018")
        self.delivery(day(1, 0, 1), f"{name}2", member_id, fallback_of=f"{name}1")

    def order(self, at, order_id, member_id, **more):
        self.add("order", at, order_id=order_id, member_id=member_id, currency="KRW",
                 amount_minor=100, lines=[], **more)


def rows(host, message_id):
    """Rows with an order, by its id; members unmasked."""
    out = host.scratch("sales.csv")
    host.export("t", message_id, out, "--unmask", dialect="raw-v1")
    return {row["order_id"]: row for row in records(out) if row["order_id"]}


def shown(row):
    return row["member_id"], row["sent"], row["sent_at"], row["failure_code"]


class SmallFeed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        feed = Feed()
        feed.message("M")
        feed.chain("a", "clicks")
        feed.add("touch", day(1, 1), touch="click", message_id="M", member_id="clicks")
        feed.order(day(1, 2), "click", "clicks")
        feed.chain("b", "names-failure")
        feed.add("touch", day(1, 1), touch="click", message_id="M", member_id="names-failure",
                 delivery_id="b1")
        feed.order(day(1, 2), "names-failure", "names-failure")
        feed.chain("c", "named")
        feed.order(day(1, 2), "explicit", "named", message_id="M")
        feed.delivery(day(1), "d1", "unreached", "failed", code="3018")
        feed.order(day(1, 2), "unreached", "unreached", message_id="M")
        feed.order(day(1, 2), "stranger", "stranger", message_id="M")
        feed.message("A", "automatic")
        for number in (1, 5, 9):
            feed.delivery(day(number), f"e{number}", "often", message_id="A")
        feed.add("touch", day(5, 1), touch="click", message_id="A", member_id="often")
        feed.order(day(10), "often", "often", message_id="A")
        feed.order(day(5, 2), "often-click", "often")
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), HEADER, feed.events))
        cls.rows = rows(cls.host, "M")

    def test_sale_is_beside_what_reached_the_member(self):
        for order_id, member in (("click", "clicks"), ("names-failure", "names-failure"),
                                 ("explicit", "named")):
            with self.subTest(order=order_id):
                self.assertEqual(shown(self.rows[order_id]),
                                 (member, "성공", "2026-11-01T09:01:00+09:00", ""))

    def test_sale_of_an_unreached_member_has_the_member_and_no_delivery(self):
        for order_id in ("unreached", "stranger"):
            with self.subTest(order=order_id):
                self.assertEqual(shown(self.rows[order_id]), (order_id, "", "", ""))

    def test_unreached_members_are_masked_like_the_others(self):
        out = self.host.scratch("masked.csv")
        self.host.export("t", "M", out, dialect="raw-v1")
        self.assertEqual([row["member_id"] for row in records(out) if row["order_id"] == "stranger"],
                         ["st***"])

    def test_sale_of_an_automatic_message_is_beside_the_latest_before_it(self):
        automatic = rows(self.host, "A")
        self.assertEqual(automatic["often"]["sent_at"], "2026-11-09T09:00:00+09:00")
        self.assertEqual(automatic["often-click"]["sent_at"], "2026-11-05T09:00:00+09:00")


class SharedCase(unittest.TestCase):
    """The feed of ../shared/data/cases where it is there; SmallFeed has the like of it."""

    def test_sales_of_the_case(self):
        path = crm.SHARED_DATA / "cases/sale-beside-its-delivery.ndjson"
        if not path.is_file():
            return
        with crm.Host() as host:
            host.replay(path)
            sold = rows(host, "M1")
            for order_id, member in (("lee-click", "lee"), ("kim-delivered", "kim"),
                                     ("choi-explicit", "choi")):
                with self.subTest(order=order_id):
                    self.assertEqual(shown(sold[order_id]),
                                     (member, "성공", "2026-11-01T09:01:00+09:00", ""))
                    self.assertIn("SMS", sold[order_id]["message_type"])
            self.assertEqual(shown(rows(host, "A")["park-click"]),
                             ("park", "성공", "2026-11-09T09:00:00+09:00", ""))


if __name__ == "__main__":
    unittest.main()
