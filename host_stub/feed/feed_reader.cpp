#include "feed/feed_reader.h"

#include <fmt/format.h>

#include <utility>

namespace host_stub {

FeedReader::FeedReader(std::unique_ptr<LineReader> lines, std::filesystem::path name)
    : lines_(std::move(lines)),
      name_(std::move(name)),
      parser_(std::make_unique<EventParser>(ResumePoint{})) {}

crm::Result<std::unique_ptr<FeedReader>> FeedReader::open(const std::filesystem::path& file) {
  auto lines = LineReader::open(file);
  if (!lines) return lines.error();
  return of(std::move(lines.value()), file);
}

crm::Result<std::unique_ptr<FeedReader>> FeedReader::of(std::unique_ptr<LineReader> lines,
                                                        const std::filesystem::path& name) {
  std::unique_ptr<FeedReader> reader(new FeedReader(std::move(lines), name));
  FeedLine line;
  const auto read = reader->lines_->next(line);
  if (!read) return read.error();
  const auto refused = [&](std::string_view what) {
    return failure(CRM_ERR_INVALID, fmt::format("{}:1: {}", name.string(), what));
  };
  if (!read.value()) return refused("the feed is empty; its first line must be the header");
  if (line.is_too_long) return refused("the header line is too long; is it a feed?");
  if (auto begun = reader->begin_stream(line.text, line.number); !begun) return begun.error();
  return reader;
}

Outcome FeedReader::begin_stream(std::string_view header_text, uint64_t line) {
  auto header = parse_feed_header(header_text);
  if (!header) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("{}:{}: {}", name_.string(), line, header.error().detail));
  }
  header_ = std::move(header.value());
  return done();
}

void FeedReader::take_every_line_again() {
  parser_ = std::make_unique<EventParser>(ResumePoint{}, TakenAgain::every_line);
}

void FeedReader::take_again(std::set<uint64_t> lines) {
  parser_ = std::make_unique<EventParser>(ResumePoint{}, TakenAgain::listed_lines);
  takes_listed_lines_ = true;
  again_lines_ = std::move(lines);
}

bool FeedReader::parse(const FeedLine& line, EventBatch& batch) {
  if (!takes_listed_lines_) return parser_->parse(line, batch);
  if (!again_lines_.contains(line.number)) {
    unread_.clear();
    return parser_->parse(line, unread_);
  }
  const uint64_t lines_before = batch.lines_read;
  const bool goes_on = parser_->parse(line, batch);
  if (batch.lines_read > lines_before) again_lines_.erase(line.number);
  return goes_on;
}

crm::Result<bool> FeedReader::fill(EventBatch& batch, size_t events_max) {
  batch.clear();
  if (!next_header_.empty()) return false;
  FeedLine line;
  // Blank lines count as well, though they stand for nothing: the caller looks up in between.
  for (uint64_t lines = 0; lines < batch_lines_max && batch.events().size() < events_max &&
                           batch.arena().bytes() < batch_bytes_max;
       ++lines) {
    const auto read = lines_->next(line);
    if (!read) return read.error();
    if (!read.value()) return false;
    if (parse(line, batch)) continue;
    next_header_ = parser_->header_text();
    next_header_line_ = line.number;
    return false;
  }
  return true;
}

crm::Result<bool> FeedReader::next_stream() {
  if (next_header_.empty()) return false;
  const std::string text = std::exchange(next_header_, {});
  if (auto begun = begin_stream(text, next_header_line_); !begun) {
    return failure(begun.error().status,
                   begun.error().detail + "; what follows it was not recorded");
  }
  resume({});
  return true;
}

}  // namespace host_stub
