// One strict reader of JSON for hosts and plugins: what one of them takes, no other refuses.
//
// Beyond RFC 8259 it refuses what parsers treat in different ways: a NUL (taken for the end), a
// byte order mark (skipped), a key twice in one object (the last one stands), deep nesting (the
// stack ends), objects of very many members (which an ordered reader looks up one by one), and
// numbers beyond a double's range. `Json` is nlohmann::json or nlohmann::ordered_json, which this
// header does not include.
#pragma once

#include <crm/cpp/text.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crm {

// The mark that some editors begin a file with. Who reads files that people edit may take it away
// first.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Bounds one object. A proof of CRM_EXPORT_MANIFEST_BYTES_MAX has no room for as many.
inline constexpr std::size_t json_members_max = 8192;

struct JsonFault {
  enum class Kind {
    nul,
    mark,
    empty,
    not_utf8,
    too_deep,
    key_twice,
    number_out_of_range,
    malformed,
    too_many_members
  };
  Kind kind = Kind::malformed;
  std::size_t byte = 0;  // of the text, from 1; 0: not told
  std::string key;       // the one that stands twice
};

namespace detail {

// Listens to nlohmann's parser and stops it at the first thing that is not strict.
template <class Json>
class StrictJsonInspector {
 public:
  explicit StrictJsonInspector(int depth_max) : depth_max_(depth_max) {}

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(typename Json::number_integer_t) { return true; }
  bool number_unsigned(typename Json::number_unsigned_t) { return true; }
  bool number_float(typename Json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(typename Json::binary_t&) { return true; }
  bool start_object(std::size_t) { return deeper(); }
  bool start_array(std::size_t) { return deeper(); }
  bool end_object() { return shallower(); }
  bool end_array() { return shallower(); }

  bool key(std::string& name) {
    auto& members = keys_.back();
    if (!members.insert(name).second) {
      fault_ = {JsonFault::Kind::key_twice, 0, name};
    } else if (members.size() > json_members_max) {
      fault_.kind = JsonFault::Kind::too_many_members;
    } else {
      return true;
    }
    return false;
  }

  template <class Exception>
  bool parse_error(std::size_t byte, const std::string&, const Exception& error) {
    constexpr int number_out_of_range = 406;
    const bool is_number = error.id == number_out_of_range;
    fault_.kind = is_number ? JsonFault::Kind::number_out_of_range : JsonFault::Kind::malformed;
    fault_.byte = byte;
    return false;
  }

  JsonFault take_fault() { return std::move(fault_); }

 private:
  bool deeper() {
    keys_.emplace_back();
    if (static_cast<int>(keys_.size()) <= depth_max_) return true;
    fault_.kind = JsonFault::Kind::too_deep;
    return false;
  }
  bool shallower() {
    keys_.pop_back();
    return true;
  }

  const int depth_max_;
  std::vector<std::set<std::string>> keys_;  // of the objects and arrays that are open
  JsonFault fault_;
};

}  // namespace detail

// The document, of at most `depth_max` objects and arrays in one another; nothing before or after
// it.
template <class Json>
std::variant<Json, JsonFault> parse_strict_json(std::string_view text, int depth_max) {
  using Kind = JsonFault::Kind;
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return JsonFault{Kind::nul, nul + 1, {}};
  }
  if (text.starts_with(byte_order_mark)) return JsonFault{Kind::mark, 1, {}};
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return JsonFault{Kind::empty, 1, {}};
  }
  // Looked at before the document is built: parsing and printing a deep one takes the stack.
  detail::StrictJsonInspector<Json> inspector(depth_max);
  const char* const end = text.data() + text.size();
  if (Json::sax_parse(text.data(), end, &inspector)) return Json::parse(text.data(), end);
  JsonFault fault = inspector.take_fault();
  if (fault.kind == Kind::malformed && !is_utf8(text)) fault.kind = Kind::not_utf8;
  return fault;
}

}  // namespace crm
