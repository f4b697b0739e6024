#include "shop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>

namespace crm_bench {

namespace {

constexpr int64_t ms_us = 1'000;
constexpr int64_t second_us = 1'000 * ms_us;
constexpr int64_t minute_us = 60 * second_us;
constexpr int64_t hour_us = 60 * minute_us;
constexpr int64_t delivery_step_us = 10 * ms_us;
constexpr double campaign_skew = 0.7;
constexpr uint64_t products = 500;

// One of each use of randomness, so that they are independent.
enum Salt : uint64_t { rank_salt = 1, mix_salt, outcome_salt, time_salt, order_salt, uuid_salt };

uint64_t random_of(uint64_t number, Salt salt) {
  return mixed(number * 8 + salt);
}

struct Route {
  uint32_t channel;
  std::string_view provider;
  int64_t cost_minor;
  std::array<std::string_view, 4> codes;
};

constexpr Route routes[] = {
    {CRM_CHANNEL_ALIMTALK, "mts-kakao", 8, {"3018", "3019", "3008", "3020"}},
    {CRM_CHANNEL_SMS, "mts-sms", 12, {"S34", "S31", "S11", "S35"}},
    {CRM_CHANNEL_FRIENDTALK, "nhn-kakao", 15, {"3018", "3020", "3022", "3016"}},
};

const Route& route_of(uint64_t message) {
  return routes[message % std::size(routes)];
}

// A permutation of 0..count-1 that differs with `key`: mixes the bits and walks until the result is
// in range.
uint64_t permuted(uint64_t number, uint64_t count, uint64_t key) {
  const int bits = std::max(4, static_cast<int>(std::bit_width(count - 1)));
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  const int shift = bits / 2;
  do {
    number = (number + key) & mask;
    number = (number * 0x9E3779B97F4A7C15u) & mask;
    number ^= number >> shift;
    number = (number * 0xD1B54A32D192ED03u) & mask;
    number ^= number >> shift;
  } while (number >= count);
  return number;
}

// A time within a millisecond grid, never on a whole second.
int64_t off_the_second(int64_t at_us) {
  const int64_t in_ms = at_us / ms_us;
  return (in_ms % 1'000 == 0 ? in_ms + 1 : in_ms) * ms_us;
}

int64_t random_between(uint64_t random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random % static_cast<uint64_t>(high - low));
}

}  // namespace

uint64_t mixed(uint64_t number) {
  number += 0x9E3779B97F4A7C15u;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9u;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBu;
  return number ^ (number >> 31);
}

Shop::Shop(const ShopSize& size) : size_(size) {
  std::vector<double> weights(size_.campaigns);
  double sum = 0;
  for (uint64_t i = 0; i < size_.campaigns; ++i) {
    const uint64_t rank = permuted(i, size_.campaigns, mixed(rank_salt));
    weights[i] = std::pow(static_cast<double>(rank + 1), -campaign_skew);
    sum += weights[i];
  }
  begins_.reserve(size_.campaigns + 1);
  begins_.push_back(0);
  double before = 0;
  for (uint64_t i = 0; i < size_.campaigns; ++i) {
    before += weights[i];
    const auto end = static_cast<uint64_t>(static_cast<double>(size_.deliveries) * before / sum);
    begins_.push_back(i + 1 == size_.campaigns ? size_.deliveries
                                               : std::min(end, size_.deliveries));
  }
  begins_.back() += size_.later_deliveries;
}

uint64_t Shop::campaign_of(uint64_t number) const {
  const auto end = std::upper_bound(begins_.begin(), begins_.end(), number);
  return static_cast<uint64_t>(end - begins_.begin()) - 1;
}

int64_t Shop::accepted_at_us(uint64_t number, uint64_t campaign) const {
  const auto gap_us = size_.span_us / static_cast<int64_t>(size_.campaigns);
  return size_.begin_us + hour_us + static_cast<int64_t>(campaign) * gap_us +
         static_cast<int64_t>(number) * delivery_step_us;
}

DeliveryRow Shop::delivery(uint64_t number) const {
  const uint64_t campaign = campaign_of(number);
  const uint64_t mix = random_of(number, mix_salt);
  const bool automatic = size_.automatic_messages > 0 && mix % 10 < 3;
  DeliveryRow row;
  if (automatic) {
    row.message = size_.campaigns + (mix >> 8) % size_.automatic_messages;
    row.member = (mix >> 32) % size_.members;
  } else {
    row.message = campaign;
    row.member =
        permuted((number - begins_[campaign]) % size_.members, size_.members, mixed(campaign));
  }
  const uint64_t times = random_of(number, time_salt);
  row.accepted_at_us = off_the_second(accepted_at_us(number, campaign));
  row.sent_at_us =
      off_the_second(row.accepted_at_us + random_between(times, second_us, 4 * second_us));
  row.final_at_us =
      off_the_second(row.sent_at_us + random_between(times >> 24, minute_us, 5 * minute_us));
  const Route& route = route_of(row.message);
  const uint64_t outcome = random_of(number, outcome_salt);
  const bool failed = outcome % 100 < 3;
  row.channel = route.channel;
  row.provider = route.provider;
  row.final_status = failed ? CRM_DELIVERY_FAILED : CRM_DELIVERY_DELIVERED;
  if (failed) row.code = route.codes[(outcome >> 16) % route.codes.size()];
  row.cost_minor = route.cost_minor;
  return row;
}

bool Shop::sells(uint64_t delivery_number) const {
  return random_of(delivery_number, order_salt) % size_.deliveries_a_sale == 0 &&
         delivery(delivery_number).final_status == CRM_DELIVERY_DELIVERED;
}

OrderRow Shop::order_after(uint64_t delivery_number) const {
  const DeliveryRow row = delivery(delivery_number);
  const uint64_t random = random_of(delivery_number, order_salt);
  OrderRow order;
  order.number = delivery_number;
  order.member = row.member;
  order.placed_at_us =
      off_the_second(row.final_at_us + random_between(random >> 8, 2 * minute_us, 20 * hour_us));
  const uint64_t line_count = 1 + (random >> 40) % 3;
  for (uint64_t i = 0; i < line_count; ++i) {
    const uint64_t bits = mixed(random + i);
    OrderLineRow line;
    line.product = bits % products;
    line.unit_price_minor = 1'000 * random_between(bits >> 16, 5, 90);
    line.option_price_minor = (bits >> 32) % 4 == 0 ? 2'000 : 0;
    line.quantity = random_between(bits >> 48, 1, 4);
    order.amount_minor += (line.unit_price_minor + line.option_price_minor) * line.quantity;
    order.lines.push_back(line);
  }
  return order;
}

int64_t Shop::message_at_us(uint64_t message) const {
  if (is_automatic(message)) return size_.begin_us + ms_us;
  return accepted_at_us(begins_[message], message) - minute_us;
}

int64_t Shop::end_us() const {
  return accepted_at_us(size_.deliveries, size_.campaigns) + hour_us;
}

void Shop::message_id(uint64_t message, std::string& out) const {
  if (is_automatic(message)) {
    fmt::format_to(std::back_inserter(out), "A-{:04}", message - size_.campaigns);
  } else {
    fmt::format_to(std::back_inserter(out), "C-{:06}", message);
  }
}

void Shop::message_name(uint64_t message, std::string& out) const {
  fmt::format_to(std::back_inserter(out), "{} 할인 안내 {}",
                 is_automatic(message) ? "장바구니" : "주말", message);
}

void Shop::delivery_id(uint64_t number, std::string& out) const {
  if (size_.ids == DeliveryIds::ordered) {
    fmt::format_to(std::back_inserter(out), "d-{:010}", number);
    return;
  }
  const uint64_t high = random_of(number, uuid_salt);
  const uint64_t low = mixed(high);
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32,
                 (high >> 16) & 0xFFFF, high & 0xFFF, (low >> 48 & 0x3FFF) | 0x8000,
                 low & 0xFFFF'FFFF'FFFF);
}

void Shop::member_id(uint64_t member, std::string& out) {
  fmt::format_to(std::back_inserter(out), "m{:08}", member);
}

void Shop::order_id(uint64_t number, std::string& out) {
  fmt::format_to(std::back_inserter(out), "o-{:010}", number);
}

void Shop::product_no(uint64_t product, std::string& out) {
  fmt::format_to(std::back_inserter(out), "P{:04}", product);
}

// Every eighth has a comma and quotes in it, as product names do.
void Shop::product_name(uint64_t product, std::string& out) {
  if (product % 8 == 0) {
    fmt::format_to(std::back_inserter(out), "겨울 \"니트\" 스웨터, {}호", product);
  } else {
    fmt::format_to(std::back_inserter(out), "면 티셔츠 {}호", product);
  }
}

std::string_view Shop::option_name(const OrderLineRow& line) {
  return line.option_price_minor > 0 ? "네이비 / XL" : "블랙 / M";
}

uint32_t Shop::channel_of(uint64_t message) const {
  return route_of(message).channel;
}

}  // namespace crm_bench
