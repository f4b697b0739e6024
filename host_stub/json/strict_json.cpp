#include "json/strict_json.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "base/printable.h"

namespace host_stub {

namespace {

std::string words_for(const crm::JsonFault& fault, int depth_max) {
  using Kind = crm::JsonFault::Kind;
  switch (fault.kind) {
    case Kind::mark:
      return "not strict JSON: it begins with a byte order mark; leave it out";
    case Kind::not_utf8:
      return "not valid UTF-8; write JSON in UTF-8";
    case Kind::too_deep:
      return fmt::format("nested deeper than {} levels", depth_max);
    case Kind::key_twice:
      return fmt::format("not strict JSON: the key \"{}\" stands twice in one object",
                         printable(fault.key, shown_bytes_max));
    case Kind::too_many_members:
      return fmt::format("not strict JSON: an object has more than {} members",
                         crm::json_members_max);
    case Kind::number_out_of_range:
      return fmt::format("not strict JSON: the number at byte {} is beyond every range",
                         fault.byte);
    case Kind::nul:
    case Kind::empty:
    case Kind::malformed:
      break;
  }
  return fmt::format("not valid JSON at byte {}", fault.byte);
}

}  // namespace

crm::Result<Json> parse_strict_json(std::string_view text, int depth_max) {
  auto parsed = crm::parse_strict_json<Json>(text, depth_max);
  if (const auto* const fault = std::get_if<crm::JsonFault>(&parsed)) {
    return failure(CRM_ERR_INVALID, words_for(*fault, depth_max));
  }
  return std::get<Json>(std::move(parsed));
}

const std::string* string_member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return nullptr;
  return &found->get_ref<const std::string&>();
}

}  // namespace host_stub
