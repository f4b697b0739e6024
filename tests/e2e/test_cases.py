"""Small feeds that went wrong with others, each against its right answer and in several orders.

Where the data is absent (CRM_SHARED_DATA), a made-up feed of the same kind stands in for the one there.
"""

import itertools
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import crm
import export_file
import generated_feed
import reference

ORDERS = 4
HEADER = {"feed": "crm-feed/1", "tenant": "t", "source": "s", "timezone": "Asia/Seoul", "currency": "KRW"}


def numbered(events):
    return [{"seq": seq, **event} for seq, event in enumerate(events, 1)]


def feed_of(name, stand_in):
    """(header, events) of a feed of the shared cases, or the stand-in."""
    path = crm.SHARED_DATA / "cases" / f"{name}.ndjson"
    return reference.read_feed(path) if path.is_file() else (HEADER, numbered(stand_in))


def message(message_id, **more):
    return {"type": "message", "at": "2026-11-01T00:00:00Z", "message_id": message_id, "kind": "manual",
            "channel": "alimtalk", "name": message_id, "state": "completed", **more}


def delivery(at, delivery_id, status, **more):
    return {"type": "delivery", "at": f"2026-11-{at}:00Z", "message_id": "M1", "delivery_id": delivery_id,
            "member_id": f"m{delivery_id}", "channel": "sms", "provider": "mts-sms", "status": status, **more}


def touch(at, member_id="kim", kind="click"):
    return {"type": "touch", "at": f"2026-11-{at}:00Z", "touch": kind, "message_id": "M1", "member_id": member_id}


class Case:
    """Replays a feed as it is and in other orders; every answer is the same."""

    name = None
    stand_in = []

    @classmethod
    def setUpClass(cls):
        cls.header, cls.events = feed_of(cls.name, cls.stand_in)
        cls.tenant = cls.header["tenant"]
        orders = [cls.events] + [generated_feed.permuted(cls.events, seed) for seed in range(1, ORDERS)]
        cls.hosts = []
        for events in orders:
            host = crm.Host()
            cls.addClassCleanup(host.close)
            summary = host.replay(crm.write_feed(host.scratch("feed.ndjson"), cls.header, events))
            if summary["rejected"]:
                raise crm.HostFailed(f"{cls.name}: events were rejected: {summary}")
            cls.hosts.append(host)

    def each_host(self):
        for order, host in enumerate(self.hosts):
            with self.subTest(order=order):
                yield host

    def test_every_order_has_one_digest(self):
        self.assertEqual(len({host.digest(self.tenant) for host in self.hosts}), 1)


