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

const CsvColumnInfo& info_of(CsvColumn column);
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
