#include "feed/event_parser.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "base/printable.h"
#include "feed/event_builder.h"
#include "feed/feed_header.h"
#include "json/strict_json.h"

namespace host_stub {

using nlohmann::json;

namespace {

// Depths of the objects and arrays that hold fields.
constexpr int event_depth = 1;
constexpr int lines_depth = 2;
constexpr int order_line_depth = 3;

constexpr const char* one_object = "send one JSON object a line, in UTF-8";

// True when a header may stand in the line, or a part of one.
bool names_header(std::string_view text) {
  return text.find("\"feed\"") != std::string_view::npos ||
         text.find(feed_version_family) != std::string_view::npos;
}

// Returns the place where a header begins behind other text, when feeds were joined without a line
// end between them; 0 when the line cannot be divided.
size_t header_behind(std::string_view text) {
  const size_t key = text.find("\"feed\"");
  if (key == std::string_view::npos || key == 0) return 0;
  const size_t brace = text.find_last_not_of(" \t", key - 1);
  return brace != std::string_view::npos && text[brace] == '{' ? brace : 0;
}

// Takes away the mark that some editors begin a file with; in joined feeds it stands in the middle.
std::string_view without_mark(std::string_view text) {
  return text.ends_with(byte_order_mark) ? text.substr(0, text.size() - byte_order_mark.size())
                                         : text;
}

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
    is_header_ = false;
    fault_.clear();
  }

  const RawEvent& raw() const { return raw_; }
  bool is_duplicate() const { return is_duplicate_; }
  bool is_header() const { return is_header_; }
  // 0 when the line has none that may be.
  uint64_t seq() const {
    const RawValue& value = raw_.fields[static_cast<size_t>(Field::seq)];
    const bool is_number = value.kind == ValueKind::integer && value.integer > 0;
    return is_number ? static_cast<uint64_t>(value.integer) : 0;
  }
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
      is_header_ = name == "feed";
      if (is_header_) return false;
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
  bool is_header_ = false;
  std::array<SeenKeys, feed_depth_max + 1> keys_;
  std::string fault_;
};

EventParser::EventParser(ResumePoint from, TakenAgain again)
    : from_(std::move(from)), again_(again), handler_(std::make_unique<Handler>()) {}

EventParser::~EventParser() = default;

bool EventParser::parse(const FeedLine& line, EventBatch& batch) {
  header_text_ = {};
  if (line.is_too_long && line.names_header) {
    header_text_ = "a line above the maximum";
    return false;
  }
  if (line.is_too_long) {
    ++batch.lines_read;
    batch.report({line.number,
                  0,
                  0,
                  {},
                  fmt::format("longer than {} bytes; split the event", feed_line_bytes_max)});
    return true;
  }
  if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) return true;
  parse_text(line, batch);
  return header_text_.empty();
}

void EventParser::parse_text(const FeedLine& line, EventBatch& batch) {
  const Arena::Mark mark = batch.arena().mark();
  constexpr size_t npos = std::string_view::npos;
  const size_t nul = line.text.find('\0');
  const bool has_mark = line.text.starts_with(byte_order_mark);
  const auto read = [&](uint64_t position) {
    batch.arena().rewind(mark);
    handler_->begin(batch.arena(), position);
    const char* const begin = line.text.data();
    // The parser takes a NUL for the end, whatever follows, and skips a mark.
    return json::sax_parse(begin, begin + line.text.size(), handler_.get()) && nul == npos &&
           !has_mark;
  };
  bool is_whole = read(again_ == TakenAgain::none ? from_.position : 0);
  const bool is_duplicate = handler_->is_duplicate();
  const bool may_hold_header = !is_whole && names_header(line.text);
  // A duplicate is known before the rest of its line is read, where a header may stand.
  if (is_duplicate && may_hold_header) is_whole = read(0);
  if (!is_whole && may_hold_header) {
    const size_t behind = handler_->is_header() ? 0 : header_behind(line.text);
    batch.arena().rewind(mark);
    if (behind > 0)
      parse({line.number, false, false, without_mark(line.text.substr(0, behind))}, batch);
    header_text_ = line.text.substr(behind);
    return;
  }
  ++batch.lines_read;
  if (is_duplicate) {
    batch.arena().rewind(mark);
    return pass_over(line, batch);
  }
  if (!is_whole) {
    batch.arena().rewind(mark);
    std::string fault = handler_->fault();
    if (has_mark) fault = "it begins with a byte order mark, which JSON does not; leave it out";
    if (!crm::is_utf8(line.text)) fault = fmt::format("not valid UTF-8; {}", one_object);
    if (fault.empty()) fault = fmt::format("not valid JSON at byte {}; {}", nul + 1, one_object);
    // The number in a broken line may be broken as well.
    return batch.report({line.number, 0, 0, {}, fault});
  }
  judge(line, batch, mark);
}

// Judges a line that is one JSON object.
void EventParser::judge(const FeedLine& line, EventBatch& batch, const Arena::Mark& mark) {
  const RawValue& type = handler_->raw().fields[static_cast<size_t>(Field::type)];
  if (type.kind != ValueKind::text) {
    batch.arena().rewind(mark);
    return report(line, {}, fmt::format("\"type\" is {}; send it as text", type.found), batch);
  }
  const std::string type_name = printable(crm::view(type.text), shown_bytes_max);
  const auto kind = choice_named(event_types, crm::view(type.text));
  BuiltEvent built;
  if (kind) built = build_event(*kind, handler_->raw(), batch.arena());
  if (built.event != nullptr) return take(line, *built.event, batch);
  batch.arena().rewind(mark);
  if (!built.fault.empty()) return report(line, type_name, built.fault, batch);
  if (!kind) built.unknown = fmt::format("type {}", type_name);
  if (skipped_names_.size() < skipped_names_max) skipped_names_.insert(built.unknown);
  report(line, built.unknown, {}, batch);
}

void EventParser::pass_over(const FeedLine& line, EventBatch& batch) {
  ++batch.duplicates;
  const uint64_t seq = handler_->seq();
  if (std::binary_search(from_.refused.begin(), from_.refused.end(), seq)) {
    batch.pass({line.number, seq});
  }
}

// Reports the line as refused; with an empty reason as skipped.
void EventParser::report(const FeedLine& line, std::string_view name, std::string_view reason,
                         EventBatch& batch) {
  uint32_t flags = reason.empty() ? CRM_REFUSED_IS_SKIPPED : 0;
  const uint64_t seq = handler_->seq();
  if (again_ != TakenAgain::none && seq <= from_.position) flags |= CRM_EVENT_AGAIN;
  batch.report({line.number, seq, flags, name, reason});
}

void EventParser::take(const FeedLine& line, crm_event& event, EventBatch& batch) {
  if (again_ != TakenAgain::none && event.seq <= from_.position) {
    event.flags |= CRM_EVENT_AGAIN;
  } else if (again_ == TakenAgain::listed_lines) {
    return batch.withhold(
        line.number, fmt::format("its seq {} lies after the position {}; replay the feed without "
                                 "--again, which takes it in its turn",
                                 event.seq, from_.position));
  }
  batch.add(&event, line.number);
}

}  // namespace host_stub
