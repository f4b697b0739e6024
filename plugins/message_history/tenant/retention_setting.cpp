#include "tenant/retention_setting.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace message_history {

namespace {

constexpr std::chrono::microseconds setting_read_again{60'000'000};

}  // namespace

std::optional<std::int32_t> retention_days(const crm::Host& host, std::string_view tenant) {
  const auto text = host.config(tenant, retention_setting);
  if (!text || text->empty()) return {};
  std::int32_t days = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), days);
  if (error != std::errc{} || end != text->data() + text->size() || days < retention_days_min ||
      days > retention_days_max) {
    throw crm::Failure(CRM_ERR_INVALID, std::string("the host's setting ") + retention_setting +
                                            " of tenant \"" + std::string(tenant) + "\" is \"" +
                                            *text + "\"; it must be " +
                                            std::to_string(retention_days_min) + " to " +
                                            std::to_string(retention_days_max) +
                                            " days, or empty to keep everything");
  }
  return days;
}

std::optional<std::int32_t> KeptDays::at(const crm::Host& host, std::string_view tenant,
                                         std::int64_t now_us, Clock::time_point now) {
  const auto is_fresh = [&](const Read& read) {
    return now - read.at < setting_read_again &&
           std::chrono::microseconds(std::abs(now_us - read.at_us)) < setting_read_again;
  };
  if (read_ && is_fresh(*read_)) return days_;
  read_ = {now, now_us};
  days_.reset();
  try {
    days_ = retention_days(host, tenant);
    refused_.clear();
  } catch (const crm::Failure& failure) {
    if (refused_ != failure.what()) {
      host.log(CRM_LOG_ERROR, std::string(failure.what()) + "; until then everything is kept");
    }
    refused_ = failure.what();
  }
  return days_;
}

std::int64_t kept_from_us(TimeZone& zone, std::int64_t now_us, std::int32_t days) {
  return std::max<std::int64_t>(zone.day_begins_us(zone.day_of(now_us) - days), 0);
}

bool sweep_some(Store& store, TimeZone& zone, std::int64_t now_us,
                std::optional<std::int32_t> days) {
  return store.sweep_some(days ? kept_from_us(zone, now_us, *days) : 0);
}

}  // namespace message_history
