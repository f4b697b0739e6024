#include "store/sqlite/base/codec.h"

#include <crm/ext/events.h>

#include "encoding/crc32.h"
#include "encoding/packed.h"
#include "model/time_units.h"

namespace message_history::sqlite {

namespace {

constexpr std::uint8_t has_code = 1 << 3;
constexpr std::uint8_t has_detail = 1 << 4;
constexpr std::uint8_t whole_seconds = 1 << 5;
constexpr std::uint8_t has_route = 1 << 6;  // another one than the head's
constexpr std::uint8_t is_cost = 0;         // a status of 0 is never a mark
constexpr std::uint8_t head_bits = 0x7F;

}  // namespace

void append_marks(std::string& bytes, const DeliveryState& state, const MarksHead& all) {
  for (const StatusMark& mark : state.marks) {
    const std::int64_t after_us = mark.at_us - all.first_at_us;
    const bool seconds = after_us % second_us == 0;
    bytes.push_back(static_cast<char>(
        static_cast<std::uint8_t>(mark.status) | (mark.code.empty() ? 0 : has_code) |
        (mark.detail.empty() ? 0 : has_detail) | (seconds ? whole_seconds : 0) |
        (mark.route == all.route ? 0 : has_route)));
    put_varint(bytes, static_cast<std::uint64_t>(seconds ? after_us / second_us : after_us));
    if (!mark.code.empty()) put_text(bytes, mark.code);
    if (!mark.detail.empty()) put_text(bytes, mark.detail);
    if (mark.route != all.route) put_varint(bytes, static_cast<std::uint64_t>(mark.route.value));
  }
  if (state.cost) {
    bytes.push_back(static_cast<char>(is_cost));
    put_signed(bytes, state.cost->at_us - all.first_at_us);
    put_text(bytes, state.cost->currency);
    put_signed(bytes, state.cost->amount_minor);
  }
}

void decode_marks(std::string_view bytes, const MarksHead& all, DeliveryState& state) {
  PackedReader reader(bytes);
  std::size_t count = 0;
  auto last = DeliveryStatus::unreported;
  state.cost.reset();
  while (!reader.done()) {
    const std::uint8_t head = reader.byte();
    if (state.cost || (head & ~head_bits) != 0) corrupt_row();  // the cost comes last
    if (head == is_cost) {
      Cost& cost = state.cost.emplace();
      const std::int64_t after_us = reader.signed_varint();
      if (after_us < -CRM_TIME_US_MAX || after_us > CRM_TIME_US_MAX) corrupt_row();
      cost.at_us = all.first_at_us + after_us;
      cost.currency = reader.text();
      cost.amount_minor = reader.signed_varint();
      continue;
    }
    if (count == state.marks.size()) state.marks.emplace_back();
    StatusMark& mark = state.marks[count++];
    mark.status = static_cast<DeliveryStatus>(head & 7);
    const std::int64_t unit_us = (head & whole_seconds) != 0 ? second_us : 1;
    const std::uint64_t after = reader.varint();
    if (after > static_cast<std::uint64_t>(CRM_TIME_US_MAX / unit_us)) corrupt_row();
    mark.at_us = all.first_at_us + static_cast<std::int64_t>(after) * unit_us;
    mark.code = (head & has_code) != 0 ? reader.text() : std::string_view{};
    mark.detail = (head & has_detail) != 0 ? reader.text() : std::string_view{};
    mark.route =
        (head & has_route) != 0 ? RouteNo{static_cast<std::int64_t>(reader.varint())} : all.route;
    if (mark.status <= last) corrupt_row();
    last = mark.status;
  }
  state.marks.resize(count);
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
  PackedReader cursor(bytes);
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

}  // namespace message_history::sqlite
