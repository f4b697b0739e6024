// Refunds in another currency than their order's: never subtracted, so pointed out beside the net.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "history/request/view_context.h"
#include "model/order.h"

namespace message_history {

// Sums by currency; empty where every refund is in the order's currency.
std::map<std::string, std::int64_t> other_refunds(std::span<const Refund> refunds,
                                                  std::string_view order_currency);
std::map<std::string, std::int64_t> other_refunds(ViewContext& context, const Order& order);

// "7.00 EUR, 1,200원"
std::string amounts_text(const ViewContext& context,
                         const std::map<std::string, std::int64_t>& amounts);

}  // namespace message_history
