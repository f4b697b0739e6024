#include "store/sqlite/index/shown_beside.h"

#include <crm/ext/events.h>

#include <optional>
#include <utility>
#include <vector>

#include "store/sqlite/index/tree_queries.h"

namespace message_history::sqlite {

namespace {

// Empty where the message has no success with the member.
std::string reaching_delivery(TreeSet& trees, const CreditRow& credit) {
  const std::int64_t touch_at_us =
      credit.touch == TouchKind::explicit_message ? credit.ordered_at_us : credit.touch_at_us;
  std::vector<MemberDelivery> entries =
      member_deliveries(trees, credit.member, CRM_TIME_US_MIN, CRM_TIME_US_MAX);
  MemberDelivery* first_after = nullptr;
  for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
    MemberDelivery& entry = *at;
    if (entry.message != credit.message || !entry.is_success) continue;
    if (entry.at_us <= touch_at_us) return std::move(entry.delivery_id);
    first_after = &entry;
  }
  return first_after == nullptr ? std::string() : std::move(first_after->delivery_id);
}

}  // namespace

std::string shown_beside(TreeSet& trees, const CreditRow& credit) {
  if (credit.touch == TouchKind::delivered &&
      has_delivery(trees, credit.message, credit.delivery_id)) {
    return credit.delivery_id;  // a success, or it would not be credited
  }
  std::optional<Delivery> own;
  if (!credit.delivery_id.empty()) own = find_delivery(trees, credit.message, credit.delivery_id);
  const DeliveryStatus status = own ? own->state.status() : DeliveryStatus::unreported;
  const bool is_own =
      own && own->state.member == credit.member && status != DeliveryStatus::unreported;
  if (is_own && was_tried(status) && status != DeliveryStatus::failed) return credit.delivery_id;
  std::string reached = reaching_delivery(trees, credit);
  if (reached.empty() && is_own) return credit.delivery_id;
  return reached;
}

}  // namespace message_history::sqlite
