// The columns of an export: keys, headers, types, and sets of them in the file's order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/locale.h"

namespace message_history {

// In the file's order.
enum class CsvColumn : std::uint8_t {
  message_type,
  sent,
  failure_reason,
  failure_code,
  member_id,
  sent_at,
  order_id,
  order_amount,
  currency,
  ordered_at,
  product_no,
  product_name,
  unit_price,
  option_price,
  option,
  quantity,
  attribution,
  attributed_amount,
  refunded_amount,
};

inline constexpr std::size_t column_count = 19;

// What a dialect needs to know of a column.
enum class CsvType : std::uint8_t { text, id, number, time };

struct CsvColumnInfo {
  std::string_view key;
  Localized header;
  CsvType type;
};

// Indexed by the column's value.
inline constexpr CsvColumnInfo column_infos[column_count] = {
    {"message_type", {"메시지 종류", "Message type"}, CsvType::text},
    {"sent", {"발송 여부", "Send result"}, CsvType::text},
    {"failure_reason", {"실패 사유", "Failure reason"}, CsvType::text},
    {"failure_code", {"실패 코드", "Failure code"}, CsvType::text},
    {"member_id", {"회원 아이디", "Member ID"}, CsvType::id},
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

constexpr const CsvColumnInfo& info_of(CsvColumn column) {
  return column_infos[static_cast<std::size_t>(column)];
}
std::optional<CsvColumn> column_from_key(std::string_view key);

class CsvColumns {
 public:
  static CsvColumns all();

  // False when it is there already.
  bool add(CsvColumn column);
  bool has(CsvColumn column) const { return (bits_ >> static_cast<unsigned>(column) & 1U) != 0; }
  bool empty() const { return bits_ == 0; }

  // In the file's order.
  std::vector<CsvColumn> list() const;
  std::vector<std::string> keys() const;

  friend bool operator==(const CsvColumns&, const CsvColumns&) = default;

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace message_history
