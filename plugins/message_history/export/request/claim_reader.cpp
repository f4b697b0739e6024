#include "export/request/claim_reader.h"

namespace message_history {

namespace {

constexpr std::int64_t time_s_max = 253'402'300'799;  // 9999-12-31T23:59:59Z

// "is an array, not a string"
std::string wrong_type(const nlohmann::json& value, const char* wanted) {
  const std::string found = value.type_name();  // "null", "boolean", "number", "array" ...
  const char* const article = found == "null"                         ? ""
                              : found == "array" || found == "object" ? "an "
                                                                      : "a ";
  return "is " + (article + found) + ", not " + wanted;
}

}  // namespace

void ClaimReader::require(bool holds, const Claim& claim, std::string_view what) {
  if (holds || refusal_) return;
  refusal_ = "the claim ";
  *refusal_ += claim.key;
  *refusal_ += ' ';
  *refusal_ += what;
  *refusal_ += "; ";
  *refusal_ += claim.remedy;
}

const nlohmann::json* ClaimReader::find(const Claim& claim) {
  if (refusal_) return nullptr;
  const auto found = claims_.find(claim.key);
  require(found != claims_.end(), claim, "is missing");
  return refusal_ ? nullptr : &*found;
}

std::string ClaimReader::text(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    require(false, claim, wrong_type(*value, "a string"));
    return {};
  }
  auto text = value->get<std::string>();
  require(!text.empty(), claim, "is empty");
  return text;
}

bool ClaimReader::boolean(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  require(false, claim, wrong_type(*value, "true or false"));
  return false;
}

std::int64_t ClaimReader::time_s(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return 0;
  if (!value->is_number()) {
    require(false, claim, wrong_type(*value, "a number of seconds"));
    return 0;
  }
  require(value->is_number_integer(), claim, "is not a whole number");
  if (refusal_) return 0;
  // A number above int64_t would turn negative when read as one.
  const bool is_early = !value->is_number_unsigned() && value->get<std::int64_t>() < 0;
  require(!is_early, claim, "lies before 1970");
  require(is_early || value->get<std::uint64_t>() <= static_cast<std::uint64_t>(time_s_max), claim,
          "lies after the year 9999; is it in milliseconds?");
  return refusal_ ? 0 : value->get<std::int64_t>();
}

std::string ClaimReader::single_text(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return {};
  if (!value->is_array()) return text(claim);
  require(!value->empty(), claim, "is an empty array");
  require(value->size() <= 1, claim, "names more than one");
  if (refusal_) return {};
  if (value->front().is_string()) return value->front().get<std::string>();
  require(false, claim, "holds something that " + wrong_type(value->front(), "a string"));
  return {};
}

std::vector<std::string> ClaimReader::texts(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return {};
  if (!value->is_array()) {
    require(false, claim, wrong_type(*value, "an array"));
    return {};
  }
  require(!value->empty(), claim, "is empty");
  std::vector<std::string> texts;
  for (const nlohmann::json& one : *value) {
    if (!one.is_string()) {
      require(false, claim, "holds something that " + wrong_type(one, "a string"));
      return {};
    }
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

}  // namespace message_history
