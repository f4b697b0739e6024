"""Naive reference of design/semantics.md (default rule: last touch), from a whole feed at once.

It shares no code and no idea of speed with the plugin: every rule is written the way the text says
it, as a function of the *set* of events. `seq` and the order of lines are never looked at.

    python3 tests/support/reference.py FEED.ndjson[.gz]... [--all]

prints JSON in the shape of completejourney.expected.json (--all adds clicks, refunded, kind and
result).
"""

import argparse
import collections
import gzip
import json
import sys
import time
from datetime import datetime, timedelta, timezone

HOUR_US = 3600 * 1_000_000
DAY_US = 24 * HOUR_US
CLICK_WINDOW_US = 7 * DAY_US
DELIVERED_WINDOW_US = DAY_US

STATUS_RANK = {"held_out": 0, "skipped": 1, "accepted": 2, "uncertain": 3, "sent": 4, "failed": 5,
               "delivered": 6}
SUCCESS = ("sent", "delivered")
NOT_TRIED = ("held_out", "skipped")
# In the order of the feed's channels; ties between reports go by it.
CHANNELS = ("other", "alimtalk", "friendtalk", "brand_message", "sms", "lms", "mms", "rcs", "push", "email")
STATE_RANK = {"scheduled": 0, "sending": 1, "completed": 2, "cancelled": 3}

EXPLICIT, CLICKED, DELIVERED = 3, 2, 1

COUNTS = ("recipients", "success", "failed", "pending", "excluded", "clicks", "orders")

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def time_us(text):
    """Microseconds UTC of an RFC 3339 time."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def read_feed(path):
    """(header, events) of a crm-feed/1 file, gzip or not."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as lines:
        header = json.loads(next(lines))
        return header, [json.loads(line) for line in lines if line.strip()]


def canonical(event):
    """Breaks a complete tie between contradicting reports, whatever order they came in."""
    return json.dumps({key: value for key, value in event.items() if key != "seq"}, sort_keys=True)


def of_type(events, kind):
    return [event for event in events if event.get("type") == kind]


def grouped(events, key):
    groups = collections.defaultdict(list)
    for event in events:
        groups[key(event)].append(event)
    return groups


# People -------------------------------------------------------------------------------------------


def erasures(events):
    """member_id -> the latest time the member was erased at."""
    erased_us = {}
    for event in of_type(events, "member_erased"):
        at_us = time_us(event["at"])
        erased_us[event["member_id"]] = max(at_us, erased_us.get(event["member_id"], at_us))
    return erased_us


def identity(member_id, at_us, erased_us):
    """Who did something at a time: up to the erasure a member is somebody else than after it."""
    if not member_id:
        return None
    return (member_id, member_id in erased_us and at_us <= erased_us[member_id])


# Deliveries ---------------------------------------------------------------------------------------


def route_and_code(reports, status):
    """(channel, provider, code) of the earliest report of a status."""
    first = min((e for e in reports if e["status"] == status),
                key=lambda e: (time_us(e["at"]), (e.get("code") or "").encode(), CHANNELS.index(e["channel"]),
                               e["provider"].encode()))
    return first["channel"], first["provider"], first.get("code") or ""


def deliveries(events, erased_us):
    """(message_id, delivery_id) -> final status, who told it, success time, person, deliveries it replaces."""
    found = {}
    groups = grouped(of_type(events, "delivery"), lambda e: (e["message_id"], e["delivery_id"]))
    for key, reports in groups.items():
        first = min(reports, key=lambda e: (time_us(e["at"]), canonical(e)))
        status = max((e["status"] for e in reports), key=STATUS_RANK.get)
        success_times = [time_us(e["at"]) for e in reports if e["status"] in SUCCESS]
        found[key] = {
            "status": status,
            "told": route_and_code(reports, status),
            "success_us": min(success_times) if status in SUCCESS else None,
            "person": identity(first["member_id"], time_us(first["at"]), erased_us),
            "fallback_of": {e["fallback_of"] for e in reports if e.get("fallback_of")},
        }
    return found


def shown_beside(found, message_id, person, touch):
    """The delivery_id an export shows a sale beside; None without one that reached the person.

    found is what deliveries() returns, touch what winner() returns."""
    theirs = {delivery_id: one for (message, delivery_id), one in found.items()
              if message == message_id and one["person"] == person and person is not None}
    own = touch[3].decode()
    if own in theirs and theirs[own]["status"] not in ("failed", *NOT_TRIED):
        return own
    reached = [(one["success_us"], delivery_id.encode()) for delivery_id, one in theirs.items()
               if one["success_us"] is not None]
    before = max((one for one in reached if one[0] <= touch[1]), default=None)
    best = before or min(reached, default=None)
    return best[1].decode() if best else own if own in theirs else None