class ProviderOfTheResult(Case, unittest.TestCase):
    name = "provider-of-the-result"
    # "a" to "h": who accepts, and who tells the result.
    stand_in = [
        message("M1"),
        delivery("01T01:00", "a", "accepted", provider="gateway"),
        delivery("01T02:00", "a", "failed", code="S34"),
        delivery("01T01:00", "b", "accepted", channel="alimtalk", provider="solapi"),
        delivery("01T02:00", "b", "failed", channel="alimtalk", provider="bizm", code="K101"),
        delivery("01T01:00", "c", "failed", code="S34"),
        delivery("01T02:00", "c", "failed", provider="solapi", code="3032"),
        delivery("01T01:00", "d", "sent", code="4000"),
        delivery("01T02:00", "d", "failed", provider="solapi", code="3042"),
        delivery("01T01:00", "e", "uncertain", channel="alimtalk", provider="mts-kakao", code="3005"),
        delivery("01T02:00", "e", "failed", channel="alimtalk", provider="bizm", code="K102"),
        delivery("01T01:00", "f", "accepted", provider="zzz"),
        delivery("01T02:00", "f", "failed", code="S34"),
        delivery("01T01:00", "g", "failed", code="S34"),
        delivery("01T02:00", "g", "accepted", provider="aaa"),
        delivery("01T01:00", "h", "accepted", provider=""),
        delivery("01T02:00", "h", "failed", code="S34"),
    ]
    # Of each delivery: channel and provider:code of the report that stands, and what it means.
    right = {"a": ("sms", "mts-sms:S34", "no_subscriber"), "b": ("alimtalk", "bizm:K101", "unreachable"),
             "c": ("sms", "mts-sms:S34", "no_subscriber"), "d": ("sms", "solapi:3042", "phone_off"),
             "e": ("alimtalk", "bizm:K102", "invalid_address"), "f": ("sms", "mts-sms:S34", "no_subscriber"),
             "g": ("sms", "mts-sms:S34", "no_subscriber"), "h": ("sms", "mts-sms:S34", "no_subscriber")}

    def test_reason_is_that_of_the_report_that_stands(self):
        for host in self.each_host():
            shown = {}
            for row in host.rows(self.tenant, "message.recipients", "reason", message_id="M1"):
                attempt = row["attempts"][0]
                shown[row["delivery_id"]] = (crm.plain(attempt["channel"]), attempt["reason"]["code"],
                                             row["reason"]["value"])
                self.assertEqual(attempt["reason"], row["reason"])
                self.assertTrue(row["reason"]["code"].startswith(attempt["provider"] + ":"))
            self.assertEqual(shown, self.right)

    def test_failures_are_counted_by_the_route_of_the_report_that_stands(self):
        expected = {}
        for channel, code, _ in self.right.values():
            expected[channel, code] = expected.get((channel, code), 0) + 1
        for host in self.each_host():
            table = crm.table_with(host.view(self.tenant, "message", message_id="M1"), "failed_attempts")
            self.assertEqual({(crm.plain(row["channel"]), row["code"]): row["failed_attempts"]
                              for row in table["rows"]}, expected)

    def test_reference_tells_the_same_failures(self):
        failures = reference.evaluate(self.events)["messages"]["M1"]["failures"]
        shown = {(channel, f"{provider}:{code}"): count
                 for (channel, provider, code), count in failures.items()}
        self.assertEqual(shown, {("sms", "mts-sms:S34"): 5, ("alimtalk", "bizm:K101"): 1,
                                 ("sms", "solapi:3042"): 1, ("alimtalk", "bizm:K102"): 1})

    def test_export_has_the_code_of_the_report_that_stands(self):
        out = self.hosts[-1].scratch("M1.csv")
        self.hosts[-1].export(self.tenant, "M1", out)
        rows = export_file.records(out)
        self.assertEqual(sorted(row["failure_code"] for row in rows),
                         sorted(code for _, code, _ in self.right.values()))


class ClicksOverDays(Case, unittest.TestCase):
    name = "clicks-over-days"
    stand_in = [
        message("M1", kind="automatic", state="sending"),
        delivery("01T00:01", "d1", "delivered", member_id="kim"),
        delivery("02T00:01", "d2", "delivered", member_id="kim"),
        delivery("03T00:01", "d3", "failed", member_id="kim", code="S34"),
        touch("01T01:00"), touch("01T01:05"), touch("03T01:05"),
    ]

    def test_a_member_counts_once_in_every_period(self):
        days = {1, 3}
        for host, (first, last) in itertools.product(
                (self.hosts[0], self.hosts[-1]), itertools.combinations_with_replacement(range(1, 5), 2)):
            with self.subTest(first=first, last=last, host=self.hosts.index(host)):
                table = crm.table_with(host.view(self.tenant, "messages.automatic",
                                                 **{"from": f"2026-11-{first:02}", "to": f"2026-11-{last:02}"}),
                                       "clicks")
                clicked = days & set(range(first, last + 1))
                self.assertEqual([row["clicks"] for row in table["rows"]] or [0], [1 if clicked else 0])

    def test_a_member_counts_once_over_all_time(self):
        for host in self.each_host():
            self.assertEqual(host.messages(self.tenant, "messages.automatic")["M1"]["clicks"], 1)


def sent_to(message_id, *statuses):
    """One delivery of each status."""
    return [delivery("01T00:01", f"d{number}", status, message_id=message_id, **({"code": "S34"} if status == "failed" else {}))
            for number, status in enumerate(statuses)]


