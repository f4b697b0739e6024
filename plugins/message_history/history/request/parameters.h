// The parameters of one view: only those it takes, each read with its own rule.
//
// An empty value means the same as a missing one, as forms send it. A filter that is unknown or
// wrong, as in an old or mistyped address, is left out of the context's parameters, and a sentence
// in its `left_out` says so: the page is shown with the filters that are right.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"
#include "catalog/reason.h"
#include "history/request/view_context.h"
#include "model/channel.h"
#include "model/message.h"
#include "model/recipient.h"
#include "store/snapshot.h"

namespace message_history {

// Text that came from outside, in quotes and cut to what a message bears.
std::string in_quotes(std::string_view text);

// NOT_FOUND for a thing the parameters name but the history does not hold.
crm::Error not_found(const ViewContext& context, const Localized& thing, std::string_view id);

// Leaves out what the view does not take.
void take_names(ViewContext& context, std::span<const std::string_view> allowed);

// Empty when missing.
std::string_view text_param(const ViewContext& context, const char* key);
// INVALID when missing: without it there is nothing to show.
crm::Result<std::string> required_param(const ViewContext& context, const char* key);

std::optional<Channel> channel_param(ViewContext& context);
std::optional<MessageResult> state_param(ViewContext& context);
std::optional<Outcome> outcome_param(ViewContext& context);
std::optional<Reason> reason_param(ViewContext& context);

// A whole number of hours, at most `hours_max`; empty when missing.
std::optional<std::int64_t> hours_param(ViewContext& context, const char* key,
                                        const Localized& label, std::int64_t hours_max);

// The days of `from` and `to`, both inclusive; the first and last day there can be when missing.
struct Period {
  bool given = false;
  std::int32_t first_day = 0;
  std::int32_t last_day = 0;
  bool has_from = false;
  bool has_to = false;
};
Period period_param(ViewContext& context);

struct Sorting {
  MessageSort sort = MessageSort::activity;
  bool descending = true;
};
// "net" rising, "-net" falling.
Sorting sort_param(ViewContext& context, const Sorting& otherwise);
std::string sort_text(const Sorting& sorting);

}  // namespace message_history
