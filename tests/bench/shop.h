// The shop that the benchmark records: every message, delivery and order as a function of its
// number, so that all sides of a comparison get the same rows and none of them is kept in memory.
//
// Numbers count from 0. Times are microseconds UTC, never on a whole second. Threads: [any].
#pragma once

#include <crm/ext/events.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm_bench {

enum class DeliveryIds { ordered, random_uuid };

struct ShopSize {
  uint64_t deliveries = 0;
  uint64_t members = 1;
  uint64_t campaigns = 1;  // sent one after the other, a few of them much larger than the rest
  uint64_t automatic_messages = 0;  // where there are any, they take three deliveries of ten
  uint64_t deliveries_a_sale = 50;
  DeliveryIds ids = DeliveryIds::ordered;
  int64_t begin_us = 1'767'225'600'000'000;        // 2026-01-01T00:00:00Z
  int64_t span_us = int64_t{60} * 86'400'000'000;  // from the first campaign to the last
  uint64_t later_deliveries = 0;  // that may follow those: more of the last campaign
};

// A message's number: campaigns first, then automatic messages.
struct DeliveryRow {
  uint64_t message = 0;
  uint64_t member = 0;
  int64_t accepted_at_us = 0;
  int64_t sent_at_us = 0;
  int64_t final_at_us = 0;
  uint32_t channel = 0;
  uint32_t final_status = 0;  // CRM_DELIVERY_DELIVERED or CRM_DELIVERY_FAILED
  std::string_view provider;
  std::string_view code;  // of a failure
  int64_t cost_minor = 0;
};

struct OrderLineRow {
  uint64_t product = 0;
  int64_t unit_price_minor = 0;
  int64_t option_price_minor = 0;
  int64_t quantity = 0;
};

// An order that follows a delivery within its window; its amount is the sum of its lines.
struct OrderRow {
  uint64_t number = 0;  // of the delivery
  uint64_t member = 0;
  int64_t placed_at_us = 0;
  int64_t amount_minor = 0;
  std::vector<OrderLineRow> lines;
};

inline constexpr std::string_view shop_currency = "KRW";
inline constexpr std::string_view shop_time_zone = "Asia/Seoul";

// Well-mixed bits of a number (splitmix64).
uint64_t mixed(uint64_t number);

class Shop {
 public:
  explicit Shop(const ShopSize& size);

  const ShopSize& size() const { return size_; }
  uint64_t messages() const { return size_.campaigns + size_.automatic_messages; }
  bool is_automatic(uint64_t message) const { return message >= size_.campaigns; }
  // Deliveries of a campaign, those that automatic messages took out of it included.
  uint64_t campaign_deliveries(uint64_t campaign) const {
    return begins_[campaign + 1] - begins_[campaign];
  }

  DeliveryRow delivery(uint64_t number) const;
  // What the member of a successful delivery bought soon after it.
  OrderRow order_after(uint64_t delivery_number) const;
  // Successful deliveries that sell: about one of size().deliveries_a_sale.
  bool sells(uint64_t delivery_number) const;

  int64_t message_at_us(uint64_t message) const;
  // After everything else has happened.
  int64_t end_us() const;

  // Appended to `out`.
  void message_id(uint64_t message, std::string& out) const;
  void message_name(uint64_t message, std::string& out) const;
  void delivery_id(uint64_t number, std::string& out) const;
  static void member_id(uint64_t member, std::string& out);
  static void order_id(uint64_t number, std::string& out);
  static void product_no(uint64_t product, std::string& out);
  static void product_name(uint64_t product, std::string& out);
  static std::string_view option_name(const OrderLineRow& line);

  uint32_t channel_of(uint64_t message) const;

 private:
  uint64_t campaign_of(uint64_t number) const;
  int64_t accepted_at_us(uint64_t number, uint64_t campaign) const;

  ShopSize size_;
  std::vector<uint64_t> begins_;  // of each campaign, and the end
};

}  // namespace crm_bench
