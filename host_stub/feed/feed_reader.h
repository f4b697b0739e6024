// A feed file as a header and a sequence of batches.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>

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
  // Reads the header. A failure names the file and the line.
  static crm::Result<std::unique_ptr<FeedReader>> open(const std::filesystem::path& file);
  static crm::Result<std::unique_ptr<FeedReader>> of(std::unique_ptr<LineReader> lines,
                                                     const std::filesystem::path& name);

  const FeedHeader& header() const { return header_; }

  // Events up to `position` will be counted as duplicates. Call before the first fill.
  void resume_after(uint64_t position);

  // Clears the batch and fills it with up to `events_max` events. False when the feed has ended;
  // the batch may hold its last events all the same, also after a failure.
  crm::Result<bool> fill(EventBatch& batch, size_t events_max);

  const std::set<std::string>& unknown_types() const { return parser_->unknown_types(); }

 private:
  FeedReader(std::unique_ptr<LineReader> lines, FeedHeader header);

  std::unique_ptr<LineReader> lines_;
  FeedHeader header_;
  std::unique_ptr<EventParser> parser_;
};

}  // namespace host_stub
