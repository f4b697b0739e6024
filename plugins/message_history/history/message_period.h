// The automatic messages that did something in a span of days, with the numbers of those days.
//
// The store sums per message; selecting, sorting and paging happen here, over at most
// period_messages_max messages.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstddef>
#include <vector>

#include "history/message_rows.h"
#include "history/parameters.h"
#include "history/view_context.h"

namespace message_history {

inline constexpr std::size_t period_messages_max = 20'000;

struct MessagePeriodRow {
  MessageRow message;
  MessageFigures figures;
  MessageKey key;
};

// INVALID when more messages have activity in those days than one list can hold.
crm::Result<std::vector<MessagePeriodRow>> message_period(ViewContext& context,
                                                          const MessageFilter& filter,
                                                          const Period& period);

// At most page.limit rows in the order of the page, after its key.
std::vector<MessagePeriodRow> page_of_period(const ViewContext& context,
                                             std::vector<MessagePeriodRow> rows,
                                             const MessagePage& page);

}  // namespace message_history
