#include "export/claim_reader.h"

namespace message_history {

namespace {

constexpr std::int64_t time_s_max = 253'402'300'799;  // 9999-12-31T23:59:59Z

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
  require(value->is_string(), claim, "is not a string");
  if (refusal_) return {};
  auto text = value->get<std::string>();
  require(!text.empty(), claim, "is empty");
  return text;
}

bool ClaimReader::boolean(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return false;
  require(value->is_boolean(), claim, "is neither true nor false");
  return !refusal_ && value->get<bool>();
}

std::int64_t ClaimReader::time_s(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return 0;
  require(value->is_number_integer(), claim, "is not a whole number");
  if (refusal_) return 0;
  // A number above int64_t would turn negative when read as one.
  const bool fits = value->is_number_unsigned()
                        ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(time_s_max)
                        : value->get<std::int64_t>() >= 0;
  require(fits, claim, "is not a time");
  return fits ? value->get<std::int64_t>() : 0;
}

std::string ClaimReader::single_text(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return {};
  if (!value->is_array()) return text(claim);
  require(value->size() == 1, claim, "does not name exactly one");
  if (refusal_) return {};
  require(value->front().is_string(), claim, "holds something else than a string");
  return refusal_ ? std::string() : value->front().get<std::string>();
}

std::vector<std::string> ClaimReader::texts(const Claim& claim) {
  const nlohmann::json* value = find(claim);
  if (value == nullptr) return {};
  require(value->is_array(), claim, "is not an array");
  if (refusal_) return {};
  require(!value->empty(), claim, "is empty");
  std::vector<std::string> texts;
  for (const nlohmann::json& one : *value) {
    require(one.is_string(), claim, "holds something else than a string");
    if (refusal_) return {};
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

}  // namespace message_history
