// How long a tenant's details are kept: the host's setting, and dropping what is older.
//
// Under the tenant's writer lock.
#pragma once

#include <crm/cpp/host.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"
#include "store/store.h"

namespace message_history {

inline constexpr const char* retention_setting = "retention.days";
inline constexpr std::int32_t retention_days_min = 90;
inline constexpr std::int32_t retention_days_max = 36'500;

// Empty: everything is kept. Throws INVALID, which names the setting.
std::optional<std::int32_t> retention_days(const crm::Host& host, std::string_view tenant);

// The setting as last read: again once a minute, so that a change needs no restart, and whenever
// the host's clock is a minute away from where it was, whichever way it went. One that is wrong is
// logged once, and everything is kept until it is right.
class KeptDays {
 public:
  using Clock = std::chrono::steady_clock;
  // `now_us` by the host's clock.
  std::optional<std::int32_t> at(const crm::Host& host, std::string_view tenant,
                                 std::int64_t now_us, Clock::time_point now = Clock::now());

 private:
  struct Read {
    Clock::time_point at;
    std::int64_t at_us = 0;
  };
  std::optional<Read> read_;
  std::optional<std::int32_t> days_;
  std::string refused_;  // why, as logged
};

// When the tenant's local day begins that lies `days` before today.
std::int64_t kept_from_us(TimeZone& zone, std::int64_t now_us, std::int32_t days);

// Does a few milliseconds of dropping what is older, once begun also when the setting is gone;
// whether there is more to do. Call it again, after every commit or from a thread.
bool sweep_some(Store& store, TimeZone& zone, std::int64_t now_us,
                std::optional<std::int32_t> days);

}  // namespace message_history
