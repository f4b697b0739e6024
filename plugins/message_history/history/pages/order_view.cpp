#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "history/document/document.h"
#include "history/document/other_refunds.h"
#include "history/document/retention_notice.h"
#include "history/document/view_cells.h"
#include "history/pages/order_candidates.h"
#include "history/pages/views.h"
#include "history/request/parameters.h"
#include "history/strings/duration_text.h"
#include "history/strings/member_text.h"
#include "history/strings/order_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr std::size_t lines_max = 500;
constexpr std::size_t refunds_max = 500;

constexpr Column candidate_columns[] = {
    {"at", texts::candidate_at, CellType::datetime},
    {"touch", texts::candidate_touch, CellType::status},
    {"message", texts::candidate_message, CellType::link},
    {"verdict", texts::candidate_verdict, CellType::status},
    {"why", texts::candidate_why, CellType::text},
    {"window_left", texts::window_left, CellType::text},
    {"delivery_id", texts::candidate_delivery, CellType::id},
};

constexpr Column line_columns[] = {
    {"product_no", texts::product_no, CellType::id},
    {"name", texts::product_name, CellType::text},
    {"option", texts::product_option, CellType::text},
    {"unit_price", texts::unit_price, CellType::money},
    {"option_price", texts::option_price, CellType::money},
    {"quantity", texts::quantity, CellType::integer},
    {"amount", texts::line_amount, CellType::money},
};

constexpr Column refund_columns[] = {
    {"refund_id", texts::refund_id, CellType::id},
    {"at", texts::refund_at, CellType::datetime},
    {"amount", texts::refund_amount, CellType::money},
    {"counted", texts::refund_counts, CellType::status},
};

constexpr Term refund_counted{"counted", texts::refund_counted, Tone::success};
constexpr Term refund_other_currency{"other_currency", texts::refund_other_currency, Tone::warning};

struct OrderFacts {
  const Order& order;
  const std::optional<CreditRow>& credit;
  const OrderExplanation& explanation;
};

Json order_tiles(ViewContext& context, const OrderFacts& facts) {
  const OrderVersion& version = facts.order.version;
  const auto& currency = version.currency;
  Tiles tiles(context, "summary", texts::order_summary);
  tiles
      .add({"amount", texts::order_amount, CellType::money},
           money_cell(version.amount_minor, currency))
      .add({"refunded", texts::refunded_counted, CellType::money, {}, texts::refunded_counted_help},
           money_cell(facts.order.refunded_minor, currency))
      .add({"net", texts::net_amount, CellType::money},
           money_cell(version.amount_minor - facts.order.refunded_minor, currency))
      .add({"placed_at", texts::placed_at, CellType::datetime},
           time_cell(context, facts.order.placed_at_us))
      .add({"member", texts::order_member, CellType::member},
           member_cell(context, facts.order.member));
  if (facts.credit) {
    tiles.add({"message", texts::credited_message, CellType::link},
              message_link(context, facts.credit->message));
  }
  tiles.add({"rule_version", texts::rule_version, CellType::integer},
            facts.credit ? facts.credit->rule_version : context.tenant.rule.version);
  return tiles.take();
}

std::string decision_text(ViewContext& context, const OrderFacts& facts) {
  if (!facts.credit) return std::string(context.text(texts::credited_to_nobody));
  const CreditRow& credit = *facts.credit;
  const std::string name = context.message_name(credit.message);
  if (credit.touch == TouchKind::explicit_message) {
    return sentence(context, texts::won_by_name, name);
  }
  const std::int64_t lead_us = credit.ordered_at_us - credit.touch_at_us;
  const std::int64_t left_us = context.tenant.rule.window_us(credit.touch) - lead_us;
  const bool is_older = credit.rule_version != context.tenant.rule.version;
  return sentence(context, is_older ? texts::won_by_older_rule : texts::won_by_touch, name,
                  context.text(term_of(credit.touch).label),
                  duration_text(lead_us, context.locale()),
                  duration_text(std::max<std::int64_t>(left_us, 0), context.locale()));
}

