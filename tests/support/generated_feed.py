"""A seeded feed of a few hundred events with every kind and every corner of design/semantics.md.

`generate(seed, scale)` gives (header, events); the same arguments give the same feed. `scale`
multiplies the ordinary campaigns for tests that need size; the corners are there once.
`permuted(events, seed)` gives the same set of facts in another order, each 1-5 times. `conflicts()`
gives contradicting reports, of which only the digest is comparable.

    python3 tests/support/generated_feed.py [--seed N] [--scale N] > feed.ndjson
"""

import argparse
import json
import random
import sys
from datetime import datetime, timedelta, timezone

HEADER = {"feed": "crm-feed/1", "tenant": "mall-1", "source": "send-engine",
          "timezone": "Asia/Seoul", "currency": "KRW"}
PROVIDERS = {"alimtalk": "mts-kakao", "friendtalk": "bizm", "brand_message": "nhn-kakao",
             "sms": "mts-sms", "lms": "nhn-sms", "mms": "solapi", "rcs": "nuri", "push": "fcm",
             "email": "smtp", "other": "post"}
CHANNELS = tuple(PROVIDERS)
FAILURES = {"alimtalk": ("3018", "3008", "3020", "9999"), "sms": ("S11", "S55", "S34"),
            "email": ("5.1.1", "4.2.2"), "push": ("UNREGISTERED", "QUOTA_EXCEEDED"),
            "friendtalk": ("M103", "K101"), "rcs": ("a", "A"), "mms": ("3042", "1061")}
NAMES = ("봄맞이 할인 안내 🌸", 'He said "50%, off"', "  앞뒤 공백  ", "장바구니, 잊으셨나요?", "Welcome, new member",
         "=SUM(A1:A9)", "@everyone 쿠폰", "줄\n바꿈", "결제 완료 안내", "-10% 오늘만", "'따옴표", "👩‍👩‍👧 가족 행사")
PRODUCTS = (("P-001", "한우 선물세트"), ("00012", ' 14" frame, "oak" '), ("P,3", "Tea, green"),
            ("P-4", "🍎 사과 5kg"), ("123456789012345", "+볼펜"))
OPTIONS = ("", "빨강, L", 'size "M"', " 포장 ", "＝전각", "-")
START = datetime(2025, 3, 3, 0, 0, tzinfo=timezone.utc)
SEOUL = timezone(timedelta(hours=9))

SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400


def rfc3339(seconds, style=0):
    """Seconds after START (a float keeps microseconds), written as one of several hosts would."""
    at = START + timedelta(seconds=seconds)
    if style % 3 == 1:
        return at.astimezone(SEOUL).isoformat()
    return at.isoformat().replace("+00:00", "Z" if style % 3 == 0 else "+00:00")


def one_message(message_id, deliveries):
    """(header, events) of one message to many, for exports that take a while."""
    at = rfc3339(0)
    events = [{"seq": 1, "type": "message", "at": at, "message_id": message_id, "kind": "manual", "channel": "sms",
               "name": "큰 발송", "state": "completed"}]
    events += [{"seq": number + 2, "type": "delivery", "at": at, "message_id": message_id, "delivery_id": f"d-{number:07}",
                "member_id": f"member-{number % 5000}", "channel": "sms", "provider": "mts-sms", "status": "delivered"}
               for number in range(deliveries)]
    return HEADER, events


