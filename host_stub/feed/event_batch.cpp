#include "feed/event_batch.h"

#include <algorithm>
#include <cstring>

#include "feed/replay_report.h"

namespace host_stub {

namespace {

constexpr size_t block_bytes = 256u << 10;

size_t aligned(size_t size) {
  constexpr size_t alignment = alignof(std::max_align_t);
  return (size + alignment - 1) / alignment * alignment;
}

// The longest beginning of well-formed UTF-8 with at most `bytes_max` bytes that is well-formed.
std::string_view utf8_prefix(std::string_view text, size_t bytes_max) {
  size_t size = std::min(text.size(), bytes_max);
  while (size < text.size() && size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace

void* Arena::take(size_t size) {
  const size_t needed = aligned(size);
  while (at_.block < blocks_.size() && blocks_[at_.block].size - at_.used < needed) {
    ++at_.block;
    at_.used = 0;
  }
  if (at_.block == blocks_.size()) {
    const size_t block_size = std::max(block_bytes, needed);
    blocks_.push_back({std::make_unique<std::byte[]>(block_size), block_size});
  }
  void* const place = blocks_[at_.block].data.get() + at_.used;
  at_.used += needed;
  at_.bytes += needed;
  return place;
}

crm_str Arena::keep(std::string_view text) {
  if (text.empty()) return {nullptr, 0};
  auto* const place = static_cast<char*>(take(text.size()));
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

void EventBatch::clear() {
  arena_.clear();
  events_.clear();
  lines_.clear();
  rejected_lines_.clear();
  passed_lines_.clear();
  lines_read = duplicates = passed = rejected = withheld = skipped = 0;
}

void EventBatch::add(const crm_event* event, uint64_t line) {
  events_.push_back(event);
  lines_.push_back(line);
}

void EventBatch::report(const RefusedLine& refused) {
  const bool is_skipped = (refused.flags & CRM_REFUSED_IS_SKIPPED) != 0;
  auto& event = *arena_.make<crm_event_refused>();
  event.head.size = sizeof(event);
  event.head.kind = CRM_EVENT_REFUSED;
  event.head.flags = refused.flags;
  event.head.seq = refused.seq;
  event.name = arena_.keep(utf8_prefix(refused.name, CRM_REFUSED_NAME_BYTES_MAX));
  event.reason = arena_.keep(utf8_prefix(refused.reason, CRM_DETAIL_BYTES_MAX));
  event.line = refused.line;
  add(&event.head, refused.line);
  ++(is_skipped ? skipped : rejected);
  if (!is_skipped) keep_reason({refused.line, std::string(refused.reason)});
}

void EventBatch::withhold(uint64_t line, std::string reason) {
  ++rejected;
  ++withheld;
  keep_reason({line, std::move(reason)});
}

void EventBatch::keep_reason(RejectedLine line) {
  if (rejected_lines_.size() == rejected_lines_shown_max) return;
  rejected_lines_.push_back(std::move(line));
}

void EventBatch::pass(const PassedLine& line) {
  ++passed;
  if (passed_lines_.size() < rejected_lines_shown_max) passed_lines_.push_back(line);
}

}  // namespace host_stub
