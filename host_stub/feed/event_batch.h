// One batch of events as the plugin sees them, and the memory it lives in, reused from batch to
// batch.
#pragma once

#include <crm/ext/events.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace host_stub {

// A batch is sent early when its events take more than this.
inline constexpr size_t batch_bytes_max = 8u << 20;

// Bytes that live until the arena is cleared; clearing keeps the memory. Not thread-safe.
class Arena {
 public:
  // A place to go back to: what was taken since is free again.
  struct Mark {
    size_t block = 0;
    size_t used = 0;
    size_t bytes = 0;
  };

  // Aligned for any structure of the interface.
  void* take(size_t size);
  crm_str keep(std::string_view text);

  template <class T>
  T* make() {
    return new (take(sizeof(T))) T{};
  }

  Mark mark() const { return at_; }
  void rewind(Mark mark) { at_ = mark; }
  void clear() { at_ = {}; }
  size_t bytes() const { return at_.bytes; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> data;
    size_t size = 0;
  };

  std::vector<Block> blocks_;
  Mark at_;
};

// Why a line was refused, for people.
struct RejectedLine {
  uint64_t line = 0;
  std::string reason;
};

// An event that was refused when it came first, and was not looked at again.
struct PassedLine {
  uint64_t line = 0;
  uint64_t seq = 0;
};

// A line that becomes no event, as it is reported to the plugins.
struct RefusedLine {
  uint64_t line = 0;
  uint64_t seq = 0;       // 0: could not be read
  uint32_t flags = 0;     // CRM_REFUSED_IS_SKIPPED, CRM_EVENT_AGAIN
  std::string_view name;  // as crm_event_refused has them
  std::string_view reason;
};

// The outcome of a stretch of feed lines: events to send, those among them that report what was
// refused or skipped, and counts of the lines that are not sent.
class EventBatch {
 public:
  void clear();

  // The event's memory must be of this batch's arena.
  void add(const crm_event* event, uint64_t line);

  // Adds the report. Keeps the reason for people as long as there are few.
  void report(const RefusedLine& refused);

  // For a line that is not even reported.
  void withhold(uint64_t line, std::string reason);

  // Counts always, keeps the line as long as there are few.
  void pass(const PassedLine& line);

  Arena& arena() { return arena_; }
  const std::vector<const crm_event*>& events() const { return events_; }
  uint64_t line_of(size_t event_index) const { return lines_[event_index]; }
  const std::vector<RejectedLine>& rejected_lines() const { return rejected_lines_; }
  const std::vector<PassedLine>& passed_lines() const { return passed_lines_; }

  uint64_t lines_read = 0;
  uint64_t duplicates = 0;  // at or below the position, not sent
  uint64_t passed = 0;      // of the duplicates, those that were refused before
  uint64_t rejected = 0;    // reported or withheld
  uint64_t withheld = 0;    // of the rejected, those that are not reported
  uint64_t skipped = 0;     // reported as of a type, channel or touch that is not known here

 private:
  void keep_reason(RejectedLine line);

  Arena arena_;
  std::vector<const crm_event*> events_;
  std::vector<uint64_t> lines_;
  std::vector<RejectedLine> rejected_lines_;
  std::vector<PassedLine> passed_lines_;
};

}  // namespace host_stub
