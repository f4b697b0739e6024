// The money and the effect parts of one message's view: sales, sales over time, lift.
#pragma once

#include <vector>

#include "history/document.h"
#include "history/view_context.h"
#include "store/snapshot.h"

namespace message_history {

// One row a currency: what it sold, what it cost, and what the whole shop sold.
Json revenue_table(ViewContext& context, const MoneyByCurrency& money);

// One chart a currency that sold something: by day, by month when the days would be too many.
std::vector<Json> revenue_charts(ViewContext& context, MessageNo message);

// A sentence, and the numbers when there are enough; nothing without a control group.
std::vector<Json> lift_parts(const ViewContext& context, const RecipientCounts& counts);

}  // namespace message_history
