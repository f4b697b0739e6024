"""Attributing all orders anew, against DuckDB's ASOF join of the same orders and touches."""

from statistics import median

from driver import count_text
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
CREDIT = """CREATE OR REPLACE TABLE credit AS SELECT o.order_id, o.amount, t.message_id, t.delivery_id, t.happened_at
FROM orders o ASOF JOIN touch t ON o.member = t.member AND o.placed_at >= t.happened_at
WHERE o.placed_at - t.happened_at <= INTERVAL 24 HOUR"""


def reattribute(_driver, _data):
    """Seconds in which the plugin re-attributes every order of the filled store `_data`; None while it has no
    such call. Filled in together with a case of crm-bench that makes the call."""
    return None


def reattribution(driver):
    """Seconds of both, in turns."""
    size = driver.size
    with driver.scratch("reattribution") as data:
        folder = data.with_name(data.name + ".tables")
        folder.mkdir()
        made = driver.crm_only("tables", "--folder", folder, *size.reattribution.options())
        with Duck(data.with_name(data.name + ".duckdb"), driver.node_modules) as duck:
            for table in (TOUCHES, ORDERS):
                duck.run(table.format(folder=folder))
            turns = [(reattribute(driver, data), duck.run(CREDIT)[0]) for _ in range(size.long_runs)]
            credited = int(duck.run("SELECT count(*) FROM credit")[1][0][0])
    theirs = median(seconds for _, seconds in turns)
    row = Row(f"re-attribution of {count_text(made['orders'])} orders over {count_text(made['deliveries'])} touches",
              "not available yet", f"{theirs:.2f} s ({per_second(made['orders'] / theirs, 'orders')})", None, "<= 2x",
              "<= 1x", runs=len(turns), note=f"DuckDB's ASOF join credits {credited:,} orders; its members are numbers")
    if turns[0][0] is not None:
        row.ours = f"{median(seconds for seconds, _ in turns):.2f} s"
        row.ratio = median(ours / baseline for ours, baseline in turns)
        row.reached = judged(row.ratio, 2, 1, larger_is_better=False)
    return [row]
