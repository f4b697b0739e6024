// Reads the claims of a token one by one, each with its type, and keeps the first refusal.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace message_history {

// A claim and what to do when it is wrong.
struct Claim {
  const char* key;
  std::string_view remedy;
};

// After the first refusal everything it reads is empty.
class ClaimReader {
 public:
  explicit ClaimReader(const nlohmann::json& claims) : claims_(claims) {}

  // Refuses when `holds` is false: "the claim tenant <what>; <remedy>".
  void require(bool holds, const Claim& claim, std::string_view what);

  // Whether it is there, whatever it is.
  bool has(const Claim& claim) const { return claims_.contains(claim.key); }

  std::string text(const Claim& claim);  // not empty
  bool boolean(const Claim& claim);
  std::int64_t time_s(const Claim& claim);  // whole seconds since 1970, before the year 10000
  // A string, or an array of exactly one.
  std::string single_text(const Claim& claim);
  std::vector<std::string> texts(const Claim& claim);  // not empty

  bool ok() const { return !refusal_; }
  const std::string& refusal() const { return *refusal_; }

 private:
  // NULL after a refusal, also of this claim.
  const nlohmann::json* find(const Claim& claim);

  const nlohmann::json& claims_;
  std::optional<std::string> refusal_;
};

}  // namespace message_history
