#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "history/document/document.h"
#include "history/document/view_cells.h"
#include "history/pages/reattribution.h"
#include "history/pages/views.h"
#include "history/request/parameters.h"
#include "history/strings/attribution_text.h"
#include "history/strings/duration_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr std::size_t change_rows_max = 200;

struct Window {
  std::string_view tile;
  Localized label;
  const char* param;
  Localized param_label;
  std::int64_t Rule::*length_us;
};

constexpr Window windows[] = {
    {"click_window", texts::click_window, "click_window_hours", texts::click_hours,
     &Rule::click_window_us},
    {"coupon_window", texts::coupon_window, "coupon_window_hours", texts::coupon_hours,
     &Rule::coupon_window_us},
    {"open_window", texts::open_window, "open_window_hours", texts::open_hours,
     &Rule::open_window_us},
    {"delivered_window", texts::delivered_window, "delivered_window_hours", texts::delivered_hours,
     &Rule::delivered_window_us},
};

constexpr Column change_columns[] = {
    {"message", texts::changed_message, CellType::link},
    {"orders_before", texts::orders_before, CellType::integer},
    {"orders_after", texts::orders_after, CellType::integer},
    {"orders_change", texts::orders_change, CellType::integer},
    {"gross_before", texts::gross_before, CellType::money},
    {"gross_after", texts::gross_after, CellType::money},
    {"gross_change", texts::gross_change, CellType::money},
    {"net_before", texts::net_before, CellType::money},
    {"net_after", texts::net_after, CellType::money},
    {"net_change", texts::net_change, CellType::money},
};

Json rule_tiles(const ViewContext& context) {
  const Rule& rule = context.tenant.rule;
  Tiles tiles(context, "rule", texts::rule_title);
  tiles.add({"version", texts::rule_number, CellType::integer}, rule.version);
  for (const Window& window : windows) {
    const std::int64_t length_us = rule.*window.length_us;
    tiles.add({window.tile, window.label, CellType::text, {}, texts::window_help},
              length_us == 0 ? std::string(context.text(texts::window_off))
                             : window_text(length_us, context.locale()));
  }
  return tiles.take();
}

Json draft_form(const ViewContext& context) {
  Filters filters(context);
  for (const Window& window : windows) {
    filters.text(window.param, window.param_label, texts::hours_hint);
  }
  return filters.take();
}

struct Draft {
  bool given = false;
  Rule rule;
};

// Windows that are not given are those in force.
Draft draft_param(ViewContext& context) {
  Draft draft{false, context.tenant.rule};
  for (const Window& window : windows) {
    const auto hours = hours_param(context, window.param, window.param_label, window_hours_max);
    if (!hours) continue;
    draft.given = true;
    draft.rule.*window.length_us = *hours * hour_us;
  }
  return draft;
}

// Of one message in one currency.
struct Change {
  Sold::key_type of;
  SoldByMessage before;
  SoldByMessage after;
  std::int64_t net_minor() const { return after.net_minor() - before.net_minor(); }
};

SoldByMessage sold_by(const Sold& sold, const Sold::key_type& key) {
  const auto found = sold.find(key);
  return found == sold.end() ? SoldByMessage{} : found->second;
}

