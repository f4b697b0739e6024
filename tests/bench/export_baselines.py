"""The same CSV out of DuckDB and SQLite: their own tables, and the join that writes the same text.

The shop's facts make the SQL simple: one message, one delivery a member, every order credited to the
delivery before it, Seoul's offset fixed. The tables hold ids as text where the events do; the join
needs no member table, since a delivery's row has its member's id.
"""

import csv
import filecmp
import itertools
import subprocess
import time

from driver import BenchFailed

DELIVERY = ("message_id", "delivery_id", "member_id", "channel", "provider", "status", "happened_at", "code", "cost",
            "currency")
ORDERS = ("order_id", "message_id", "delivery_id", "member_id", "placed_at", "currency", "amount")
LINE = ("order_id", "line_no", "product_no", "name", "option", "unit_price", "option_price", "quantity")

HEADERS = ("메시지 종류", "발송 여부", "실패 사유", "실패 코드", "회원 아이디", "발송 시각", "주문번호",
           "주문금액", "통화", "주문날짜", "주문상품번호", "상품명", "상품금액", "상품옵션금액", "상품옵션", "주문수량",
           "매출 발생 경로", "기여 매출", "환불금액")
DELIVERED, FAILED = 7, 6


def reasons_in(csv_file):
    """(provider, code, title) of the failures in the first lines of an export: a table of ours that SQL joins."""
    with open(csv_file, newline="", encoding="utf-8") as file:
        rows = itertools.islice(csv.DictReader(file), 100_000)
        found = {(row["실패 코드"], row["실패 사유"]) for row in rows if row["실패 코드"]}
    return sorted((*code.split(":"), title) for code, title in found)


def _reason_values(reasons):
    return ", ".join(f"('{provider}', '{code}', '{title}')" for provider, code, title in reasons)


# The columns of the export as SQL. `time` makes RFC 3339 text of a time column, `minutes` the whole
# minutes between a delivery and its order.
def _same_text(time_of, minutes, divided):
    hours = f"({minutes} {divided} 60)"
    rest = f"({minutes} % 60)"
    before = (f"CASE WHEN {minutes} < 60 THEN {minutes} || '분' WHEN {rest} = 0 THEN {hours} || '시간' "
              f"ELSE {hours} || '시간 ' || {rest} || '분' END")
    first = "CASE WHEN l.line_no = 1 THEN {} END"
    return (
        "m.type",
        f"CASE d.status WHEN {DELIVERED} THEN '성공' WHEN {FAILED} THEN '실패' END",
        "r.title",
        f"CASE d.status WHEN {FAILED} THEN d.provider || ':' || d.code END",
        "substr(d.member_id, 1, 2) || '***'",
        time_of("d.happened_at"),
        "o.order_id",
        first.format("o.amount"),
        "o.currency",
        time_of("o.placed_at"),
        "l.product_no", "l.name", "l.unit_price", "l.option_price", "l.option", "l.quantity",
        f"CASE WHEN o.order_id IS NOT NULL THEN '메시지 도착 ' || {time_of('d.happened_at')} "
        f"|| ' · 주문 ' || {before} || ' 전 · 규칙 1' END",
        first.format("o.amount"),
        first.format("0"),
    )


# The same columns as the tables hold them, without making any text.
PLAIN = ("m.type", "d.status", "r.title", "d.code", "d.member_id", "d.happened_at", "o.order_id", "o.amount",
         "o.currency", "o.placed_at", "l.product_no", "l.name", "l.unit_price", "l.option_price", "l.option", "l.quantity",
         "d.provider", "o.amount", "d.cost")


def _query(columns):
    listed = ", ".join(f'{column} AS "{header}"' for column, header in zip(columns, HEADERS))
    return (f"SELECT {listed} FROM message m JOIN delivery d ON d.message_id = m.message_id "
            f"LEFT JOIN reason r ON d.status = {FAILED} AND r.provider = d.provider AND r.code = d.code "
            "LEFT JOIN orders o ON o.message_id = d.message_id AND o.delivery_id = d.delivery_id "
            "LEFT JOIN line l ON l.order_id = o.order_id WHERE m.message_id = 'C-000000'")


