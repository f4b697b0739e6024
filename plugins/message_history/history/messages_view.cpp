#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "history/cells.h"
#include "history/cursor.h"
#include "history/document.h"
#include "history/message_period.h"
#include "history/message_rows.h"
#include "history/parameters.h"
#include "history/texts/messages_text.h"
#include "history/views.h"

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

crm::Result<ListRequest> read_request(ViewContext& context, MessageKind kind,
                                      const Sorting& otherwise) {
  const Params& params = context.request.params;
  ListRequest request;
  request.filter.kind = kind;
  request.filter.text = text_param(params, "q");
  const auto channel = channel_param(params);
  if (!channel) return channel.error();
  request.filter.channel = channel.value();
  const auto state = state_param(params);
  if (!state) return state.error();
  request.filter.result = state.value();
  const auto period = period_param(params);
  if (!period) return period.error();
  request.period = period.value();
  const auto sorting = sort_param(params, otherwise);
  if (!sorting) return sorting.error();
  request.sorting = sorting.value();
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();
  request.cursor = cursor.value();
  return request;
}

MessagePage page_of(const ListRequest& request) {
  MessagePage page{request.sorting.sort, request.sorting.descending, {}, page_rows + 1};
  if (request.cursor) {
    page.after =
        ListKey{request.cursor->position, request.cursor->text, MessageNo{request.cursor->number}};
  }
  return page;
}

ListContent whole_messages(ViewContext& context, ListRequest& request) {
  if (request.period.has_from) request.filter.first_day = request.period.first_day;
  if (request.period.has_to) request.filter.last_day = request.period.last_day;
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
    json["next"] = cursor_text(context, {last.number_value, last.number.value, last.text_value});
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

View message_list(ViewContext& context, MessageKind kind, const Sorting& otherwise) {
  auto read = read_request(context, kind, otherwise);
  if (!read) return read.error();
  ListRequest& request = read.value();
  const bool is_automatic = kind == MessageKind::automatic;
  const bool by_period = is_automatic && request.period.given;
  auto content = by_period
                     ? message_period(context, request.filter, request.period, page_of(request))
                     : crm::Result<ListContent>(whole_messages(context, request));
  if (!content) return content.error();

  Document document(context,
                    context.text(is_automatic ? texts::automatic_title : texts::manual_title));
  if (!request.cursor) {
    const Localized& basis = by_period              ? texts::automatic_period_basis
                             : is_automatic         ? texts::automatic_basis
                             : request.period.given ? texts::manual_period_basis
                                                    : texts::manual_basis;
    document.add(list_filters(context, kind))
        .add(total_tiles(context, content.value().messages, content.value().totals))
        .add(notice("basis", Tone::neutral, context.text(basis)));
  }
  return document.add(list_table(context, request, content.value())).take();
}

}  // namespace

View automatic_messages_view(ViewContext& context) {
  return message_list(context, MessageKind::automatic, {MessageSort::activity, true});
}

View manual_messages_view(ViewContext& context) {
  return message_list(context, MessageKind::manual, {MessageSort::sent, true});
}

}  // namespace message_history
