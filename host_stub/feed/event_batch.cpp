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
  lines_read = duplicates = skipped = rejected = 0;
}

void EventBatch::add(const crm_event* event, uint64_t line) {
  events_.push_back(event);
  lines_.push_back(line);
}

void EventBatch::reject(uint64_t line, std::string reason) {
  ++rejected;
  if (rejected_lines_.size() < rejected_lines_shown_max) {
    rejected_lines_.push_back({line, std::move(reason)});
  }
}

}  // namespace host_stub
