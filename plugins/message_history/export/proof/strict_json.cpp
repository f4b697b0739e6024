#include "export/proof/strict_json.h"

#include <algorithm>
#include <crm/cpp/strict_json.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>

namespace message_history {

namespace {

// Whether an explanation may repeat it: it may come from anybody.
bool is_plain_name(std::string_view name) {
  constexpr std::size_t shown_bytes_max = 32;
  return !name.empty() && name.size() <= shown_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

std::string words_for(const crm::JsonFault& fault) {
  using Kind = crm::JsonFault::Kind;
  switch (fault.kind) {
    case Kind::mark:
      return " begins with a byte order mark; leave it out";
    case Kind::empty:
      return " holds nothing; write a JSON object";
    case Kind::not_utf8:
      return " is not UTF-8; write JSON in UTF-8";
    case Kind::too_deep:
      return " is nested too deeply; use at most 8 levels";
    case Kind::key_twice:
      return (is_plain_name(fault.key) ? " has the key \"" + fault.key + "\"" : " has a key") +
             " twice; name every key once";
    case Kind::too_many_members:
      return " has an object of more than " + std::to_string(crm::json_members_max) +
             " members; write fewer";
    case Kind::number_out_of_range:
      return " has a number beyond every range; write smaller ones";
    case Kind::nul:
    case Kind::malformed:
      break;
  }
  return " is not valid JSON at byte " + std::to_string(fault.byte) + "; write RFC 8259";
}

}  // namespace

crm::Result<nlohmann::json> parse_strict_object(std::string_view text, std::string_view what) {
  const auto refused = [what](std::string_view why) {
    return crm::Error{CRM_ERR_INVALID, std::string(what) + std::string(why)};
  };
  auto parsed = crm::parse_strict_json<nlohmann::json>(text, strict_json_depth_max);
  if (const auto* const fault = std::get_if<crm::JsonFault>(&parsed)) {
    return refused(words_for(*fault));
  }
  auto& document = std::get<nlohmann::json>(parsed);
  if (!document.is_object()) return refused(" is not a JSON object; use an object");
  return std::move(document);
}

}  // namespace message_history
