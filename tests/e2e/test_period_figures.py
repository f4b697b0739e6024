"""Lists show the messages of a period with the figures of that period; a funnel never exceeds 100%."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm

HEADER = {"feed": "crm-feed/1", "tenant": "t", "source": "s", "timezone": "Asia/Seoul", "currency": "KRW"}


def at(day, hour=0):
    """A time of a day of November 2026 in Seoul."""
    return f"2026-11-{day:02}T{hour:02}:00:00+09:00"


def message(message_id, kind, day, state="completed", **more):
    return {"type": "message", "at": at(day), "message_id": message_id, "kind": kind,
            "channel": "alimtalk", "name": message_id, "state": state, **more}


def delivery(message_id, day, number, member_id, status="delivered"):
    return {"type": "delivery", "at": at(day, 1), "message_id": message_id, "member_id": member_id,
            "delivery_id": f"{message_id}-{number}", "channel": "alimtalk", "provider": "mts-kakao",
            "status": status}


def click(message_id, day, member_id):
    return {"type": "touch", "at": at(day, 2), "touch": "click", "message_id": message_id,
            "member_id": member_id}


def order(day, order_id, member_id, amount=100, message_id=None, hour=3):
    return {"type": "order", "at": at(day, hour), "order_id": order_id, "member_id": member_id,
            "currency": "KRW", "amount_minor": amount, "message_id": message_id, "lines": []}


def events():
    """The same happens to a manual and to an automatic message: sent on the 5th, and again on the
    20th; clicked on the 6th, bought on the 7th and on the 21st."""
    for kind in ("manual", "automatic"):
        name = f"M-{kind}"
        yield message(name, kind, 5, "completed" if kind == "manual" else "sending")
        for number in range(30):
            yield delivery(name, 5, number, f"{kind}{number}", "failed" if number == 0 else "delivered")
        yield delivery(name, 20, 30, f"{kind}1")
        for number in range(1, 4):
            yield click(name, 6, f"{kind}{number}")
        yield order(7, f"{kind}-7", f"{kind}1", 400)
        yield order(20, f"{kind}-20", f"{kind}1", 700)
    yield message("M-due", "manual", 1, "scheduled", scheduled_at=at(25))
    yield message("M-early", "manual", 1)
    yield delivery("M-early", 1, 1, "early")
    # The shop's other sales, most of them before anything was sent.
    for day, amount in ((2, 1_000_000), (8, 300)):
        for number in range(20):
            yield order(day, f"other-{day}-{number}", "stranger", amount)


class Period(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = crm.Host()
        cls.addClassCleanup(cls.host.close)
        numbered = [{"seq": seq, **event} for seq, event in enumerate(events(), 1)]
        cls.host.replay(crm.write_feed(cls.host.scratch("feed.ndjson"), HEADER, numbered))

    def rows(self, kind, first, last):
        found = self.host.rows("t", f"messages.{kind}", "message_id", **{
            "from": f"2026-11-{first:02}", "to": f"2026-11-{last:02}"})
        return {row["message_id"]: (row["recipients"], row["success"], row["failed"], row["clicks"],
                                    row["orders"], row["net"]["amount_minor"]) for row in found}

    def test_figures_are_of_the_period_on_every_list_alike(self):
        for kind in ("manual", "automatic"):
            with self.subTest(kind=kind):
                name = f"M-{kind}"
                self.assertEqual(self.rows(kind, 5, 5)[name], (30, 29, 1, 0, 0, 0))
                self.assertEqual(self.rows(kind, 6, 6)[name], (0, 0, 0, 3, 0, 0))
                self.assertEqual(self.rows(kind, 6, 7)[name], (0, 0, 0, 3, 1, 400))
                self.assertEqual(self.rows(kind, 8, 30)[name], (1, 1, 0, 0, 1, 700))
                self.assertEqual(self.rows(kind, 1, 30)[name], (31, 30, 1, 3, 2, 1100))
                self.assertNotIn(name, self.rows(kind, 8, 19))

    def test_messages_are_chosen_by_the_period(self):
        self.assertEqual(self.rows("manual", 1, 2), {"M-early": (1, 1, 0, 0, 0, 0)})
        self.assertEqual(self.rows("manual", 25, 25), {"M-due": (0, 0, 0, 0, 0, 0)})

    def test_totals_are_those_of_the_rows(self):
        for kind in ("manual", "automatic"):
            for first, last in ((1, 30), (5, 7), (8, 19), (20, 20)):
                with self.subTest(kind=kind, first=first, last=last):
                    document = self.host.view("t", f"messages.{kind}", **{
                        "from": f"2026-11-{first:02}", "to": f"2026-11-{last:02}"})
                    totals = next(part for part in document["components"] if part["id"] == "totals")
                    shown = {tile["key"]: tile["value"] for tile in totals["tiles"]}
                    rows = self.rows(kind, first, last).values()
                    self.assertEqual(shown["messages"], len(rows))
                    for place, key in enumerate(("recipients", "success", "failed", "clicks", "orders")):
                        self.assertEqual(shown[key], sum(row[place] for row in rows), key)
                    self.assertEqual(shown["net"]["amount_minor"], sum(row[5] for row in rows))

    def test_share_of_the_shops_sales_is_of_the_same_days(self):
        document = self.host.view("t", "message", message_id="M-manual")
        row = crm.table_with(document, "shop_gross", "share")["rows"][0]
        # Since the 5th: what both messages sold and the sales of the 8th, not those of the 2nd.
        self.assertEqual(row["shop_gross"]["amount_minor"], 2 * 1100 + 20 * 300)
        self.assertAlmostEqual(row["share"], 1100 / (2 * 1100 + 20 * 300))

    def test_orders_are_split_by_what_led_to_them(self):
        document = self.host.view("t", "message", message_id="M-manual")
        rows = crm.table_with(document, "touch", "orders", "share")["rows"]
        self.assertEqual({row["touch"]["value"]: row["orders"] for row in rows},
                         {"click": 1, "delivered": 1})


class OtherRefunds(unittest.TestCase):
    """A refund in another currency is pointed out beside the net, in whatever order things come."""

    def notices(self, feed):
        with crm.Host() as host:
            numbered = [{"seq": seq, **event} for seq, event in enumerate(feed, 1)]
            host.replay(crm.write_feed(host.scratch("feed.ndjson"), HEADER, numbered))
            return [any(part["id"] == "other_refunds" for part in host.view("t", view, **params)["components"])
                    for view, params in (("message", {"message_id": "M"}), ("order", {"order_id": "O"}))]

    def test_is_pointed_out_on_the_message_and_on_the_order(self):
        sold = [message("M", "manual", 5), delivery("M", 5, 1, "lee"), order(5, "O", "lee")]
        refund = {"type": "refund", "at": at(6), "refund_id": "R", "order_id": "O", "currency": "USD",
                  "amount_minor": 5}
        for feed in ([*sold, refund], [refund, *sold]):
            self.assertEqual(self.notices(feed), [True, True])
        for later in ({**refund, "at": at(7), "currency": "KRW"}, {**refund, "at": at(7), "order_id": "P"}):
            self.assertEqual(self.notices([*sold, refund, later]), self.notices([*sold, later, refund]))
        self.assertEqual(self.notices([*sold, {**refund, "currency": "KRW"}]), [False, False])


class Results(unittest.TestCase):
    """Of the feed of ../shared/data/cases where it is there; unit tests have the like of it."""

    def test_no_step_exceeds_the_step_it_is_a_part_of(self):
        path = crm.SHARED_DATA / "cases/results.ndjson"
        if not path.is_file():
            return
        with crm.Host() as host:
            host.replay(path)
            ids = [row["message_id"] for view in crm.LISTS for row in host.rows("t", view, "message_id")]
            self.assertGreater(len(ids), 15)
            for message_id in ids:
                document = host.view("t", "message", message_id=message_id)
                funnel = next(part for part in document["components"] if part["id"] == "funnel")
                counts = dict(zip(funnel["labels"], funnel["series"][0]["values"], strict=True))
                for label, step in zip(funnel["labels"], funnel["steps"], strict=True):
                    with self.subTest(message=message_id, step=label):
                        self.assertTrue("of" not in step or counts[label] is None or
                                        counts[label] <= counts[step["of"]], (counts, step))
                        self.assertLessEqual(step.get("share", 0), 1)


if __name__ == "__main__":
    unittest.main()
