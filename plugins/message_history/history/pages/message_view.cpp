#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "history/document/document.h"
#include "history/document/retention_notice.h"
#include "history/document/view_cells.h"
#include "history/pages/message_effect.h"
#include "history/pages/message_funnel.h"
#include "history/pages/views.h"
#include "history/request/parameters.h"
#include "history/strings/message_text.h"
#include "history/strings/messages_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr std::size_t failure_rows_max = 200;
// Codes that are put together by reason; of more, those with the most attempts.
constexpr std::int64_t failure_codes_max = 1'000;

constexpr Column failure_columns[] = {
    {"reason", texts::reason, CellType::reason},
    {"code", texts::code, CellType::text},
    {"channel", texts::channel, CellType::status},
    {"failed_attempts", texts::attempts, CellType::integer, {}, texts::attempts_help},
    {"unreached", texts::unreached, CellType::integer, {}, texts::unreached_help},
    {"advice", texts::advice, CellType::text},
};

Json header_tiles(ViewContext& context, const MessageRow& message) {
  const MessageReport& report = message.report;
  const RecipientCounts& counts = message.counts.recipients;
  const Term& result = term_of(result_of(report, counts, context.now_us));
  Tiles tiles(context, "summary", texts::summary_title);
  tiles.add({"result", texts::result, CellType::status}, status_cell(context, result))
      .add({"kind", texts::kind, CellType::status},
           status_cell(context, term_of(report.facts.kind)))
      .add({"channel", texts::channel, CellType::status},
           status_cell(context, term_of(report.facts.channel)));
  if (report.scheduled_at_us.known()) {
    tiles.add({"scheduled_at", texts::scheduled_at, CellType::datetime},
              time_cell(context, report.scheduled_at_us.value));
  }
  if (message.sent_at_us) {
    tiles.add({"sent_at", texts::sent_at, CellType::datetime},
              time_cell(context, message.sent_at_us));
  }
  tiles
      .add({"recipients", texts::recipients, CellType::integer, {}, texts::recipients_help},
           counts.recipients())
      .add({"success", texts::success, CellType::integer}, counts.success)
      .add({"failed", texts::failed, CellType::integer}, counts.failed)
      .add({"pending", texts::pending, CellType::integer, {}, texts::pending_help}, counts.pending)
      .add({"excluded", texts::excluded, CellType::integer, {}, texts::excluded_help},
           counts.excluded);
  // Of the ways to react, those that happened.
  const MessageCounts& all = message.counts;
  if (all.openers > 0) tiles.add({"openers", texts::openers, CellType::integer}, all.openers);
  if (all.clickers > 0) tiles.add({"clicks", texts::clicks, CellType::integer}, all.clickers);
  if (all.redeemers > 0) tiles.add({"coupons", texts::redeemers, CellType::integer}, all.redeemers);
  if (all.buyers > 0) tiles.add({"buyers", texts::buying_members, CellType::integer}, all.buyers);
  return tiles.take();
}

// Tells of a report that is dated in the future: the latest report of a message stands, so one of a
// wrong clock keeps those of today from showing.
void add_future_report_notice(Document& document, ViewContext& context,
                              const MessageReport& report) {
  constexpr std::int64_t clock_difference_us =
      day_us;  // that two right clocks may have, in any time zone
  const std::int64_t reported_at_us = report.facts.at_us;
  if (reported_at_us <= context.now_us + clock_difference_us) return;
  document.add(notice(
      "future_report", Tone::warning,
      sentence(context, texts::future_report, date_text(context.zone.day_of(reported_at_us)))));
}

Json message_actions(const ViewContext& context, const MessageRow& message) {
  Actions actions(context);
  actions.open("recipients", texts::show_recipients,
               open_view("message.recipients", {{"message_id", message.message_id}}));
  if (message.counts.orders > 0) {
    actions.open("buyers", texts::buyers,
                 open_view("message.buyers", {{"message_id", message.message_id}}, OpenAs::dialog));
  }
  if (context.permits(CRM_PERMISSION_EXPORT)) {
    actions.export_of("download", texts::download, message.message_id);
  }
  return actions.take();
}

