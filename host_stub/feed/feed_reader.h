// A feed file as one stream after the other, each a header and a sequence of batches.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "feed/event_batch.h"
#include "feed/event_parser.h"
#include "feed/feed_header.h"
#include "feed/line_reader.h"

namespace host_stub {

// Bounds on what one batch stands for, so that a stretch of lines that are not sent moves on too.
inline constexpr uint64_t batch_lines_max = 65536;

// Not thread-safe; may be handed from one thread to another.
class FeedReader {
 public:
  // Reads the first header. A failure names the file and the line.
  static crm::Result<std::unique_ptr<FeedReader>> open(const std::filesystem::path& file);
  static crm::Result<std::unique_ptr<FeedReader>> of(std::unique_ptr<LineReader> lines,
                                                     const std::filesystem::path& name);

  // The header of the stream at hand.
  const FeedHeader& header() const { return header_; }

  // Takes the events of every line, or of these lines alone, although they lie at or below the
  // position. Call before the first fill.
  void take_every_line_again();
  void take_again(std::set<uint64_t> lines);
  // Those of take_again that were no event.
  const std::set<uint64_t>& lines_not_found() const { return again_lines_; }

  // Says where the stream at hand goes on; without it at its first event. Call before its first
  // fill.
  void resume(ResumePoint from) { parser_->resume(std::move(from)); }

  // Clears the batch and fills it with up to `events_max` events. False when the stream has ended;
  // the batch may hold its last events all the same, also after a failure.
  crm::Result<bool> fill(EventBatch& batch, size_t events_max);

  // After fill returned false: goes on to the next stream of the file. False when there is none; a
  // failure when its header is wrong, since nobody knows then whose events follow.
  crm::Result<bool> next_stream();

  const std::set<std::string>& skipped_names() const { return parser_->skipped_names(); }

 private:
  FeedReader(std::unique_ptr<LineReader> lines, std::filesystem::path name);

  Outcome begin_stream(std::string_view header_text, uint64_t line);
  bool parse(const FeedLine& line, EventBatch& batch);

  std::unique_ptr<LineReader> lines_;
  const std::filesystem::path name_;
  FeedHeader header_;
  std::unique_ptr<EventParser> parser_;
  std::string next_header_;  // as it stands in the file; empty: none
  uint64_t next_header_line_ = 0;
  bool takes_listed_lines_ = false;
  std::set<uint64_t> again_lines_;
  EventBatch unread_;  // what lines that are not listed would be
};

}  // namespace host_stub