class Results(Case, unittest.TestCase):
    name = "results"
    stand_in = [
        message("completed-none"), message("completed-audience", audience=100),
        message("all-skipped"), *sent_to("all-skipped", "skipped", "held_out"),
        message("pending-only"), *sent_to("pending-only", "accepted", "uncertain"),
        message("fail+pending"), *sent_to("fail+pending", "failed", "accepted"),
        message("all-failed"), *sent_to("all-failed", "failed", "failed"),
        message("fail+skip"), *sent_to("fail+skip", "failed", "skipped"),
        message("succ+pending"), *sent_to("succ+pending", "sent", "accepted"),
        message("succ+skip"), *sent_to("succ+skip", "sent", "skipped"),
        message("mixed"), *sent_to("mixed", "sent", "failed", "accepted"),
        message("sched-past", state="scheduled", scheduled_at="2026-11-02T00:00:00Z"),
        message("sched-future", state="scheduled", scheduled_at="2198-11-02T00:00:00Z"),
        message("sched-sent", state="scheduled", scheduled_at="2026-11-02T00:00:00Z"), *sent_to("sched-sent", "sent"),
        message("sched-notime", state="scheduled"),
        message("sending-failed", state="sending"), *sent_to("sending-failed", "failed"),
        message("cancelled-sent", state="cancelled"), *sent_to("cancelled-sent", "sent", "failed"),
        message("cancelled-none", state="cancelled"),
        message("aud-less", audience=2), *sent_to("aud-less", "sent", "sent", "sent"),
        message("aud0", audience=0), *sent_to("aud0", "sent"),
        message("auto-sched", kind="automatic", state="scheduled"), *sent_to("auto-sched", "sent"),
        message("auto-cancel", kind="automatic", state="cancelled"), *sent_to("auto-cancel", "sent"),
        message("auto-completed", kind="automatic"), *sent_to("auto-completed", "failed"),
        message("auto-sending", kind="automatic", state="sending"),
    ]
    manual = {"completed-none": "empty", "completed-audience": "no_report", "all-skipped": "empty",
              "pending-only": "waiting", "fail+pending": "waiting", "all-failed": "failed", "fail+skip": "failed",
              "succ+pending": "success", "succ+skip": "success", "mixed": "partial", "sched-past": "overdue",
              "sched-future": "scheduled", "sched-sent": "scheduled", "sched-notime": "scheduled",
              "sending-failed": "sending", "cancelled-sent": "cancelled", "cancelled-none": "cancelled",
              "aud-less": "success", "aud0": "success"}
    automatic = {"auto-sched": "scheduled", "auto-cancel": "cancelled", "auto-completed": "failed",
                 "auto-sending": "running"}

    def test_lists_show_the_right_results(self):
        for host in self.each_host():
            for view, right in (("messages.manual", self.manual), ("messages.automatic", self.automatic)):
                shown = {message_id: crm.plain(row["result"])
                         for message_id, row in host.messages(self.tenant, view).items()}
                self.assertEqual(shown, right)

    def test_a_message_has_the_result_that_its_list_shows(self):
        for message_id in ("pending-only", "completed-audience", "sched-past", "sched-future"):
            document = self.hosts[0].view(self.tenant, "message", message_id=message_id)
            tiles = {tile["key"]: tile for part in document["components"] if part["type"] == "tiles"
                     for tile in part["tiles"]}
            self.assertEqual(crm.plain(tiles["result"]["value"]), self.manual[message_id])

    def test_filters_show_exactly_the_messages_of_a_result_and_totals_agree(self):
        for result in sorted(set(self.manual.values())):
            right = sorted(message_id for message_id, shown in self.manual.items() if shown == result)
            with self.subTest(result=result):
                document = self.hosts[-1].view(self.tenant, "messages.manual", state=result)
                table = crm.table_with(document, "message_id", "result")
                self.assertEqual(sorted(row["message_id"] for row in table["rows"]), right)
                self.assertEqual(table["total"], len(right))

    def test_reference_has_the_right_results(self):
        rows = reference.evaluate(self.events)["messages"]
        self.assertEqual({message_id: row["result"] for message_id, row in rows.items()},
                         {**self.manual, **self.automatic})