ProviderCode code_of(const FailureRow& row) {
  return {row.route.channel, row.route.provider, row.code};
}

// Reasons by how many recipients they left unreached, the codes of one reason together.
std::vector<FailureRow> grouped_by_reason(std::vector<FailureRow> rows) {
  std::erase_if(rows, [](const FailureRow& row) { return row.counts == FailureCounts{}; });
  std::map<Reason, FailureCounts> by_reason;
  for (const FailureRow& row : rows) {
    FailureCounts& sum = by_reason[reason_of(code_of(row))];
    sum.attempts += row.counts.attempts;
    sum.unreached += row.counts.unreached;
  }
  const auto rank = [&by_reason](const FailureRow& row) {
    const Reason reason = reason_of(code_of(row));
    const FailureCounts& sum = by_reason[reason];
    // Of reasons that weigh the same, what nobody can act on comes last.
    return std::make_tuple(-sum.unreached, -sum.attempts, reason == Reason::unclassified, reason,
                           -row.counts.unreached, -row.counts.attempts, row.route.channel,
                           row.route.provider, row.code);
  };
  std::ranges::sort(rows, [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return rows;
}

void add_failures(Document& document, ViewContext& context, const MessageRow& message) {
  const auto failures =
      grouped_by_reason(context.snapshot.failures(message.number, failure_codes_max));
  Json rows = Json::array();
  for (const FailureRow& row : failures) {
    if (rows.size() == failure_rows_max) break;
    const ProviderCode code = code_of(row);
    const Reason reason = reason_of(code);
    rows.push_back({{"reason", reason_cell(context, code)},
                    {"code", raw_code(code)},
                    {"channel", status_cell(context, term_of(code.channel))},
                    {"failed_attempts", row.counts.attempts},
                    {"unreached", row.counts.unreached},
                    {"advice", reason_advice(reason, context.locale())},
                    {"open", open_view("message.recipients", {{"message_id", message.message_id},
                                                              {"outcome", "failed"},
                                                              {"reason", reason_key(reason)}})}});
  }
  Json json =
      table(context,
            {"failures", texts::failures_title, {texts::failures_empty, texts::failures_next_step}},
            failure_columns, std::move(rows));
  if (std::ssize(failures) < failure_codes_max) json["total"] = failures.size();
  json["group"] = "reason";
  document.add(std::move(json));
  if (failures.size() > failure_rows_max) {
    document.add(notice("failures_cut", Tone::info,
                        sentence(context, texts::failures_cut, failure_rows_max)));
  }
}

}  // namespace

View message_view(ViewContext& context) {
  const auto message_id = required_param(context, "message_id");
  if (!message_id) return message_id.error();
  const auto message = context.snapshot.message(message_id.value());
  if (!message) return not_found(context, texts::thing_message, message_id.value());

  Document document(context, name_of(*message));
  document.add(header_tiles(context, *message));
  if (!message->report.known()) {
    document.add(notice("unreported", Tone::info, context.text(texts::unreported_message)));
  }
  add_future_report_notice(document, context, message->report);
  add_retention_notice(document, context, first_at_us(*message));
  document.add(message_actions(context, *message)).add(message_funnel(context, *message));
  if (message->counts.orders > 0) {
    document.add(bought_by_table(context, context.snapshot.orders_by_touch(message->number)));
  }
  const MessageSales sales = sales_of(context, *message);
  document.add(revenue_table(context, sales));
  if (message->counts.orders > 0 && context.snapshot.has_other_refunds(message->number)) {
    document.add(notice("other_refunds", Tone::warning, context.text(texts::some_other_refunds)));
  }
  for (Json& part : revenue_charts(context, sales)) document.add(std::move(part));
  for (Json& part : lift_parts(context, message->counts.recipients)) document.add(std::move(part));
  add_failures(document, context, *message);
  return document.take();
}

}  // namespace message_history
