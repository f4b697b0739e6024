#include "export/csv/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "encoding/unicode_text.h"
#include "model/time_units.h"

namespace message_history {

namespace {

// Indexed by the channel's value.
constexpr Localized channels[channel_count] = {
    {"기타", "Other"},        {"알림톡", "AlimTalk"},
    {"친구톡", "FriendTalk"}, {"브랜드 메시지", "Brand message"},
    {"SMS", "SMS"},           {"LMS", "LMS"},
    {"MMS", "MMS"},           {"RCS", "RCS"},
    {"앱 푸시", "App push"},  {"이메일", "Email"},
};

constexpr Localized kind_text(MessageKind kind) {
  switch (kind) {
    case MessageKind::automatic:
      return {"자동 ", "Automatic "};
    case MessageKind::manual:
      return {"수동 ", "Manual "};
    case MessageKind::unknown:
      break;
  }
  return {"", ""};
}

constexpr Localized touch_text(TouchKind touch) {
  switch (touch) {
    case TouchKind::delivered:
      return {"메시지 도착", "Delivery"};
    case TouchKind::open:
      return {"열람", "Open"};
    case TouchKind::click:
      return {"클릭", "Click"};
    case TouchKind::coupon:
      return {"쿠폰 사용", "Coupon"};
    case TouchKind::explicit_message:
      break;
  }
  return {"주문에 적힌 메시지", "Named on the order"};
}

// A minute or more in the two largest units, rounded down: "1일 2시간", "2 h 13 min".
void append_duration(std::int64_t duration_us, Locale locale, std::string& out) {
  struct Unit {
    std::int64_t size_us;
    Localized suffix;
  };
  static constexpr Unit units[] = {
      {day_us, {"일", " d"}}, {hour_us, {"시간", " h"}}, {minute_us, {"분", " min"}}};
  int shown = 0;
  for (const Unit& unit : units) {
    const std::int64_t count = duration_us / unit.size_us;
    duration_us %= unit.size_us;
    if (count == 0 && shown == 0) continue;
    if (count > 0) {
      if (shown > 0) out += ' ';
      fmt::format_to(std::back_inserter(out), "{}{}", count, unit.suffix.in(locale));
    }
    if (++shown == 2) return;
  }
}

}  // namespace

std::string message_type_text(const MessageType& type, Locale locale) {
  const auto channel = std::min<std::size_t>(static_cast<std::size_t>(type.channel), channel_count);
  const Localized& name = channels[channel == channel_count ? 0 : channel];
  return std::string(kind_text(type.kind).in(locale)) + std::string(name.in(locale));
}

std::string_view sent_text(DeliveryStatus status, Locale locale) {
  switch (status) {
    case DeliveryStatus::sent:
    case DeliveryStatus::delivered:
      return Localized{"성공", "Success"}.in(locale);
    case DeliveryStatus::failed:
      return Localized{"실패", "Failed"}.in(locale);
    case DeliveryStatus::accepted:
    case DeliveryStatus::uncertain:
      return Localized{"대기", "Pending"}.in(locale);
    case DeliveryStatus::skipped:
    case DeliveryStatus::held_out:
      return Localized{"제외", "Excluded"}.in(locale);
    case DeliveryStatus::unreported:
      break;
  }
  return {};
}

std::string_view erased_member_text(Locale locale) {
  return Localized{"탈퇴한 회원", "Erased member"}.in(locale);
}

void append_masked(std::string_view member_id, std::string& out) {
  const std::size_t shown = std::min<std::size_t>(2, count_characters(member_id) / 3);
  out += first_characters(member_id, shown);
  out += "***";
}

void append_attribution(const AttributionNote& note, Locale locale, std::string& out) {
  out += touch_text(note.touch).in(locale);
  if (note.touch != TouchKind::explicit_message) {
    out += ' ';
    out += note.touched_at;
    if (note.before_order_us < minute_us) {
      out += Localized{" · 주문 직전", " · less than 1 min before the order"}.in(locale);
    } else {
      out += Localized{" · 주문 ", " · "}.in(locale);
      append_duration(note.before_order_us, locale, out);
      out += Localized{" 전", " before the order"}.in(locale);
    }
  }
  fmt::format_to(std::back_inserter(out), "{}{}", Localized{" · 규칙 ", " · rule "}.in(locale),
                 note.rule_version);
}

}  // namespace message_history
