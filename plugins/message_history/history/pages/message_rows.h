// The rows, columns and totals that both message lists share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "history/document/document.h"
#include "history/request/view_context.h"
#include "store/rows.h"
#include "store/snapshot.h"

namespace message_history {

// The figures of one message, or of all that a filter selects: in total or of a period.
struct MessageFigures {
  std::int64_t recipients = 0;
  std::int64_t success = 0;
  std::int64_t failed = 0;
  std::int64_t pending = 0;
  std::int64_t excluded = 0;
  std::int64_t clicks = 0;
  std::int64_t orders = 0;
  MoneyByCurrency money;

  MessageFigures& operator+=(const MessageFigures& other);
};

struct ListedMessage {
  MessageRow message;
  MessageFigures figures;
  ListKey key;
};

// The part of a list between its filters and its basis: rows, what they sum up to.
struct ListContent {
  std::vector<ListedMessage> rows;  // one more than a page where there are more
  std::int64_t messages = 0;
  MessageFigures totals;
  bool is_too_long = false;  // more than one list can hold: nothing is listed
};

MessageFigures figures_of(const MessageCounts& counts, const MoneyByCurrency& money);
MessageFigures figures_of(const PeriodRow& row);
MessageFigures figures_of(const MessageTotals& totals);

std::span<const Column> message_columns();
Json message_row(ViewContext& context, const MessageRow& message, const MessageFigures& figures);
Json total_tiles(const ViewContext& context, std::int64_t messages, const MessageFigures& figures);

}  // namespace message_history
