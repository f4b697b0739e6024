#include "json/strict_json.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "printable.h"

namespace host_stub {

namespace {

// Walks the text once before the document is built: nlohmann keeps the last of two equal keys
// silently and recurses when it destroys or prints deep documents.
class Inspector {
 public:
  explicit Inspector(int depth_max) : depth_max_(depth_max) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(Json::binary_t&) { return true; }
  bool start_object(size_t) { return deeper(); }
  bool start_array(size_t) { return deeper(); }
  bool end_object() { return shallower(); }
  bool end_array() { return shallower(); }

  bool key(std::string& name) {
    if (keys_.back().insert(name).second) return true;
    fault_ = fmt::format("not strict JSON: the key \"{}\" stands twice in one object",
                         printable(name, shown_bytes_max));
    return false;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    fault_ = fmt::format("not valid JSON at byte {}", position);
    return false;
  }

  const std::string& fault() const { return fault_; }

 private:
  bool deeper() {
    keys_.emplace_back();
    if (static_cast<int>(keys_.size()) <= depth_max_) return true;
    fault_ = fmt::format("nested deeper than {} levels", depth_max_);
    return false;
  }

  bool shallower() {
    keys_.pop_back();
    return true;
  }

  int depth_max_;
  std::vector<std::set<std::string>> keys_;
  std::string fault_;
};

}  // namespace

crm::Result<Json> parse_strict_json(std::string_view text, int depth_max) {
  // The parser takes a NUL for the end, whatever follows.
  const size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    return failure(CRM_ERR_INVALID, fmt::format("not valid JSON at byte {}", nul + 1));
  }
  Inspector inspector(depth_max);
  const char* const end = text.data() + text.size();
  if (!Json::sax_parse(text.data(), end, &inspector)) {
    return failure(CRM_ERR_INVALID, inspector.fault());
  }
  return Json::parse(text.data(), end);
}

const std::string* string_member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return nullptr;
  return &found->get_ref<const std::string&>();
}

}  // namespace host_stub
