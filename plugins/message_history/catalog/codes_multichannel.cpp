// Result codes of providers that send both Kakao and text messages.
#include "catalog/code_tables.h"

namespace message_history {
namespace {

using enum Reason;

// K101 mixes several causes: never an opt-out.
constexpr CodeReason bizm_kakao_codes[] = {
    {"E102", credential},        {"E104", invalid_address},   {"E109", duplicate},
    {"K101", unreachable},       {"K102", invalid_address},   {"K103", too_long},
    {"K104", template_missing},  {"K105", template_mismatch}, {"K108", template_mismatch},
    {"K109", template_mismatch}, {"K200", profile_invalid},   {"K201", profile_invalid},
    {"K202", profile_invalid},   {"K203", profile_invalid},   {"K204", profile_invalid},
    {"K205", profile_invalid},   {"K206", profile_invalid},   {"K207", profile_invalid},
    {"K303", quiet_hours},       {"K997", uncertain},         {"K998", transient},
    {"K999", transient},
};
static_assert(strictly_ascending(bizm_kakao_codes));

// M103 is the customer's block here, spam at MTS.
constexpr CodeReason bizm_text_codes[] = {
    {"M102", invalid_address},    {"M103", blocked_by_user},    {"M104", spam_policy},
    {"M105", phone_off},          {"M106", too_long},           {"M107", sender_unregistered},
    {"M121", encoding},           {"M212", rate_limited},       {"M300", rate_limited},
    {"M301", rate_limited},       {"M302", quiet_hours},        {"M303", no_balance},
    {"M304", duplicate},          {"M306", sender_rule},        {"M307", sender_unregistered},
    {"M308", sender_rule},        {"M405", uncertain},          {"M409", spam_policy},
    {"M505", no_subscriber},      {"M507", phone_off},          {"M508", device_full},
    {"M509", unsupported_device}, {"M510", unsupported_device}, {"M520", suspended},
    {"M804", encoding},           {"M998", uncertain},
};
static_assert(strictly_ascending(bizm_text_codes));

// One numbering for every channel. 4000 is success: not listed. 3107 mixes several causes:
// never an opt-out. 3012 is a duplicate at MTS.
constexpr CodeReason solapi_codes[] = {
    {"1020", credential},         {"1026", duplicate},       {"1029", encoding},
    {"1030", no_balance},         {"1031", too_long},        {"1042", template_missing},
    {"1043", template_mismatch},  {"1061", blocked_by_user}, {"1062", sender_unregistered},
    {"1064", spam_policy},        {"2061", blocked_by_user}, {"2062", sender_unregistered},
    {"2230", no_balance},         {"3010", invalid_address}, {"3012", transient},
    {"3013", sender_rule},        {"3024", transient},       {"3032", no_subscriber},
    {"3040", uncertain},          {"3042", phone_off},       {"3043", phone_off},
    {"3044", device_full},        {"3045", suspended},       {"3047", blocked_by_user},
    {"3050", unsupported_device}, {"3054", spam_policy},     {"3055", spam_policy},
    {"3059", sender_rule},        {"3101", profile_invalid}, {"3102", not_friend},
    {"3103", template_mismatch},  {"3104", not_app_user},    {"3105", template_missing},
    {"3106", profile_invalid},    {"3107", unreachable},     {"3108", quiet_hours},
};
static_assert(strictly_ascending(solapi_codes));

constexpr CodeTable multichannel_tables[] = {
    {"bizm", kakao_channels, bizm_kakao_codes},
    // The letter tells them apart, so a Kakao delivery may report the M code of its fallback.
    {"bizm", kakao_channels | text_channels, bizm_text_codes},
    {"solapi", kakao_channels | text_channels, solapi_codes},
};

}  // namespace

std::span<const CodeTable> multichannel_code_tables() {
  return multichannel_tables;
}

}  // namespace message_history
