#include "shop/carrier.h"

#include <crm/ext/events.h>

#include "shop/chance/random.h"

namespace host_stub {

namespace {

constexpr FailureCode mts_kakao_failures[] = {{"3018", 42, "메시지를 전송할 수 없음"},
                                              {"3019", 22, "톡 유저가 아님"},
                                              {"3020", 17, "알림톡 수신 차단"},
                                              {"3008", 14, "전화번호 오류"},
                                              {"9998", 5, "시스템에 문제가 발생함"}};
constexpr FailureCode nhn_kakao_failures[] = {
    {"3018", 40, ""}, {"3019", 24, ""}, {"3020", 18, ""}, {"1020", 13, ""}, {"9998", 5, ""}};
constexpr FailureCode bizm_kakao_failures[] = {{"K101", 72, ""}, {"K102", 22, ""}, {"K999", 6, ""}};
constexpr FailureCode solapi_alimtalk_failures[] = {
    {"3104", 46, ""}, {"3107", 38, ""}, {"3010", 16, ""}};
constexpr FailureCode solapi_friendtalk_failures[] = {
    {"3102", 60, ""}, {"3107", 24, ""}, {"3104", 16, ""}};
constexpr FailureCode blocked_failures[] = {{"1021", 1, "차단 상태의 카카오톡 채널"}};

constexpr FailureCode mts_sms_failures[] = {{"S31", 32, ""}, {"S34", 26, ""}, {"S11", 18, ""},
                                            {"S35", 12, ""}, {"S03", 8, ""},  {"S10", 4, ""}};
constexpr FailureCode mts_lms_failures[] = {
    {"M1026", 34, ""}, {"M202", 28, ""}, {"M2107", 20, ""}, {"M103", 10, ""}, {"M4005", 8, ""}};
constexpr FailureCode nhn_sms_failures[] = {
    {"2003", 30, ""}, {"3001", 28, ""}, {"3003", 20, ""}, {"3006", 12, ""}, {"3012", 10, ""}};
constexpr FailureCode nuri_failures[] = {
    {"B", 34, ""}, {"2", 26, ""}, {"a", 16, ""}, {"c", 14, ""}, {"D", 10, ""}};
constexpr FailureCode bizm_text_failures[] = {
    {"M105", 34, ""}, {"M505", 30, ""}, {"M102", 18, ""}, {"M103", 10, ""}, {"M508", 8, ""}};
constexpr FailureCode solapi_text_failures[] = {
    {"3042", 34, ""}, {"3032", 28, ""}, {"3010", 18, ""}, {"2061", 12, ""}, {"3044", 8, ""}};

constexpr FailureCode smtp_failures[] = {{"5.1.1", 52, "550 5.1.1 No such user here"},
                                         {"4.2.2", 16, "452 4.2.2 The mailbox is full"},
                                         {"5.7.1", 14, "550 5.7.1 \"Bulk mail\" refused"},
                                         {"5.2.1", 12, "550 5.2.1 The mailbox is disabled"},
                                         {"4.4.2", 6, "421 4.4.2 Connection dropped"}};
constexpr FailureCode fcm_failures[] = {
    {"UNREGISTERED", 86, ""}, {"UNAVAILABLE", 9, ""}, {"QUOTA_EXCEEDED", 5, ""}};
constexpr FailureCode apns_failures[] = {{"Unregistered", 62, ""},
                                         {"BadDeviceToken", 26, ""},
                                         {"ServiceUnavailable", 8, ""},
                                         {"TooManyRequests", 4, ""}};

constexpr bool confirms = true;
constexpr bool reports_opens = true;

constexpr Carrier mts_alimtalk{
    "mts-kakao", CRM_CHANNEL_ALIMTALK, 8, 32'000, mts_kakao_failures, "3005", confirms, false};
constexpr Carrier nhn_alimtalk{
    "nhn-kakao", CRM_CHANNEL_ALIMTALK, 8, 32'000, nhn_kakao_failures, "3005", confirms, false};
constexpr Carrier bizm_alimtalk{
    "bizm", CRM_CHANNEL_ALIMTALK, 7, 34'000, bizm_kakao_failures, "K997", confirms, false};
constexpr Carrier solapi_alimtalk{
    "solapi", CRM_CHANNEL_ALIMTALK, 13, 31'000, solapi_alimtalk_failures, "3040", confirms, false};
constexpr Carrier blocked_alimtalk{
    "mts-kakao", CRM_CHANNEL_ALIMTALK, 8, ppm_all, blocked_failures, "3005", confirms, false};

constexpr Carrier mts_friendtalk{
    "mts-kakao", CRM_CHANNEL_FRIENDTALK, 15, 38'000, mts_kakao_failures, "3005", confirms, false};
constexpr Carrier solapi_friendtalk{
    "solapi", CRM_CHANNEL_FRIENDTALK, 18, 41'000, solapi_friendtalk_failures, "3040", confirms,
    false};

constexpr Carrier mts_sms{"mts-sms",        CRM_CHANNEL_SMS, 9,        24'000,
                          mts_sms_failures, "S55",           confirms, false};
constexpr Carrier mts_lms{"mts-sms",        CRM_CHANNEL_LMS, 27,       25'000,
                          mts_lms_failures, "M112",          confirms, false};
constexpr Carrier nhn_sms{"nhn-sms",        CRM_CHANNEL_SMS, 10,       23'000,
                          nhn_sms_failures, "2000",          confirms, false};
constexpr Carrier nhn_lms{"nhn-sms",        CRM_CHANNEL_LMS, 30,       23'000,
                          nhn_sms_failures, "2000",          confirms, false};
constexpr Carrier nuri_sms{"nuri", CRM_CHANNEL_SMS, 9, 26'000, nuri_failures, "1", confirms, false};
constexpr Carrier bizm_sms{"bizm", CRM_CHANNEL_SMS, 9,    25'000, bizm_text_failures,
                           "M405", confirms,        false};
constexpr Carrier bizm_lms{"bizm", CRM_CHANNEL_LMS, 26,   25'000, bizm_text_failures,
                           "M405", confirms,        false};
constexpr Carrier solapi_sms{"solapi", CRM_CHANNEL_SMS, 18,   23'000, solapi_text_failures,
                             "3040",   confirms,        false};
constexpr Carrier solapi_lms{"solapi", CRM_CHANNEL_LMS, 45,   23'000, solapi_text_failures,
                             "3040",   confirms,        false};

constexpr Carrier smtp{"smtp",        CRM_CHANNEL_EMAIL, 0,        10'500,
                       smtp_failures, "4.4.7",           confirms, reports_opens};
constexpr Carrier fcm{"fcm",     CRM_CHANNEL_PUSH, 0, 42'000, fcm_failures, "",
                      !confirms, reports_opens};
constexpr Carrier apns{"apns",    CRM_CHANNEL_PUSH, 0, 36'000, apns_failures, "",
                       !confirms, reports_opens};

struct Share {
  const Carrier& carrier;
  uint32_t percent;
};

constexpr Share message_shares[] = {
    {mts_alimtalk, 12},
    {nhn_alimtalk, 7},
    {bizm_alimtalk, 5},
    {solapi_alimtalk, 4},
    {mts_friendtalk, 14},
    {solapi_friendtalk, 6},
    {mts_sms, 6},
    {nuri_sms, 3},
    {nhn_sms, 3},
    {mts_lms, 6},
    {nhn_lms, 4},
    {smtp, 14},
    {fcm, 16},
};

constexpr uint32_t sum_of_shares() {
  uint32_t sum = 0;
  for (const Share& share : message_shares) sum += share.percent;
  return sum;
}
static_assert(sum_of_shares() == 100);

struct TextCarriers {
  std::string_view provider;
  const Carrier& short_text;
  const Carrier& long_text;
};

constexpr TextCarriers text_carriers[] = {{"mts-kakao", mts_sms, mts_lms},
                                          {"nhn-kakao", nhn_sms, nhn_lms},
                                          {"bizm", bizm_sms, bizm_lms},
                                          {"solapi", solapi_sms, solapi_lms}};

}  // namespace

const Carrier& carrier_of_message(uint64_t key) {
  uint64_t left = Random(key).below(100);
  for (const Share& share : message_shares) {
    if (left < share.percent) return share.carrier;
    left -= share.percent;
  }
  return smtp;
}

const Carrier& carrier_of_member(const Carrier& carrier, int64_t member) {
  if (&carrier != &fcm) return carrier;
  constexpr uint64_t apple_phones_percent = 27;
  const uint64_t draw = Random(static_cast<uint64_t>(member)).below(100);
  return draw < apple_phones_percent ? apns : fcm;
}

const Carrier& text_carrier(const Carrier& carrier, bool is_long) {
  for (const TextCarriers& choice : text_carriers) {
    if (choice.provider == carrier.provider) return is_long ? choice.long_text : choice.short_text;
  }
  return is_long ? mts_lms : mts_sms;
}

const Carrier& blocked_carrier() {
  return blocked_alimtalk;
}

const FailureCode& failure_at(const Carrier& carrier, uint64_t random) {
  uint32_t sum = 0;
  for (const FailureCode& failure : carrier.failures) sum += failure.share;
  uint64_t left = random % sum;
  for (const FailureCode& failure : carrier.failures) {
    if (left < failure.share) return failure;
    left -= failure.share;
  }
  return carrier.failures.back();
}

}  // namespace host_stub
