#include "export/strict_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace message_history {

namespace {

using nlohmann::json;

// Watches the parser; what it objects to is left out of the result and reported here.
class Watch {
 public:
  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        keys_.emplace_back();
        return is_shallow(depth);
      case json::parse_event_t::array_start:
        return is_shallow(depth);
      case json::parse_event_t::object_end:
        keys_.pop_back();
        return true;
      case json::parse_event_t::key:
        duplicate_ |= !keys_.back().insert(parsed.get<std::string>()).second;
        return true;
      default:
        return true;
    }
  }

  bool deep() const { return deep_; }
  bool duplicate() const { return duplicate_; }

 private:
  bool is_shallow(int depth) {
    deep_ |= depth >= strict_json_depth_max;
    return !deep_;
  }

  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  bool deep_ = false;
  bool duplicate_ = false;
};

crm::Error refused(std::string_view what, std::string_view why) {
  return {CRM_ERR_INVALID, std::string(what) + std::string(why)};
}

}  // namespace

crm::Result<json> parse_strict_object(std::string_view text, std::string_view what) {
  // The parser would skip a byte order mark.
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    return refused(what, " begins with a byte order mark; leave it out");
  }
  Watch watch;
  json parsed = json::parse(text.begin(), text.end(), std::ref(watch), false);
  if (watch.deep()) return refused(what, " is nested too deeply; use at most 8 levels");
  if (watch.duplicate()) return refused(what, " has a key twice; name every key once");
  if (parsed.is_discarded()) return refused(what, " is not valid JSON; write RFC 8259 in UTF-8");
  if (!parsed.is_object()) return refused(what, " is not a JSON object; use an object");
  return parsed;
}

}  // namespace message_history
