// What the cells of an export say, in both languages. Pure.
//
// These words are bytes of a released dialect, so they are not shared with the views, whose words
// may improve.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "attribution/rule.h"
#include "catalog/locale.h"
#include "model/channel.h"
#include "model/delivery.h"
#include "model/message.h"

namespace message_history {

// "수동 알림톡", "Manual AlimTalk"; the channel alone while the message's kind is unknown.
struct MessageType {
  MessageKind kind = MessageKind::unknown;
  Channel channel = Channel::other;
};
std::string message_type_text(const MessageType& type, Locale locale);

// "성공", "Failed"; empty while nothing is reported.
std::string_view sent_text(DeliveryStatus status, Locale locale);

// Stands where the member has left.
std::string_view erased_member_text(Locale locale);

// The first characters of the id, two at most and never all that matters of a short one, then
// "***".
void append_masked(std::string_view member_id, std::string& out);

// How an order came to be the message's.
struct AttributionNote {
  TouchKind touch = TouchKind::delivered;
  std::string_view touched_at;  // RFC 3339
  std::int64_t before_order_us = 0;
  std::int64_t rule_version = 0;
};
// "클릭 2026-11-23T09:00:00+09:00 · 주문 2시간 13분 전 · 규칙 1".
void append_attribution(const AttributionNote& note, Locale locale, std::string& out);

}  // namespace message_history
