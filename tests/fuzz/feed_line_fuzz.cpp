// A line of a feed: it becomes one event, or is counted once as what it is, with a reason.
#include <crm/cpp/text.hpp>

#include "feed/event_parser.h"
#include "feed/feed_header.h"
#include "fuzz_target.h"

namespace {

constexpr std::size_t reason_bytes_max = 1024;
constexpr std::uint64_t position = 41;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace host_stub;
  const std::string_view text = crm_fuzz::text_of(data, size);
  // Kept from input to input, as from line to line: nothing of one may be seen by the next.
  static EventParser parser(ResumePoint{position, {}});
  static EventBatch batch;
  batch.clear();
  const FeedLine line{1, size > feed_line_bytes_max, false, text};
  const auto counted = [] { return batch.events().size() + batch.duplicates; };
  parser.parse(line, batch);
  const auto once = counted();
  crm_fuzz::require(once == batch.lines_read && once <= 1, "a line is counted once, or is blank");
  parser.parse(line, batch);
  crm_fuzz::require(counted() == 2 * once, "a line means the same the second time");
  for (const crm_event* event : batch.events()) {
    const bool is_unnumbered = event->kind == CRM_EVENT_REFUSED && event->seq == 0;
    crm_fuzz::require(event->seq > position || is_unnumbered, "what is sent is new");
  }
  for (const RejectedLine& rejected : batch.rejected_lines()) {
    crm_fuzz::require(!rejected.reason.empty() && rejected.reason.size() < reason_bytes_max,
                      "a rejection has a reason with a bound");
    crm_fuzz::require(crm::is_utf8(rejected.reason), "a reason is text");
  }
  const auto header = parse_feed_header(text);
  crm_fuzz::require(header || crm::is_utf8(header.error().detail), "a reason is text");
  return 0;
}
