#include "recorder/retention.h"

#include <algorithm>
#include <charconv>

namespace message_history {

namespace {

constexpr std::int64_t setting_read_again_us = 60'000'000;

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
                                         std::int64_t now_us) {
  const bool is_fresh =
      read_at_us_ && *read_at_us_ <= now_us && now_us - *read_at_us_ < setting_read_again_us;
  if (is_fresh) return days_;
  read_at_us_ = now_us;
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
