// The reason catalog against the design table, which is written out here by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "catalog/code_tables.h"
#include "catalog/reason.h"

namespace message_history {
namespace {

constexpr Channel every_channel[] = {
    Channel::other, Channel::alimtalk, Channel::friendtalk, Channel::brand_message, Channel::sms,
    Channel::lms,   Channel::mms,      Channel::rcs,        Channel::push,          Channel::email};

using Channels = std::vector<Channel>;

const Channels kakao = {Channel::alimtalk, Channel::friendtalk, Channel::brand_message};
const Channels text_channels = {Channel::sms, Channel::lms, Channel::mms};
const Channels kakao_and_text = {Channel::alimtalk, Channel::friendtalk, Channel::brand_message,
                                 Channel::sms,      Channel::lms,        Channel::mms};

// The channels on which the provider's code has its meaning.
const Channels& channels_of(std::string_view provider, std::string_view code) {
  static const Channels push = {Channel::push};
  static const Channels email = {Channel::email};
  if (provider == "smtp") return email;
  if (provider == "fcm" || provider == "apns") return push;
  if (provider == "mts-kakao" || provider == "nhn-kakao") return kakao;
  if (provider == "bizm") return code.front() == 'M' ? kakao_and_text : kakao;
  if (provider == "solapi") return kakao_and_text;
  return text_channels;
}

// One cell: a provider's codes, separated by spaces, for one reason.
struct Cell {
  std::string_view reason;
  std::string_view provider;
  std::string_view codes;
};

std::vector<std::string> codes_in(const Cell& cell) {
  std::istringstream stream{std::string(cell.codes)};
  std::vector<std::string> codes;
  for (std::string code; stream >> code;) codes.push_back(code);
  return codes;
}

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << cell.provider << ' ' << cell.reason;
}

// design/failure_reasons.md, row by row.
constexpr Cell design_table[] = {
    {"invalid_address", "mts-kakao", "3008"},
    {"invalid_address", "mts-sms", "S11 M117 M2107"},
    {"invalid_address", "bizm", "K102 M102 E104"},
    {"invalid_address", "solapi", "3010"},
    {"invalid_address", "smtp", "5.1.1 5.1.2 5.1.3 4.1.1 4.1.2 4.1.3"},
    {"invalid_address", "apns", "BadDeviceToken"},
    {"no_subscriber", "mts-sms", "S34 M202 M203 M1013 M4301"},
    {"no_subscriber", "bizm", "M505"},
    {"no_subscriber", "solapi", "3032"},
    {"not_app_user", "mts-kakao", "3019"},
    {"not_app_user", "solapi", "3104"},
    {"token_gone", "fcm", "UNREGISTERED"},
    {"token_gone", "apns", "Unregistered"},
    {"blocked_by_user", "mts-kakao", "3020"},
    {"blocked_by_user", "mts-sms", "M6014"},
    {"blocked_by_user", "bizm", "M103"},
    {"blocked_by_user", "solapi", "1061 2061 3047"},
    {"unreachable", "mts-kakao", "3018"},
    {"unreachable", "bizm", "K101"},
    {"unreachable", "solapi", "3107"},
    {"not_friend", "solapi", "3102"},
    {"phone_off", "mts-sms", "S31 S35 S36 M1026"},
    {"phone_off", "bizm", "M105 M507"},
    {"phone_off", "solapi", "3042 3043"},
    {"device_full", "bizm", "M508"},
    {"device_full", "solapi", "3044"},
    {"device_full", "smtp", "4.2.2 5.2.2"},
    {"suspended", "mts-sms", "M4307"},
    {"suspended", "bizm", "M520"},
    {"suspended", "solapi", "3045"},
    {"suspended", "smtp", "4.2.1 5.2.1"},
    {"unsupported_device", "mts-kakao", "3021"},
    {"unsupported_device", "mts-sms", "M2103 M6072"},
    {"unsupported_device", "bizm", "M509 M510"},
    {"unsupported_device", "solapi", "3050"},
    {"spam_policy", "mts-sms", "S03 M101 M103 M104"},
    {"spam_policy", "bizm", "M104 M409"},
    {"spam_policy", "solapi", "1064 3054 3055"},
    {"spam_policy", "smtp", "4.7.1 5.7.1"},
    {"sender_unregistered", "mts-sms", "S50"},
    {"sender_unregistered", "bizm", "M107 M307"},
    {"sender_unregistered", "solapi", "1062 2062"},
    {"sender_rule", "mts-sms", "S40 S41"},
    {"sender_rule", "bizm", "M306 M308"},
    {"sender_rule", "solapi", "3013 3059"},
    {"template_mismatch", "mts-kakao", "3016 3027 3028 3030"},
    {"template_mismatch", "bizm", "K105 K108 K109"},
    {"template_mismatch", "solapi", "1043 3103"},
    {"template_missing", "mts-kakao", "3015"},
    {"template_missing", "bizm", "K104"},
    {"template_missing", "solapi", "1042 3105"},
    {"profile_invalid", "mts-kakao", "1003 1006 1007 1021 1022 1023 1024 1025"},
    {"profile_invalid", "bizm", "K200 K201 K202 K203 K204 K205 K206 K207"},
    {"profile_invalid", "solapi", "3101 3106"},
    {"profile_invalid", "fcm", "SENDER_ID_MISMATCH"},
    {"profile_invalid", "apns", "DeviceTokenNotForTopic"},
    {"quiet_hours", "mts-kakao", "3022"},
    {"quiet_hours", "bizm", "K303 M302"},
    {"quiet_hours", "solapi", "3108"},
    {"too_long", "mts-kakao", "3014"},
    {"too_long", "bizm", "K103 M106"},
    {"too_long", "solapi", "1031"},
    {"too_long", "smtp", "4.2.3 5.2.3 4.3.4 5.3.4"},
    {"too_long", "apns", "PayloadTooLarge"},
    {"encoding", "bizm", "M121 M804"},
    {"encoding", "solapi", "1029"},
    {"no_balance", "bizm", "M303"},
    {"no_balance", "solapi", "1030 2230"},
    {"rate_limited", "mts-sms", "S10 M4008"},
    {"rate_limited", "bizm", "M212 M300 M301"},
    {"rate_limited", "fcm", "QUOTA_EXCEEDED"},
    {"rate_limited", "apns", "TooManyRequests"},
    {"rate_limited", "smtp", "4.4.5 5.4.5"},
    {"duplicate", "mts-kakao", "3012"},
    {"duplicate", "bizm", "E109 M304"},
    {"duplicate", "solapi", "1026"},
    {"uncertain", "mts-kakao", "3005"},
    {"uncertain", "mts-sms", "S55 M112"},
    {"uncertain", "bizm", "K997 M405 M998"},
    {"uncertain", "solapi", "3040"},
    {"uncertain", "smtp", "4.4.7 5.4.7"},
    {"transient", "mts-kakao", "3000 3006 9998"},
    {"transient", "mts-sms", "M4005"},
    {"transient", "bizm", "K998 K999"},
    {"transient", "solapi", "3012 3024"},
    {"transient", "smtp", "4.4.1 5.4.1 4.4.2 5.4.2"},
    {"transient", "fcm", "UNAVAILABLE INTERNAL"},
    {"transient", "apns", "ServiceUnavailable"},
    {"credential", "mts-kakao", "1002"},
    {"credential", "bizm", "E102"},
    {"credential", "solapi", "1020"},
    {"credential", "fcm", "THIRD_PARTY_AUTH_ERROR"},
    {"credential", "apns", "ExpiredProviderToken"},
};

// Clear descriptions in data/delivery_codes.csv of providers the design table leaves out.
constexpr Cell provider_documents[] = {
    {"credential", "nhn-kakao", "1002"},
    {"profile_invalid", "nhn-kakao", "1003 1006 1007 1021 1022 1023 1024 1025 1027 4104"},
    {"invalid_address", "nhn-kakao", "1020 3008"},
    {"uncertain", "nhn-kakao", "3005"},
    {"transient", "nhn-kakao", "2005 3006 3012 9998"},
    {"too_long", "nhn-kakao", "3014 3025 3029 3032 3058 4144"},
    {"template_missing", "nhn-kakao", "3015"},
    {"template_mismatch", "nhn-kakao", "1033 3016 3027 3031 3045 3053 3057 4132"},
    {"unreachable", "nhn-kakao", "3018"},
    {"not_app_user", "nhn-kakao", "3019"},
    {"blocked_by_user", "nhn-kakao", "3020"},
    {"unsupported_device", "nhn-kakao", "3021"},
    {"quiet_hours", "nhn-kakao", "3022"},
    {"duplicate", "nhn-kakao", "4131"},
    {"transient", "nhn-sms", "1001 3011 4009 8"},
    {"invalid_address", "nhn-sms", "1002 3003 4003"},
    {"no_subscriber", "nhn-sms", "3001 4005 3"},
    {"phone_off", "nhn-sms", "2003 2005 2"},
    {"blocked_by_user", "nhn-sms", "3006 4"},
    {"spam_policy", "nhn-sms", "3012 4008 6"},
    {"sender_rule", "nhn-sms", "1003 3017 3018 3019 39"},
    {"unsupported_device", "nhn-sms", "3007 3010"},
    {"suspended", "nhn-sms", "3004"},
    {"too_long", "nhn-sms", "3016"},
    {"rate_limited", "nhn-sms", "16"},
    {"uncertain", "nhn-sms", "2000"},
    {"duplicate", "nhn-sms", "E915"},
    {"quiet_hours", "nhn-sms", "E919"},
    {"uncertain", "nuri", "1"},
    {"invalid_address", "nuri", "2 p"},
    {"phone_off", "nuri", "B C"},
    {"device_full", "nuri", "D"},
    {"suspended", "nuri", "a"},
    {"blocked_by_user", "nuri", "c"},
    {"unsupported_device", "nuri", "g"},
    {"spam_policy", "nuri", "k l m r s t w"},
    {"rate_limited", "nuri", "n y"},
    {"too_long", "nuri", "o"},
    {"duplicate", "nuri", "q"},
    {"credential", "smtp", "4.7.8 5.7.8"},
    {"token_gone", "fcm", "NotRegistered"},
    {"invalid_address", "fcm", "InvalidRegistration"},
    {"profile_invalid", "fcm", "MismatchSenderId InvalidPackageName"},
    {"too_long", "fcm", "MessageTooBig"},
    {"rate_limited", "fcm", "DeviceMessageRateExceeded TopicsMessageRateExceeded"},
    {"transient", "fcm", "Unavailable InternalServerError"},
    {"credential", "fcm", "InvalidApnsCredential"},
    {"token_gone", "apns", "ExpiredToken"},
    {"transient", "apns", "InternalServerError Shutdown"},
    {"credential", "apns",
     "BadCertificate BadCertificateEnvironment InvalidProviderToken MissingProviderToken"},
};

// Codes that succeeded, are still under way, or could mean several things.
constexpr Cell not_a_reason[] = {
    {"unclassified", "mts-kakao", "0000 1000 4000 9999 S11 K101"},
    {"unclassified", "mts-sms", "00 S00 M1000 M4000 4000 11 117 3008"},
    {"unclassified", "bizm", "K000 M000 M001 K208 K199 E101 101 3018"},
    {"unclassified", "solapi", "2000 3000 4000 3041 9999 S11"},
    {"unclassified", "nhn-kakao", "1000 2001 3000 3010 3023 3040 4000 4133 4134 4161 9999"},
    {"unclassified", "nhn-sms", "1000 0 1019 2004 2007 3014 4006 4007 4010 9 51 99 E999"},
    {"unclassified", "nhn-sms", "DELIVERED ACCEPTED BUFFERED EXPIRED FAILED REJECTED UNKNOWN"},
    {"unclassified", "nuri", "0 A b e f h i j x u z Z Q"},
    {"unclassified", "smtp", "5.0.0 2.1.1 3.1.1 x.1.1 1.1 5.1 5.1.10 5.1.1.1 05.1.1 550"},
    {"unclassified", "fcm", "INVALID_ARGUMENT UNSPECIFIED_ERROR InvalidTtl InvalidParameters"},
    {"unclassified", "apns", "BadTopic IdleTimeout Forbidden MethodNotAllowed 410"},
    {"unclassified", "naver", "1004 4002"},
};

class ReasonCell : public testing::TestWithParam<Cell> {};

TEST_P(ReasonCell, IsItsCodesReasonOnTheProvidersChannelsAndNowhereElse) {
  const Cell& cell = GetParam();
  for (const std::string& code : codes_in(cell)) {
    const Channels& meant = channels_of(cell.provider, code);
    for (const Channel channel : every_channel) {
      const bool listed = std::ranges::find(meant, channel) != meant.end();
      const Reason reason = classify(cell.provider, channel, code);
      EXPECT_EQ(reason_key(reason), listed ? cell.reason : "unclassified")
          << cell.provider << ' ' << channel_key(channel) << ' ' << code;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(DesignTable, ReasonCell, testing::ValuesIn(design_table));
INSTANTIATE_TEST_SUITE_P(ProviderDocuments, ReasonCell, testing::ValuesIn(provider_documents));
INSTANTIATE_TEST_SUITE_P(NotAReason, ReasonCell, testing::ValuesIn(not_a_reason));

TEST(Classify, TheDesignTableListsNoProviderCodeTwice) {
  std::set<std::pair<std::string_view, std::string>> seen;
  for (const Cell& cell : design_table) {
    for (const std::string& code : codes_in(cell)) {
      EXPECT_TRUE(seen.emplace(cell.provider, code).second) << cell.provider << ' ' << code;
    }
  }
}

TEST(Classify, CodesAreCaseSensitive) {
  EXPECT_EQ(classify("nuri", Channel::sms, "a"), Reason::suspended);
  EXPECT_EQ(classify("nuri", Channel::sms, "A"), Reason::unclassified);
  EXPECT_EQ(classify("nuri", Channel::sms, "C"), Reason::phone_off);
  EXPECT_EQ(classify("nuri", Channel::sms, "c"), Reason::blocked_by_user);
  EXPECT_EQ(classify("apns", Channel::push, "unregistered"), Reason::unclassified);
  EXPECT_EQ(classify("apns", Channel::push, "UNREGISTERED"), Reason::unclassified);
  EXPECT_EQ(classify("mts-sms", Channel::sms, "s11"), Reason::unclassified);
  EXPECT_EQ(classify("bizm", Channel::alimtalk, "k101"), Reason::unclassified);
}

TEST(Classify, OneCodeMeansDifferentThingsAtDifferentProviders) {
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, "3012"), Reason::duplicate);
  EXPECT_EQ(classify("solapi", Channel::alimtalk, "3012"), Reason::transient);
  EXPECT_EQ(classify("nhn-sms", Channel::sms, "3012"), Reason::spam_policy);
  EXPECT_EQ(classify("mts-sms", Channel::lms, "M103"), Reason::spam_policy);
  EXPECT_EQ(classify("bizm", Channel::lms, "M103"), Reason::blocked_by_user);
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, "3022"), Reason::quiet_hours);
}

