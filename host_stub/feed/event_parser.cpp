#include "feed/event_parser.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <array>
#include <bitset>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "feed/event_builder.h"
#include "printable.h"

namespace host_stub {

using nlohmann::json;

namespace {

// Depths of the objects and arrays that hold fields.
constexpr int event_depth = 1;
constexpr int lines_depth = 2;
constexpr int order_line_depth = 3;

constexpr const char* one_object = "send one JSON object a line, in UTF-8";

}  // namespace

// Receives what the JSON parser sees. A function that returns false ends the line.
class EventParser::Handler {
 public:
  void begin(Arena& arena, uint64_t position) {
    arena_ = &arena;
    position_ = position;
    depth_ = 0;
    raw_.fields.fill({});
    raw_.lines.clear();
    raw_.lines_fault.clear();
    is_duplicate_ = false;
    is_in_lines_ = false;
    fault_.clear();
  }

  const RawEvent& raw() const { return raw_; }
  bool is_duplicate() const { return is_duplicate_; }
  const std::string& fault() const { return fault_; }

  bool null() { return scalar({ValueKind::null, "null", {}, 0}); }

  bool boolean(bool value) { return scalar({ValueKind::other, value ? "true" : "false", {}, 0}); }

  bool number_integer(json::number_integer_t value) {
    return scalar({ValueKind::integer, "a number", {}, value});
  }

  bool number_unsigned(json::number_unsigned_t value) {
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return scalar({ValueKind::other, "a number beyond 64 bits", {}, 0});
    }
    return number_integer(static_cast<int64_t>(value));
  }

  bool number_float(json::number_float_t, const std::string& written) {
    const bool is_whole = written.find_first_of(".eE") == std::string::npos;
    return scalar({ValueKind::other,
                   is_whole ? "a number beyond 64 bits" : "a number with a fraction or exponent",
                   {},
                   0});
  }

  bool string(std::string& value) {
    RawValue* const target = place();
    if (target == nullptr) return scalar({ValueKind::text, "a text", {}, 0});
    *target = {ValueKind::text, "a text", arena_->keep(value), 0};
    return true;
  }

  bool binary(json::binary_t&) { return true; }

  bool start_object(size_t) {
    if (depth_ == event_depth) is_in_lines_ = false;
    if (!nested({ValueKind::other, "an object", {}, 0})) return false;
    if (is_order_line()) order_line_.fill({});
    keys_[static_cast<size_t>(depth_)].clear();
    return true;
  }

  bool end_object() {
    if (is_order_line()) finish_order_line();
    --depth_;
    return true;
  }

  bool start_array(size_t) {
    if (depth_ == event_depth) is_in_lines_ = field_ == Field::lines;
    return nested({ValueKind::list, "an array", {}, 0});
  }

  bool end_array() {
    --depth_;
    return true;
  }

  bool key(std::string& name) {
    auto& seen = keys_[static_cast<size_t>(depth_)];
    if (depth_ == event_depth) {
      field_ = field_named(name);
      if (field_) return first_time(seen.known, static_cast<size_t>(*field_), name);
    } else if (is_order_line()) {
      line_field_ = line_field_named(name);
      if (line_field_) return first_time(seen.known, static_cast<size_t>(*line_field_), name);
    }
    if (seen.unknown.insert(name).second) return true;
    return twice(name);
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    fault_ = fmt::format("not valid JSON at byte {}; {}", position, one_object);
    return false;
  }

 private:
  // The keys seen in an object that is still open.
  struct SeenKeys {
    std::bitset<field_count> known;
    std::unordered_set<std::string> unknown;

    void clear() {
      known.reset();
      if (!unknown.empty()) unknown.clear();
    }
  };

  bool is_order_line() const { return is_in_lines_ && depth_ == order_line_depth; }

  bool first_time(std::bitset<field_count>& known, size_t field, const std::string& name) {
    if (known.test(field)) return twice(name);
    known.set(field);
    return true;
  }

  bool twice(const std::string& name) {
    fault_ = fmt::format("the field \"{}\" stands twice; send each field once",
                         printable(name, shown_bytes_max));
    return false;
  }

  // Where the value at hand belongs; NULL for one that nobody asks for.
  RawValue* place() {
    if (depth_ == event_depth && field_) return &raw_.fields[static_cast<size_t>(*field_)];
    if (is_order_line() && line_field_) return &order_line_[static_cast<size_t>(*line_field_)];
    return nullptr;
  }