class DuckExport:
    """Tables in DuckDB's own format, loaded in the order of the export."""

    def __init__(self, duck, csv_folder, reasons):
        self.duck = duck
        at = "make_timestamp({})".format
        self._load("delivery", DELIVERY, csv_folder, {"happened_at": at("happened_at"), "channel": "channel::UTINYINT",
                                                      "status": "status::UTINYINT", "cost": "cost::BIGINT"})
        self._load("orders", ORDERS, csv_folder, {"placed_at": at("placed_at"), "amount": "amount::BIGINT"})
        self._load("line", LINE, csv_folder,
                   {name: f"{name}::BIGINT" for name in ("line_no", "unit_price", "option_price", "quantity")})
        duck.run("CREATE TABLE message AS SELECT 'C-000000' AS message_id, '수동 알림톡' AS type")
        duck.run(f"CREATE TABLE reason AS SELECT * FROM (VALUES {_reason_values(reasons)}) v(provider, code, title)")
        duck.run("CHECKPOINT")

    def _load(self, table, columns, folder, casts):
        types = ", ".join(f"'{name}': '{'BIGINT' if name in ('happened_at', 'placed_at') else 'VARCHAR'}'"
                          for name in columns)
        chosen = ", ".join(f"{casts[name]} AS {name}" if name in casts else name for name in columns)
        self.duck.run(f"CREATE TABLE {table} AS SELECT {chosen} FROM read_csv('{folder}/{table}.csv', header = false, "
                      f"columns = {{{types}}})")

    def write(self, out, plain=False, ordered=False):
        """Seconds of COPY. It need not keep the order of the tables unless it is told to."""
        columns = PLAIN if plain else _same_text(
            lambda column: f"strftime({column} + INTERVAL 9 HOUR, '%Y-%m-%dT%H:%M:%S.%g+09:00')",
            "((epoch_us(o.placed_at) - epoch_us(d.happened_at)) // 60000000)", "//")
        query = _query(columns) + (" ORDER BY d.delivery_id, o.order_id, l.line_no" if ordered else "")
        seconds, _ = self.duck.run(f"COPY ({query}) TO '{out}' (FORMAT csv, HEADER, NEW_LINE '\\r\\n')")
        return seconds


class SqliteExport:
    """Tables clustered in the order of the export, read with a large cache and memory mapping."""

    def __init__(self, database, csv_folder, reasons):
        self.database = database
        self._script(f"""
PRAGMA page_size=16384;
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE delivery (message_id TEXT, delivery_id TEXT, member_id TEXT, channel INTEGER, provider TEXT,
  status INTEGER, happened_at INTEGER, code TEXT, cost INTEGER, currency TEXT, PRIMARY KEY (message_id, delivery_id))
  WITHOUT ROWID;
CREATE TABLE orders (order_id TEXT, message_id TEXT, delivery_id TEXT, member_id TEXT, placed_at INTEGER,
  currency TEXT, amount INTEGER, PRIMARY KEY (message_id, delivery_id, order_id)) WITHOUT ROWID;
CREATE TABLE line (order_id TEXT, line_no INTEGER, product_no TEXT, name TEXT, option TEXT, unit_price INTEGER,
  option_price INTEGER, quantity INTEGER, PRIMARY KEY (order_id, line_no)) WITHOUT ROWID;
CREATE TABLE message (message_id TEXT PRIMARY KEY, type TEXT) WITHOUT ROWID;
CREATE TABLE reason (provider TEXT, code TEXT, title TEXT, PRIMARY KEY (provider, code)) WITHOUT ROWID;
INSERT INTO message VALUES ('C-000000', '수동 알림톡');
INSERT INTO reason VALUES {_reason_values(reasons)};
.import --csv {csv_folder}/delivery.csv delivery
.import --csv {csv_folder}/orders.csv orders
.import --csv {csv_folder}/line.csv line
ANALYZE;
""")

    def _script(self, text):
        done = subprocess.run(["sqlite3", "-batch", "-bail", str(self.database)], input=text.encode(), check=False,
                              stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            raise BenchFailed(f"sqlite3 {self.database} ended with {done.returncode}; see above")

    def write(self, out, plain=False):
        """Seconds of the whole process, which is there for nothing else."""
        columns = PLAIN if plain else _same_text(
            lambda column: f"strftime('%Y-%m-%dT%H:%M:%f', {column} / 1000000.0 + 32400, 'unixepoch') || '+09:00'",
            "((o.placed_at - d.happened_at) / 60000000)", "/")
        begin = time.perf_counter()
        self._script(f"PRAGMA cache_size=-262144;\nPRAGMA mmap_size=17179869184;\n.mode csv\n.headers on\n"
                     f".output {out}\n{_query(columns)};\n")
        return time.perf_counter() - begin


def have_same_bytes(ours, theirs):
    return filecmp.cmp(ours, theirs, shallow=False)


def have_same_lines(ours, theirs):
    """The same lines equally often, in any order."""
    def fingerprint(path):
        with open(path, "rb") as file:
            hashes = [0, 0]
            for line in file:
                hashes[0] += 1
                hashes[1] += hash(line)
            return hashes
    return fingerprint(ours) == fingerprint(theirs)


def have_same_cells(ours, theirs):
    """The same rows in the same order, however their fields are quoted."""
    with open(ours, newline="", encoding="utf-8") as our_file, open(theirs, newline="", encoding="utf-8") as file:
        rows = itertools.zip_longest(csv.reader(our_file), csv.reader(file))
        return all(our_row == row for our_row, row in rows)
