#include <string>
#include <utility>
#include <vector>

#include "history/document/attempts.h"
#include "history/document/document.h"
#include "history/document/retention_notice.h"
#include "history/document/view_cells.h"
#include "history/pages/recipient_scan.h"
#include "history/pages/views.h"
#include "history/request/cursor.h"
#include "history/request/parameters.h"
#include "history/strings/duration_text.h"
#include "history/strings/member_text.h"
#include "history/strings/messages_text.h"
#include "history/strings/recipients_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr Column recipient_columns[] = {
    {"member", texts::recipient, CellType::member},
    {"outcome", texts::outcome, CellType::status},
    {"reason", texts::recipient_reason, CellType::reason},
    {"chain", texts::chain, CellType::text},
    {"first_at", texts::first_at, CellType::datetime},
    {"delivery_id", texts::delivery_id, CellType::id},
};

Json recipient_row(ViewContext& context, const RecipientRow& row) {
  Json attempts = Json::array();
  for (const Delivery& attempt : row.attempts) {
    if (attempt.state.status() == DeliveryStatus::unreported) continue;
    attempts.push_back(attempt_json(context, attempt));
  }
  Json reason;
  if (row.has_reason) {
    const Route& route = context.route(row.route);
    reason = reason_cell(context, {route.channel, route.provider, row.code});
  }
  Json member = member_cell(context, row.member);
  Json open = member.value("open", Json());  // the whole row leads where its member does
  Json json = {{"member", std::move(member)},
               {"outcome", status_cell(context, term_of(row.outcome))},
               {"reason", std::move(reason)},
               {"chain", chain_text(context, row.attempts)},
               {"first_at", time_cell(context, row.first_at_us)},
               {"delivery_id", row.delivery_id},
               {"attempts", std::move(attempts)}};
  if (!open.is_null()) json["open"] = std::move(open);
  return json;
}

Json recipient_filters(const ViewContext& context) {
  const Choice any{"", context.text(texts::any)};
  std::vector<Choice> outcomes = {any};
  for (const Outcome outcome : shown_outcomes) {
    outcomes.push_back({outcome_key(outcome), context.text(term_of(outcome).label)});
  }
  std::vector<Choice> reasons = {any};
  for (const Reason reason : all_reasons) {
    reasons.push_back({reason_key(reason), reason_title(reason, context.locale())});
  }
  return Filters(context)
      .text("q", texts::search, texts::recipient_search_hint, context.reads_members())
      .select("outcome", texts::outcome, outcomes)
      .select("reason", texts::recipient_reason, reasons)
      .take();
}

RecipientFilter read_filter(ViewContext& context) {
  return {outcome_param(context), reason_param(context), std::string(text_param(context, "q"))};
}

RecipientPage find_page(ViewContext& context, MessageNo message, const RecipientFilter& filter,
                        const std::optional<Cursor>& cursor) {
  if (!filter.text.empty() && !cursor) {
    RecipientPage named;
    if (recipients_named(context, message, filter, named.rows)) return named;
  }
  return recipients_page(context, message, filter, cursor ? cursor->text : std::string(),
                         page_rows);
}

// How many rows all pages have together, where a counter knows it.
std::optional<std::int64_t> total_of(const RecipientCounts& counts, const RecipientFilter& filter) {
  if (filter.reason || !filter.text.empty()) return {};
  if (!filter.outcome) return counts.recipients() + counts.excluded;
  switch (*filter.outcome) {
    case Outcome::success:
      return counts.success;
    case Outcome::failed:
      return counts.failed;
    case Outcome::pending:
      return counts.pending;
    case Outcome::excluded:
      return counts.excluded;
    case Outcome::none:
      break;
  }
  return {};
}

}  // namespace

View recipients_view(ViewContext& context) {
  const auto message_id = required_param(context, "message_id");
  if (!message_id) return message_id.error();
  const RecipientFilter filter = read_filter(context);
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();
  const auto message = context.snapshot.message(message_id.value());
  if (!message) return not_found(context, texts::thing_message, message_id.value());

  const RecipientPage page = find_page(context, message->number, filter, cursor.value());
  Json rows = Json::array();
  for (const RecipientRow& row : page.rows) rows.push_back(recipient_row(context, row));
  const Empty empty =
      filter.none() ? Empty{texts::recipients_empty, texts::recipients_next_step}
                    : Empty{texts::recipients_filtered_empty, texts::recipients_filtered_next_step};
  Json json = table(context, {"recipients", {}, empty}, recipient_columns, std::move(rows));
  if (page.has_more) json["next"] = cursor_text(context, {0, 0, page.last_id});
  const auto total = total_of(message->counts.recipients, filter);
  if (total && !cursor.value()) json["total"] = *total;

  Document document(context, sentence(context, texts::recipients_title, name_of(*message)));
  if (!cursor.value()) {
    document.add(recipient_filters(context));
    if (!context.reads_members()) {
      document.add(notice("masked", Tone::neutral, context.text(texts::masked_notice)));
    }
    add_retention_notice(document, context, first_at_us(*message));
  }
  if (page.is_budget_spent) {
    document.add(notice("scan", Tone::info,
                        sentence(context, texts::scan_goes_on, count_text(scan_deliveries_max))));
  }
  return document.add(std::move(json)).take();
}

}  // namespace message_history
