// What a generated shop is like: its size, its period and how its feed is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/outcome.h"

namespace host_stub {

inline constexpr int64_t generated_members_max = 1'000'000'000;
inline constexpr int64_t generated_messages_max = 1'000'000;
inline constexpr int64_t generated_deliveries_max = 100'000'000'000;
inline constexpr int64_t generated_orders_max = 1'000'000'000;
inline constexpr int64_t generated_days_max = 3650;

inline constexpr const char* shop_time_zone = "Asia/Seoul";
inline constexpr const char* shop_currency = "KRW";

// How delivery ids look: "d-0000012345", rising within a message, or like a UUID version 4.
enum class IdStyle : uint8_t { ordered, uuid };

// One event a delivery with its last status, or each status when it is known.
enum class ReportedStatuses : uint8_t { final_only, all };

enum class ShopLocale : uint8_t { ko, en };

struct GeneratorSettings {
  uint64_t seed = 1;
  int64_t members = 10'000;
  int64_t messages = 40;
  int64_t deliveries = 100'000;   // distinct (message, delivery) pairs, fallback attempts included
  std::optional<int64_t> orders;  // distinct orders; when empty default_orders(deliveries)
  ShopLocale locale = ShopLocale::ko;
  IdStyle id_style = IdStyle::ordered;
  ReportedStatuses statuses = ReportedStatuses::final_only;
  std::chrono::year_month_day from{std::chrono::year(2026), std::chrono::November,
                                   std::chrono::day(1)};  // in the shop's time zone, Asia/Seoul
  std::optional<int64_t> days;  // of sending; when empty default_days(messages)
  std::string tenant = "demo-shop";
  std::string source = "generator";
};

// One order for a thousand deliveries because of them, and twice as many for other reasons.
int64_t default_orders(int64_t deliveries);

// About four messages a day.
int64_t default_days(int64_t messages);

// INVALID with the option of crm-host generate that is wrong and the remedy.
Outcome check_settings(const GeneratorSettings& settings);

}  // namespace host_stub
