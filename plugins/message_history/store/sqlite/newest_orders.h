// When each member ordered last, as far as that is known: most deliveries come after it, and then
// no order needs to be looked for behind them.
//
// Never below what is stored. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "model/ids.h"

namespace message_history::sqlite {

// Members with higher numbers are not remembered: 32 MB.
inline constexpr std::int64_t newest_orders_members_max = 4'000'000;

class NewestOrders {
 public:
  // Whether set() would make something known.
  bool is_unknown(MemberNo member) const {
    if (member.value >= newest_orders_members_max) return false;
    return index(member) >= at_us_.size() || at_us_[index(member)] == unknown;
  }
  // False also when nothing is known.
  bool are_before(MemberNo member, std::int64_t at_us) const {
    return index(member) < at_us_.size() && at_us_[index(member)] < at_us;
  }

  void set(MemberNo member, std::optional<std::int64_t> newest_at_us) {
    if (member.value >= newest_orders_members_max) return;
    if (index(member) >= at_us_.size()) at_us_.resize(index(member) + 1, unknown);
    at_us_[index(member)] = newest_at_us.value_or(none);
  }
  // One that is stored now.
  void note(MemberNo member, std::int64_t placed_at_us) {
    if (!is_person(member) || index(member) >= at_us_.size()) return;
    at_us_[index(member)] = std::max(at_us_[index(member)], placed_at_us);
  }
  void clear() { std::vector<std::int64_t>().swap(at_us_); }

 private:
  static constexpr std::int64_t unknown = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

  static std::size_t index(MemberNo member) { return static_cast<std::size_t>(member.value); }

  std::vector<std::int64_t> at_us_;  // by the member's number
};

}  // namespace message_history::sqlite
