// Sums of what messages sold, by message and currency.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "model/ids.h"

namespace message_history {

struct SoldByMessage {
  std::int64_t orders = 0;
  std::int64_t gross_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t net_minor() const { return gross_minor - refunded_minor; }
  friend bool operator==(const SoldByMessage&, const SoldByMessage&) = default;
};

// Messages that sold nothing are left out.
using Sold = std::map<std::pair<MessageNo, std::string>, SoldByMessage>;

}  // namespace message_history