TEST(Classify, FourThousandIsNeverAFailureReason) {
  for (const auto provider : {"mts-kakao", "mts-sms", "solapi", "nhn-kakao", "bizm"}) {
    for (const Channel channel : every_channel) {
      EXPECT_EQ(classify(provider, channel, "4000"), Reason::unclassified) << provider;
      EXPECT_EQ(classify(provider, channel, "M4000"), Reason::unclassified) << provider;
    }
  }
}

TEST(Classify, TextsAreMatchedWholeAndNeverTrimmed) {
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, ""), Reason::unclassified);
  EXPECT_EQ(classify("", Channel::alimtalk, "3008"), Reason::unclassified);
  EXPECT_EQ(classify("MTS-KAKAO", Channel::alimtalk, "3008"), Reason::unclassified);
  EXPECT_EQ(classify("mts-kakao ", Channel::alimtalk, "3008"), Reason::unclassified);
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, " 3008"), Reason::unclassified);
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, "30080"), Reason::unclassified);
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, "300"), Reason::unclassified);
  EXPECT_EQ(classify("mts-kakao", Channel::alimtalk, std::string_view("3008\0", 5)),
            Reason::unclassified);
  EXPECT_EQ(classify("mts-sms", Channel::sms, std::string(1 << 20, 'S')), Reason::unclassified);
}

