// Parses the event lines of a feed into a batch, one line at a time, without building a JSON tree.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "feed/event_batch.h"
#include "feed/line_reader.h"
#include "feed/resume_point.h"

namespace host_stub {

inline constexpr int feed_depth_max = 16;
inline constexpr size_t skipped_names_max = 20;

// Not thread-safe.
class EventParser {
 public:
  // Events up to the position are counted as duplicates as soon as their seq is seen.
  explicit EventParser(ResumePoint from, TakenAgain again = TakenAgain::none);
  ~EventParser();
  EventParser(const EventParser&) = delete;
  EventParser& operator=(const EventParser&) = delete;

  // Adds the line's event to the batch, or a report of what is wrong with it, or counts why not.
  // Lines of white space are not counted. False when the line is, or ends with, a header: the
  // stream has ended, and header_text() is how the next one begins.
  bool parse(const FeedLine& line, EventBatch& batch);

  // Valid as long as the line.
  std::string_view header_text() const { return header_text_; }

  // Some of what was skipped, by name: "type survey", "channel pigeon".
  const std::set<std::string>& skipped_names() const { return skipped_names_; }

  // Goes on in another stream.
  void resume(ResumePoint from) { from_ = std::move(from); }

 private:
  class Handler;

  void parse_text(const FeedLine& line, EventBatch& batch);
  void judge(const FeedLine& line, EventBatch& batch, const Arena::Mark& mark);
  void pass_over(const FeedLine& line, EventBatch& batch);
  void report(const FeedLine& line, std::string_view name, std::string_view reason,
              EventBatch& batch);
  void take(const FeedLine& line, crm_event& event, EventBatch& batch);

  ResumePoint from_;
  const TakenAgain again_;
  std::unique_ptr<Handler> handler_;
  std::string_view header_text_;
  std::set<std::string> skipped_names_;
};

}  // namespace host_stub
