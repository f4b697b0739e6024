#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/document/document.h"
#include "history/document/view_cells.h"
#include "history/pages/message_period.h"
#include "history/pages/message_rows.h"
#include "history/pages/views.h"
#include "history/request/cursor.h"
#include "history/request/parameters.h"
#include "history/strings/duration_text.h"
#include "history/strings/messages_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

struct ListRequest {
  MessageFilter filter;
  Period period;
  Sorting sorting;
  std::optional<Cursor> cursor;

  bool is_filtered() const {
    return !filter.text.empty() || filter.channel || filter.result || period.given;
  }
};

OverdueNow overdue_now(ViewContext& context) {
  const std::int64_t until_us = context.now_us - overdue_after_us;
  return {until_us, context.zone.day_of(until_us)};
}

crm::Result<ListRequest> read_request(ViewContext& context, MessageKind kind,
                                      const Sorting& otherwise) {
  ListRequest request;
  request.filter.kind = kind;
  request.filter.text = text_param(context, "q");
  request.filter.channel = channel_param(context);
  request.filter.result = state_param(context);
  request.filter.overdue = overdue_now(context);
  request.period = period_param(context);
  request.sorting = sort_param(context, otherwise);
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();
  request.cursor = cursor.value();
  return request;
}

MessagePage page_of(const ListRequest& request) {
  MessagePage page{request.sorting.sort, request.sorting.descending, {}, page_rows + 1};
  if (request.cursor) {
    const Cursor& cursor = *request.cursor;
    const auto name_bytes = static_cast<std::size_t>(cursor.number);
    const std::string_view text = cursor.text;
    page.after = ListKey{cursor.position, std::string(text.substr(0, name_bytes)), {}, {}};
    if (name_bytes <= text.size()) page.after->message_id = text.substr(name_bytes);
  }
  return page;
}

ListContent whole_messages(ViewContext& context, const ListRequest& request) {
  ListContent content;
  for (MessageListRow& row : context.snapshot.messages(request.filter, page_of(request))) {
    MessageFigures figures = figures_of(row.message.counts, row.money);
    content.rows.push_back({std::move(row.message), std::move(figures), std::move(row.key)});
  }
  if (!request.cursor) {
    const MessageTotals totals = context.snapshot.totals(request.filter);
    content.messages = totals.counts.messages;
    content.totals = figures_of(totals);
  }
  return content;
}

Json list_table(ViewContext& context, const ListRequest& request, ListContent& content) {
  const bool is_automatic = request.filter.kind == MessageKind::automatic;
  const bool has_more = content.rows.size() > page_rows;
  if (has_more) content.rows.resize(page_rows);
  Json rows = Json::array();
  for (const ListedMessage& row : content.rows) {
    rows.push_back(message_row(context, row.message, row.figures));
  }
  const Empty empty = request.is_filtered()
                          ? Empty{texts::filtered_empty, texts::filtered_next_step}
                      : is_automatic ? Empty{texts::automatic_empty, texts::automatic_next_step}
                                     : Empty{texts::manual_empty, texts::manual_next_step};
  Json json = table(context, {"messages", {}, empty}, message_columns(), std::move(rows));
  json["sort"] = sort_text(request.sorting);
  if (!request.cursor) json["total"] = content.messages;
  if (has_more) {
    const ListKey& last = content.rows.back().key;
    const std::int64_t name_bytes = std::ssize(last.text_value);
    json["next"] =
        cursor_text(context, {last.number_value, name_bytes, last.text_value + last.message_id});
  }
  return json;
}

Json list_filters(const ViewContext& context, MessageKind kind) {
  const auto choice = [&](const Term& term) { return Choice{term.key, context.text(term.label)}; };
  const Choice any{"", context.text(texts::any)};
  std::vector<Choice> channels = {any};
  for (const Channel channel : all_channels) channels.push_back(choice(term_of(channel)));
  Filters filters(context);
  filters.text("q", texts::search, texts::search_hint);
  filters.select("channel", texts::channel, channels);
  if (kind == MessageKind::manual) {
    std::vector<Choice> states = {any};
    for (const MessageResult result : manual_results) states.push_back(choice(term_of(result)));
    filters.select("state", texts::result, states);
  }
  filters.date("from", texts::from).date("to", texts::to);
  return filters.take();
}

// Filters, totals, and what the figures are of.
void add_basis(Document& document, const ViewContext& context, const ListRequest& request,
               const ListContent& content) {
  const bool by_period = request.period.given;
  document.add(list_filters(context, request.filter.kind));
  if (content.is_too_long) {
    document.add(
        notice("period_too_long", Tone::warning,
               sentence(context, texts::period_too_long, count_text(period_messages_max))));
    return;
  }
  document.add(total_tiles(context, content.messages, content.totals));
  document.add(notice("basis", Tone::neutral,
                      context.text(by_period ? texts::period_basis : texts::whole_basis)));
  const auto is_other = [&context](const auto& sold) {
    return sold.first != context.tenant.currency;
  };
  if (request.sorting.sort == MessageSort::net &&
      std::ranges::any_of(content.totals.money, is_other)) {
    document.add(notice("sort_currency", Tone::info,
                        sentence(context, texts::sorted_by_currency, context.tenant.currency)));
  }
}

View message_list(ViewContext& context, MessageKind kind, const Sorting& otherwise) {
  auto read = read_request(context, kind, otherwise);
  if (!read) return read.error();
  const ListRequest& request = read.value();
  ListContent content = request.period.given ? message_period(context, request.filter,
                                                              request.period, page_of(request))
                                             : whole_messages(context, request);
  Document document(context, context.text(kind == MessageKind::automatic ? texts::automatic_title
                                                                         : texts::manual_title));
  if (!request.cursor) add_basis(document, context, request, content);
  return document.add(list_table(context, request, content)).take();
}

}  // namespace

View automatic_messages_view(ViewContext& context) {
  return message_list(context, MessageKind::automatic, {MessageSort::activity, true});
}

View manual_messages_view(ViewContext& context) {
  return message_list(context, MessageKind::manual, {MessageSort::sent, true});
}

}  // namespace message_history
