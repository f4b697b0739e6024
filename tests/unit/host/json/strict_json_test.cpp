// The one strict reader of JSON, as hosts and plugins use it.
#include <gtest/gtest.h>
#include <crm/cpp/strict_json.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "json/strict_json.h"

namespace host_stub {
namespace {

using Kind = crm::JsonFault::Kind;
using namespace std::string_literals;

constexpr int depth_max = 3;

struct Refused {
  std::string text;
  Kind kind;
};

const Refused refused_texts[] = {
    {"{\"a\":1}\0x"s, Kind::nul},
    {"\0{}"s, Kind::nul},
    {"{\"a\":\"\0\"}"s, Kind::nul},
    {"\xEF\xBB\xBF{}", Kind::mark},
    {"", Kind::empty},
    {" \r\n\t", Kind::empty},
    {"{\"a\":\"\xC3\"}", Kind::not_utf8},
    {"{\"a\":\"\xED\xA0\x80\"}", Kind::not_utf8},
    {"[[[[]]]]", Kind::too_deep},
    {"{\"a\":{\"b\":[{}]}}", Kind::too_deep},
    {R"({"a":1,"a":1})", Kind::key_twice},
    {R"({"a":1,"\u0061":1})", Kind::key_twice},
    {R"([{"b":{"c":1,"c":2}}])", Kind::key_twice},
    {"1" + std::string(400, '0'), Kind::number_out_of_range},
    {"{\"a\":-1e400}", Kind::number_out_of_range},
    {R"({"a":"\ud800"})", Kind::malformed},
    {R"({"a":"\ud800\u0041"})", Kind::malformed},
    {"{} {}", Kind::malformed},
    {"{\"a\":01}", Kind::malformed},
    {"[1,]", Kind::malformed},
    {"{\"a\":NaN}", Kind::malformed},
};

template <class Parsed>
Kind kind_of(const Parsed& parsed) {
  return std::get<crm::JsonFault>(parsed).kind;
}

TEST(StrictJson, RefusesWhatReadersTreatInDifferentWays) {
  for (const auto& [text, kind] : refused_texts) {
    const auto plain = crm::parse_strict_json<nlohmann::json>(text, depth_max);
    const auto ordered = crm::parse_strict_json<nlohmann::ordered_json>(text, depth_max);
    ASSERT_TRUE(std::holds_alternative<crm::JsonFault>(plain)) << text;
    ASSERT_TRUE(std::holds_alternative<crm::JsonFault>(ordered)) << text;
    EXPECT_EQ(kind_of(plain), kind) << text;
    EXPECT_EQ(kind_of(ordered), kind) << text;
  }
}

TEST(StrictJson, TakesTheRestAsItIs) {
  for (const std::string text : {R"({"a":[1,{}],"b":{"a":1}})", R"([])", R"("\ud83d\ude00")",
                                 R"(1e-400)", R"( 1 )", R"({"a":"\u0000"})"}) {
    const auto parsed = crm::parse_strict_json<nlohmann::json>(text, depth_max);
    ASSERT_TRUE(std::holds_alternative<nlohmann::json>(parsed)) << text;
    EXPECT_EQ(std::get<nlohmann::json>(parsed), nlohmann::json::parse(text)) << text;
  }
}

std::string object_of(size_t members) {
  std::string text = "{";
  for (size_t i = 0; i < members; ++i) {
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
  }
  return text + "}";
}

TEST(StrictJson, ObjectHasSoManyMembersAndNotOneMore) {
  const auto at_most = parse_strict_json(object_of(crm::json_members_max));
  ASSERT_TRUE(at_most) << at_most.error().detail;
  EXPECT_EQ(at_most.value().size(), crm::json_members_max);
  for (const std::string& text :
       {object_of(crm::json_members_max + 1), "[" + object_of(crm::json_members_max + 1) + "]"}) {
    const auto one_more = parse_strict_json(text);
    ASSERT_FALSE(one_more);
    EXPECT_NE(one_more.error().detail.find("more than 8192 members"), std::string::npos);
    EXPECT_EQ(kind_of(crm::parse_strict_json<nlohmann::json>(text, depth_max)),
              Kind::too_many_members);
  }
}

TEST(StrictJson, OfTheHostSaysWhatItRefuses) {
  for (const auto& [text, kind] : refused_texts) {
    const auto parsed = parse_strict_json(text, depth_max);
    ASSERT_FALSE(parsed) << text;
    EXPECT_GT(parsed.error().detail.size(), 10u) << text;
  }
  EXPECT_NE(parse_strict_json("\xEF\xBB\xBF{}").error().detail.find("byte order mark"),
            std::string::npos);
}

}  // namespace
}  // namespace host_stub