def chains(found):
    """message_id -> lists of statuses, one list a recipient: connected over fallback_of."""
    neighbours = collections.defaultdict(set)
    for (message_id, delivery_id), delivery in found.items():
        for original in delivery["fallback_of"]:
            neighbours[message_id, delivery_id].add((message_id, original))
            neighbours[message_id, original].add((message_id, delivery_id))
    result, seen = collections.defaultdict(list), set()
    for start in found:
        if start in seen:
            continue
        seen.add(start)
        waiting, statuses = [start], []
        while waiting:
            node = waiting.pop()
            if node in found:  # else: never reported itself, it only links its fallbacks
                statuses.append(found[node]["status"])
            waiting += neighbours[node] - seen
            seen |= neighbours[node]
        result[start[0]].append(statuses)
    return result


def outcome(statuses):
    """What became of one recipient, from the statuses of all attempts."""
    tried = [status for status in statuses if status not in NOT_TRIED]
    if not tried:
        return "excluded"
    if any(status in SUCCESS for status in tried):
        return "success"
    if all(status == "failed" for status in tried):
        return "failed"
    return "pending"


# Messages -----------------------------------------------------------------------------------------


def messages(events):
    """message_id -> the latest report of it (by at, then by state)."""
    latest = {}
    groups = grouped(of_type(events, "message"), lambda e: e["message_id"])
    for message_id, reports in groups.items():
        latest[message_id] = max(
            reports, key=lambda e: (time_us(e["at"]), STATE_RANK[e["state"]], canonical(e)))
    return latest


def latest_value(reports, field):
    """The value that the latest report with the field has; None when none has it."""
    values = [(time_us(e["at"]), e[field]) for e in reports if e.get(field) is not None]
    return max(values)[1] if values else None


def message_result(row, scheduled_at, audience, now_us):
    """The `result` of a message: semantics.md, "Message result".

    Where it says nothing (completed with failures, no success and some pending), the message waits.
    """
    state, deliveries_told = row["state"], row["recipients"] + row["excluded"]
    if state is None:
        return "unannounced"
    if state == "scheduled" and scheduled_at and not deliveries_told:
        return "overdue" if now_us - time_us(scheduled_at) >= DAY_US else state
    if state == "sending" and row["kind"] == "automatic":
        return "running"
    if state != "completed":
        return state
    if row["recipients"] == 0:
        return "no_report" if audience and not deliveries_told else "empty"
    if row["success"]:
        return "partial" if row["failed"] else "success"
    return "waiting" if row["pending"] else "failed"


# Orders and refunds -------------------------------------------------------------------------------


def refunds(events):
    """order_id -> currency -> sum of the distinct refunds."""
    distinct = {}
    for event in of_type(events, "refund"):
        distinct.setdefault(event["refund_id"], []).append(event)
    sums = collections.defaultdict(collections.Counter)
    for reports in distinct.values():
        one = min(reports, key=lambda e: (time_us(e["at"]), canonical(e)))
        sums[one["order_id"]][one["currency"]] += one["amount_minor"]
    return sums


def orders(events, erased_us):
    """order_id -> the standing order: the highest (revision, at), dated by its earliest report."""
    refunded, standing = refunds(events), {}
    for order_id, reports in grouped(of_type(events, "order"), lambda e: e["order_id"]).items():
        last = max(reports, key=lambda e: (e.get("revision") or 0, time_us(e["at"]), canonical(e)))
        at_us = min(time_us(e["at"]) for e in reports)
        standing[order_id] = {
            "at_us": at_us,
            "person": identity(last.get("member_id"), at_us, erased_us),
            "message_id": last.get("message_id") or None,
            "lines": last.get("lines") or [],
            "currency": last["currency"],
            "gross": last["amount_minor"],
            "refunded": min(last["amount_minor"], refunded[order_id][last["currency"]]),
        }
    return standing


# Attribution --------------------------------------------------------------------------------------


def touches(events, found, erased_us):
    """person -> [(rank, at, message_id, delivery_id)] of all that could have led to an order."""
    by_person = collections.defaultdict(list)
    for event in of_type(events, "touch"):
        if event["touch"] == "open":
            continue  # off in the default rule: mail clients fake it
        at_us = time_us(event["at"])
        delivery_id = event.get("delivery_id") or ""
        touch = (CLICKED, at_us, event["message_id"].encode(), delivery_id.encode())
        by_person[identity(event["member_id"], at_us, erased_us)].append(touch)
    for (message_id, delivery_id), delivery in found.items():
        if delivery["success_us"] is not None:
            touch = (DELIVERED, delivery["success_us"], message_id.encode(), delivery_id.encode())
            by_person[delivery["person"]].append(touch)
    return by_person


def qualifies(touch, order):
    window_us = CLICK_WINDOW_US if touch[0] == CLICKED else DELIVERED_WINDOW_US
    return touch[1] <= order["at_us"] and order["at_us"] - touch[1] <= window_us


def winner(order, by_person):
    """The touch that gets the whole order, or None."""
    if order["message_id"]:
        return (EXPLICIT, order["at_us"], order["message_id"].encode(), b"")
    if order["person"] is None:
        return None
    return max((t for t in by_person[order["person"]] if qualifies(t, order)), default=None)


