"""Attributing all orders anew, against DuckDB's ASOF join of the same orders and touches."""

from statistics import median

from driver import BenchFailed, count_text, settle
from duck import Duck
from table import Row, judged, per_second

# Members are numbers, as any database that keeps millions of them has them. Only what reached its
# member is a touch.
TOUCHES = """CREATE TABLE touch AS SELECT substr(member_id, 2)::INTEGER AS member,
make_timestamp(happened_at) AS happened_at, message_id, delivery_id FROM read_csv('{folder}/delivery.csv', header = false, columns = {{'message_id': 'VARCHAR',
'delivery_id': 'VARCHAR', 'member_id': 'VARCHAR', 'channel': 'INTEGER', 'provider': 'VARCHAR', 'status': 'INTEGER',
'happened_at': 'BIGINT', 'code': 'VARCHAR', 'cost': 'BIGINT', 'currency': 'VARCHAR'}}) WHERE status = 7"""
ORDERS = """CREATE TABLE orders AS SELECT order_id, substr(member_id, 2)::INTEGER AS member,
make_timestamp(placed_at) AS placed_at, amount FROM read_csv('{folder}/orders.csv', header = false, columns =
{{'order_id': 'VARCHAR', 'message_id': 'VARCHAR', 'delivery_id': 'VARCHAR', 'member_id': 'VARCHAR', 'placed_at':
'BIGINT', 'currency': 'VARCHAR', 'amount': 'BIGINT'}})"""
# Another window than the one in force; about half of the orders came later than that.
DRAFT_HOURS = 10
CREDIT = f"""CREATE OR REPLACE TABLE credit AS SELECT o.order_id, o.amount, t.message_id, t.delivery_id, t.happened_at
FROM orders o ASOF JOIN touch t ON o.member = t.member AND o.placed_at >= t.happened_at
WHERE o.placed_at - t.happened_at <= INTERVAL {DRAFT_HOURS} HOUR"""
CREDITED = "SELECT count(*), sum(amount)::BIGINT FROM credit"


def run_turns(driver, data, duck):
    """[(ours, seconds of DuckDB)], each of the same orders credited."""
    turns = []
    for _ in range(driver.size.long_runs):
        ours = driver.crm("reattribution", data, "--delivered-window-hours", DRAFT_HOURS)
        seconds = duck.run(CREDIT)[0]
        theirs = tuple(int(value) for value in duck.run(CREDITED)[1][0])
        if (ours["orders"], ours["net_minor"]) != theirs:
            raise BenchFailed(f"the plugin credits {ours['orders']:,} orders of {ours['net_minor']:,}, and DuckDB "
                              f"{theirs[0]:,} of {theirs[1]:,}; one of them has the rule wrong")
        if not 0 < ours["orders"] < ours["orders_before"]:
            raise BenchFailed(f"{DRAFT_HOURS} hours credit {ours['orders']:,} orders and the rule in force "
                              f"{ours['orders_before']:,}; take a window that tells them apart")
        turns.append((ours, seconds))
    return turns


def reattribution(driver):
    """Seconds of both, in turns."""
    size = driver.size
    with driver.scratch("reattribution") as data:
        folder = data.with_name(data.name + ".tables")
        folder.mkdir()
        made = driver.crm_only("tables", "--folder", folder, *size.reattribution.options())
        driver.crm("fill", data, *size.reattribution.options())
        with Duck(data.with_name(data.name + ".duckdb"), driver.node_modules) as duck:
            for table in (TOUCHES, ORDERS):
                duck.run(table.format(folder=folder))
            settle()
            turns = run_turns(driver, data, duck)
    ours = median(run["seconds"] for run, _ in turns)
    theirs = median(seconds for _, seconds in turns)
    ratio = median(run["seconds"] / seconds for run, seconds in turns)
    credited = turns[0][0]["orders"]
    return [Row(
        f"re-attribution of {count_text(made['orders'])} orders over {count_text(made['deliveries'])} touches",
        f"{ours:.2f} s ({per_second(made['orders'] / ours, 'orders')})",
        f"{theirs:.2f} s ({per_second(made['orders'] / theirs, 'orders')})", ratio, "<= 2x", "<= 1x",
        max(run.peak_mib for run, _ in turns), len(turns), judged(ratio, 2, 1, larger_is_better=False),
        f"both credit {credited:,} orders under a draft of {DRAFT_HOURS} hours; DuckDB's ASOF join, with members as "
        "numbers",
        details={"runs": [{**run.values, "duckdb_s": seconds} for run, seconds in turns]})]
