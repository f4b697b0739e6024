#include "history/pages/recipient_scan.h"

#include <crm/ext/events.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "history/document/view_cells.h"

namespace message_history {

namespace {

constexpr std::int64_t chunk_deliveries = 64;
constexpr std::int64_t chunk_deliveries_filtered = 500;

std::vector<Delivery> attempts_of(ViewContext& context, const Delivery& delivery) {
  if (delivery.state.chain) {
    auto chain = context.snapshot.chain(delivery.state.chain);
    if (!chain.empty()) return chain;
  }
  return {delivery};
}

// Whether the scan shows the recipient at this attempt: at the first one it meets.
bool is_first_met(const Delivery& delivery, const std::vector<Delivery>& attempts,
                  bool failed_only) {
  return std::ranges::none_of(attempts, [&](const Delivery& other) {
    return other.delivery_id < delivery.delivery_id &&
           (!failed_only || other.state.status() == DeliveryStatus::failed);
  });
}

// A failure has a reason even without a code; what is waited for only with one.
void take_reason(RecipientRow& row, const Delivery* attempt, DeliveryStatus status) {
  const StatusMark* mark = attempt == nullptr ? nullptr : attempt->state.mark(status);
  if (mark == nullptr || (mark->code.empty() && status != DeliveryStatus::failed)) return;
  row.has_reason = true;
  row.code = mark->code;
  row.route = mark->route;
}

// The last attempt that stands at this status; NULL when none does.
const Delivery* last_at(const std::vector<Delivery>& attempts, DeliveryStatus status) {
  const auto found =
      std::find_if(attempts.rbegin(), attempts.rend(),
                   [status](const Delivery& attempt) { return attempt.state.status() == status; });
  return found == attempts.rend() ? nullptr : &*found;
}

RecipientRow row_of(std::vector<Delivery> attempts) {
  RecipientRow row;
  row.attempts = std::move(attempts);
  std::ranges::sort(row.attempts, [](const Delivery& a, const Delivery& b) {
    return std::make_tuple(a.state.first_at_us(), std::string_view(a.delivery_id)) <
           std::make_tuple(b.state.first_at_us(), std::string_view(b.delivery_id));
  });
  std::vector<const Delivery*> pointers;
  for (const Delivery& attempt : row.attempts) pointers.push_back(&attempt);
  const Recipient recipient = recipient_of(pointers);
  row.delivery_id = std::ranges::min(row.attempts, {}, &Delivery::delivery_id).delivery_id;
  row.outcome = recipient.outcome;
  row.member = recipient.member;
  row.first_at_us = recipient.first_at_us;
  if (recipient.outcome == Outcome::failed) {
    take_reason(row, recipient.last_failure, DeliveryStatus::failed);
  } else if (recipient.outcome == Outcome::pending) {
    take_reason(row, last_at(row.attempts, DeliveryStatus::uncertain), DeliveryStatus::uncertain);
  }
  return row;
}

bool passes(ViewContext& context, const RecipientFilter& filter, const RecipientRow& row) {
  if (row.outcome == Outcome::none) return false;
  if (filter.outcome && row.outcome != *filter.outcome) return false;
  if (!filter.reason) return true;
  if (!row.has_reason) return false;
  const Route& route = context.route(row.route);
  return reason_of({route.channel, route.provider, row.code}) == *filter.reason;
}

bool begins_with_text(ViewContext& context, const RecipientFilter& filter,
                      const RecipientRow& row) {
  if (filter.text.empty()) return true;
  if (visible_member_id(context, row.member).starts_with(filter.text)) return true;
  return std::ranges::any_of(row.attempts, [&](const Delivery& attempt) {
    return attempt.delivery_id.starts_with(filter.text);
  });
}

}  // namespace

RecipientPage recipients_page(ViewContext& context, MessageNo message,
                              const RecipientFilter& filter, std::string_view after_id,
                              std::size_t rows_max) {
  const bool failed_only = filter.outcome == Outcome::failed;
  const std::int64_t chunk = filter.none() ? chunk_deliveries : chunk_deliveries_filtered;
  RecipientPage page;
  page.last_id = after_id;
  std::int64_t read = 0;
  for (;;) {
    const auto scanned = failed_only
                             ? context.snapshot.failed_deliveries(message, page.last_id, chunk)
                             : context.snapshot.deliveries(message, page.last_id, chunk);
    for (const Delivery& delivery : scanned) {
      if (page.rows.size() == rows_max || read >= scan_deliveries_max) {
        page.has_more = true;
        page.is_budget_spent = page.rows.size() < rows_max;
        return page;
      }
      page.last_id = delivery.delivery_id;
      auto attempts = attempts_of(context, delivery);
      read += static_cast<std::int64_t>(attempts.size());
      if (!is_first_met(delivery, attempts, failed_only)) continue;
      RecipientRow row = row_of(std::move(attempts));
      if (passes(context, filter, row) && begins_with_text(context, filter, row)) {
        page.rows.push_back(std::move(row));
      }
    }
    if (static_cast<std::int64_t>(scanned.size()) < chunk) return page;
  }
}

bool recipients_named(ViewContext& context, MessageNo message, const RecipientFilter& filter,
                      std::vector<RecipientRow>& rows) {
  std::vector<Delivery> named;
  if (auto delivery = context.snapshot.delivery(message, filter.text)) {
    named.push_back(*std::move(delivery));
  }
  const auto member = context.reads_members() ? context.snapshot.member(filter.text) : std::nullopt;
  if (member && !member->erased) {
    auto deliveries = context.snapshot.deliveries_of(member->number, CRM_TIME_US_MIN,
                                                     CRM_TIME_US_MAX, member_deliveries_max);
    for (Delivery& delivery : deliveries) {
      if (delivery.message == message) named.push_back(std::move(delivery));
    }
  }
  std::set<std::string> seen;
  for (const Delivery& delivery : named) {
    RecipientRow row = row_of(attempts_of(context, delivery));
    if (!seen.insert(row.delivery_id).second || !passes(context, filter, row)) continue;
    rows.push_back(std::move(row));
  }
  return !named.empty();
}

}  // namespace message_history