std::vector<Change> changes_between(const Sold& before, const Sold& after) {
  std::vector<Change> changes;
  for (const auto& [key, sold] : before) {
    Change change{key, sold, sold_by(after, key)};
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  for (const auto& [key, sold] : after) {
    if (!before.contains(key)) changes.push_back({key, {}, sold});
  }
  return changes;
}

// The largest first; those of one size by the bytes of their message's id, then by currency.
void keep_largest(ViewContext& context, std::vector<Change>& changes) {
  const auto size = [](const Change& change) {
    const std::int64_t net_minor = change.net_minor();
    return std::min(net_minor, -net_minor);
  };
  const auto id = [&context](const Change& change) {
    const auto& message = context.message(change.of.first);
    return message ? std::string_view(message->message_id) : std::string_view();
  };
  const auto comes_before = [&](const Change& a, const Change& b) {
    if (size(a) != size(b)) return size(a) < size(b);
    if (a.of.first != b.of.first) return id(a) < id(b);
    return a.of.second < b.of.second;
  };
  const std::size_t shown = std::min(changes.size(), change_rows_max);
  std::ranges::partial_sort(changes, changes.begin() + static_cast<std::ptrdiff_t>(shown),
                            comes_before);
  changes.resize(shown);
}

Json change_row(ViewContext& context, const Change& change) {
  const auto& [message, currency] = change.of;
  const auto money = [&currency = currency](std::int64_t amount_minor) {
    return money_cell(amount_minor, currency);
  };
  const SoldByMessage& before = change.before;
  const SoldByMessage& after = change.after;
  return {{"message", message_link(context, message)},
          {"orders_before", before.orders},
          {"orders_after", after.orders},
          {"orders_change", after.orders - before.orders},
          {"gross_before", money(before.gross_minor)},
          {"gross_after", money(after.gross_minor)},
          {"gross_change", money(after.gross_minor - before.gross_minor)},
          {"net_before", money(before.net_minor())},
          {"net_after", money(after.net_minor())},
          {"net_change", money(change.net_minor())}};
}

Json change_table(ViewContext& context, std::vector<Change> changes) {
  const std::size_t total = changes.size();
  keep_largest(context, changes);
  Json rows = Json::array();
  for (const Change& change : changes) rows.push_back(change_row(context, change));
  Json json = table(
      context, {"changes", texts::changes_title, {texts::changes_empty, texts::changes_next_step}},
      change_columns, std::move(rows));
  json["total"] = total;
  return json;
}

struct Credited {
  std::int64_t orders = 0;
  std::map<std::string, std::int64_t> net_minor;  // by currency
};

Credited sum_of(const Sold& sold) {
  Credited sum;
  for (const auto& [key, one] : sold) {
    sum.orders += one.orders;
    sum.net_minor[key.second] += one.net_minor();
  }
  return sum;
}

Json draft_tiles(const ViewContext& context, const Credited& before, const Credited& after) {
  Tiles tiles(context, "draft", texts::draft_title);
  tiles.add({"orders_before", texts::orders_before, CellType::integer}, before.orders)
      .add({"orders_after", texts::orders_after, CellType::integer}, after.orders)
      .add({"net_before", texts::net_before, CellType::money},
           money_cell(context, before.net_minor))
      .add({"net_after", texts::net_after, CellType::money}, money_cell(context, after.net_minor));
  return tiles.take();
}

std::string changes_text(const ViewContext& context, const std::vector<Change>& changes) {
  std::set<MessageNo> messages;
  std::map<std::string, std::int64_t> net_minor;
  for (const Change& change : changes) {
    messages.insert(change.of.first);
    net_minor[change.of.second] += change.net_minor();
  }
  std::string amounts;
  for (const auto& [currency, amount_minor] : net_minor) {
    if (!amounts.empty()) amounts += ", ";
    amounts += change_text({amount_minor, currency}, context.locale());
  }
  return sentence(context, texts::draft_changes,
                  count_text(static_cast<std::int64_t>(messages.size())), amounts);
}

void add_draft(ViewContext& context, const Rule& rule, Document& document) {
  const Sold before = credited(context.snapshot);
  const Sold after = context.reattribution(rule);
  std::vector<Change> changes = changes_between(before, after);
  document.add(changes.empty()
                   ? notice("state", Tone::info, context.text(texts::draft_changes_nothing))
                   : notice("state", Tone::warning, changes_text(context, changes)));
  document.add(draft_tiles(context, sum_of(before), sum_of(after)));
  if (changes.size() > change_rows_max) {
    document.add(notice("cut", Tone::info,
                        sentence(context, texts::changes_cut, change_rows_max, changes.size())));
  }
  document.add(change_table(context, std::move(changes)));
}

}  // namespace

View attribution_view(ViewContext& context) {
  const Draft draft = draft_param(context);
  Document document(context, context.text(texts::attribution_title));
  document.add(rule_tiles(context)).add(draft_form(context));
  if (!draft.given) {
    document.add(notice("state", Tone::info, context.text(texts::draft_missing)));
  } else if (draft.rule == context.tenant.rule) {
    document.add(notice("state", Tone::info, context.text(texts::draft_is_the_rule)));
  } else {
    add_draft(context, draft.rule, document);
  }
  return document.take();
}

}  // namespace message_history
