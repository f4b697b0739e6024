// Why what was recorded could not be applied the last time; nothing once it is.
//
// [any] thread.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>

namespace message_history {

struct ApplyFailure {
  std::int32_t status = 0;
  std::string text;           // empty where there was no memory for it
  std::int64_t since_us = 0;  // by the host's clock, of the first since something was applied
};

class LastApplyFailure {
 public:
  void note(std::int32_t status, const char* text, std::int64_t now_us) noexcept {
    const crm::Lock lock(mutex_);
    if (!failure_) failure_.emplace().since_us = now_us;
    failure_->status = status;
    try {
      failure_->text = text;
    } catch (const std::bad_alloc&) {
      failure_->text.clear();
    }
  }
  void clear() noexcept {
    const crm::Lock lock(mutex_);
    failure_.reset();
  }
  std::optional<ApplyFailure> get() const {
    const crm::Lock lock(mutex_);
    return failure_;
  }

 private:
  mutable crm::Mutex mutex_;
  std::optional<ApplyFailure> failure_ CRM_GUARDED_BY(mutex_);
};

// Events that are durable, and that no reader sees because they cannot be applied.
struct UnappliedEvents {
  std::size_t events = 0;
  ApplyFailure why;
};

}  // namespace message_history
