#include <string>
#include <utility>

#include "history/document/attempts.h"
#include "history/document/document.h"
#include "history/document/member_refs.h"
#include "history/document/retention_notice.h"
#include "history/document/view_cells.h"
#include "history/pages/views.h"
#include "history/request/cursor.h"
#include "history/request/parameters.h"
#include "history/strings/member_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr std::size_t page_entries = 50;

// Which member is meant; the answer never repeats an id.
crm::Result<MemberRow> find_member(ViewContext& context) {
  const std::string_view id = text_param(context, "member_id");
  const std::string_view ref = text_param(context, "member_ref");
  if (id.empty() == ref.empty()) {
    return crm::Error{CRM_ERR_INVALID, std::string(context.text(texts::one_member_param))};
  }
  std::optional<MemberRow> member;
  if (!id.empty()) {
    // Telling whether there is such a member would tell the id.
    if (!context.reads_members()) {
      return crm::Error{CRM_ERR_NOT_FOUND, std::string(context.text(texts::no_member_by_id))};
    }
    member = context.snapshot.member(id);
  } else {
    const auto number = member_of_ref(context.tenant.member_salt, ref);
    if (!number) {
      return crm::Error{CRM_ERR_INVALID, std::string(context.text(texts::foreign_member_ref))};
    }
    member = context.member(*number);
  }
  if (!member) {
    return not_found_or_removed(
        context, {CRM_ERR_NOT_FOUND, std::string(context.text(texts::no_such_member))});
  }
  return *std::move(member);
}

Json entry(ViewContext& context, std::string_view kind, const TimelineRow& row,
           std::string_view title) {
  return {{"at", time_cell(context, row.at_us)}, {"kind", kind}, {"title", title}};
}

void open_message(ViewContext& context, MessageNo number, Json& json) {
  const auto& message = context.message(number);
  if (message) json["open"] = open_view("message", {{"message_id", message->message_id}});
}

Json delivery_entry(ViewContext& context, const TimelineRow& row) {
  const Delivery& delivery = *row.delivery;
  Json json = entry(context, "delivery", row, context.message_name(row.message));
  json["status"] = status_cell(context, term_of(delivery.state.status()));
  std::string text = attempt_text(context, delivery);
  if (const std::string* code = standing_code(delivery)) {
    const Route& route = context.route(delivery.state.route());
    const Reason reason = reason_of({route.channel, route.provider, *code});
    text = sentence(context, texts::entry_delivery, text, reason_title(reason, context.locale()));
  }
  json["text"] = std::move(text);
  open_message(context, row.message, json);
  return json;
}

Json touch_entry(ViewContext& context, const TimelineRow& row) {
  const TouchRow& touch = *row.touch;
  const Localized& title = touch.kind == TouchKind::coupon ? texts::entry_coupon
                           : touch.kind == TouchKind::open ? texts::entry_open
                                                           : texts::entry_click;
  Json json = entry(context, term_of(touch.kind).key, row, context.text(title));
  json["text"] = context.message_name(touch.message);
  open_message(context, touch.message, json);
  return json;
}

Json order_entry(ViewContext& context, const TimelineRow& row) {
  const Order& order = *row.order;
  Json json = entry(context, "order", row, sentence(context, texts::entry_order, order.order_id));
  const auto credit = context.snapshot.credit(order.number);
  json["text"] = credit
                     ? sentence(context, texts::credited_to, context.message_name(credit->message))
                     : std::string(context.text(texts::not_credited));
  json["amount"] = money_cell(order.version.amount_minor, order.version.currency);
  json["open"] = open_view("order", {{"order_id", order.order_id}});
  return json;
}

Json refund_entry(ViewContext& context, const TimelineRow& row) {
  const Refund& refund = *row.refund;
  Json json =
      entry(context, "refund", row, sentence(context, texts::entry_refund, refund.order_id));
  json["amount"] = money_cell(refund.amount_minor, refund.currency);
  const auto order = context.snapshot.order(refund.order_id);
  if (order && order->version.currency != refund.currency) {
    json["text"] = sentence(context, texts::entry_other_refund, order->version.currency);
  }
  json["open"] = open_view("order", {{"order_id", refund.order_id}});
  return json;
}

Json timeline_entry(ViewContext& context, const TimelineRow& row) {
  if (row.delivery) return delivery_entry(context, row);
  if (row.touch) return touch_entry(context, row);
  if (row.order) return order_entry(context, row);
  return refund_entry(context, row);
}

}  // namespace

View member_view(ViewContext& context) {
  const auto member = find_member(context);
  if (!member) return member.error();
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();

  std::optional<TimelineKey> after;
  if (cursor.value()) after = TimelineKey{cursor.value()->position, cursor.value()->text};
  auto found = context.snapshot.timeline(member.value().number, after, page_entries + 1);
  const bool has_more = found.size() > page_entries;
  if (has_more) found.resize(page_entries);
  Json entries = Json::array();
  for (const TimelineRow& row : found) {
    if (row.delivery || row.touch || row.order || row.refund) {
      entries.push_back(timeline_entry(context, row));
    }
  }
  Json json = timeline(
      context,
      {"timeline", texts::timeline_title, {texts::timeline_empty, texts::timeline_next_step}},
      std::move(entries));
  if (has_more) {
    const TimelineKey& last = found.back().key;
    json["next"] = cursor_text(context, {last.at_us, 0, last.tie});
  }

  Document document(
      context, sentence(context, texts::member_title, member_text(context, member.value().number)));
  if (!cursor.value()) {
    if (member.value().erased) {
      document.add(notice("erased", Tone::info, context.text(texts::erased_notice)));
    } else if (!context.reads_members()) {
      document.add(notice("masked", Tone::neutral, context.text(texts::masked_notice)));
    }
    // How far back a member reaches is not known once it was dropped.
    add_retention_notice(document, context, 0);
  }
  return document.add(std::move(json)).take();
}

}  // namespace message_history
