#include "attribution/lift.h"

#include <cmath>

namespace message_history {

namespace {

struct Interval {
  double low;
  double high;
};

Interval wilson(double rate, double count) {
  constexpr double z = 1.959963984540054;
  const double denominator = 1 + z * z / count;
  const double middle = rate + z * z / (2 * count);
  const double spread = z * std::sqrt(rate * (1 - rate) / count + z * z / (4 * count * count));
  return {(middle - spread) / denominator, (middle + spread) / denominator};
}

}  // namespace

std::optional<Lift> lift_of(const GroupCounts& counts) {
  if (counts.reached < lift_group_members_min || counts.held_out < lift_group_members_min ||
      counts.reached_converted + counts.held_out_converted < lift_converted_min) {
    return {};
  }
  const auto reached = static_cast<double>(counts.reached);
  const auto held_out = static_cast<double>(counts.held_out);
  Lift lift;
  lift.reached_rate = static_cast<double>(counts.reached_converted) / reached;
  lift.held_out_rate = static_cast<double>(counts.held_out_converted) / held_out;
  lift.difference = lift.reached_rate - lift.held_out_rate;
  const Interval a = wilson(lift.reached_rate, reached);
  const Interval b = wilson(lift.held_out_rate, held_out);
  lift.low = lift.difference - std::hypot(lift.reached_rate - a.low, b.high - lift.held_out_rate);
  lift.high = lift.difference + std::hypot(a.high - lift.reached_rate, lift.held_out_rate - b.low);
  lift.conclusive = lift.low > 0 || lift.high < 0;
  return lift;
}

}  // namespace message_history
