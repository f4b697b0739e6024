// Enhanced mail status codes (RFC 3463) and the error names of FCM and APNs.
#include "catalog/code_tables.h"

namespace message_history {
namespace {

using enum Reason;

// Class 4 is temporary and class 5 permanent; the reason is the same.
constexpr CodeReason smtp_codes[] = {
    {"4.1.1", invalid_address}, {"4.1.2", invalid_address}, {"4.1.3", invalid_address},
    {"4.2.1", suspended},       {"4.2.2", device_full},     {"4.2.3", too_long},
    {"4.3.4", too_long},        {"4.4.1", transient},       {"4.4.2", transient},
    {"4.4.5", rate_limited},    {"4.4.7", uncertain},       {"4.7.1", spam_policy},
    {"4.7.8", credential},      {"5.1.1", invalid_address}, {"5.1.2", invalid_address},
    {"5.1.3", invalid_address}, {"5.2.1", suspended},       {"5.2.2", device_full},
    {"5.2.3", too_long},        {"5.3.4", too_long},        {"5.4.1", transient},
    {"5.4.2", transient},       {"5.4.5", rate_limited},    {"5.4.7", uncertain},
    {"5.7.1", spam_policy},     {"5.7.8", credential},
};
static_assert(strictly_ascending(smtp_codes));

// The HTTP v1 names in capitals, the legacy ones in mixed case. INVALID_ARGUMENT is left out: a
// bad token or a bad payload, it cannot be told which.
constexpr CodeReason fcm_codes[] = {
    {"DeviceMessageRateExceeded", rate_limited},
    {"INTERNAL", transient},
    {"InternalServerError", transient},
    {"InvalidApnsCredential", credential},
    {"InvalidPackageName", profile_invalid},
    {"InvalidRegistration", invalid_address},
    {"MessageTooBig", too_long},
    {"MismatchSenderId", profile_invalid},
    {"NotRegistered", token_gone},
    {"QUOTA_EXCEEDED", rate_limited},
    {"SENDER_ID_MISMATCH", profile_invalid},
    {"THIRD_PARTY_AUTH_ERROR", credential},
    {"TopicsMessageRateExceeded", rate_limited},
    {"UNAVAILABLE", transient},
    {"UNREGISTERED", token_gone},
    {"Unavailable", transient},
};
static_assert(strictly_ascending(fcm_codes));

constexpr CodeReason apns_codes[] = {
    {"BadCertificate", credential},       {"BadCertificateEnvironment", credential},
    {"BadDeviceToken", invalid_address},  {"DeviceTokenNotForTopic", profile_invalid},
    {"ExpiredProviderToken", credential}, {"ExpiredToken", token_gone},
    {"InternalServerError", transient},   {"InvalidProviderToken", credential},
    {"MissingProviderToken", credential}, {"PayloadTooLarge", too_long},
    {"ServiceUnavailable", transient},    {"Shutdown", transient},
    {"TooManyRequests", rate_limited},    {"Unregistered", token_gone},
};
static_assert(strictly_ascending(apns_codes));

constexpr CodeTable email_push_tables[] = {
    {"smtp", channel_bit(Channel::email), smtp_codes},
    {"fcm", channel_bit(Channel::push), fcm_codes},
    {"apns", channel_bit(Channel::push), apns_codes},
};

}  // namespace

std::span<const CodeTable> email_push_code_tables() {
  return email_push_tables;
}

}  // namespace message_history
