// The messages that did something in a span of days or are listed in it (sent, or due), with the
// numbers of those days.
//
// The store sums per message; selecting, sorting and paging happen here, over at most
// period_messages_max messages. Only those on the page, or asked for by what they are called, are
// looked up.
#pragma once

#include <cstdint>

#include "history/pages/message_rows.h"
#include "history/request/parameters.h"
#include "history/request/view_context.h"

namespace message_history {

inline constexpr std::int64_t period_messages_max = 20'000;

ListContent message_period(ViewContext& context, const MessageFilter& filter, const Period& period,
                           const MessagePage& page);

}  // namespace message_history
