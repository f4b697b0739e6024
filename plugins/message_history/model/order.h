// Orders and refunds as reported, and the arithmetic of gross, refunded and net. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "model/ids.h"

namespace message_history {

struct OrderLine {
  std::string product_no;
  std::string name;
  std::string option;
  std::int64_t unit_price_minor = 0;
  std::int64_t option_price_minor = 0;
  std::int64_t quantity = 0;
  friend auto operator<=>(const OrderLine&, const OrderLine&) = default;
};

// One version of an order. The highest (revision, at) stands; full ties go by content.
struct OrderVersion {
  std::int64_t revision = -1;
  std::int64_t at_us = 0;
  std::string currency;
  std::int64_t amount_minor = 0;
  MessageNo message;       // named by the host; the number is not part of the order of versions
  std::string message_id;  // its id, which is
  std::vector<OrderLine> lines;

  auto rank() const { return std::tie(revision, at_us, currency, amount_minor, message_id, lines); }
};

struct Order {
  OrderNo number;
  std::string order_id;
  OrderVersion version;
  MemberNo member;  // of the version that stands
  // When it was placed: the earliest report of any version, so that an edit does not move it in
  // time.
  std::int64_t placed_at_us = 0;
  std::int64_t refunded_minor = 0;  // derived: see refunded_of
};

struct Refund {
  std::string refund_id;
  std::string order_id;
  std::int64_t at_us = -1;
  std::string currency;
  std::int64_t amount_minor = 0;

  // Reports of one refund_id that differ: the latest stands, then the larger.
  auto rank() const { return std::tie(at_us, order_id, currency, amount_minor); }
};

// The sum of an order's refunds in one currency.
struct RefundSum {
  std::string currency;
  std::int64_t refunds = 0;
  std::int64_t amount_minor = 0;
  friend bool operator==(const RefundSum&, const RefundSum&) = default;
};

// What reports show as refunded of an order: refunds in its own currency, at most its amount, so
// that net = gross - refunded holds in every sum and is never below zero. The ledger keeps the
// refunds whole.
inline std::int64_t refunded_of(const OrderVersion& version, const std::vector<RefundSum>& sums) {
  for (const RefundSum& sum : sums) {
    if (sum.currency == version.currency) return std::min(version.amount_minor, sum.amount_minor);
  }
  return 0;
}

}  // namespace message_history
