// From the sends of a message to what was bought, each step as a part of one before it.
#pragma once

#include "history/document/document.h"
#include "history/request/view_context.h"
#include "store/snapshot.h"

namespace message_history {

// Sends first (targeted, successful, confirmed), then members (opened, clicked, bought). No share
// exceeds 1: what is more than its whole, is of too few cases or cannot be confirmed has a note
// instead.
Json message_funnel(const ViewContext& context, const MessageRow& message);

// By which touch its orders are credited to the message; rows add up to all of them.
Json bought_by_table(const ViewContext& context,
                     const std::map<TouchKind, std::int64_t>& orders_by_touch);

}  // namespace message_history
