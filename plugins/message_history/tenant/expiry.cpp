#include "tenant/expiry.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "calendar/time_zone.h"
#include "tenant/retention_setting.h"

namespace message_history {

namespace {

// A cutoff that is this much too late is put right; less is what a clock that is corrected goes
// back, which is no reason to write a sweep's work anew.
constexpr std::int64_t cutoff_tolerance_us = day_us;

std::string days_text(std::int64_t span_us) {
  const std::int64_t days = span_us / day_us;
  return fmt::format("{} day{}", days, days == 1 ? "" : "s");
}

std::string with_tenant(const Tenant& tenant, std::string_view what) {
  return fmt::format("tenant \"{}\": {}", tenant.reader().facts().tenant, what);
}

// Once for each jump.
void tell_jump(Tenant& tenant, const ClockReading& clock) CRM_REQUIRES(tenant.writer) {
  if (std::exchange(tenant.is_jump_told, clock.is_jump) == clock.is_jump) return;
  if (!clock.is_jump) {
    tenant.host.log(CRM_LOG_INFO, with_tenant(tenant, "the host's clock can be relied on again"));
    return;
  }
  const char* const where = clock.host_us > clock.trusted_us ? "ahead of" : "behind";
  tenant.host.log(
      CRM_LOG_WARNING,
      with_tenant(tenant, fmt::format("the host's clock is {} {} the time that has passed by the "
                                      "steady clock, so nothing old is dropped; put the clock "
                                      "right, or wait: dropping goes on in about {}",
                                      days_text(clock.later_us() - clock.earlier_us()), where,
                                      days_text(clock.trusted_again_in_us() + day_us))));
}

// Once for each time that it is lowered to, though a transaction may be tried again.
void tell_lowered(Tenant& tenant, std::int64_t from_us, std::int64_t to_us)
    CRM_REQUIRES(tenant.writer) {
  if (tenant.told_cutoff_us == to_us) return;
  tenant.told_cutoff_us = to_us;
  const auto date = [&tenant](std::int64_t at_us) CRM_REQUIRES(tenant.writer) {
    return date_text(tenant.zone.day_of(at_us));
  };
  tenant.host.log(CRM_LOG_WARNING,
                  with_tenant(tenant, fmt::format("details were kept from {} on only, which is "
                                                  "later than the setting and the clock say; from "
                                                  "now on they are kept from {} on",
                                                  date(from_us), date(to_us))));
}

// Keeps telling readers of what was dropped, which cannot come back. But nothing that happens later
// than a day from now was among it.
Cutoffs corrected(Cutoffs cutoffs, std::int64_t limit_us, const ClockReading& clock) {
  if (cutoffs.kept_from_us > limit_us + cutoff_tolerance_us) cutoffs.kept_from_us = limit_us;
  if (!clock.is_jump) {
    cutoffs.dropped_before_us =
        std::min(cutoffs.dropped_before_us, clock.later_us() + clock_jump_us);
  }
  return cutoffs;
}

}  // namespace

ClockReading look_at_clocks(Tenant& tenant) {
  return tenant.clock.look(tenant.host.now_us());
}

std::int64_t judged_cutoff_us(Tenant& tenant, WriteTransaction& transaction) {
  const ClockReading clock = look_at_clocks(tenant);
  const Cutoffs stored = transaction.cutoffs();
  if (stored.dropped_before_us == 0) return 0;
  // Without a setting nothing begins to expire, and what did under an earlier one stays expired.
  const std::int32_t days =
      tenant.kept_days.at(tenant.host, tenant.reader().facts().tenant, clock.host_us)
          .value_or(retention_days_min);
  const std::int64_t limit_us = kept_from_us(tenant.zone, clock.earlier_us(), days);
  const Cutoffs right = corrected(stored, limit_us, clock);
  if (right != stored) {
    transaction.lower_cutoffs(right);
    if (right.kept_from_us != stored.kept_from_us) {
      tell_lowered(tenant, stored.kept_from_us, right.kept_from_us);
    }
  }
  // A sweep hides what is older than its own time, so that all events are judged by that one.
  return right.is_sweeping ? right.kept_from_us : std::min(right.kept_from_us, limit_us);
}

bool expire_some(Tenant& tenant) {
  const ClockReading clock = look_at_clocks(tenant);
  const auto days = tenant.kept_days.at(tenant.host, tenant.reader().facts().tenant, clock.host_us);
  if (days) tell_jump(tenant, clock);
  if (clock.is_jump) return false;
  return sweep_some(*tenant.store, tenant.zone, clock.earlier_us(), days);
}

}  // namespace message_history