TEST(Classify, AChannelOutsideTheListIsUnclassified) {
  EXPECT_EQ(classify("solapi", static_cast<Channel>(10), "3010"), Reason::unclassified);
  EXPECT_EQ(classify("solapi", static_cast<Channel>(255), "3010"), Reason::unclassified);
}

std::vector<CodeTable> every_code_table() {
  std::vector<CodeTable> tables;
  for (const auto family : {kakao_code_tables(), sms_code_tables(), multichannel_code_tables(),
                            email_push_code_tables()}) {
    tables.insert(tables.end(), family.begin(), family.end());
  }
  return tables;
}

TEST(CodeTables, AreSortedWithoutDuplicateOrUnclassifiedCodes) {
  for (const CodeTable& table : every_code_table()) {
    EXPECT_FALSE(table.codes.empty()) << table.provider;
    EXPECT_NE(table.channels, 0) << table.provider;
    EXPECT_TRUE(strictly_ascending(table.codes)) << table.provider;
    for (const CodeReason& entry : table.codes) {
      EXPECT_FALSE(entry.code.empty()) << table.provider;
      EXPECT_NE(entry.reason, Reason::unclassified) << table.provider << ' ' << entry.code;
    }
  }
}

TEST(CodeTables, ListEachProviderChannelAndCodeOnce) {
  std::set<std::tuple<std::string_view, Channel, std::string_view>> seen;
  for (const CodeTable& table : every_code_table()) {
    for (const Channel channel : every_channel) {
      if ((table.channels & channel_bit(channel)) == 0) continue;
      for (const CodeReason& entry : table.codes) {
        EXPECT_TRUE(seen.emplace(table.provider, channel, entry.code).second)
            << table.provider << ' ' << entry.code;
      }
    }
  }
}

