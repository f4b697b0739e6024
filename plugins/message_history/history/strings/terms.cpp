#include "history/strings/terms.h"

#include <cstddef>
#include <iterator>

namespace message_history {

namespace {

constexpr std::string_view tones[] = {"neutral", "info", "success", "warning", "danger"};

// Each table is indexed by its enumeration's value.
constexpr Term channels[] = {
    {"other", {"기타", "Other"}},
    {"alimtalk", {"알림톡", "AlimTalk"}},
    {"friendtalk", {"친구톡", "FriendTalk"}},
    {"brand_message", {"브랜드 메시지", "Brand message"}},
    {"sms", {"SMS", "SMS"}},
    {"lms", {"LMS", "LMS"}},
    {"mms", {"MMS", "MMS"}},
    {"rcs", {"RCS", "RCS"}},
    {"push", {"앱 푸시", "App push"}},
    {"email", {"이메일", "Email"}},
};
static_assert(std::size(channels) == channel_count);

constexpr Term kinds[] = {
    {"unknown", {"알 수 없음", "Unknown"}},
    {"automatic", {"자동", "Automatic"}},
    {"manual", {"수동", "Manual"}},
};

constexpr Term results[] = {
    {"running", {"운영 중", "Running"}, Tone::info},
    {"scheduled", {"예약", "Scheduled"}, Tone::info},
    {"sending", {"발송 중", "Sending"}, Tone::info},
    {"cancelled", {"취소", "Cancelled"}, Tone::neutral},
    {"success", {"성공", "Success"}, Tone::success},
    {"partial", {"일부 실패", "Partly failed"}, Tone::warning},
    {"failed", {"실패", "Failed"}, Tone::danger},
    {"empty", {"받을 회원 없음", "No recipients"}, Tone::neutral},
    {"waiting", {"결과 대기", "Waiting for results"}, Tone::info},
    {"no_report", {"결과 보고 전", "No report yet"}, Tone::warning},
    {"overdue", {"예약 시각 지남", "Overdue"}, Tone::danger},
    {"unannounced", {"등록 전", "Not announced yet"}, Tone::warning},
};
static_assert(std::size(results) == message_results);

constexpr Term outcomes[] = {
    {"none", {"보고 전", "Not reported"}, Tone::neutral},
    {"pending", {"대기", "Pending"}, Tone::info},
    {"success", {"성공", "Success"}, Tone::success},
    {"failed", {"실패", "Failed"}, Tone::danger},
    {"excluded", {"제외", "Excluded"}, Tone::neutral},
};

constexpr Term statuses[] = {
    {"unreported", {"보고 전", "not reported"}, Tone::neutral},
    {"skipped", {"제외", "skipped"}, Tone::neutral},
    {"held_out", {"비교군", "held out"}, Tone::neutral},
    {"accepted", {"접수", "accepted"}, Tone::info},
    {"uncertain", {"수신 확인 중", "unconfirmed"}, Tone::warning},
    {"sent", {"발송", "sent"}, Tone::success},
    {"failed", {"실패", "failed"}, Tone::danger},
    {"delivered", {"도착", "delivered"}, Tone::success},
};

// TouchKind begins with 1.
constexpr Term touches[] = {
    {"delivered", {"메시지 도착", "Delivery"}, Tone::neutral},
    {"open", {"열람", "Open"}, Tone::neutral},
    {"click", {"클릭", "Click"}, Tone::info},
    {"coupon", {"쿠폰 사용", "Coupon"}, Tone::info},
    {"explicit", {"주문에 적힌 메시지", "Named on the order"}, Tone::info},
};

constexpr Term verdicts[] = {
    {"won", {"매출 인정", "Credited"}, Tone::success},
    {"outranked", {"순위에서 밀림", "Outranked"}, Tone::neutral},
    {"earlier", {"더 늦은 반응 있음", "Not the latest"}, Tone::neutral},
    {"outside_window", {"기간 지남", "Outside the window"}, Tone::neutral},
    {"after_order", {"주문 뒤", "After the order"}, Tone::neutral},
    {"switched_off", {"세지 않음", "Not counted"}, Tone::neutral},
    {"not_reached", {"도착 안 함", "Not reached"}, Tone::warning},
};

template <std::size_t count>
const Term& at(const Term (&terms)[count], std::size_t index) {
  return terms[index < count ? index : 0];
}

}  // namespace

std::string_view tone_key(Tone tone) {
  return tones[static_cast<std::size_t>(tone)];
}

const Term& term_of(Channel channel) {
  return at(channels, static_cast<std::size_t>(channel));
}

const Term& term_of(MessageKind kind) {
  return at(kinds, static_cast<std::size_t>(kind));
}

const Term& term_of(MessageResult result) {
  return at(results, static_cast<std::size_t>(result));
}

const Term& term_of(Outcome outcome) {
  return at(outcomes, static_cast<std::size_t>(outcome));
}

const Term& term_of(DeliveryStatus status) {
  return at(statuses, static_cast<std::size_t>(status));
}

const Term& term_of(TouchKind kind) {
  return at(touches, static_cast<std::size_t>(kind) - 1);
}

const Term& term_of(Verdict verdict) {
  return at(verdicts, static_cast<std::size_t>(verdict));
}

}  // namespace message_history
