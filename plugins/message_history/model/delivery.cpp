#include "model/delivery.h"

#include <algorithm>
#include <tuple>

namespace message_history {

namespace {

bool comes_before(const StatusMark& a, const StatusMark& b, const RouteOrder& is_before) {
  const auto by_report = std::tie(a.at_us, a.code) <=> std::tie(b.at_us, b.code);
  if (by_report != 0) return by_report < 0;
  if (a.route != b.route) return is_before(a.route, b.route);
  return a.detail < b.detail;
}

}  // namespace

bool DeliveryState::merge(StatusMark reported, const RouteOrder& is_before) {
  const auto at = std::lower_bound(
      marks.begin(), marks.end(), reported.status,
      [](const StatusMark& have, DeliveryStatus status) { return have.status < status; });
  if (at == marks.end() || at->status != reported.status) {
    marks.insert(at, std::move(reported));
    return true;
  }
  if (!comes_before(reported, *at, is_before)) return false;
  *at = std::move(reported);
  return true;
}

bool DeliveryState::merge(const Cost& reported) {
  if (cost && !(*cost < reported)) return false;
  cost = reported;
  return true;
}

const StatusMark* DeliveryState::mark(DeliveryStatus status) const {
  for (const StatusMark& have : marks) {
    if (have.status == status) return &have;
  }
  return nullptr;
}

std::int64_t DeliveryState::first_at_us() const {
  if (marks.empty()) return 0;
  return std::min_element(marks.begin(), marks.end(),
                          [](const auto& a, const auto& b) { return a.at_us < b.at_us; })
      ->at_us;
}

std::optional<std::int64_t> DeliveryState::tried_at_us() const {
  std::optional<std::int64_t> earliest;
  for (const StatusMark& have : marks) {
    if (was_tried(have.status) && (!earliest || have.at_us < *earliest)) earliest = have.at_us;
  }
  return earliest;
}

std::optional<std::int64_t> DeliveryState::success_at_us() const {
  if (!is_success(status())) return {};
  std::optional<std::int64_t> earliest;
  for (const StatusMark& have : marks) {
    if (is_success(have.status) && (!earliest || have.at_us < *earliest)) earliest = have.at_us;
  }
  return earliest;
}

}  // namespace message_history