TEST(CodeTables, AnUnsortedOrRepeatedCodeIsNoticed) {
  constexpr CodeReason unsorted[] = {{"b", Reason::transient}, {"a", Reason::transient}};
  constexpr CodeReason repeated[] = {{"a", Reason::transient}, {"a", Reason::duplicate}};
  EXPECT_FALSE(strictly_ascending(unsorted));
  EXPECT_FALSE(strictly_ascending(repeated));
}

TEST(CodeTables, GiveEveryReasonAtLeastOneCode) {
  std::set<Reason> used = {Reason::unclassified};
  for (const CodeTable& table : every_code_table()) {
    for (const CodeReason& entry : table.codes) used.insert(entry.reason);
  }
  EXPECT_EQ(used.size(), reason_count);
}

TEST(Reasons, AreTheDesignsReasonsInItsOrder) {
  std::vector<std::string_view> keys;
  for (const Reason reason : all_reasons) keys.push_back(reason_key(reason));
  const std::vector<std::string_view> expected = {
      "invalid_address",     "no_subscriber", "not_app_user",       "token_gone",
      "blocked_by_user",     "unreachable",   "not_friend",         "phone_off",
      "device_full",         "suspended",     "unsupported_device", "spam_policy",
      "sender_unregistered", "sender_rule",   "template_mismatch",  "template_missing",
      "profile_invalid",     "quiet_hours",   "too_long",           "encoding",
      "no_balance",          "rate_limited",  "duplicate",          "uncertain",
      "transient",           "credential",    "unclassified"};
  EXPECT_EQ(keys, expected);
}

