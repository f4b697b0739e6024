#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "history/document/document.h"
#include "history/document/view_cells.h"
#include "history/pages/views.h"
#include "history/request/cursor.h"
#include "history/strings/exports_text.h"

namespace message_history {

namespace {

constexpr Column export_columns[] = {
    {"number", texts::export_number, CellType::integer},
    {"at", texts::export_at, CellType::datetime},
    {"event", texts::export_event, CellType::status},
    {"actor", texts::export_actor, CellType::text},
    {"message_id", texts::export_message, CellType::id},
    {"reason", texts::export_reason, CellType::text},
    {"rows", texts::export_rows, CellType::integer},
    {"members", texts::export_members, CellType::status},
    {"chain", texts::export_chain, CellType::status, {}, texts::export_chain_help},
    {"detail", texts::export_detail, CellType::text},
    {"dialect", texts::export_dialect, CellType::text},
    {"columns", texts::export_columns, CellType::text},
    {"origin", texts::export_origin, CellType::text},
    {"sha256", texts::export_sha256, CellType::id},
    {"export_id", texts::export_id, CellType::id},
};

constexpr Term events[] = {
    {"granted", texts::event_granted, Tone::info},
    {"completed", texts::event_completed, Tone::success},
    {"refused", texts::event_refused, Tone::danger},
    {"cancelled", texts::event_cancelled, Tone::neutral},
    {"failed", texts::event_failed, Tone::danger},
    {"aborted", texts::event_aborted, Tone::danger},
    {"read", texts::event_read, Tone::info},
    {"position", texts::event_position, Tone::warning},
};
constexpr Term other_event{"other", texts::event_other, Tone::neutral};

constexpr Term masked{"masked", texts::ids_masked, Tone::neutral};
constexpr Term unmasked{"unmasked", texts::ids_shown, Tone::warning};

constexpr Term verified{"verified", texts::chain_verified, Tone::success};
constexpr Term linked{"linked", texts::chain_linked, Tone::neutral};
constexpr Term broken{"broken", texts::chain_broken, Tone::danger};

const Term& event_term(std::string_view event) {
  for (const Term& term : events) {
    if (term.key == event) return term;
  }
  return other_event;
}

// Whether the row fits the one before it (NULL: there is none on record) and itself.
const Term& chain_term(const AuditRow& row, const AuditRow* before, const AuditSeal& seal) {
  const bool follows =
      before == nullptr ? row.number == 1 && row.previous_sha256 == Sha256{}
                        : row.number == before->number + 1 && row.previous_sha256 == before->sha256;
  if (!follows) return broken;
  if (!seal) return linked;
  return seal(row) == row.sha256 ? verified : broken;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json audit_row(ViewContext& context, const AuditRow& row, const Term& chain) {
  const bool has_rows = !row.csv_sha256.empty() || row.event == "read";
  Json json = {{"number", row.number},
               {"at", time_cell(context, row.at_us)},
               {"event", status_cell(context, event_term(row.event))},
               {"actor", row.actor},
               {"message_id", text_or_null(row.message_id)},
               {"reason", row.reason},
               {"rows", has_rows ? Json(row.rows) : Json()},
               {"members", status_cell(context, row.masked ? masked : unmasked)},
               {"chain", status_cell(context, chain)},
               {"detail", text_or_null(row.detail)},
               {"dialect", text_or_null(row.dialect)},
               {"columns", text_or_null(row.columns)},
               {"origin", text_or_null(row.origin)},
               {"sha256", text_or_null(row.csv_sha256)},
               {"export_id", text_or_null(row.export_id)}};
  return json;
}

}  // namespace

View exports_view(ViewContext& context) {
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();
  const std::int64_t before_number =
      cursor.value() ? cursor.value()->number : std::numeric_limits<std::int64_t>::max();
  // One row more than shown: the last one shown must fit it.
  const auto audit = context.snapshot.audit_newest(before_number, page_rows + 1);
  bool is_broken = false;
  Json rows = Json::array();
  for (std::size_t i = 0; i < audit.size() && i < page_rows; ++i) {
    const AuditRow* const before = i + 1 < audit.size() ? &audit[i + 1] : nullptr;
    const Term& chain = chain_term(audit[i], before, context.seal);
    is_broken |= &chain == &broken;
    rows.push_back(audit_row(context, audit[i], chain));
  }
  Json json = table(context, {"exports", {}, {texts::exports_empty, texts::exports_next_step}},
                    export_columns, std::move(rows));
  if (audit.size() > page_rows) {
    json["next"] = cursor_text(context, {0, audit[page_rows - 1].number, {}});
  }
  if (!cursor.value()) json["total"] = audit.empty() ? 0 : audit.front().number;

  Document document(context, context.text(texts::exports_title));
  if (is_broken) {
    document.add(notice("broken", Tone::danger, context.text(texts::chain_broken_notice)));
  }
  if (!cursor.value()) {
    document.add(notice("basis", Tone::neutral, context.text(texts::exports_basis)));
  }
  return document.add(std::move(json)).take();
}

}  // namespace message_history
