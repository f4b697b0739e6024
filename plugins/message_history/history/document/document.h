// The building blocks of a view document, as plugin_api/schema/view.schema.json describes them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/locale.h"
#include "history/request/view_context.h"
#include "history/strings/terms.h"

namespace message_history {

// Keeps the order of keys, so that a document reads from top to bottom.
using Json = nlohmann::ordered_json;

enum class CellType : std::uint8_t {
  text,
  id,
  member,
  integer,
  money,
  percent,
  datetime,
  status,
  reason,
  link,
};

struct Column {
  std::string_view key;
  Localized label;
  CellType type = CellType::text;
  std::string_view sort = {};  // the `sort` parameter that orders by it; empty: none does
  Localized help = {};
};

// What stands where there is nothing: what that means, and what to do next.
struct Empty {
  Localized text;
  Localized next_step;
};

struct TableHead {
  std::string_view id;
  Localized title;
  Empty empty;
};

// Begins with a notice about the filters that were left out, if any were.
class Document {
 public:
  Document(const ViewContext& context, std::string_view title);
  Document& add(Json component);
  Json take() { return std::move(json_); }

 private:
  Json json_;
};

Json table(const ViewContext& context, const TableHead& head, std::span<const Column> columns,
           Json rows);

// Tiles are gathered one by one.
class Tiles {
 public:
  Tiles(const ViewContext& context, std::string_view id, const Localized& title);
  Tiles& add(const Column& tile, Json value);
  bool empty() const { return json_["tiles"].empty(); }
  Json take() { return std::move(json_); }

 private:
  Locale locale_;
  Json json_;
};

Json notice(std::string_view id, Tone tone, std::string_view text);

struct Series {
  std::string_view key;
  std::string_view label;
  std::vector<std::int64_t> values;
};
enum class ChartKind : std::uint8_t { funnel, bar };
struct ChartHead {
  std::string id;
  ChartKind kind = ChartKind::bar;
  std::string currency;  // of money; empty: the values are counts
  std::string title;
};
// One value a label in every series.
Json chart(const ChartHead& head, std::span<const std::string> labels,
           std::span<const Series> series);

Json timeline(const ViewContext& context, const TableHead& head, Json entries);

struct Choice {
  std::string_view value;
  std::string_view label;
};
enum class FieldType : std::uint8_t { text, select, date };
// The filters of a view, gathered one by one; each carries the value in force.
class Filters {
 public:
  explicit Filters(const ViewContext& context);
  Filters& text(const char* key, const Localized& label, const Localized& placeholder,
                bool repeats_value = true);
  Filters& date(const char* key, const Localized& label);
  Filters& select(const char* key, const Localized& label, std::span<const Choice> choices);
  Json take() { return std::move(json_); }

 private:
  Json& field(FieldType type, const char* key, const Localized& label, bool repeats_value);
  const ViewContext& context_;
  Json json_;
};

class Actions {
 public:
  explicit Actions(const ViewContext& context);
  Actions& open(std::string_view key, const Localized& label, Json target);
  Actions& export_of(std::string_view key, const Localized& label, std::string_view message_id);
  bool empty() const { return json_["actions"].empty(); }
  Json take() { return std::move(json_); }

 private:
  Json& action(std::string_view key, const Localized& label);
  Locale locale_;
  Json json_;
};

}  // namespace message_history
