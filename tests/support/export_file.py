"""What the files of an export look like: columns, the dialects, amounts, and the sidecar."""

import base64
import csv
import io
import json
from pathlib import Path

import crm

DIALECTS = ("raw-v1", "spreadsheet-v1")
KOREAN = {
    "message_type": "메시지 종류", "sent": "발송 여부", "failure_reason": "실패 사유",
    "failure_code": "실패 코드", "member_id": "회원 아이디", "sent_at": "발송 시각",
    "order_id": "주문번호", "order_amount": "주문금액", "currency": "통화",
    "ordered_at": "주문날짜", "product_no": "주문상품번호", "product_name": "상품명",
    "unit_price": "상품금액", "option_price": "상품옵션금액", "option": "상품옵션",
    "quantity": "주문수량", "attribution": "매출 발생 경로", "attributed_amount": "기여 매출",
    "refunded_amount": "환불금액",
}
COLUMNS = list(KOREAN)
NUMBERS = {"order_amount", "unit_price", "option_price", "quantity", "attributed_amount",
           "refunded_amount"}
IDS = {"member_id", "order_id", "product_no"}
BOM = b"\xef\xbb\xbf"
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n")
# Unicode 15: White_Space, Default_Ignorable_Code_Point, controls; and the blank braille pattern.
INVISIBLE = [(0x00, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
             (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F),
             (0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xFE00, 0xFE0F),
             (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
             (0xE0000, 0xE0FFF)]


def from_first_seen(text):
    """The text from the first character on that can be seen, or is a TAB, CR or LF."""
    for place, character in enumerate(text):
        if character in "\t\r\n" or not any(low <= ord(character) <= high for low, high in INVISIBLE):
            return text[place:]
    return ""


def spreadsheet_text(column, text):
    """What spreadsheet-v1 makes of a text of raw-v1, by the specification."""
    if column in NUMBERS or not text:
        return text
    long_number = text.isascii() and text.isdigit() and (text[0] == "0" or len(text) >= 12)
    risky = text[0] == "'" or "\0" in text or from_first_seen(text).startswith(FORMULA_STARTS)
    return "'" + text if risky or (column in IDS and long_number) else text


def spreadsheet_bytes(columns, header, rows):
    """The bytes of spreadsheet-v1 for what a file of raw-v1 says."""
    def line(fields):
        return ",".join('"' + field.replace('"', '""') + '"' for field in fields) + "\r\n"

    safe = [[spreadsheet_text(*cell) for cell in zip(columns, row, strict=True)] for row in rows]
    return BOM + "".join(map(line, [header, *safe])).encode()


def restored(text):
    """The text that a field of spreadsheet-v1 stands for."""
    return text[1:] if text.startswith("'") else text


def table(data):
    """(header, rows) of the bytes of a CSV, as Python reads them."""
    text = data.removeprefix(BOM).decode("utf-8")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return lines[0], lines[1:]


def records(path):
    """The rows of a whole export by column, whatever its dialect; texts are restored."""
    data = path.read_bytes()
    restore = restored if data.startswith(BOM) else str
    return [{key: restore(field) for key, field in zip(COLUMNS, row, strict=True)}
            for row in table(data)[1]]


def sums(rows, column):
    """{currency: minor units} of an amount column; zeros left out."""
    total = {}
    for row in rows:
        if row[column]:
            minor = crm.amount(row[column], row["currency"])
            total[row["currency"]] = total.get(row["currency"], 0) + minor
    return without_zeros(total)


def without_zeros(amounts):
    return {currency: minor for currency, minor in amounts.items() if minor}


def sidecar(path):
    return Path(f"{path}.jws")


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def jws_parts(path):
    """(header, manifest, signed bytes, signature) of the sidecar of a CSV."""
    parts = sidecar(path).read_text(encoding="ascii").strip().split(".")
    header, manifest = (json.loads(unbase64url(part)) for part in parts[:2])
    return header, manifest, ".".join(parts[:2]).encode(), unbase64url(parts[2])