TEST(Reasons, AZeroedReasonClaimsNothing) {
  EXPECT_EQ(Reason{}, Reason::unclassified);
}

TEST(Reasons, KeysRoundTrip) {
  for (const Reason reason : all_reasons) {
    EXPECT_EQ(reason_from_key(reason_key(reason)), reason) << reason_key(reason);
  }
  EXPECT_EQ(reason_from_key(""), std::nullopt);
  EXPECT_EQ(reason_from_key("Invalid_address"), std::nullopt);
  EXPECT_EQ(reason_from_key("invalid_addres"), std::nullopt);
  EXPECT_EQ(reason_from_key("none"), std::nullopt);
}

TEST(Reasons, AValueOutsideTheListReadsAsUnclassified) {
  for (const int value : {static_cast<int>(reason_count), 255}) {
    const auto reason = static_cast<Reason>(value);
    EXPECT_EQ(reason_key(reason), "unclassified");
    EXPECT_EQ(reason_title(reason, Locale::en), reason_title(Reason::unclassified, Locale::en));
    EXPECT_EQ(reason_advice(reason, Locale::ko), reason_advice(Reason::unclassified, Locale::ko));
  }
}

// Hangul syllables U+AC00 to U+D7A3 are the UTF-8 sequences EA B0 80 to ED 9E A3.
bool has_hangul(std::string_view utf8) {
  for (std::size_t index = 0; index + 3 <= utf8.size(); ++index) {
    const std::string_view sequence = utf8.substr(index, 3);
    if (sequence >= "\xEA\xB0\x80" && sequence <= "\xED\x9E\xA3") return true;
  }
  return false;
}

