// Parses the event lines of a feed into a batch, one line at a time, without building a JSON tree.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "feed/event_batch.h"
#include "feed/line_reader.h"

namespace host_stub {

inline constexpr int feed_depth_max = 16;
inline constexpr size_t unknown_types_named_max = 5;

// Not thread-safe.
class EventParser {
 public:
  // Events up to `position` are counted as duplicates as soon as their seq is seen.
  explicit EventParser(uint64_t position);
  ~EventParser();
  EventParser(const EventParser&) = delete;
  EventParser& operator=(const EventParser&) = delete;

  // Adds the line's event to the batch, or counts why not. Lines of white space are not counted.
  void parse(const FeedLine& line, EventBatch& batch);

  // Some of the type names that were skipped.
  const std::set<std::string>& unknown_types() const { return unknown_types_; }

 private:
  class Handler;

  void parse_text(const FeedLine& line, EventBatch& batch);

  const uint64_t position_;
  std::unique_ptr<Handler> handler_;
  std::set<std::string> unknown_types_;
};

}  // namespace host_stub
