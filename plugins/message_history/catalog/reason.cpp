#include "catalog/reason.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <span>

#include "catalog/code_tables.h"

namespace message_history {
namespace {

struct ReasonText {
  Reason reason;
  std::string_view key;
  Localized title;
  Localized advice;
};

// Indexed by the reason's value.
constexpr ReasonText texts[] = {
    {Reason::unclassified,
     "unclassified",
     {"분류되지 않은 코드", "Unclassified code"},
     {"아직 뜻이 정리되지 않은 코드예요. 원래 코드를 발송 업체에 알려 원인을 확인해 주세요.",
      "This code is not in our list yet. Ask your provider about the original code."}},
    {Reason::invalid_address,
     "invalid_address",
     {"잘못된 수신 번호·주소", "Wrong number or address"},
     {"없거나 형식이 틀린 번호·주소예요. 고객 정보를 바로잡은 뒤 다시 보내 주세요.",
      "The number, address or device token is not valid. Correct the customer's details and send "
      "again."}},
    {Reason::no_subscriber,
     "no_subscriber",
     {"사용하지 않는 번호", "Number not in use"},
     {"해지됐거나 가입자가 없는 번호예요. 고객에게 새 번호를 확인하거나 발송 대상에서 빼 주세요.",
      "Nobody subscribes to this number. Ask the customer for a current one or remove it from the "
      "audience."}},
    {Reason::not_app_user,
     "not_app_user",
     {"카카오톡 미사용자", "Not on KakaoTalk"},
     {"이 번호로는 카카오톡을 쓰지 않는 고객이에요. 문자로 대체 발송해 보세요.",
      "This number has no KakaoTalk account. Reach the customer by text message instead."}},
    {Reason::token_gone,
     "token_gone",
     {"앱 삭제·푸시 토큰 만료", "App removed, token expired"},
     {"앱을 지웠거나 푸시 토큰이 만료된 기기예요. 이 토큰을 정리하고, 고객이 앱을 다시 열면 새 "
      "토큰으로 보내 주세요.",
      "The app was removed or its push token has expired. Drop the token and wait until the "
      "customer opens the app again."}},
    {Reason::blocked_by_user,
     "blocked_by_user",
     {"고객이 수신 차단", "Blocked by the customer"},
     {"고객이 메시지를 받지 않겠다고 했어요. 이 채널의 발송 대상에서 빼 주세요.",
      "The customer chose not to receive these messages. Take them off this channel's audience."}},
    {Reason::unreachable,
     "unreachable",
     {"카카오톡 도달 불가", "KakaoTalk could not deliver"},
     {"한동안 카카오톡을 쓰지 않았거나 유심 번호가 다른 경우처럼 원인이 여러 가지예요. 이번에는 "
      "문자로 대체 발송하고, 발송 대상에는 그대로 두세요.",
      "There are several possible causes, such as an inactive KakaoTalk account or a different "
      "SIM. "
      "Use a text message this time and keep the customer in the audience."}},
    {Reason::not_friend,
     "not_friend",
     {"채널 친구 아님", "Not a channel friend"},
     {"카카오톡 채널을 친구로 추가하지 않은 고객이에요. 친구 추가를 안내하거나 문자로 보내 주세요.",
      "The customer has not added your KakaoTalk channel. Invite them to add it or use a text "
      "message."}},
    {Reason::phone_off,
     "phone_off",
     {"전원 꺼짐·음영 지역", "Phone off, no coverage"},
     {"휴대폰이 꺼져 있거나 신호가 닿지 않았어요. 시간을 두고 다시 보내 주세요.",
      "The phone was switched off or out of coverage. Send again later."}},
    {Reason::device_full,
     "device_full",
     {"수신함 가득 참", "Inbox full"},
     {"고객의 메시지함이나 메일함이 가득 찼어요. 며칠 뒤 다시 보내거나 다른 채널을 써 보세요.",
      "The customer's phone or mailbox has no room left. Try again in a few days or use another "
      "channel."}},
    {Reason::suspended,
     "suspended",
     {"수신 서비스 정지", "Line or mailbox suspended"},
     {"고객의 번호나 메일함이 정지된 상태예요. 나중에 다시 보내 보고, 계속되면 다른 연락처를 "
      "확인해 주세요.",
      "The customer's line or mailbox is suspended. Try again later, and ask for other contact "
      "details if it stays so."}},
    {Reason::unsupported_device,
     "unsupported_device",
     {"지원하지 않는 단말", "Device not supported"},
     {"고객의 휴대폰이나 앱 버전이 이 형식의 메시지를 받지 못해요. 더 단순한 형식으로 보내 주세요.",
      "The customer's phone or app version cannot show this kind of message. Send a simpler "
      "format."}},
    {Reason::spam_policy,
     "spam_policy",
     {"스팸으로 걸러짐", "Stopped as spam"},
     {"통신사나 수신 서버가 스팸으로 판단했어요. 문구와 링크, (광고) 표기를 점검한 뒤 다시 보내 "
      "주세요.",
      "A carrier or mail server took the message for spam. Review the wording, links and ad label "
      "before sending again."}},
    {Reason::sender_unregistered,
     "sender_unregistered",
     {"발신번호 미등록", "Sender number not registered"},
     {"사전 등록되지 않은 발신번호예요. 발송 업체에 등록한 뒤 다시 보내 주세요.",
      "The sender number has not been registered. Register it with your provider, then send "
      "again."}},
    {Reason::sender_rule,
     "sender_rule",
     {"사용할 수 없는 발신번호", "Sender number not allowed"},
     {"발신번호의 형식이 틀렸거나 규정상 쓸 수 없는 번호예요. 규정에 맞는 번호로 바꿔 주세요.",
      "The sender number is malformed or not permitted by the rules. Switch to a number that "
      "complies."}},
    {Reason::template_mismatch,
     "template_mismatch",
     {"템플릿과 내용 불일치", "Does not match template"},
     {"내용이나 버튼이 승인된 템플릿과 달라요. 템플릿에 맞게 고치거나 바뀐 내용으로 다시 검수받아 "
      "주세요.",
      "The text or buttons differ from the approved template. Align them, or have the new version "
      "approved."}},
    {Reason::template_missing,
     "template_missing",
     {"템플릿 없음", "Template not found"},
     {"템플릿을 찾을 수 없어요. 템플릿 코드를 확인하고, 지워졌다면 다시 등록해 승인받아 주세요.",
      "The template does not exist. Check its code, or register it again and have it approved."}},
    {Reason::profile_invalid,
     "profile_invalid",
     {"발신 프로필·앱 설정 오류", "Sender profile problem"},
     {"발신 프로필, 카카오톡 채널 또는 앱 설정이 막혔거나 맞지 않아요. 발송 업체에서 상태를 "
      "확인하고 다시 연결해 주세요.",
      "The sender profile, KakaoTalk channel or app setup is blocked or does not match. Check it "
      "with your provider and connect it again."}},
    {Reason::quiet_hours,
     "quiet_hours",
     {"발송 가능 시간 아님", "Outside sending hours"},
     {"이 메시지를 보낼 수 없는 시간대였어요. 발송 가능한 시간으로 예약해 주세요.",
      "Messages of this kind may not be sent at that time. Schedule it within the allowed hours."}},
    {Reason::too_long,
     "too_long",
     {"길이·용량 초과", "Too long or large"},
     {"내용이나 첨부 파일이 허용된 크기를 넘었어요. 문구를 줄이거나 파일 용량을 낮춰 주세요.",
      "The text or attachment is over the limit. Shorten the text or shrink the file."}},
    {Reason::encoding,
     "encoding",
     {"지원하지 않는 글자", "Unsupported characters"},
     {"이모지나 특수문자처럼 보낼 수 없는 글자가 들어 있어요. 그 글자를 빼고 다시 보내 주세요.",
      "The text holds characters that cannot be sent, such as emoji. Remove them and send again."}},
    {Reason::no_balance,
     "no_balance",
     {"잔액 부족", "Balance too low"},
     {"발송 업체에 충전해 둔 잔액이 모자라요. 충전한 뒤 다시 보내 주세요.",
      "Your balance with the provider has run out. Top it up and send again."}},
    {Reason::rate_limited,
     "rate_limited",
     {"발송 한도 초과", "Sending limit reached"},
     {"보낼 수 있는 속도나 건수를 넘었어요. 잠시 기다렸다가 나눠서 보내 주세요.",
      "Too many messages went out for the allowed rate or quota. Wait, then send in smaller "
      "groups."}},
    {Reason::duplicate,
     "duplicate",
     {"중복 발송", "Duplicate message"},
     {"같은 메시지가 이미 접수돼 이번 건은 보내지 않았어요. 먼저 접수된 메시지의 결과를 확인해 "
      "주세요.",
      "The same message had been accepted before, so this one was dropped. Look at the result of "
      "the first."}},
    {Reason::uncertain,
     "uncertain",
     {"수신 확인 안 됨", "Receipt unknown"},
     {"보냈지만 받았는지 알 수 없고, 이미 도착했을 수도 있어요. 카카오톡은 3일 안에 도착하기도 "
      "하니 "
      "바로 다시 보내지 말고 기다려 주세요.",
      "It was sent but the receipt is unknown, and it may have arrived. KakaoTalk may still "
      "deliver "
      "within 3 days, so wait before sending again."}},
    {Reason::transient,
     "transient",
     {"일시적인 오류", "Temporary problem"},
     {"발송 업체나 통신망에 잠시 문제가 있었어요. 조금 뒤 다시 보내 주세요.",
      "The provider or network had a passing problem. Send again in a little while."}},
    {Reason::credential,
     "credential",
     {"발송 계정 인증 오류", "Account sign-in rejected"},
     {"발송 계정의 인증 키나 인증서가 틀렸거나 만료됐어요. 개발 담당자에게 갱신을 요청해 주세요.",
      "The sending account's key or certificate is wrong or expired. Ask your developer to renew "
      "it."}},
};

constexpr bool each_at_its_index() {
  for (std::size_t index = 0; index < std::size(texts); ++index) {
    if (static_cast<std::size_t>(texts[index].reason) != index) return false;
  }
  return true;
}
static_assert(std::size(texts) == reason_count && each_at_its_index());

constexpr const ReasonText& text_of(Reason reason) {
  const auto index = static_cast<std::size_t>(reason);
  return texts[index < reason_count ? index : 0];
}

struct Lookup {
  std::string_view provider;
  ChannelSet channel;
  std::string_view code;
};

std::optional<Reason> find(std::span<const CodeTable> tables, const Lookup& wanted) {
  for (const CodeTable& table : tables) {
    if ((table.channels & wanted.channel) == 0 || table.provider != wanted.provider) continue;
    const auto entry =
        std::ranges::lower_bound(table.codes, wanted.code, std::less<>{}, &CodeReason::code);
    if (entry != table.codes.end() && entry->code == wanted.code) return entry->reason;
  }
  return std::nullopt;
}

}  // namespace

Reason classify(std::string_view provider, Channel channel, std::string_view code) {
  const Lookup wanted{provider, channel_bit(channel), code};
  for (const auto tables :
       {kakao_code_tables, sms_code_tables, multichannel_code_tables, email_push_code_tables}) {
    if (const auto reason = find(tables(), wanted)) return *reason;
  }
  return Reason::unclassified;
}

std::string_view reason_key(Reason reason) {
  return text_of(reason).key;
}

std::optional<Reason> reason_from_key(std::string_view key) {
  const auto* entry = std::ranges::find(texts, key, &ReasonText::key);
  if (entry == std::end(texts)) return std::nullopt;
  return entry->reason;
}

std::string_view reason_title(Reason reason, Locale locale) {
  return text_of(reason).title.in(locale);
}

std::string_view reason_advice(Reason reason, Locale locale) {
  return text_of(reason).advice.in(locale);
}

}  // namespace message_history
