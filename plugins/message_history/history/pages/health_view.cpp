#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "history/document/document.h"
#include "history/document/unapplied_notice.h"
#include "history/document/view_cells.h"
#include "history/pages/views.h"
#include "history/request/cursor.h"
#include "history/strings/duration_text.h"
#include "history/strings/health_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr std::size_t quarantine_rows = 50;
constexpr std::size_t sources_max = 500;
// A source that sent nothing for longer is pointed out; the page names the time.
constexpr std::int64_t source_idle_us = 30 * 60 * second_us;

constexpr Term source_receiving{"receiving", texts::source_receiving, Tone::success};
constexpr Term source_idle{"idle", texts::source_idle, Tone::warning};
constexpr Term source_silent{"silent", texts::source_silent, Tone::neutral};

constexpr Column source_columns[] = {
    {"source", texts::source, CellType::id},
    {"state", texts::source_state, CellType::status, {}, texts::source_state_help},
    {"position", texts::position, CellType::integer, {}, texts::position_help},
    {"accepted", texts::accepted, CellType::integer},
    {"duplicates", texts::duplicates, CellType::integer},
    {"rejected", texts::rejected, CellType::integer},
    {"skipped", texts::skipped, CellType::integer, {}, texts::skipped_help},
    {"batches", texts::batches, CellType::integer},
    {"last_batch_at", texts::last_batch_at, CellType::datetime},
};

constexpr Column quarantine_columns[] = {
    {"seq", texts::seq, CellType::integer},
    {"source", texts::source, CellType::id},
    {"kind", texts::event_kind, CellType::text},
    {"reason", texts::refusal_reason, CellType::text},
    {"at", texts::refused_at, CellType::datetime},
};

constexpr Column skipped_columns[] = {
    {"name", texts::skipped_name, CellType::text},
    {"source", texts::source, CellType::id},
    {"events", texts::skipped, CellType::integer},
    {"at", texts::skipped_at, CellType::datetime},
};

Json skipped_table(ViewContext& context, const std::vector<SkippedEntry>& skipped) {
  Json rows = Json::array();
  for (const SkippedEntry& entry : skipped) {
    rows.push_back(
        {{"name", entry.row.name.empty() ? std::string(context.text(texts::skipped_others))
                                         : entry.row.name},
         {"source", entry.source},
         {"events", entry.row.events},
         {"at", time_cell(context, entry.row.at_us)}});
  }
  return table(context,
               {"skipped", texts::skipped_title, {texts::skipped_empty, texts::skipped_next_step}},
               skipped_columns, std::move(rows));
}

const Term& source_state(const ViewContext& context, const SourceRow& source) {
  if (source.recorded_at_us == 0) return source_silent;
  return context.now_us - source.recorded_at_us > source_idle_us ? source_idle : source_receiving;
}

Json source_table(ViewContext& context, const std::vector<SourceRow>& sources) {
  Json rows = Json::array();
  for (const SourceRow& source : sources) {
    if (rows.size() == sources_max) break;
    rows.push_back(
        {{"source", source.name},
         {"state", status_cell(context, source_state(context, source))},
         {"position", source.position},
         {"accepted", source.accepted},
         {"duplicates", source.duplicates},
         {"rejected", source.rejected},
         {"skipped", source.skipped},
         {"batches", source.batches},
         {"last_batch_at",
          source.recorded_at_us > 0 ? time_cell(context, source.recorded_at_us) : Json()}});
  }
  Json json = table(
      context, {"sources", texts::sources_title, {texts::sources_empty, texts::sources_next_step}},
      source_columns, std::move(rows));
  json["total"] = sources.size();
  return json;
}

