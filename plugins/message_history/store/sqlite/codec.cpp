#include "store/sqlite/codec.h"

#include <zlib.h>

#include <crm/ext/events.h>
#include <crm/cpp/failure.hpp>

namespace message_history::sqlite {

namespace {

constexpr std::uint8_t has_code = 1 << 3;
constexpr std::uint8_t has_detail = 1 << 4;
constexpr std::uint8_t whole_seconds = 1 << 5;
constexpr std::uint8_t is_cost = 0;  // a status of 0 is never a mark
constexpr std::uint8_t head_bits = 0x3F;
constexpr std::int64_t second_us = 1'000'000;

void put_varint(std::string& bytes, std::uint64_t value) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<char>(value));
}

void put_signed(std::string& bytes, std::int64_t value) {
  put_varint(bytes, (static_cast<std::uint64_t>(value) << 1) ^
                        static_cast<std::uint64_t>(value < 0 ? -1 : 0));
}

void put_text(std::string& bytes, std::string_view text) {
  put_varint(bytes, text.size());
  bytes.append(text);
}

[[noreturn]] void corrupt() {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     "a stored row cannot be decoded; restore the tenant's backup");
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }

  std::uint8_t byte() {
    if (bytes_.empty()) corrupt();
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7F) << shift;
      if ((part & 0x80) == 0) return value;
    }
    corrupt();
  }

  std::int64_t signed_varint() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

  std::string text() {
    const std::uint64_t size = varint();
    if (size > bytes_.size()) corrupt();
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

std::string encode_marks(const DeliveryState& state) {
  std::string bytes;
  const std::int64_t first_at_us = state.first_at_us();
  for (const StatusMark& mark : state.marks) {
    const std::int64_t after_us = mark.at_us - first_at_us;
    const bool seconds = after_us % second_us == 0;
    bytes.push_back(static_cast<char>(
        static_cast<std::uint8_t>(mark.status) | (mark.code.empty() ? 0 : has_code) |
        (mark.detail.empty() ? 0 : has_detail) | (seconds ? whole_seconds : 0)));
    put_varint(bytes, static_cast<std::uint64_t>(seconds ? after_us / second_us : after_us));
    if (!mark.code.empty()) put_text(bytes, mark.code);
    if (!mark.detail.empty()) put_text(bytes, mark.detail);
  }
  if (state.cost) {
    bytes.push_back(static_cast<char>(is_cost));
    put_signed(bytes, state.cost->at_us);
    put_text(bytes, state.cost->currency);
    put_signed(bytes, state.cost->amount_minor);
  }
  return bytes;
}

void decode_marks(std::string_view bytes, std::int64_t first_at_us, DeliveryState& state) {
  Cursor cursor(bytes);
  while (!cursor.done()) {
    const std::uint8_t head = cursor.byte();
    if (state.cost || (head & ~head_bits) != 0) corrupt();  // the cost comes last
    if (head == is_cost) {
      Cost cost;
      cost.at_us = cursor.signed_varint();
      cost.currency = cursor.text();
      cost.amount_minor = cursor.signed_varint();
      state.cost = std::move(cost);
      continue;
    }
    StatusMark mark;
    mark.status = static_cast<DeliveryStatus>(head & 7);
    const std::int64_t unit_us = (head & whole_seconds) != 0 ? second_us : 1;
    const std::uint64_t after = cursor.varint();
    if (after > static_cast<std::uint64_t>(CRM_TIME_US_MAX / unit_us)) corrupt();
    mark.at_us = first_at_us + static_cast<std::int64_t>(after) * unit_us;
    if ((head & has_code) != 0) mark.code = cursor.text();
    if ((head & has_detail) != 0) mark.detail = cursor.text();
    if (mark.status == DeliveryStatus::unreported || mark.status <= state.status()) corrupt();
    state.marks.push_back(std::move(mark));
  }
}

std::string encode_lines(const std::vector<OrderLine>& lines) {
  std::string bytes;
  for (const OrderLine& line : lines) {
    put_text(bytes, line.product_no);
    put_text(bytes, line.name);
    put_text(bytes, line.option);
    put_signed(bytes, line.unit_price_minor);
    put_signed(bytes, line.option_price_minor);
    put_signed(bytes, line.quantity);
  }
  return bytes;
}

std::vector<OrderLine> decode_lines(std::string_view bytes) {
  std::vector<OrderLine> lines;
  Cursor cursor(bytes);
  while (!cursor.done()) {
    OrderLine line;
    line.product_no = cursor.text();
    line.name = cursor.text();
    line.option = cursor.text();
    line.unit_price_minor = cursor.signed_varint();
    line.option_price_minor = cursor.signed_varint();
    line.quantity = cursor.signed_varint();
    lines.push_back(std::move(line));
  }
  return lines;
}

RowChecksum& RowChecksum::add(std::int64_t value) {
  for (int i = 0; i < 8; ++i) {
    bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  return *this;
}

RowChecksum& RowChecksum::add(std::string_view text) {
  add(static_cast<std::int64_t>(text.size()));  // so that "ab","c" differs from "a","bc"
  bytes_.append(text);
  return *this;
}

std::int64_t RowChecksum::value() const {
  return static_cast<std::int64_t>(crc32(0, reinterpret_cast<const unsigned char*>(bytes_.data()),
                                         static_cast<uInt>(bytes_.size())));
}

}  // namespace message_history::sqlite