class FeedBuilder:
    """Collects events in the order of the calls; `at` is in seconds after START."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.events = []
        self.count = {}

    def add(self, kind, at, /, **fields):
        seq = self.events[-1]["seq"] + self.rng.choice((1, 1, 1, 2, 5)) if self.events else 1
        event = {"seq": seq, "type": kind, "at": rfc3339(at, self.rng.randrange(3))}
        event.update((key, value) for key, value in fields.items() if value is not None)
        self.events.append(event)

    def new_id(self, prefix):
        self.count[prefix] = self.count.get(prefix, 0) + 1
        return f"{prefix}-{self.count[prefix]:04d}"

    def message(self, at, message_id, state, kind="manual", channel="alimtalk", name=None, **more):
        self.add("message", at, message_id=message_id, kind=kind, channel=channel,
                 name=name or f"{message_id} 안내", state=state, **more)

    def delivery(self, at, message_id, delivery_id, member_id, status, channel="alimtalk", **more):
        if status == "failed" and "code" not in more:
            more["code"] = self.rng.choice(FAILURES.get(channel, ("E-1",)))
        self.add("delivery", at, message_id=message_id, delivery_id=delivery_id,
                 member_id=member_id, channel=channel, provider=PROVIDERS[channel],
                 status=status, **more)

    def touch(self, at, kind, message_id, member_id, delivery_id=None):
        self.add("touch", at, touch=kind, message_id=message_id, delivery_id=delivery_id,
                 member_id=member_id)

    def order(self, at, member_id, amount, currency="KRW", order_id=None, lines=None, **more):
        order_id = order_id or self.new_id("O")
        lines = self.lines(amount) if lines is None else lines
        self.add("order", at, order_id=order_id, currency=currency, amount_minor=amount,
                 lines=lines, **more)
        self.events[-1]["member_id"] = member_id  # null is written, not left out
        return order_id

    def lines(self, amount):
        lines = []
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            product_no, name = self.rng.choice(PRODUCTS)
            lines.append({"product_no": product_no, "name": name, "unit_price_minor": amount // 4,
                          "option": self.rng.choice(OPTIONS),
                          "option_price_minor": self.rng.choice((0, 0, 500)),
                          "quantity": self.rng.choice((1, 1, 2, 12))})
        if self.rng.random() < 0.1:  # a return and a discount are lines too
            lines.append({**lines[0], "quantity": -1})
            lines.append({"product_no": "", "name": "쿠폰 할인", "unit_price_minor": -amount // 10,
                          "option": "", "option_price_minor": 0, "quantity": 1})
        return lines

    def refund(self, at, order_id, amount, currency="KRW", refund_id=None):
        refund_id = refund_id or self.new_id("R")
        self.add("refund", at, refund_id=refund_id, order_id=order_id, currency=currency,
                 amount_minor=amount)
        return refund_id

    def erase(self, at, member_id):
        self.add("member_erased", at, member_id=member_id)


# Ordinary campaigns -------------------------------------------------------------------------------


def campaign(feed, number, start, members):
    """One message from its schedule to the orders it led to."""
    channel = CHANNELS[number % len(CHANNELS)]
    automatic = number % 4 == 3
    message_id = f"{'A' if automatic else 'M'}-{number:03d}"
    about = {"kind": "automatic" if automatic else "manual", "channel": channel,
             "name": NAMES[number % len(NAMES)]}
    if not automatic:
        feed.message(start - DAY, message_id, "scheduled", scheduled_at=rfc3339(start),
                     audience=len(members), **about)
    feed.message(start, message_id, "sending", **about)
    for index, member_id in enumerate(members):
        delivery_id = f"{message_id}-d{index:03d}"
        send_one(feed, message_id, delivery_id, member_id, channel, start + index * 7.000001)
    if not automatic:
        feed.message(start + 3 * HOUR, message_id, "completed", **about)


def send_one(feed, message_id, delivery_id, member_id, channel, at):
    fates = {"delivered": 60, "sent": 10, "failed": 12, "uncertain": 5, "accepted": 4, "skipped": 5,
             "held_out": 4}
    fate = feed.rng.choices(list(fates), list(fates.values()))[0]
    more = {"cost_minor": 8, "currency": "KRW"} if feed.rng.random() < 0.3 else {}
    if fate in ("skipped", "held_out"):
        detail = "수신거부" if fate == "skipped" else None
        feed.delivery(at, message_id, delivery_id, member_id, fate, channel, detail=detail)
    else:
        feed.delivery(at, message_id, delivery_id, member_id, "accepted", channel, **more)
        if fate == "delivered":
            feed.delivery(at + 2, message_id, delivery_id, member_id, "sent", channel)
        if fate != "accepted":
            feed.delivery(at + 4, message_id, delivery_id, member_id, fate, channel)
    if fate == "failed" and feed.rng.random() < 0.6:
        status = feed.rng.choice(("delivered", "failed", "accepted"))
        feed.delivery(at + 60, message_id, delivery_id + "-sms", member_id, status, "sms",
                      fallback_of=delivery_id)
    if fate in ("delivered", "sent"):
        react(feed, message_id, delivery_id, member_id, at)


def react(feed, message_id, delivery_id, member_id, at):
    """Some open, some click, some buy, some send it back."""
    if feed.rng.random() < 0.3:
        feed.touch(at + 100, "open", message_id, member_id, delivery_id)
    if feed.rng.random() < 0.3:
        kind = feed.rng.choice(("click", "click", "coupon"))
        feed.touch(at + 200, kind, message_id, member_id, feed.rng.choice((delivery_id, None)))
    if feed.rng.random() < 0.5:
        amount = feed.rng.choice((0, 13900, 1, 990000, 45000))
        after = feed.rng.choice((HOUR, 20 * HOUR, 30 * HOUR, 5 * DAY, 9 * DAY))
        order_id = feed.order(at + after, member_id, amount)
        if feed.rng.random() < 0.25:
            feed.refund(at + 10 * DAY, order_id, feed.rng.choice((0, amount // 3, amount)))


# Corners: messages --------------------------------------------------------------------------------


def message_states(feed):
    feed.message(0, "M-scheduled", "scheduled", channel="push", name="예약 발송 ⏰",
                 scheduled_at="2099-12-31T09:00:00+09:00")
    feed.message(0, "M-cancelled", "sending", channel="lms", name="취소된 메시지")
    feed.delivery(MINUTE, "M-cancelled", "c1", "member-cancel", "accepted", "lms")
    feed.message(HOUR, "M-cancelled", "cancelled", channel="lms", name="취소된 메시지")
    feed.message(30 * MINUTE, "M-cancelled", "sending", channel="lms", name="취소된 메시지 (old name)")
    feed.message(0, "M-all-failed", "completed", channel="sms", name='"All", failed')
    for index in range(5):
        feed.delivery(MINUTE, "M-all-failed", f"f{index}", f"member-fail-{index}", "failed", "sms")
    feed.message(0, "M-empty", "completed", channel="email", name="아무도 없음")
    feed.message(0, "M-excluded", "completed", channel="email", name="모두 제외")
    feed.delivery(MINUTE, "M-excluded", "x1", "member-x1", "skipped", "email", code="OPT-OUT",
                  detail="수신 거부")
    feed.delivery(MINUTE, "M-excluded", "x2", "member-x2", "held_out", "email")


def unknown_message(feed):
    """Everything but the message itself was reported."""
    feed.delivery(0, "M-unknown", "u1", "member-u1", "delivered", "rcs")
    feed.touch(HOUR, "click", "M-unknown", "member-u1", "u1")
    feed.order(2 * HOUR, "member-u1", 7000)
    feed.order(2 * HOUR, None, 8000, message_id="M-unheard-of")
    feed.touch(HOUR, "open", "M-only-opened", "member-u1")


def control_group(feed):
    feed.message(0, "M-control", "completed", channel="friendtalk", name="대조군 포함")
    for index in range(24):
        status, member_id = "delivered" if index % 3 else "held_out", f"member-control-{index:02d}"
        feed.delivery(MINUTE, "M-control", f"h{index}", member_id, status, "friendtalk")
        if index % 2 == 0:
            feed.order(3 * HOUR, member_id, 10000 + index)


# Corners: deliveries ------------------------------------------------------------------------------


def status_order(feed):
    """(reports in the order of arrival): the highest status stands, at its earliest time."""
    feed.message(0, "M-status", "completed", name="상태, 순서")
    stories = (
        (("sent", 10), ("failed", 20), ("sent", 30)), (("failed", 20), ("delivered", 30)),
        (("delivered", 30), ("accepted", 40)),
        (("uncertain", 10), ("delivered", 50), ("delivered", 45)),
        (("uncertain", 10), ("accepted", 20)), (("skipped", 5), ("accepted", 10)),
        (("held_out", 5), ("sent", 10)), (("failed", 5), ("uncertain", 10)),
        (("skipped", 5), ("held_out", 5)), (("sent", 1), ("uncertain", 5)),
    )
    for index, story in enumerate(stories):
        for status, at in story:
            feed.delivery(at, "M-status", f"s{index}", f"member-status-{index}", status)
        feed.order(HOUR, f"member-status-{index}", 1000 + index)
    for code in ("3018", "3008", "3016"):  # the same time: the smallest code stands
        feed.delivery(9, "M-status", "tie", "member-tie", "failed", code=code, detail=f"is {code}")
    for detail in ("나", "가", "다"):
        feed.delivery(9, "M-status", "tie-2", "member-tie", "delivered", detail=detail)
    # Delivered is measured from the earliest success, not from the receipt.
    feed.delivery(0, "M-status", "early", "member-early", "sent")
    feed.delivery(5 * HOUR, "M-status", "early", "member-early", "delivered")
    feed.order(24.5 * HOUR, "member-early", 5100)


def fallback_chains(feed):
    feed.message(0, "M-chain", "completed", name="대체 발송 SMS")

    def attempt(member, name, status, of=None, channel="sms"):
        feed.delivery(MINUTE, "M-chain", f"{member}{name}", f"member-chain-{member}", status,
                      channel, fallback_of=of and f"{member}{of}")

    for member, first, second in (("a", "failed", "delivered"), ("b", "failed", "failed"),
                                  ("c", "failed", "accepted"), ("d", "skipped", "sent"),
                                  ("e", "skipped", "skipped"), ("f", "held_out", "failed")):
        attempt(member, 2, second, of=1)  # the fallback arrives before its original
        attempt(member, 1, first, channel="alimtalk")
    for name, of, status in ((1, 3, "failed"), (2, 1, "failed"), (3, 2, "failed")):
        attempt("g", name, status, of)  # a loop of three
    for name, of, status in ((1, None, "failed"), (2, 1, "failed"), (3, 2, "delivered"),
                             (4, 2, "failed")):  # a chain of three with a branch
        attempt("h", name, status, of)
    attempt("i", 2, "failed", of=1)  # the original is never reported, but links its two fallbacks
    attempt("i", 3, "delivered", of=1)
    feed.delivery(30, "M-chain", "j2", "member-chain-j", "accepted", "sms", fallback_of="j1")
    feed.delivery(40, "M-chain", "j2", "member-chain-j", "delivered", "sms")  # still a fallback
    attempt("j", 1, "failed", channel="alimtalk")
    feed.message(0, "M-chain-2", "completed", name="같은 delivery_id, 다른 메시지")
    feed.delivery(MINUTE, "M-chain-2", "a1", "member-chain-a", "uncertain")


# Corners: attribution -----------------------------------------------------------------------------


def windows(feed):
    """Touches exactly at the edge, one microsecond outside, and after the order."""
    micro = 0.000001
    for message_id in ("M-win-a", "M-win-b"):
        feed.message(0, message_id, "completed", channel="push", name=message_id)
    kinds = (("click", 7 * DAY), ("click", 7 * DAY + micro), ("coupon", 7 * DAY),
             ("coupon", 7 * DAY + micro), ("click", 0), ("click", -micro), ("open", HOUR),
             ("click", -HOUR))
    for index, (kind, before) in enumerate(kinds):
        feed.touch(10 * DAY - before, kind, "M-win-a", f"member-win-{index}")
        feed.order(10 * DAY, f"member-win-{index}", 2000 + index)
    for index, before in enumerate((DAY, DAY + micro, 0, -micro)):
        member_id = f"member-sent-{index}"
        feed.delivery(10 * DAY - before, "M-win-b", f"w{index}", member_id, "delivered", "push")
        feed.order(10 * DAY, member_id, 3000 + index)


def ranks_and_ties(feed):
    for message_id in ("M-tie-가", "M-tie-나", "M-tie-b"):
        feed.message(0, message_id, "completed", channel="brand_message", name=f"{message_id}, 동점")
        feed.delivery(HOUR, message_id, "t1", "member-tie-1", "delivered", "brand_message")
        feed.delivery(HOUR, message_id, "t2", "member-tie-1", "delivered", "brand_message")
        feed.touch(HOUR, "coupon", message_id, "member-tie-2", "t1")
        feed.touch(HOUR, "click", message_id, "member-tie-2")
    feed.order(2 * HOUR, "member-tie-1", 4100)  # the larger message_id (bytes) wins
    feed.order(2 * HOUR, "member-tie-2", 4200)
    feed.touch(HOUR, "click", "M-tie-b", "member-rank")  # an older click beats a newer delivery
    feed.delivery(90 * MINUTE, "M-tie-나", "t3", "member-rank", "delivered", "brand_message")
    feed.order(2 * HOUR, "member-rank", 4300)
    feed.order(2 * HOUR, "member-rank", 4400, message_id="M-tie-가")  # explicit beats all
    feed.order(2 * HOUR, None, 4500, message_id="M-tie-가")
    feed.touch(HOUR, "click", "M-tie-b", "member-rank")  # the very same touch again
    feed.touch(HOUR + 1, "click", "M-tie-b", "member-rank")  # one member, one click


# Corners: orders and refunds ----------------------------------------------------------------------


def order_revisions(feed):
    feed.message(0, "M-orders", "completed", channel="mms", name="주문, 환불, 수정")
    for index in range(8):
        feed.delivery(0, "M-orders", f"o{index}", f"member-order-{index}", "delivered", "mms")
    feed.order(3 * HOUR, "member-order-0", 20000, order_id="O-rev-a", revision=3)
    feed.order(HOUR, "member-order-0", 10000, order_id="O-rev-a")
    feed.order(2 * HOUR, "member-order-0", 99999, order_id="O-rev-a", revision=2)
    # Edited after the window, but placed in it.
    feed.order(30 * HOUR, "member-order-1", 500, order_id="O-rev-b", revision=1)
    feed.order(HOUR, "member-order-1", 900, order_id="O-rev-b")
    for at, amount in ((4 * HOUR, 70), (5 * HOUR, 80), (2 * HOUR, 60)):  # the latest stands
        feed.order(at, "member-order-2", amount, order_id="O-rev-c", revision=2)
    feed.order(HOUR, "member-order-2", 5000, order_id="O-rev-e", revision=5)  # stands, though older
    feed.order(2 * HOUR, "member-order-2", 4000, order_id="O-rev-e", revision=3)
    feed.order(HOUR, None, 300, order_id="O-rev-d")  # the member becomes known, and another
    feed.order(2 * HOUR, "member-order-4", 400, order_id="O-rev-d", revision=4)
    feed.order(2 * HOUR, "member-order-3", 300, order_id="O-rev-d", revision=2)
    feed.order(HOUR, "member-order-5", 12345, "USD", message_id="M-orders")
    feed.order(HOUR, "member-order-5", 0, "USD")
    feed.order(HOUR, "member-order-6", 0, order_id="O-zero", lines=[])
    feed.order(HOUR, None, 5555)
    feed.order(HOUR, "9007199254740993", 5557, order_id="000123456789012")


def refunds_of_all_sorts(feed):
    feed.refund(0, "O-refund-1", 100, refund_id="R-before-order")
    feed.order(HOUR, "member-order-7", 1000, order_id="O-refund-1", message_id="M-orders")
    feed.refund(2 * HOUR, "O-refund-1", 150, refund_id="R-again")
    feed.refund(2 * HOUR, "O-refund-1", 150, refund_id="R-again")
    feed.order(HOUR, "member-order-7", 700, order_id="O-refund-2")
    for amount in (300, 300, 300):  # more than the order was worth
        feed.refund(3 * HOUR, "O-refund-2", amount)
    feed.order(HOUR, "member-order-7", 2500, "USD", order_id="O-refund-3", message_id="M-orders")
    feed.refund(3 * HOUR, "O-refund-3", 1000, "USD")
    feed.refund(3 * HOUR, "O-refund-3", 1000, "KRW")  # another currency is never added up
    feed.refund(3 * HOUR, "O-zero", 10)
    feed.refund(3 * HOUR, "O-nobody-knows", 10)


# Corners: people ----------------------------------------------------------------------------------


def erased_members(feed):
    feed.message(0, "M-erased", "completed", channel="email", name="탈퇴 회원 🚪")
    gone = "kim.탈퇴@example.com"
    feed.delivery(HOUR, "M-erased", "e1", gone, "delivered", "email")
    feed.touch(2 * HOUR, "click", "M-erased", gone, "e1")
    feed.order(3 * HOUR, gone, 6100)
    feed.erase(4 * HOUR, gone)
    feed.touch(3.5 * HOUR, "click", "M-erased", gone)  # late, from before: the one who left
    feed.order(3.6 * HOUR, gone, 6200)
    feed.order(5 * HOUR, gone, 6300)  # from after: somebody else, and the click above is not theirs
    feed.touch(6 * HOUR, "click", "M-erased", gone)
    feed.order(7 * HOUR, gone, 6400)
    feed.delivery(4 * HOUR - 1, "M-erased", "e2", "member-straddle", "accepted", "email")
    feed.erase(4 * HOUR, "member-straddle")
    feed.delivery(4 * HOUR + 1, "M-erased", "e2", "member-straddle", "delivered", "email")
    feed.order(5 * HOUR, "member-straddle", 6500)
    feed.order(4 * HOUR, "member-straddle", 6600, order_id="O-straddle")
    feed.order(8 * HOUR, "member-straddle", 6700, order_id="O-straddle", revision=2)
    feed.delivery(2 * HOUR, "M-erased", "e3", "member-straddle", "sent", "email")
    # Goes by its first report: the one who left.
    feed.order(4 * HOUR, "member-straddle", 6800, order_id="O-straddle-2")
    feed.order(8 * HOUR, "member-straddle", 6900, order_id="O-straddle-2", revision=2)
    feed.erase(2 * HOUR, "member-twice")
    feed.touch(HOUR, "click", "M-erased", "member-twice")
    feed.touch(3 * HOUR, "click", "M-erased", "member-twice")
    feed.order(2.5 * HOUR, "member-twice", 7100)  # the last erasure counts: one person until then
    feed.erase(4 * HOUR, "member-twice")
    feed.touch(5 * HOUR, "click", "M-erased", "member-twice")
    feed.erase(HOUR, "member-never-seen")


CORNERS = (message_states, unknown_message, control_group, status_order, fallback_chains, windows,
           ranks_and_ties, order_revisions, refunds_of_all_sorts, erased_members)


# Feeds --------------------------------------------------------------------------------------------


def generate(seed=1, scale=1):
    """(header, events) of a feed; about 700 events, and about 300 more with every step of scale."""
    feed = FeedBuilder(seed)
    people = [f"member-{n:04d}" for n in range(8 + 8 * scale)]
    people += ["회원-가나다", 'o"brien, jr', " edge space "]
    for number in range(12):
        campaign(feed, number, (2 + number) * DAY, feed.rng.sample(people, 8 * scale))
    for corner in CORNERS:
        corner(feed)
    return dict(HEADER), feed.events


def conflicts(seed=1):
    """Contradicting reports of one thing: nobody says which is right, all orders end the same."""
    feed = FeedBuilder(seed)
    for number, name in enumerate(("가", "나", "b")):
        member_id, last = f"member-{name}", name == "b"
        channel = "sms" if last else "alimtalk"
        feed.message(0, "M-x", "completed", name=name)
        feed.message(0, "M-y", ("completed", "cancelled", "sending")[number], channel=channel,
                     kind="automatic" if last else "manual")
        feed.delivery(5, "M-x", "d1", member_id, "delivered", channel, detail=name)
        feed.delivery(5, "M-x", "d2", member_id, "failed", fallback_of=f"d-{name}",
                      cost_minor=number, currency="KRW")
        feed.add("delivery", 5, message_id="M-x", delivery_id="d3", member_id="member-c", channel="sms",
                 provider=("mts-sms", "", "solapi")[number], status="failed", code="S34")
        feed.order(HOUR, member_id, 100 + number, order_id="O-x", revision=2)
        feed.order(HOUR, member_id, 100, "USD" if last else "KRW", order_id="O-y",
                   message_id="M-y" if last else None)
        feed.refund(2 * HOUR, "O-y" if last else "O-x", 10 + number, refund_id="R-x")
    return dict(HEADER), feed.events


def renumbered(events):
    return [dict(event, seq=seq) for seq, event in enumerate(events, 1)]


def permuted(events, seed):
    """The same facts in another order, each 1-5 times, numbered anew."""
    rng = random.Random(seed)
    copies = [event for event in events for _ in range(rng.randint(1, 5))]
    rng.shuffle(copies)
    return renumbered(copies)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, default=1)
    options = parser.parse_args()
    header, events = generate(options.seed, options.scale)
    for line in [header, *events]:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
