#include "store/sqlite/index/trees.h"

#include <crm/ext/events.h>
#include <crm/cpp/failure.hpp>

#include "encoding/packed.h"
#include "store/sqlite/base/codec.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t time_key_bytes = 7;  // 2^56 us reach beyond the year 2200
constexpr std::size_t hash_bytes = 8;

// The head of a stored delivery.
constexpr std::uint8_t unit_bits = 3;  // of the first time: 0 us, 1 ms, 2 s
constexpr std::uint8_t has_chain = 1 << 2;
constexpr std::uint8_t is_converted = 1 << 3;
constexpr std::uint8_t is_ambiguous = 1 << 4;  // the member
constexpr std::uint8_t known_bits = 0x1F;
constexpr std::int64_t units_us[] = {1, 1'000, 1'000'000};

void put_fixed(std::string& key, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i > 0; --i) key.push_back(static_cast<char>(value >> (8 * (i - 1))));
}

std::uint64_t take_fixed(std::string_view& key, std::size_t bytes) {
  if (key.size() < bytes) corrupt_row();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(key[i]);
  key.remove_prefix(bytes);
  return value;
}

std::int64_t take_key_number(std::string_view& key) {
  const std::uint64_t size = take_fixed(key, 1);
  if (size > time_key_bytes) corrupt_row();
  return static_cast<std::int64_t>(take_fixed(key, size));
}

// Rotates, so that ids that differ in one place only still differ in all of the hash.
std::uint64_t hash_of(std::uint64_t seed, std::string_view text) {
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15;
  std::uint64_t hash = seed ^ text.size() * factor;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * factor;
    hash ^= hash >> 29;
  }
  return hash >> 1;  // so that there is a key above all
}

}  // namespace

void put_key_number(std::string& key, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  std::size_t bytes = 0;
  while (bytes < 8 && bits >> (8 * bytes) != 0) ++bytes;
  key.push_back(static_cast<char>(bytes));
  put_fixed(key, bits, bytes);
}

std::string key_after(std::string_view prefix) {
  std::string key(prefix);
  while (!key.empty() && static_cast<unsigned char>(key.back()) == 0xFF) key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(static_cast<unsigned char>(key.back()) + 1);
  return key;
}

void put_delivery_key(std::string& key, MessageNo message, std::string_view delivery_id) {
  put_key_number(key, message.value);
  key.append(delivery_id);
}

std::string delivery_key(MessageNo message, std::string_view delivery_id) {
  std::string key;
  put_delivery_key(key, message, delivery_id);
  return key;
}

DeliveryName decode_delivery_key(std::string_view key) {
  const MessageNo message{take_key_number(key)};
  return {message, key};
}

std::string encode_delivery(const DeliveryState& state) {
  std::string value;
  append_delivery(value, state);
  return value;
}

void append_delivery(std::string& value, const DeliveryState& state) {
  const std::int64_t first_at_us = state.first_at_us();
  std::uint8_t unit = 2;
  while (first_at_us % units_us[unit] != 0) --unit;
  value.push_back(static_cast<char>(unit | (state.chain ? has_chain : 0) |
                                    (state.converted ? is_converted : 0) |
                                    (state.member == member_ambiguous ? is_ambiguous : 0)));
  put_varint(value,
             state.member == member_ambiguous ? 0 : static_cast<std::uint64_t>(state.member.value));
  put_varint(value, static_cast<std::uint64_t>(state.route().value));
  put_varint(value, static_cast<std::uint64_t>(first_at_us / units_us[unit]));
  if (state.chain) put_varint(value, static_cast<std::uint64_t>(state.chain.value));
  append_marks(value, state, {first_at_us, state.route()});
}

void decode_delivery(std::string_view key, std::string_view value, Delivery& delivery) {
  const DeliveryName name = decode_delivery_key(key);
  delivery.message = name.message;
  delivery.delivery_id.assign(name.delivery_id);
  DeliveryState& state = delivery.state;
  PackedReader reader(value);
  const std::uint8_t head = reader.byte();
  if ((head & ~known_bits) != 0 || (head & unit_bits) == unit_bits) corrupt_row();
  const auto member = static_cast<std::int64_t>(reader.varint());
  state.member = (head & is_ambiguous) != 0 ? member_ambiguous : MemberNo{member};
  const RouteNo route{static_cast<std::int64_t>(reader.varint())};
  const std::int64_t unit_us = units_us[head & unit_bits];
  const std::uint64_t units = reader.varint();
  if (units > static_cast<std::uint64_t>(CRM_TIME_US_MAX / unit_us)) corrupt_row();
  const std::int64_t first_at_us = static_cast<std::int64_t>(units) * unit_us;
  state.chain = ChainNo{(head & has_chain) != 0 ? static_cast<std::int64_t>(reader.varint()) : 0};
  state.converted = (head & is_converted) != 0;
  decode_marks(reader.rest(), {first_at_us, route}, state);
}

