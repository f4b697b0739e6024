#include "feed/feed_reader.h"

#include <fmt/format.h>

namespace host_stub {

FeedReader::FeedReader(std::unique_ptr<LineReader> lines, FeedHeader header)
    : lines_(std::move(lines)),
      header_(std::move(header)),
      parser_(std::make_unique<EventParser>(0)) {}

crm::Result<std::unique_ptr<FeedReader>> FeedReader::open(const std::filesystem::path& file) {
  auto lines = LineReader::open(file);
  if (!lines) return lines.error();
  return of(std::move(lines.value()), file);
}

crm::Result<std::unique_ptr<FeedReader>> FeedReader::of(std::unique_ptr<LineReader> lines,
                                                        const std::filesystem::path& name) {
  FeedLine line;
  const auto read = lines->next(line);
  if (!read) return read.error();
  const auto refused = [&](std::string_view what) {
    return failure(CRM_ERR_INVALID, fmt::format("{}:1: {}", name.string(), what));
  };
  if (!read.value()) return refused("the feed is empty; its first line must be the header");
  if (line.is_too_long) return refused("the header line is too long; is it a feed?");
  auto header = parse_feed_header(line.text);
  if (!header) return refused(header.error().detail);
  return std::unique_ptr<FeedReader>(new FeedReader(std::move(lines), std::move(header.value())));
}

void FeedReader::resume_after(uint64_t position) {
  parser_ = std::make_unique<EventParser>(position);
}

crm::Result<bool> FeedReader::fill(EventBatch& batch, size_t events_max) {
  batch.clear();
  FeedLine line;
  while (batch.events().size() < events_max && batch.lines_read < batch_lines_max &&
         batch.arena().bytes() < batch_bytes_max) {
    const auto read = lines_->next(line);
    if (!read) return read.error();
    if (!read.value()) return false;
    parser_->parse(line, batch);
  }
  return true;
}

}  // namespace host_stub
