#include "export/columns.h"

#include <algorithm>
#include <iterator>

namespace message_history {

namespace {

// Indexed by the column's value.
constexpr CsvColumnInfo columns[column_count] = {
    {"message_type", {"메시지 종류", "Message type"}, CsvType::text},
    {"sent", {"발송 여부", "Send result"}, CsvType::text},
    {"failure_reason", {"실패 사유", "Failure reason"}, CsvType::text},
    {"failure_code", {"실패 코드", "Failure code"}, CsvType::text},
    {"member_id", {"회원 아이디", "Member ID"}, CsvType::text},
    {"sent_at", {"발송 시각", "Sent at"}, CsvType::time},
    {"order_id", {"주문번호", "Order no."}, CsvType::id},
    {"order_amount", {"주문금액", "Order amount"}, CsvType::number},
    {"currency", {"통화", "Currency"}, CsvType::text},
    {"ordered_at", {"주문날짜", "Ordered at"}, CsvType::time},
    {"product_no", {"주문상품번호", "Product no."}, CsvType::id},
    {"product_name", {"상품명", "Product name"}, CsvType::text},
    {"unit_price", {"상품금액", "Unit price"}, CsvType::number},
    {"option_price", {"상품옵션금액", "Option price"}, CsvType::number},
    {"option", {"상품옵션", "Option"}, CsvType::text},
    {"quantity", {"주문수량", "Quantity"}, CsvType::number},
    {"attribution", {"매출 발생 경로", "Attribution"}, CsvType::text},
    {"attributed_amount", {"기여 매출", "Attributed amount"}, CsvType::number},
    {"refunded_amount", {"환불금액", "Refunded amount"}, CsvType::number},
};

static_assert(static_cast<std::size_t>(CsvColumn::refunded_amount) + 1 == column_count);

}  // namespace

const CsvColumnInfo& info_of(CsvColumn column) {
  return columns[static_cast<std::size_t>(column)];
}

std::optional<CsvColumn> column_from_key(std::string_view key) {
  const auto* found =
      std::find_if(std::begin(columns), std::end(columns),
                   [key](const CsvColumnInfo& column) { return column.key == key; });
  if (found == std::end(columns)) return {};
  return static_cast<CsvColumn>(found - columns);
}

CsvColumns CsvColumns::all() {
  CsvColumns set;
  set.bits_ = (1U << column_count) - 1;
  return set;
}

bool CsvColumns::add(CsvColumn column) {
  if (has(column)) return false;
  bits_ |= 1U << static_cast<unsigned>(column);
  return true;
}

std::vector<CsvColumn> CsvColumns::list() const {
  std::vector<CsvColumn> members;
  for (std::size_t i = 0; i < column_count; ++i) {
    if (has(static_cast<CsvColumn>(i))) members.push_back(static_cast<CsvColumn>(i));
  }
  return members;
}

std::vector<std::string> CsvColumns::keys() const {
  std::vector<std::string> keys;
  for (const CsvColumn column : list()) keys.emplace_back(info_of(column).key);
  return keys;
}

}  // namespace message_history