Delivery decode_delivery(std::string_view key, std::string_view value) {
  Delivery delivery;
  decode_delivery(key, value, delivery);
  return delivery;
}

std::string member_key(MemberNo member) {
  std::string key;
  put_key_number(key, member.value);
  return key;
}

std::string member_time_key(MemberNo member, std::int64_t at_us) {
  std::string key = member_key(member);
  put_fixed(key, static_cast<std::uint64_t>(at_us), time_key_bytes);
  return key;
}

void put_member_delivery_key(std::string& key, const MemberDeliveryView& entry) {
  put_key_number(key, entry.member.value);
  put_fixed(key, static_cast<std::uint64_t>(entry.at_us), time_key_bytes);
  put_key_number(key, entry.message.value);
  key.append(entry.delivery_id);
}

std::string member_delivery_key(const MemberDelivery& entry) {
  std::string key;
  put_member_delivery_key(key, {entry.member, entry.at_us, entry.message, entry.delivery_id});
  return key;
}

MemberDeliveryView view_member_delivery(std::string_view key) {
  MemberDeliveryView view;
  view.member = MemberNo{take_key_number(key)};
  view.at_us = static_cast<std::int64_t>(take_fixed(key, time_key_bytes));
  view.message = MessageNo{take_key_number(key)};
  view.delivery_id = key;
  return view;
}

MemberDelivery decode_member_delivery(std::string_view key, std::string_view value) {
  const MemberDeliveryView view = view_member_delivery(key);
  return {view.member, view.at_us, view.message, std::string(view.delivery_id),
          value == member_delivery_value(true)};
}

std::string_view member_delivery_value(bool is_success) {
  return is_success ? "s" : "o";
}

std::string member_order_key(MemberNo member, std::int64_t placed_at_us, OrderNo order) {
  std::string key = member_time_key(member, placed_at_us);
  put_key_number(key, order.value);
  return key;
}

std::string member_order_value(const Order& order) {
  std::string value;
  put_varint(value, static_cast<std::uint64_t>(order.version.message.value));
  put_text(value, order.version.currency);
  put_signed(value, order.version.amount_minor);
  put_signed(value, order.refunded_minor);
  return value;
}

MemberOrder view_member_order(std::string_view key, std::string_view value) {
  MemberOrder order;
  order.member = MemberNo{take_key_number(key)};
  order.placed_at_us = static_cast<std::int64_t>(take_fixed(key, time_key_bytes));
  order.order = OrderNo{take_key_number(key)};
  PackedReader reader(value);
  order.message = MessageNo{static_cast<std::int64_t>(reader.varint())};
  order.currency = reader.text();
  order.amount_minor = reader.signed_varint();
  order.refunded_minor = reader.signed_varint();
  return order;
}

std::string_view member_part(std::string_view key) {
  const std::size_t bytes = key.empty() ? 0 : static_cast<unsigned char>(key[0]);
  return key.substr(0, 1 + bytes);
}

std::string chain_key(ChainNo chain) {
  std::string key;
  put_key_number(key, chain.value);
  return key;
}

std::string chain_key(ChainNo chain, MessageNo message, std::string_view delivery_id) {
  std::string key = chain_key(chain);
  put_key_number(key, message.value);
  key.append(delivery_id);
  return key;
}

ChainEntry decode_chain_key(std::string_view key) {
  ChainEntry entry;
  entry.chain = ChainNo{take_key_number(key)};
  entry.message = MessageNo{take_key_number(key)};
  entry.delivery_id = key;
  return entry;
}

std::uint64_t member_hash(std::uint64_t seed, std::string_view member_id) {
  return hash_of(seed, member_id);
}

std::string member_hash_key(std::uint64_t seed, std::string_view member_id) {
  std::string key;
  put_fixed(key, hash_of(seed, member_id), hash_bytes);
  return key;
}

std::string member_hash_key(std::uint64_t seed, std::string_view member_id, MemberNo member) {
  std::string key = member_hash_key(seed, member_id);
  put_key_number(key, member.value);
  return key;
}

std::string_view hash_part(std::string_view key) {
  return key.substr(0, hash_bytes);
}

MemberNo decode_member_hash_key(std::string_view key) {
  take_fixed(key, hash_bytes);
  return MemberNo{take_key_number(key)};
}

}  // namespace message_history::sqlite
