// Finds the recipients of one message page by page, over a bounded number of deliveries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/reason.h"
#include "history/request/view_context.h"
#include "model/delivery.h"
#include "model/recipient.h"

namespace message_history {

// What one page reads at most, attempts of chains included; a page that finds too little ends early
// with a place to go on from.
inline constexpr std::int64_t scan_deliveries_max = 20'000;
// How many of a member's newest deliveries are looked through for one message.
inline constexpr std::int64_t member_deliveries_max = 1'000;

struct RecipientFilter {
  std::optional<Outcome> outcome;
  std::optional<Reason> reason;
  std::string text;  // a delivery or member id, or the beginning of what is shown of one

  bool none() const { return !outcome && !reason && text.empty(); }
};

// One recipient; its attempts in the order of time.
struct RecipientRow {
  std::string delivery_id;  // the smallest of the chain: names the recipient
  std::vector<Delivery> attempts;
  Outcome outcome = Outcome::none;
  MemberNo member;
  std::int64_t first_at_us = 0;
  // The report that says why, with its route: of the last failure, or of what is waited for.
  std::string code;
  RouteNo route;
  bool has_reason = false;
};

struct RecipientPage {
  std::vector<RecipientRow> rows;
  std::string last_id;  // of the delivery scanned last
  bool has_more = false;
  bool is_budget_spent = false;
};

RecipientPage recipients_page(ViewContext& context, MessageNo message,
                              const RecipientFilter& filter, std::string_view after_id,
                              std::size_t rows_max);

// Whether `filter.text` names recipients of the message exactly, as a delivery or as a member;
// `rows` are those of them that the rest of the filter lets through.
bool recipients_named(ViewContext& context, MessageNo message, const RecipientFilter& filter,
                      std::vector<RecipientRow>& rows);

}  // namespace message_history
