#include "history/document/document.h"

#include <utility>

#include "history/document/unapplied_notice.h"
#include "history/request/parameters.h"
#include "model/amount.h"

namespace message_history {

namespace {

std::string_view type_key(CellType type) {
  constexpr std::string_view keys[] = {"text",    "id",       "member", "integer", "money",
                                       "percent", "datetime", "status", "reason",  "link"};
  return keys[static_cast<std::size_t>(type)];
}

std::string_view type_key(FieldType type) {
  constexpr std::string_view keys[] = {"text", "select", "date"};
  return keys[static_cast<std::size_t>(type)];
}

Json described(const Column& column, Locale locale) {
  Json json = {
      {"key", column.key}, {"label", column.label.in(locale)}, {"type", type_key(column.type)}};
  if (!column.sort.empty()) json["sort"] = column.sort;
  if (!column.help.ko.empty()) json["help"] = column.help.in(locale);
  return json;
}

Json empty_state(const Empty& empty, Locale locale) {
  return {{"text", empty.text.in(locale)}, {"next_step", empty.next_step.in(locale)}};
}

}  // namespace

Document::Document(const ViewContext& context, std::string_view title)
    : json_{{"view", context.request.view_id},
            {"title", title},
            {"locale", locale_tag(context.locale())},
            {"time_zone", context.zone.name()},
            {"components", Json::array()}} {
  const bool is_first_page = !context.params.contains("cursor");
  if (is_first_page && context.recording.unapplied) add(unapplied_notice(context));
  std::string sentences;
  for (const std::string& one : context.left_out) sentences += (sentences.empty() ? "" : " ") + one;
  if (!sentences.empty()) add(notice("left_out", Tone::warning, sentences));
}

Document& Document::add(Json component) {
  json_["components"].push_back(std::move(component));
  return *this;
}

Json table(const ViewContext& context, const TableHead& head, std::span<const Column> columns,
           Json rows) {
  Json described_columns = Json::array();
  for (const Column& column : columns) {
    described_columns.push_back(described(column, context.locale()));
  }
  Json json = {{"type", "table"}, {"id", head.id}};
  if (!head.title.ko.empty()) json["title"] = context.text(head.title);
  json["columns"] = std::move(described_columns);
  json["rows"] = std::move(rows);
  json["empty"] = empty_state(head.empty, context.locale());
  return json;
}

Tiles::Tiles(const ViewContext& context, std::string_view id, const Localized& title)
    : locale_(context.locale()), json_{{"type", "tiles"}, {"id", id}} {
  if (!title.ko.empty()) json_["title"] = title.in(locale_);
  json_["tiles"] = Json::array();
}

Tiles& Tiles::add(const Column& tile, Json value) {
  Json json = described(tile, locale_);
  json["value"] = std::move(value);
  json_["tiles"].push_back(std::move(json));
  return *this;
}

Json notice(std::string_view id, Tone tone, std::string_view text) {
  return {{"type", "notice"}, {"id", id}, {"tone", tone_key(tone)}, {"text", text}};
}

Json chart(const ChartHead& head, std::span<const std::string> labels,
           std::span<const Series> series) {
  Json json = {{"type", "chart"},
               {"id", head.id},
               {"title", head.title},
               {"kind", head.kind == ChartKind::funnel ? "funnel" : "bar"},
               {"value_type", head.currency.empty() ? "integer" : "money"}};
  if (!head.currency.empty()) {
    json["currency"] = head.currency;
    json["minor_digits"] = minor_digits(head.currency);
  }
  json["labels"] = Json::array();
  for (const std::string& label : labels) json["labels"].push_back(label);
  json["series"] = Json::array();
  for (const Series& one : series) {
    json["series"].push_back({{"key", one.key}, {"label", one.label}, {"values", one.values}});
  }
  return json;
}

Json timeline(const ViewContext& context, const TableHead& head, Json entries) {
  Json json = {{"type", "timeline"}, {"id", head.id}};
  if (!head.title.ko.empty()) json["title"] = context.text(head.title);
  json["entries"] = std::move(entries);
  json["empty"] = empty_state(head.empty, context.locale());
  return json;
}

Filters::Filters(const ViewContext& context)
    : context_(context), json_{{"type", "filters"}, {"id", "filters"}, {"fields", Json::array()}} {}

Json& Filters::field(FieldType type, const char* key, const Localized& label, bool repeats_value) {
  Json json = {{"key", key}, {"label", context_.text(label)}, {"type", type_key(type)}};
  if (repeats_value) json["value"] = text_param(context_, key);
  json_["fields"].push_back(std::move(json));
  return json_["fields"].back();
}

Filters& Filters::text(const char* key, const Localized& label, const Localized& placeholder,
                       bool repeats_value) {
  field(FieldType::text, key, label, repeats_value)["placeholder"] = context_.text(placeholder);
  return *this;
}

Filters& Filters::date(const char* key, const Localized& label) {
  field(FieldType::date, key, label, true);
  return *this;
}

Filters& Filters::select(const char* key, const Localized& label, std::span<const Choice> choices) {
  Json options = Json::array();
  for (const Choice& choice : choices) {
    options.push_back({{"value", choice.value}, {"label", choice.label}});
  }
  field(FieldType::select, key, label, true)["options"] = std::move(options);
  return *this;
}

Actions::Actions(const ViewContext& context)
    : locale_(context.locale()),
      json_{{"type", "actions"}, {"id", "actions"}, {"actions", Json::array()}} {}

Json& Actions::action(std::string_view key, const Localized& label) {
  json_["actions"].push_back({{"key", key}, {"label", label.in(locale_)}});
  return json_["actions"].back();
}

Actions& Actions::open(std::string_view key, const Localized& label, Json target) {
  Json& json = action(key, label);
  json["kind"] = "open";
  json["open"] = std::move(target);
  return *this;
}

Actions& Actions::export_of(std::string_view key, const Localized& label,
                            std::string_view message_id) {
  Json& json = action(key, label);
  json["kind"] = "export";
  json["export"] = {{"message_id", message_id}};
  return *this;
}

}  // namespace message_history
