#include "shop/generator_settings.h"

#include <crm/ext/events.h>
#include <fmt/format.h>

#include <algorithm>

#include "feed/feed_header.h"
#include "shop/campaign_mix.h"

namespace host_stub {

namespace {

using std::chrono::January;
using std::chrono::year_month_day;

constexpr year_month_day from_min{std::chrono::year(1971), January, std::chrono::day(1)};
constexpr year_month_day from_max{std::chrono::year(2180), January, std::chrono::day(1)};

struct Range {
  const char* option;
  int64_t value;
  int64_t low;
  int64_t high;
};

crm::Error refused(std::string detail) {
  return failure(CRM_ERR_INVALID, std::move(detail));
}

Outcome check_range(const Range& range) {
  if (range.value >= range.low && range.value <= range.high) return done();
  return refused(
      fmt::format("{} is {}; choose {} to {}", range.option, range.value, range.low, range.high));
}

Outcome check_name(const char* option, std::string_view name, size_t bytes_max) {
  if (is_stream_name(name, bytes_max)) return done();
  return refused(fmt::format(
      "{} cannot be in a feed's header; choose 1 to {} bytes of UTF-8 without slashes, control "
      "characters or a leading dot",
      option, bytes_max));
}

}  // namespace

int64_t default_orders(int64_t deliveries) {
  return deliveries / 1000 * 3 + deliveries % 1000 * 3 / 1000;
}

int64_t default_days(int64_t messages) {
  return std::clamp<int64_t>(messages / 4, 14, 730);
}

Outcome check_settings(const GeneratorSettings& settings) {
  const Range ranges[] = {
      {"--members", settings.members, 1, generated_members_max},
      {"--messages", settings.messages, 1, generated_messages_max},
      {"--deliveries", settings.deliveries, 0, generated_deliveries_max},
      {"--orders", settings.orders.value_or(0), 0, generated_orders_max},
      {"--days", settings.days.value_or(1), 1, generated_days_max},
  };
  for (const Range& range : ranges) {
    if (auto checked = check_range(range); !checked) return checked;
  }
  const int64_t sent = CampaignMix(settings.messages).sent();
  if (settings.deliveries > sent * settings.members) {
    return refused(
        fmt::format("--deliveries is {}, but {} messages that are sent reach {} members at most "
                    "once each, which is {}; raise --members or --messages",
                    settings.deliveries, sent, settings.members, sent * settings.members));
  }
  if (!settings.from.ok() || settings.from < from_min || settings.from > from_max) {
    return refused("--from must be a day from 1971-01-01 to 2180-01-01; choose one");
  }
  if (auto checked = check_name("--tenant", settings.tenant, CRM_TENANT_BYTES_MAX); !checked) {
    return checked;
  }
  return check_name("--source", settings.source, CRM_SOURCE_BYTES_MAX);
}

}  // namespace host_stub
