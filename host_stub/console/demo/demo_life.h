// Decides when things happen in a shop that goes on living. The caller records them, and has the
// clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/outcome.h"
#include "shop/generator.h"

namespace host_stub {

// After so long without an event the next one happens already.
inline constexpr int64_t demo_patience_us = 2'000'000;

// Not thread-safe.
class DemoLife {
 public:
  using Record = std::function<Outcome(std::span<const crm_event* const>)>;

  // Events up to `position` are recorded already.
  DemoLife(std::unique_ptr<Generator> generator, uint64_t position, Record record)
      : generator_(std::move(generator)), record_(std::move(record)), position_(position) {}

  // Records what happened up to `now_us`; how many events that were.
  crm::Result<uint64_t> catch_up(int64_t now_us, const std::atomic<bool>& interrupted);

  struct Now {
    int64_t wall_us = 0;
    int64_t steady_us = 0;  // of a clock that never jumps
  };
  // Records what is due. When nothing has happened for a while, at night for instance, the next
  // thing happens already, and with a campaign its sending too. To be called twice a second.
  crm::Result<uint64_t> pulse(const Now& now, const std::atomic<bool>& interrupted);

  // True when nothing is left to happen.
  bool has_ended() { return !fetch(); }

 private:
  bool fetch();
  Outcome record(std::span<const crm_event* const> events);
  crm::Result<uint64_t> hurry(int64_t now_us);

  const std::unique_ptr<Generator> generator_;
  const Record record_;
  const uint64_t position_;
  EventBatch batch_;
  size_t next_ = 0;  // in batch_
  bool has_more_ = true;
  int64_t quiet_since_us_ = -1;  // of the clock that never jumps; before the first pulse: -1
};

}  // namespace host_stub
