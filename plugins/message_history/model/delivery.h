// A delivery's state as the join of everything reported about it, in whatever order it came.
//
// Pure. merge() is commutative, associative and idempotent; the rest are functions of the merged
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"

namespace message_history {

// In rising order: the highest reported status stands. Values equal CRM_DELIVERY_*.
enum class DeliveryStatus : std::uint8_t {
  unreported = 0,  // only named as the original of a fallback so far
  skipped = 1,
  held_out = 2,
  accepted = 3,
  uncertain = 4,
  sent = 5,
  failed = 6,
  delivered = 7,
};

inline constexpr std::size_t delivery_status_count = 8;

constexpr bool is_success(DeliveryStatus status) {
  return status == DeliveryStatus::sent || status == DeliveryStatus::delivered;
}

constexpr bool was_tried(DeliveryStatus status) {
  return status >= DeliveryStatus::accepted;
}

// The earliest report of one status, with the channel and provider of that very report; ties go to
// the smallest code, then channel, provider, detail.
struct StatusMark {
  DeliveryStatus status = DeliveryStatus::unreported;
  std::int64_t at_us = 0;
  std::string code;
  std::string detail;
  RouteNo route{};  // channel and provider
  friend bool operator==(const StatusMark&, const StatusMark&) = default;
};

// True when one route comes before another by channel and provider; route numbers have no order.
using RouteOrder = std::function<bool(RouteNo, RouteNo)>;

// What sending it cost, as last reported; ties go to the larger (currency, amount).
struct Cost {
  std::int64_t at_us = 0;
  std::string currency;
  std::int64_t amount_minor = 0;
  friend auto operator<=>(const Cost&, const Cost&) = default;
};

struct DeliveryState {
  DeliveryState() = default;
  // Takes memory for its marks from there; copies do not.
  explicit DeliveryState(std::pmr::memory_resource* memory) : marks(memory) {}

  std::pmr::vector<StatusMark> marks;  // rising by status, one each
  std::optional<Cost> cost;
  MemberNo member;
  ChainNo chain;  // deliveries joined by fallbacks; none when it stands alone
  bool converted =
      false;  // on a chain's first delivery: this recipient ordered (control groups only)

  friend bool operator==(const DeliveryState&, const DeliveryState&) = default;

  // Joins one report; returns whether anything changed.
  bool merge(StatusMark mark, const RouteOrder& is_before);
  bool merge(const Cost& reported);

  DeliveryStatus status() const {
    return marks.empty() ? DeliveryStatus::unreported : marks.back().status;
  }
  const StatusMark* mark(DeliveryStatus status) const;
  // Of the report whose status stands; none while unreported.
  RouteNo route() const { return marks.empty() ? RouteNo{} : marks.back().route; }
  // The earliest report of any kind; 0 while unreported.
  std::int64_t first_at_us() const;
  // The earliest report that it was tried; empty when it never was.
  std::optional<std::int64_t> tried_at_us() const;
  // The earliest success, while the status is one.
  std::optional<std::int64_t> success_at_us() const;
  // Where it stands on its member's time line: its success, else its first report.
  std::int64_t timeline_at_us() const { return success_at_us().value_or(first_at_us()); }
};

// One delivery under its name.
struct Delivery {
  MessageNo message;
  std::string delivery_id;
  DeliveryState state;
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

}  // namespace message_history