Json quarantine_table(ViewContext& context, const std::optional<Cursor>& cursor,
                      std::int64_t count) {
  auto entries = context.snapshot.quarantine(
      cursor ? cursor->number : std::numeric_limits<std::int64_t>::max(), quarantine_rows + 1);
  const bool has_more = entries.size() > quarantine_rows;
  if (has_more) entries.resize(quarantine_rows);
  Json rows = Json::array();
  for (const QuarantineEntry& entry : entries) {
    rows.push_back({{"seq", entry.row.seq},
                    {"source", entry.source},
                    {"kind", entry.row.kind},
                    {"reason", entry.row.reason},
                    {"at", time_cell(context, entry.row.at_us)}});
  }
  Json json = table(context,
                    {"quarantine",
                     texts::quarantine_title,
                     {texts::quarantine_empty, texts::quarantine_next_step}},
                    quarantine_columns, std::move(rows));
  if (has_more) json["next"] = cursor_text(context, {0, entries.back().number, {}});
  if (!cursor) json["total"] = count;
  return json;
}

// Erasures whose ids some file may still hold, and what keeps them there.
Json pending_erasures_notice(ViewContext& context, const PendingScrub& pending) {
  const auto ago = [&context](std::int64_t at_us) {
    return duration_text(std::max<std::int64_t>(context.now_us - at_us, 0), context.locale());
  };
  const std::string count = count_text(pending.erasures);
  const std::string since = ago(pending.since_us);
  const auto exports = context.snapshot.running_exports();
  if (exports.empty()) {
    return notice("erasures", Tone::info, sentence(context, texts::erasures_pending, count, since));
  }
  return notice(
      "erasures", Tone::info,
      sentence(context, texts::erasures_pending_export, count, since, ago(exports.front().at_us)));
}

Json health_tiles(ViewContext& context, const std::vector<SourceRow>& sources,
                  std::int64_t quarantined) {
  const StoreSize size = context.snapshot.size();
  const std::int64_t kept_from_us = context.snapshot.kept_from_us();
  std::int64_t newest_us = 0;
  std::int64_t applied = 0;
  for (const SourceRow& source : sources) {
    newest_us = std::max(newest_us, source.recorded_at_us);
    applied += source.accepted;
  }
  const auto& waiting = context.recording.unapplied;
  Tiles tiles(context, "store", texts::health_tiles);
  tiles
      .add({"recorded", texts::recorded_events, CellType::integer},
           applied + (waiting ? waiting->events : 0))
      .add({"applied", texts::applied_events, CellType::integer, {}, texts::applied_events_help},
           applied);
  tiles.add({"quarantined", texts::quarantined, CellType::integer}, quarantined)
      .add(
          {"held_messages", texts::held_messages, CellType::integer, {}, texts::held_messages_help},
          context.snapshot.held_messages())
      .add({"held_refunds", texts::held_refunds, CellType::integer, {}, texts::held_refunds_help},
           context.snapshot.held_refunds())
      .add({"store_size", texts::store_size, CellType::text}, bytes_text(size.file_bytes))
      .add({"store_free", texts::store_free, CellType::text}, bytes_text(size.free_bytes))
      .add({"details_from", texts::details_from, CellType::text, {}, texts::details_from_help},
           kept_from_us > 0 ? date_text(context.zone.day_of(kept_from_us))
                            : std::string(context.text(texts::details_from_first)));
  tiles.add({"pending_erasures",
             texts::pending_erasures,
             CellType::integer,
             {},
             texts::pending_erasures_help},
            context.snapshot.pending_scrub().erasures);
  if (newest_us > 0 && context.now_us >= newest_us) {
    tiles.add(
        {"last_batch_age", texts::last_batch_age, CellType::text},
        sentence(context, texts::ago, duration_text(context.now_us - newest_us, context.locale())));
  }
  return tiles.take();
}

struct Findings {
  const std::vector<SourceRow>& sources;
  const std::vector<SkippedEntry>& skipped;
  std::int64_t quarantined = 0;
};

// Empty when every source sends.
std::string idle_text(const ViewContext& context, const std::vector<SourceRow>& sources) {
  std::string names;
  for (const SourceRow& source : sources) {
    if (&source_state(context, source) != &source_idle) continue;
    if (!names.empty()) names += ", ";
    const std::int64_t age_us = context.now_us - source.recorded_at_us;
    names +=
        sentence(context, texts::idle_source, source.name, duration_text(age_us, context.locale()));
  }
  if (names.empty()) return names;
  return sentence(context, texts::some_idle, names,
                  duration_text(source_idle_us, context.locale()));
}