std::string rule_sentence(const ViewContext& context) {
  const Rule& rule = context.tenant.rule;
  std::string windows;
  for (const TouchKind kind :
       {TouchKind::click, TouchKind::coupon, TouchKind::delivered, TouchKind::open}) {
    const std::string_view label = context.text(term_of(kind).label);
    const std::int64_t window_us = rule.window_us(kind);
    if (!windows.empty()) windows += ", ";
    windows += window_us == 0 ? sentence(context, texts::rule_off, label)
                              : sentence(context, texts::rule_window, label,
                                         window_text(window_us, context.locale()));
  }
  return sentence(context, texts::rule_text, rule.version, windows);
}

void add_decision(Document& document, ViewContext& context, const OrderFacts& facts) {
  document.add(notice("decision", facts.credit ? Tone::success : Tone::neutral,
                      decision_text(context, facts)));
  if (!is_person(facts.order.member)) {
    document.add(notice("no_member", Tone::info, context.text(texts::order_without_member)));
  }
  document.add(notice("rule", Tone::neutral, rule_sentence(context)));
  if (facts.credit && facts.credit->rule_version != context.tenant.rule.version) {
    document.add(notice("older_rule", Tone::info,
                        sentence(context, texts::older_rule, facts.credit->rule_version,
                                 context.tenant.rule.version)));
  } else if (facts.explanation.differs) {
    document.add(notice("differs", Tone::warning, context.text(texts::differs_now)));
  }
}

Json candidate_table(ViewContext& context, const OrderExplanation& explanation) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < explanation.candidates.size(); ++i) {
    const OrderCandidate& one = explanation.candidates[i];
    const Touch& touch = one.candidate.touch;
    const Judgement& judgement = one.judgement;
    const bool had_window = judgement.window_left_us > 0;
    rows.push_back(
        {{"at", time_cell(context, touch.at_us)},
         {"touch", status_cell(context, term_of(touch.kind))},
         {"message", message_link(context, touch.message)},
         {"verdict", status_cell(context, term_of(judgement.verdict))},
         {"why", why_text(context, explanation, i)},
         {"window_left",
          had_window ? Json(duration_text(judgement.window_left_us, context.locale())) : Json()},
         {"delivery_id", touch.delivery_id.empty() ? Json() : Json(touch.delivery_id)}});
  }
  return table(context,
               {"candidates",
                texts::candidates_title,
                {texts::candidates_empty, texts::candidates_next_step}},
               candidate_columns, std::move(rows));
}

// (unit price + option price) x quantity; empty where that is more than fits.
std::optional<std::int64_t> amount_minor_of(const OrderLine& line) {
  std::int64_t price_minor = 0;
  std::int64_t amount_minor = 0;
  if (__builtin_add_overflow(line.unit_price_minor, line.option_price_minor, &price_minor) ||
      __builtin_mul_overflow(price_minor, line.quantity, &amount_minor)) {
    return {};
  }
  return amount_minor;
}

Json line_amount(const OrderLine& line, std::string_view currency) {
  const auto amount_minor = amount_minor_of(line);
  return amount_minor ? Json(money_cell(*amount_minor, currency)) : Json();
}

// Subtracts the lines from the order's amount: the rest is shipping and discounts. Empty where it
// cannot be told.
std::optional<std::int64_t> beyond_lines_minor(const OrderVersion& version) {
  std::int64_t rest_minor = version.amount_minor;
  for (const OrderLine& line : version.lines) {
    const auto amount_minor = amount_minor_of(line);
    if (!amount_minor || __builtin_sub_overflow(rest_minor, *amount_minor, &rest_minor)) return {};
  }
  if (version.lines.empty() || version.lines.size() > lines_max || rest_minor == 0) return {};
  return rest_minor;
}

