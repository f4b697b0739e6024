#include "tenant/new_tenant.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "calendar/time_zone.h"
#include "export/proof/sha256.h"

namespace message_history {

namespace {

constexpr const char* default_time_zone = "Asia/Seoul";
constexpr const char* default_currency = "KRW";

struct WindowSetting {
  const char* key;
  std::int64_t Rule::*window_us;
};

// Hours, as the host's settings name them.
constexpr WindowSetting window_settings[] = {
    {"attribution.click_window_hours", &Rule::click_window_us},
    {"attribution.coupon_window_hours", &Rule::coupon_window_us},
    {"attribution.delivered_window_hours", &Rule::delivered_window_us},
    {"attribution.open_window_hours", &Rule::open_window_us},
};

std::int64_t parse_hours(const char* key, const std::string& text) {
  std::int64_t hours = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hours);
  if (error != std::errc{} || end != text.data() + text.size() || hours < 0 ||
      hours > window_hours_max) {
    throw crm::Failure(CRM_ERR_INVALID, std::string("the host's setting ") + key + " is \"" + text +
                                            "\"; it must be 0 to 8760 hours");
  }
  return hours;
}

void expect_known_zone(const TenantFacts& facts) {
  if (TimeZone::find(facts.time_zone)) return;
  const std::string named =
      "the time zone \"" + facts.time_zone + "\" of tenant \"" + facts.tenant + "\" ";
  if (!TimeZone::has_database()) {
    throw crm::Failure(
        CRM_ERR_UNSUPPORTED,
        named + "cannot be looked up: this system has no time zones; install tzdata");
  }
  throw crm::Failure(CRM_ERR_INVALID, named + "is unknown; use an IANA name like Asia/Seoul");
}

}  // namespace

TenantFacts facts_of_new_tenant(const crm::Host& host, std::string_view tenant) {
  TenantFacts facts;
  facts.tenant = tenant;
  facts.time_zone = host.config(tenant, CRM_CONFIG_TIME_ZONE).value_or(default_time_zone);
  facts.currency = host.config(tenant, CRM_CONFIG_CURRENCY).value_or(default_currency);
  expect_known_zone(facts);
  for (const WindowSetting& setting : window_settings) {
    if (const auto text = host.config(tenant, setting.key)) {
      facts.rule.*setting.window_us = parse_hours(setting.key, *text) * hour_us;
    }
  }
  const std::string salt = random_bytes(facts.member_salt.size());
  std::copy(salt.begin(), salt.end(), reinterpret_cast<char*>(facts.member_salt.data()));
  return facts;
}

}  // namespace message_history