Json clock_notice(const ViewContext& context, const RecordingState::ClockJump& jump) {
  const bool is_ahead = jump.host_us > jump.trusted_us;
  const std::int64_t apart_us =
      is_ahead ? jump.host_us - jump.trusted_us : jump.trusted_us - jump.host_us;
  TimeZone zone = context.zone;
  const std::string since = date_text(zone.day_of(jump.since_us));
  return notice("clock", Tone::warning,
                sentence(context, is_ahead ? texts::clock_ahead : texts::clock_behind,
                         duration_text(apart_us, context.locale()), since,
                         duration_text(jump.goes_on_in_us, context.locale())));
}

// Empty when every source sent something new of late.
std::string repeating_text(const ViewContext& context, const std::vector<SourceRow>& sources) {
  std::string names;
  for (const SourceRow& source : sources) {
    const Repeated repeated = context.snapshot.repeated(source.number);
    if (repeated.events == 0) continue;
    if (!names.empty()) names += ", ";
    const std::int64_t age_us = std::max<std::int64_t>(context.now_us - repeated.since_us, 0);
    names += sentence(context, texts::repeating_source, source.name, count_text(repeated.events),
                      duration_text(age_us, context.locale()), std::to_string(source.position));
  }
  if (names.empty()) return names;
  return sentence(context, texts::some_repeating, names);
}

// Everything that is not as it should be; that all is well only without any of it.
void add_notices(Document& document, const ViewContext& context, const Findings& found) {
  std::int64_t unknown = 0;
  for (const SkippedEntry& entry : found.skipped) unknown += entry.row.events;
  std::int64_t skipped = 0;
  for (const SourceRow& source : found.sources) skipped += source.skipped;
  const std::int64_t skipped_otherwise = std::max<std::int64_t>(skipped - unknown, 0);
  const std::string idle = idle_text(context, found.sources);
  const std::string repeating = repeating_text(context, found.sources);
  if (found.quarantined > 0) {
    document.add(notice("state", Tone::warning,
                        sentence(context, texts::some_quarantined, count_text(found.quarantined))));
  }
  if (!repeating.empty()) document.add(notice("repeating", Tone::warning, repeating));
  if (!idle.empty()) document.add(notice("idle", Tone::warning, idle));
  const auto& jump = context.recording.clock_jump;
  if (jump) document.add(clock_notice(context, *jump));
  if (unknown > 0) {
    document.add(notice("unknown", Tone::warning,
                        sentence(context, texts::some_unknown, count_text(unknown))));
  }
  if (skipped_otherwise > 0) {
    document.add(notice("passed_over", Tone::info,
                        sentence(context, texts::some_skipped, count_text(skipped_otherwise))));
  }
  const bool is_well = found.quarantined == 0 && idle.empty() && repeating.empty() &&
                       skipped == 0 && unknown == 0 && !jump && !context.recording.unapplied;
  if (is_well && !found.sources.empty()) {
    document.add(notice("state", Tone::success, context.text(texts::all_well)));
  }
}

}  // namespace

View health_view(ViewContext& context) {
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();
  const std::int64_t quarantined = context.snapshot.quarantine_count();
  Document document(context, context.text(texts::health_title));
  if (!cursor.value()) {
    if (context.recording.unapplied) document.add(last_error_notice(context));
    const auto sources = context.snapshot.sources();
    const auto skipped = context.snapshot.skipped_by_name();
    add_notices(document, context, {sources, skipped, quarantined});
    const PendingScrub pending = context.snapshot.pending_scrub();
    if (pending.erasures > 0) document.add(pending_erasures_notice(context, pending));
    document.add(health_tiles(context, sources, quarantined)).add(source_table(context, sources));
    if (!skipped.empty()) document.add(skipped_table(context, skipped));
  }
  return document.add(quarantine_table(context, cursor.value(), quarantined)).take();
}

}  // namespace message_history
