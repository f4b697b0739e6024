#include "console/demo/demo_life.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace host_stub {

namespace {

constexpr size_t events_a_batch = 2000;

}  // namespace

// Returns false when there is no event left.
bool DemoLife::fetch() {
  while (next_ == batch_.events().size()) {
    if (!has_more_) return false;
    has_more_ = generator_->fill(batch_, events_a_batch);
    next_ = 0;
    while (next_ < batch_.events().size() && batch_.events()[next_]->seq <= position_) ++next_;
  }
  return true;
}

Outcome DemoLife::record(std::span<const crm_event* const> events) {
  auto taken = record_(events);
  if (taken) next_ += events.size();
  return taken;
}

crm::Result<uint64_t> DemoLife::catch_up(int64_t now_us, const std::atomic<bool>& interrupted) {
  uint64_t recorded = 0;
  while (!interrupted && fetch()) {
    const std::span left = std::span(batch_.events()).subspan(next_);
    size_t due = 0;
    while (due < left.size() && left[due]->at_us <= now_us) ++due;
    if (due == 0) break;
    if (auto taken = record(left.first(due)); !taken) return taken.error();
    recorded += due;
  }
  return recorded;
}

// The next event as if it happened now.
crm::Result<uint64_t> DemoLife::hurry(int64_t now_us) {
  if (!fetch()) return uint64_t{0};
  const crm_event* const next = batch_.events()[next_];
  std::vector<std::max_align_t> copy(next->size / sizeof(std::max_align_t) + 1);
  std::memcpy(copy.data(), next, next->size);
  auto* const event = reinterpret_cast<crm_event*>(copy.data());
  event->at_us = now_us;
  if (event->kind == CRM_EVENT_MESSAGE) {
    auto& message = *reinterpret_cast<crm_event_message*>(event);
    // A message that is under way was not planned for later.
    if (message.state != CRM_STATE_SCHEDULED) {
      message.scheduled_at_us = std::min(message.scheduled_at_us, now_us);
    }
  }
  const crm_event* const events[] = {event};
  if (auto taken = record(events); !taken) return taken.error();
  return uint64_t{1};
}

crm::Result<uint64_t> DemoLife::pulse(const Now& now, const std::atomic<bool>& interrupted) {
  if (quiet_since_us_ < 0) quiet_since_us_ = now.steady_us;
  auto recorded = catch_up(now.wall_us, interrupted);
  const bool is_quiet = now.steady_us - quiet_since_us_ >= demo_patience_us;
  if (recorded && recorded.value() == 0 && is_quiet) recorded = hurry(now.wall_us);
  if (recorded && recorded.value() > 0) quiet_since_us_ = now.steady_us;
  return recorded;
}

}  // namespace host_stub
