// How the shop writes the ids of its deliveries, members, orders and refunds.
#pragma once

#include <cstdint>

#include "feed/event_batch.h"
#include "shop/campaign.h"

namespace host_stub {

// The texts are made in the arena given. Any thread.
class Identifiers {
 public:
  explicit Identifiers(const GeneratorSettings& settings);

  crm_str delivery(const Campaign& campaign, int64_t place, Arena& arena) const;
  // "m0012345"; for one member in forty what she signs in with, an e-mail address.
  crm_str member(int64_t member, Arena& arena) const;
  // Orders are numbered from 1, the parts of a refund from 0.
  static crm_str order(int64_t order, Arena& arena);
  static crm_str refund(int64_t order, size_t part, Arena& arena);

 private:
  uint64_t key_;
  IdStyle style_;
  size_t delivery_digits_;
  size_t member_digits_;
};

}  // namespace host_stub
