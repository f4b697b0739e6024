#include "history/pages/message_funnel.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "history/document/view_cells.h"
#include "history/strings/message_text.h"
#include "history/strings/messages_text.h"
#include "history/strings/terms.h"

namespace message_history {

namespace {

constexpr std::size_t no_step = SIZE_MAX;

struct FunnelStep {
  const Localized& label;
  std::optional<std::int64_t> count;  // none: cannot be known
  std::size_t part_of = no_step;
};

constexpr Column bought_by_columns[] = {
    {"touch", texts::bought_by_touch, CellType::status},
    {"orders", texts::orders, CellType::integer},
    {"share", texts::share_of_orders, CellType::percent},
};

// Nobody reports that an app's push arrived on a phone.
bool has_receipts(Channel channel) {
  return channel != Channel::push;
}

std::vector<FunnelStep> steps_of(const MessageRow& message) {
  const RecipientCounts& sends = message.counts.recipients;
  const StampedValue& audience = message.report.audience;
  const std::int64_t reported = audience.known() ? audience.value : 0;
  std::optional<std::int64_t> confirmed = sends.delivered;
  if (sends.delivered == 0 && !has_receipts(message.report.facts.channel)) confirmed.reset();
  constexpr std::size_t targeted = 0;
  constexpr std::size_t reached = 1;
  // The audience is what the host expected; more may have been sent since.
  std::vector<FunnelStep> steps = {
      {texts::targeted, std::max(reported, sends.recipients() + sends.excluded)},
      {texts::reached, sends.success, targeted},
      {texts::delivered, confirmed, reached}};
  if (message.counts.openers > 0) {
    steps.push_back({texts::openers, message.counts.openers, reached});
  }
  steps.push_back({texts::clicked, message.counts.clickers, reached});
  steps.push_back({texts::bought, message.counts.buyers, reached});
  return steps;
}

Json step_json(const ViewContext& context, const std::vector<FunnelStep>& steps,
               const FunnelStep& step) {
  Json json = Json::object();
  if (step.part_of == no_step) return json;
  const FunnelStep& whole = steps[step.part_of];
  json["of"] = context.text(whole.label);
  if (!step.count) {
    json["note"] = context.text(texts::cannot_be_confirmed);
  } else if (*step.count > whole.count.value_or(0)) {
    json["note"] = context.text(texts::more_than_reached);
  } else {
    const Json share = ratio_cell(context, {*step.count, *whole.count}, *whole.count);
    json[share.is_string() ? "note" : "share"] = share;
    if (share.is_null()) json.erase("share");
  }
  return json;
}

}  // namespace

Json message_funnel(const ViewContext& context, const MessageRow& message) {
  const std::vector<FunnelStep> steps = steps_of(message);
  std::vector<std::string> labels;
  Json values = Json::array();
  Json shares = Json::array();
  for (const FunnelStep& step : steps) {
    labels.emplace_back(context.text(step.label));
    values.push_back(step.count ? Json(*step.count) : Json());
    shares.push_back(step_json(context, steps, step));
  }
  const Series counts[] = {{"counts", context.text(texts::funnel_counts), {}}};
  Json json =
      chart({"funnel", ChartKind::funnel, {}, std::string(context.text(texts::funnel_title))},
            labels, counts);
  json["series"][0]["values"] = std::move(values);
  json["steps"] = std::move(shares);
  return json;
}

Json bought_by_table(const ViewContext& context,
                     const std::map<TouchKind, std::int64_t>& orders_by_touch) {
  std::int64_t all = 0;
  for (const auto& [touch, orders] : orders_by_touch) all += orders;
  Json rows = Json::array();
  for (const TouchKind touch : {TouchKind::click, TouchKind::coupon, TouchKind::open,
                                TouchKind::delivered, TouchKind::explicit_message}) {
    const auto found = orders_by_touch.find(touch);
    if (found == orders_by_touch.end() || found->second == 0) continue;
    rows.push_back({{"touch", status_cell(context, term_of(touch))},
                    {"orders", found->second},
                    {"share", ratio_cell(context, {found->second, all}, all)}});
  }
  return table(
      context,
      {"bought_by", texts::bought_by_title, {texts::revenue_empty, texts::revenue_next_step}},
      bought_by_columns, std::move(rows));
}

}  // namespace message_history
