// Keys and values of the sorted runs: how deliveries and the indexes over them become bytes.
//
// The bytes are specified in SCHEMA.md and pinned by golden tests. Keys compare byte by byte as
// what they stand for compares. Decoding throws crm::Failure with CORRUPT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/delivery.h"
#include "model/order.h"
#include "store/rows.h"

namespace message_history::sqlite {

// A number below 2^56 as its size and its bytes, the highest first.
void put_key_number(std::string& key, std::int64_t value);

// Above every key that begins with `prefix`.
std::string key_after(std::string_view prefix);

// Above every key: one begins with the size of a number or with a hash, whose highest bit is not
// set.
inline constexpr std::string_view above_all_keys = "\xff";

// Tree::delivery: message, delivery_id -> the delivery.
std::string delivery_key(MessageNo message, std::string_view delivery_id);
void put_delivery_key(std::string& key, MessageNo message, std::string_view delivery_id);
std::string encode_delivery(const DeliveryState& state);
void append_delivery(std::string& value, const DeliveryState& state);
Delivery decode_delivery(std::string_view key, std::string_view value);
// The same into an object in use, whose memory is reused.
void decode_delivery(std::string_view key, std::string_view value, Delivery& delivery);

// Tree::member_delivery: member, when on the time line, message, delivery_id -> whether that was
// its success.
struct MemberDelivery {
  MemberNo member;
  std::int64_t at_us = 0;
  MessageNo message;
  std::string delivery_id;
  bool is_success = false;
  friend bool operator==(const MemberDelivery&, const MemberDelivery&) = default;
};
// The same without a copy of the id.
struct MemberDeliveryView {
  MemberNo member;
  std::int64_t at_us = 0;
  MessageNo message;
  std::string_view delivery_id;
};
MemberDeliveryView view_member_delivery(std::string_view key);
std::string member_key(MemberNo member);
std::string member_time_key(MemberNo member, std::int64_t at_us);
std::string member_delivery_key(const MemberDelivery& entry);
void put_member_delivery_key(std::string& key, const MemberDeliveryView& entry);
MemberDelivery decode_member_delivery(std::string_view key, std::string_view value);
std::string_view member_delivery_value(bool is_success);

// Tree::member_order: member, placed_at, order -> what attribution needs of the order.
std::string member_order_key(MemberNo member, std::int64_t placed_at_us, OrderNo order);
std::string member_order_value(const Order& order);
struct MemberOrder {
  MemberNo member;
  std::int64_t placed_at_us = 0;
  OrderNo order;
  MessageNo message;
  std::string_view currency;  // in the value
  std::int64_t amount_minor = 0;
  std::int64_t refunded_minor = 0;
};
MemberOrder view_member_order(std::string_view key, std::string_view value);

// The member in the key.
std::string_view member_part(std::string_view key);

// Tree::failed_delivery: message, delivery_id. Tree::chain: chain, message, delivery_id.
std::string chain_key(ChainNo chain);
std::string chain_key(ChainNo chain, MessageNo message, std::string_view delivery_id);
struct ChainEntry {
  ChainNo chain;
  MessageNo message;
  std::string delivery_id;
};
ChainEntry decode_chain_key(std::string_view key);
DeliveryName decode_delivery_key(std::string_view key);

// Tree::member_hash: a keyed hash of the member's id, member. Whose id it is, the member's row
// tells.
std::uint64_t member_hash(std::uint64_t seed, std::string_view member_id);
std::string member_hash_key(std::uint64_t seed, std::string_view member_id);
std::string member_hash_key(std::uint64_t seed, std::string_view member_id, MemberNo member);
std::string_view hash_part(std::string_view key);
MemberNo decode_member_hash_key(std::string_view key);

// For trees whose keys say all.
inline constexpr std::string_view present = "1";

}  // namespace message_history::sqlite