  bool scalar(const RawValue& value) {
    if (depth_ == 0) {
      fault_ = fmt::format("{}, not an object; {}", value.found, one_object);
      return false;
    }
    if (is_in_lines_ && depth_ == lines_depth) blame_line(value.found);
    if (RawValue* const target = place()) *target = value;
    if (depth_ == event_depth && field_ == Field::seq && value.kind == ValueKind::integer) {
      is_duplicate_ = value.integer >= 1 && static_cast<uint64_t>(value.integer) <= position_;
    }
    return !is_duplicate_;
  }

  bool nested(const RawValue& value) {
    if (depth_ == 0 && value.kind == ValueKind::list) return scalar(value);
    if (is_in_lines_ && depth_ == lines_depth && value.kind == ValueKind::list) {
      blame_line(value.found);
    }
    if (RawValue* const target = place()) *target = value;
    if (++depth_ <= feed_depth_max) return true;
    fault_ = fmt::format("nested deeper than {} levels; send flat events", feed_depth_max);
    return false;
  }

  void blame_line(const char* found) {
    if (!raw_.lines_fault.empty()) return;
    raw_.lines_fault = fmt::format("lines[{}] is {}; send an object", raw_.lines.size(), found);
  }

  void finish_order_line() {
    if (!raw_.lines_fault.empty()) return;
    BuiltOrderLine built = build_order_line(order_line_, raw_.lines.size(), *arena_);
    if (built.line != nullptr) {
      raw_.lines.push_back(built.line);
    } else {
      raw_.lines_fault = std::move(built.fault);
    }
  }

  Arena* arena_ = nullptr;
  uint64_t position_ = 0;
  int depth_ = 0;
  RawEvent raw_;
  RawOrderLine order_line_;
  std::optional<Field> field_;           // of the last key at event_depth
  std::optional<LineField> line_field_;  // of the last key in an order line
  bool is_in_lines_ = false;             // the last array at event_depth is `lines`
  bool is_duplicate_ = false;
  std::array<SeenKeys, feed_depth_max + 1> keys_;
  std::string fault_;
};

EventParser::EventParser(uint64_t position)
    : position_(position), handler_(std::make_unique<Handler>()) {}

EventParser::~EventParser() = default;

void EventParser::parse(const FeedLine& line, EventBatch& batch) {
  if (line.is_too_long) {
    ++batch.lines_read;
    batch.reject(line.number,
                 fmt::format("longer than {} bytes; split the event", feed_line_bytes_max));
    return;
  }
  if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) return;
  ++batch.lines_read;
  parse_text(line, batch);
}

void EventParser::parse_text(const FeedLine& line, EventBatch& batch) {
  const Arena::Mark mark = batch.arena().mark();
  const auto reject = [&](std::string reason) {
    batch.arena().rewind(mark);
    batch.reject(line.number, std::move(reason));
  };
  handler_->begin(batch.arena(), position_);
  const char* const begin = line.text.data();
  const bool is_whole = json::sax_parse(begin, begin + line.text.size(), handler_.get());
  if (handler_->is_duplicate()) {
    batch.arena().rewind(mark);
    ++batch.duplicates;
    return;
  }
  if (!is_whole) {
    return reject(crm::is_utf8(line.text) ? handler_->fault()
                                          : fmt::format("not valid UTF-8; {}", one_object));
  }
  const RawValue& type = handler_->raw().fields[static_cast<size_t>(Field::type)];
  if (type.kind != ValueKind::text) {
    return reject(fmt::format("\"type\" is {}; send it as text", type.found));
  }
  const std::string_view type_name = crm::view(type.text);
  const auto kind = choice_named(event_types, type_name);
  if (!kind) {
    if (unknown_types_.size() < unknown_types_named_max) {
      unknown_types_.insert(printable(type_name, shown_bytes_max));
    }
    batch.arena().rewind(mark);
    ++batch.skipped;
    return;
  }
  BuiltEvent built = build_event(*kind, handler_->raw(), batch.arena());
  if (built.event == nullptr) return reject(std::move(built.fault));
  batch.add(built.event, line.number);
}

}  // namespace host_stub