void add_lines(Document& document, const ViewContext& context, const OrderVersion& version) {
  Json rows = Json::array();
  for (const OrderLine& line : version.lines) {
    if (rows.size() == lines_max) break;
    rows.push_back({{"product_no", line.product_no},
                    {"name", line.name},
                    {"option", line.option},
                    {"unit_price", money_cell(line.unit_price_minor, version.currency)},
                    {"option_price", money_cell(line.option_price_minor, version.currency)},
                    {"quantity", line.quantity},
                    {"amount", line_amount(line, version.currency)}});
  }
  if (const auto rest_minor = beyond_lines_minor(version)) {
    rows.push_back({{"product_no", ""},
                    {"name", context.text(texts::line_rest)},
                    {"option", ""},
                    {"unit_price", nullptr},
                    {"option_price", nullptr},
                    {"quantity", nullptr},
                    {"amount", money_cell(*rest_minor, version.currency)}});
  }
  const std::size_t total = std::max(rows.size(), version.lines.size());
  Json json =
      table(context, {"lines", texts::lines_title, {texts::lines_empty, texts::lines_next_step}},
            line_columns, std::move(rows));
  json["total"] = total;
  document.add(std::move(json));
  if (version.lines.size() > lines_max) {
    document.add(notice("lines_cut", Tone::info,
                        sentence(context, texts::rows_cut, lines_max, version.lines.size())));
  }
}

void add_refunds(Document& document, ViewContext& context, const Order& order) {
  const auto refunds = context.snapshot.refunds_of(order.order_id);
  Json rows = Json::array();
  std::int64_t sum_minor = 0;
  for (const Refund& refund : refunds) {
    const bool is_counted = refund.currency == order.version.currency;
    if (is_counted) sum_minor += refund.amount_minor;
    if (rows.size() == refunds_max) continue;
    rows.push_back(
        {{"refund_id", refund.refund_id},
         {"at", time_cell(context, refund.at_us)},
         {"amount", money_cell(refund.amount_minor, refund.currency)},
         {"counted", status_cell(context, is_counted ? refund_counted : refund_other_currency)}});
  }
  Json json = table(
      context, {"refunds", texts::refunds_title, {texts::refunds_empty, texts::refunds_next_step}},
      refund_columns, std::move(rows));
  json["total"] = refunds.size();
  document.add(std::move(json));
  if (const auto other = other_refunds(refunds, order.version.currency); !other.empty()) {
    document.add(notice("other_refunds", Tone::warning,
                        sentence(context, texts::order_other_refunds, amounts_text(context, other),
                                 order.version.currency)));
  }
  if (sum_minor > order.version.amount_minor) {
    document.add(notice("refunds_exceed", Tone::info, context.text(texts::refunds_exceed)));
  }
  if (refunds.size() > refunds_max) {
    document.add(notice("refunds_cut", Tone::info,
                        sentence(context, texts::rows_cut, refunds_max, refunds.size())));
  }
}

}  // namespace

View order_view(ViewContext& context) {
  const auto order_id = required_param(context, "order_id");
  if (!order_id) return order_id.error();
  const auto order = context.snapshot.order(order_id.value());
  if (!order)
    return not_found_or_removed(context, not_found(context, texts::thing_order, order_id.value()));
  const auto credit = context.snapshot.credit(order->number);
  const OrderExplanation explanation = explain_order(context, *order, credit);
  const OrderFacts facts{*order, credit, explanation};

  Document document(context, sentence(context, texts::order_title, order->order_id));
  document.add(order_tiles(context, facts));
  add_decision(document, context, facts);
  const Rule& rule = context.tenant.rule;
  const std::int64_t window_us = std::max(rule.touch_window_max_us(), rule.delivered_window_us);
  add_retention_notice(document, context, order->placed_at_us - window_us);
  document.add(candidate_table(context, explanation));
  add_lines(document, context, order->version);
  add_refunds(document, context, *order);
  return document.take();
}

}  // namespace message_history
