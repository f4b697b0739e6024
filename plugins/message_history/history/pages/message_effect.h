// The money and the effect parts of one message's view: sales, sales over time, lift.
#pragma once

#include <vector>

#include "history/document/document.h"
#include "history/request/view_context.h"
#include "store/snapshot.h"

namespace message_history {

struct MessageSales {
  const MessageRow& message;
  MoneyByCurrency money;
  std::vector<RevenueDayRow> days;  // rising by day and currency
};
MessageSales sales_of(ViewContext& context, const MessageRow& message);

// One row a currency: what it sold, what it cost, and what the whole shop sold in the same days.
Json revenue_table(ViewContext& context, const MessageSales& sales);

// One chart a currency that sold something: by day, by month when the days would be too many.
std::vector<Json> revenue_charts(const ViewContext& context, const MessageSales& sales);

// A sentence, and the numbers when there are enough; nothing without a control group.
std::vector<Json> lift_parts(const ViewContext& context, const RecipientCounts& counts);

}  // namespace message_history