# The whole ----------------------------------------------------------------------------------------


def new_row():
    row = dict.fromkeys(COUNTS, 0)
    for key in ("gross", "refunded", "net"):
        row[key] = collections.Counter()
    row.update(members=0, state=None, kind=None, result=None, failures=collections.Counter())
    return row


def count_recipients(rows, found):
    for message_id, recipients in chains(found).items():
        for statuses in recipients:
            what = outcome(statuses)
            rows[message_id][what] += 1
            rows[message_id]["recipients"] += what != "excluded"


def count_failures(rows, found):
    """Failed attempts by what the provider said."""
    for (message_id, _), delivery in found.items():
        if delivery["status"] == "failed":
            rows[message_id]["failures"][delivery["told"]] += 1


def count_clicks(rows, events, erased_us):
    clickers = collections.defaultdict(set)
    for event in of_type(events, "touch"):
        rows[event["message_id"]]  # a message nobody reported yet exists from its first mention
        if event["touch"] == "click":
            person = identity(event["member_id"], time_us(event["at"]), erased_us)
            clickers[event["message_id"]].add(person)
    for message_id, people in clickers.items():
        rows[message_id]["clicks"] = len(people)


def won_orders(events):
    """message_id -> {order_id: the standing order} of the orders each message won.

    Each order also says which delivery it is shown `beside`."""
    erased_us = erasures(events)
    found = deliveries(events, erased_us)
    by_message = collections.defaultdict(dict)
    for key, delivery in found.items():
        by_message[key[0]][key] = delivery
    by_person = touches(events, found, erased_us)
    won = collections.defaultdict(dict)
    for order_id, order in orders(events, erased_us).items():
        best = winner(order, by_person)
        if best is not None:
            message_id = best[2].decode()
            beside = shown_beside(by_message[message_id], message_id, order["person"], best)
            won[message_id][order_id] = {**order, "beside": found.get((message_id, beside))}
    return won


def credit_orders(rows, won):
    """Adds to every message the orders it won."""
    for message_id, won_here in won.items():
        row, buyers = rows[message_id], set()
        for order in won_here.values():
            row["orders"] += 1
            row["gross"][order["currency"]] += order["gross"]
            row["refunded"][order["currency"]] += order["refunded"]
            row["net"][order["currency"]] += order["gross"] - order["refunded"]
            buyers.add(order["person"])
        row["members"] = len(buyers - {None})


def totals(rows):
    total = new_row()
    for row in rows.values():
        for key in COUNTS:
            total[key] += row[key]
        for key in ("gross", "refunded", "net"):
            total[key].update(row[key])
    for key in ("members", "state", "kind", "result", "failures"):
        del total[key]
    return total


def evaluate(events, now_us=None):
    """Every number of the default rule. Money is {currency: minor units}."""
    now_us = time.time_ns() // 1000 if now_us is None else now_us
    erased_us = erasures(events)
    found = deliveries(events, erased_us)
    standing = orders(events, erased_us)
    rows = collections.defaultdict(new_row)
    count_recipients(rows, found)
    count_failures(rows, found)
    count_clicks(rows, events, erased_us)
    won = won_orders(events)
    credit_orders(rows, won)
    for message_id, report in messages(events).items():
        rows[message_id].update(state=report["state"], kind=report["kind"])
    reported = grouped(of_type(events, "message"), lambda e: e["message_id"])
    for message_id, row in rows.items():
        reports = reported.get(message_id, [])
        row["result"] = message_result(row, latest_value(reports, "scheduled_at"),
                                       latest_value(reports, "audience"), now_us)
    shop_gross = collections.Counter()
    for order in standing.values():
        shop_gross[order["currency"]] += order["gross"]
    return {
        "orders_total": len(standing),
        "shop_gross": shop_gross,
        "attributed_orders": sum(map(len, won.values())),
        "totals": totals(rows),
        "messages": dict(sorted(rows.items())),
    }


def printable(result, everything=False):
    """The shape of completejourney.expected.json; several currencies become an object."""
    single = len(result["shop_gross"]) <= 1

    def tidy(value):
        if isinstance(value, collections.Counter):
            return sum(value.values()) if single else dict(sorted(value.items()))
        return value

    extra = ("failures", *(() if everything else ("clicks", "refunded", "kind", "result")))

    def tidy_row(row):
        return {key: tidy(value) for key, value in row.items() if key not in extra}

    return {
        "orders_total": result["orders_total"],
        "shop_gross": tidy(result["shop_gross"]),
        "attributed_orders": result["attributed_orders"],
        "totals": tidy_row(result["totals"]),
        "messages": {message_id: tidy_row(row) for message_id, row in result["messages"].items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("feed", nargs="+")
    parser.add_argument("--all", action="store_true", help="also clicks, refunded, kind and result")
    options = parser.parse_args()
    events = [event for path in options.feed for event in read_feed(path)[1]]
    json.dump(printable(evaluate(events), options.all), sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
