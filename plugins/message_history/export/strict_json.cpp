#include "export/strict_json.h"

#include <algorithm>
#include <crm/cpp/text.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace message_history {

namespace {

// Watches the parser; what it objects to is left out of the result and reported here.
class Watch {
 public:
  bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    switch (event) {
      case nlohmann::json::parse_event_t::object_start:
        keys_.emplace_back();
        return is_shallow(depth);
      case nlohmann::json::parse_event_t::array_start:
        return is_shallow(depth);
      case nlohmann::json::parse_event_t::object_end:
        keys_.pop_back();
        return true;
      case nlohmann::json::parse_event_t::key:
        if (!keys_.back().insert(parsed.get<std::string>()).second && !duplicate_) {
          duplicate_ = parsed.get<std::string>();
        }
        return true;
      default:
        return true;
    }
  }

  bool deep() const { return deep_; }
  const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  bool is_shallow(int depth) {
    deep_ |= depth >= strict_json_depth_max;
    return !deep_;
  }

  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  bool deep_ = false;
  std::optional<std::string> duplicate_;  // the first key that came twice
};

crm::Error refused(std::string_view what, std::string_view why) {
  return {CRM_ERR_INVALID, std::string(what) + std::string(why)};
}

// Whether an explanation may repeat it: it may come from anybody.
bool is_plain_name(std::string_view name) {
  constexpr std::size_t shown_bytes_max = 32;
  return !name.empty() && name.size() <= shown_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

crm::Error duplicate(std::string_view what, const std::string& key) {
  const std::string name = is_plain_name(key) ? "the key \"" + key + "\"" : "a key";
  return refused(what, " has " + name + " twice; name every key once");
}

crm::Error malformed(std::string_view what, std::string_view text,
                     const nlohmann::json::exception& error) {
  constexpr int number_out_of_range = 406;
  if (!crm::is_utf8(text)) return refused(what, " is not UTF-8; write JSON in UTF-8");
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    return refused(what, " holds nothing; write a JSON object");
  }
  if (error.id == number_out_of_range) {
    return refused(what, " has a number beyond every range; write smaller ones");
  }
  const auto* const parsing = dynamic_cast<const nlohmann::json::parse_error*>(&error);
  const std::string place = parsing == nullptr ? "" : " at byte " + std::to_string(parsing->byte);
  return refused(what, " is not valid JSON" + place + "; write RFC 8259");
}

}  // namespace

crm::Result<nlohmann::json> parse_strict_object(std::string_view text, std::string_view what) {
  // The parser would skip a byte order mark.
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    return refused(what, " begins with a byte order mark; leave it out");
  }
  Watch watch;
  nlohmann::json parsed;
  try {
    parsed = nlohmann::json::parse(text.begin(), text.end(), std::ref(watch));
  } catch (const nlohmann::json::exception& error) {
    // What was seen before says more than where the parser gave up.
    if (!watch.deep() && !watch.duplicate()) return malformed(what, text, error);
  }
  if (watch.deep()) return refused(what, " is nested too deeply; use at most 8 levels");
  if (watch.duplicate()) return duplicate(what, *watch.duplicate());
  if (!parsed.is_object()) return refused(what, " is not a JSON object; use an object");
  return parsed;
}

}  // namespace message_history