bool is_ascii(std::string_view text_value) {
  return std::ranges::all_of(text_value, [](char c) { return c >= ' ' && c <= '~'; });
}

std::size_t word_count(std::string_view text_value) {
  return static_cast<std::size_t>(std::ranges::count(text_value, ' ')) + 1;
}

TEST(ReasonTexts, ArePresentAndDistinctInBothLanguages) {
  for (const Locale locale : {Locale::ko, Locale::en}) {
    std::set<std::string_view> texts;
    for (const Reason reason : all_reasons) {
      EXPECT_FALSE(reason_title(reason, locale).empty()) << reason_key(reason);
      EXPECT_FALSE(reason_advice(reason, locale).empty()) << reason_key(reason);
      EXPECT_TRUE(texts.insert(reason_title(reason, locale)).second) << reason_key(reason);
      EXPECT_TRUE(texts.insert(reason_advice(reason, locale)).second) << reason_key(reason);
    }
  }
}

TEST(ReasonTexts, AreKoreanInKoreanAndPlainEnglishInEnglish) {
  for (const Reason reason : all_reasons) {
    EXPECT_TRUE(has_hangul(reason_title(reason, Locale::ko))) << reason_key(reason);
    EXPECT_TRUE(has_hangul(reason_advice(reason, Locale::ko))) << reason_key(reason);
    EXPECT_TRUE(is_ascii(reason_title(reason, Locale::en))) << reason_key(reason);
    EXPECT_TRUE(is_ascii(reason_advice(reason, Locale::en))) << reason_key(reason);
  }
}

TEST(ReasonTexts, TitlesAreShortAndAdviceIsWholeSentences) {
  for (const Reason reason : all_reasons) {
    EXPECT_LE(word_count(reason_title(reason, Locale::ko)), 5U) << reason_key(reason);
    EXPECT_LE(word_count(reason_title(reason, Locale::en)), 5U) << reason_key(reason);
    EXPECT_TRUE(reason_advice(reason, Locale::en).ends_with('.')) << reason_key(reason);
    const std::string_view korean = reason_advice(reason, Locale::ko);
    EXPECT_TRUE(korean.ends_with("요.")) << reason_key(reason);
  }
}

TEST(ReasonTexts, UnreachableDoesNotReadAsAnOptOut) {
  for (const Locale locale : {Locale::ko, Locale::en}) {
    for (const std::string_view words :
         {reason_title(Reason::unreachable, locale), reason_advice(Reason::unreachable, locale)}) {
      for (const std::string_view opt_out :
           {"거부", "차단", "거절", "opt", "block", "refus", "unsubscri", "declin"}) {
        EXPECT_EQ(words.find(opt_out), std::string_view::npos) << words;
      }
    }
  }
}

TEST(ReasonTexts, UncertainSaysTheMessageMayStillHaveArrived) {
  const std::string_view korean = reason_advice(Reason::uncertain, Locale::ko);
  const std::string_view english = reason_advice(Reason::uncertain, Locale::en);
  EXPECT_NE(korean.find("도착했을 수도"), std::string_view::npos);
  EXPECT_NE(korean.find("3일"), std::string_view::npos);
  EXPECT_NE(english.find("may have arrived"), std::string_view::npos);
  EXPECT_NE(english.find("3 days"), std::string_view::npos);
}

}  // namespace
}  // namespace message_history
