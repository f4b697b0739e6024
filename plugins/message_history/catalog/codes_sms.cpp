// Result codes of providers that send text messages only.
#include "catalog/code_tables.h"

namespace message_history {
namespace {

using enum Reason;

// S codes are SMS, M codes LMS and MMS. The letter decides, so both are read on all three: a feed
// may label a message that was lengthened on the way by either channel.
constexpr CodeReason mts_sms_codes[] = {
    {"M101", spam_policy},
    {"M1013", no_subscriber},
    {"M1026", phone_off},
    {"M103", spam_policy},
    {"M104", spam_policy},
    {"M112", uncertain},
    {"M117", invalid_address},
    {"M202", no_subscriber},
    {"M203", no_subscriber},
    {"M2103", unsupported_device},
    {"M2107", invalid_address},
    {"M4005", transient},
    {"M4008", rate_limited},
    {"M4301", no_subscriber},
    {"M4307", suspended},
    {"M6014", blocked_by_user},
    {"M6072", unsupported_device},
    {"S03", spam_policy},
    {"S10", rate_limited},
    {"S11", invalid_address},
    {"S31", phone_off},
    {"S34", no_subscriber},
    {"S35", phone_off},
    {"S36", phone_off},
    {"S40", sender_rule},
    {"S41", sender_rule},
    {"S50", sender_unregistered},
    {"S55", uncertain},
};
static_assert(strictly_ascending(mts_sms_codes));

// The carriers' codes and, for messages abroad, the short receipt codes, where the description
// names one reason. Left out on purpose: 9 (headed a wrong number, described as an opt-out), 51
// and 4002 (some trouble with the sender), 1019 and EXPIRED (gave up: known not to have arrived),
// 1000 (success from a carrier, "other" in a receipt). 2000 and 3006 follow Solapi 3040 and 3047,
// of the same description.
constexpr CodeReason nhn_sms_codes[] = {
    {"1001", transient},
    {"1002", invalid_address},
    {"1003", sender_rule},
    {"16", rate_limited},
    {"2", phone_off},
    {"2000", uncertain},
    {"2003", phone_off},
    {"2005", phone_off},
    {"3", no_subscriber},
    {"3001", no_subscriber},
    {"3003", invalid_address},
    {"3004", suspended},
    {"3006", blocked_by_user},
    {"3007", unsupported_device},
    {"3010", unsupported_device},
    {"3011", transient},
    {"3012", spam_policy},
    {"3016", too_long},
    {"3017", sender_rule},
    {"3018", sender_rule},
    {"3019", sender_rule},
    {"39", sender_rule},
    {"4", blocked_by_user},
    {"4003", invalid_address},
    {"4005", no_subscriber},
    {"4008", spam_policy},
    {"4009", transient},
    {"6", spam_policy},
    {"8", transient},
    {"E915", duplicate},
    {"E919", quiet_hours},
};
static_assert(strictly_ascending(nhn_sms_codes));

// Left out on purpose: A and h (the phone is busy or takes no call), j (a carrier's queue is
// full). 1 is a time-out, as Solapi 3040.
constexpr CodeReason nuri_codes[] = {
    {"1", uncertain},   {"2", invalid_address}, {"B", phone_off},       {"C", phone_off},
    {"D", device_full}, {"a", suspended},       {"c", blocked_by_user}, {"g", unsupported_device},
    {"k", spam_policy}, {"l", spam_policy},     {"m", spam_policy},     {"n", rate_limited},
    {"o", too_long},    {"p", invalid_address}, {"q", duplicate},       {"r", spam_policy},
    {"s", spam_policy}, {"t", spam_policy},     {"w", spam_policy},     {"y", rate_limited},
};
static_assert(strictly_ascending(nuri_codes));

constexpr CodeTable sms_tables[] = {
    {"mts-sms", text_channels, mts_sms_codes},
    {"nhn-sms", text_channels, nhn_sms_codes},
    {"nuri", text_channels, nuri_codes},
};

}  // namespace

std::span<const CodeTable> sms_code_tables() {
  return sms_tables;
}

}  // namespace message_history