class Unannounced(unittest.TestCase):
    """Messages that other events name are listed by their ids until somebody announces them."""

    named = [delivery("01T00:01", "d", "delivered", message_id="by a delivery", member_id="kim"),
             {**touch("02T00:01"), "message_id": "by a click"},
             {"type": "order", "at": "2026-11-03T01:00:00Z", "order_id": "O", "member_id": "kim", "currency": "KRW",
              "amount_minor": 500, "message_id": "by an order", "lines": []}]

    def listed(self, host, **params):
        document = host.view("t", "messages.manual", **params)
        table = crm.table_with(document, "message_id", "result")
        totals = next(part for part in document["components"] if part["type"] == "tiles")
        messages = next(tile["value"] for tile in totals["tiles"] if tile["key"] == "messages")
        self.assertEqual((table["total"], messages), (len(table["rows"]), len(table["rows"])))
        return {row["message_id"]: (row["name"], crm.plain(row["result"])) for row in table["rows"]}

    def test_are_listed_by_id_until_they_are_announced(self):
        with crm.Host() as host:
            host.replay(crm.write_feed(host.scratch("feed.ndjson"), HEADER, numbered(self.named)))
            ids = ("by a delivery", "by a click", "by an order")
            right = {message_id: (message_id, "unannounced") for message_id in ids}
            self.assertEqual(self.listed(host), right)
            self.assertEqual(self.listed(host, state="unannounced"), right)
            self.assertEqual(self.listed(host, q="click"), {"by a click": right["by a click"]})
            self.assertEqual(self.listed(host, **{"from": "2026-11-01", "to": "2026-11-01"}),
                             {"by a delivery": right["by a delivery"]})
            announced = [message("by a delivery", name="봄"), message("by a click", kind="automatic", name="여름")]
            later = [{"seq": seq, **event} for seq, event in enumerate(announced, 10)]
            host.replay(crm.write_feed(host.scratch("later.ndjson"), HEADER, later))
            self.assertEqual(self.listed(host), {"by an order": right["by an order"],
                                                 "by a delivery": ("봄", "success")})
            self.assertEqual(self.listed(host, state="unannounced"), {"by an order": right["by an order"]})
            self.assertEqual(list(host.messages("t", "messages.automatic")), ["by a click"])


class NegativeLines(unittest.TestCase):
    """Returns and discounts are lines; the order's amount is what counts."""

    lines = [{"product_no": "P1", "name": "셔츠", "unit_price_minor": 10000, "quantity": 2},
             {"product_no": "P1", "name": "셔츠", "unit_price_minor": 10000, "quantity": -1},
             {"product_no": "", "name": "쿠폰", "unit_price_minor": -1500, "option_price_minor": -500,
              "quantity": 1}]

    def test_are_taken_and_the_order_counts_with_its_amount(self):
        events = numbered([
            message("M1"), delivery("01T00:01", "d", "delivered", member_id="kim"),
            {"type": "order", "at": "2026-11-01T01:00:00Z", "order_id": "O", "member_id": "kim", "currency": "KRW",
             "amount_minor": 11000, "lines": self.lines}])
        with crm.Host() as host:
            summary = host.replay(crm.write_feed(host.scratch("feed.ndjson"), HEADER, events))
            self.assertEqual((summary["accepted"], summary["rejected"]), (3, 0))
            self.assertEqual(crm.money(host.messages("t", "messages.manual")["M1"]["gross"]), {"KRW": 11000})
            lines = crm.table_with(host.view("t", "order", order_id="O"), "quantity", "amount")["rows"]
            # The last is what the order's amount has beyond its lines.
            self.assertEqual([line["quantity"] for line in lines], [2, -1, 1, None])
            self.assertEqual([crm.money(line["amount"]) for line in lines],
                             [{"KRW": 20000}, {"KRW": -10000}, {"KRW": -2000}, {"KRW": 3000}])
            out = host.scratch("M1.csv")
            host.export("t", "M1", out)
            rows = export_file.records(out)
            self.assertEqual([(row["unit_price"], row["option_price"], row["quantity"]) for row in rows],
                             [("10000", "0", "2"), ("10000", "0", "-1"), ("-1500", "-500", "1")])
            self.assertEqual(export_file.sums(rows, "order_amount"), {"KRW": 11000})

    def test_far_below_zero_is_refused_by_name(self):
        for field, least in (("quantity", -10**9), ("unit_price_minor", -10**12)):
            line = {**self.lines[0], field: least - 1}
            order = {"type": "order", "at": "2026-11-01T01:00:00Z", "order_id": "O", "member_id": "kim",
                     "currency": "KRW", "amount_minor": 1, "lines": [line]}
            with self.subTest(field=field), crm.Host() as host:
                done = host.try_replay(crm.write_feed(host.scratch("feed.ndjson"), HEADER, numbered([order])))
                self.assertEqual(crm.last_json(done.stdout)["rejected"], 1)
                self.assertIn(field, done.stderr)


if __name__ == "__main__":
    unittest.main()
