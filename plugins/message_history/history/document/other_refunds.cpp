#include "history/document/other_refunds.h"

#include "history/strings/duration_text.h"

namespace message_history {

std::map<std::string, std::int64_t> other_refunds(std::span<const Refund> refunds,
                                                  std::string_view order_currency) {
  std::map<std::string, std::int64_t> sums;
  for (const Refund& refund : refunds) {
    if (refund.currency != order_currency) sums[refund.currency] += refund.amount_minor;
  }
  return sums;
}

std::map<std::string, std::int64_t> other_refunds(ViewContext& context, const Order& order) {
  return other_refunds(context.snapshot.refunds_of(order.order_id), order.version.currency);
}

std::string amounts_text(const ViewContext& context,
                         const std::map<std::string, std::int64_t>& amounts) {
  std::string text;
  for (const auto& [currency, minor] : amounts) {
    if (!text.empty()) text += ", ";
    text += amount_text({minor, currency}, context.locale());
  }
  return text;
}

}  // namespace message_history
