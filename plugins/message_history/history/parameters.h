// The parameters of one view: only those it takes, each read with its own rule.
//
// An empty value means the same as a missing one, as forms send it. Every refusal is INVALID and
// names the parameter and what would be right.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"
#include "catalog/reason.h"
#include "model/channel.h"
#include "model/message.h"
#include "model/recipient.h"
#include "store/snapshot.h"

namespace message_history {

using Params = std::map<std::string, std::string>;

// Text that came from outside, in quotes and cut to what a message bears.
std::string in_quotes(std::string_view text);

// NOT_FOUND for a thing the parameters name but the history does not hold.
crm::Error not_found(std::string_view thing, std::string_view id);

// Refuses parameters the view does not take, naming those it does.
std::optional<crm::Error> check_names(std::string_view view_id,
                                      std::span<const std::string_view> allowed,
                                      const Params& params);

// Empty when missing.
std::string_view text_param(const Params& params, const char* key);
crm::Result<std::string> required_param(const Params& params, const char* key);

crm::Result<std::optional<Channel>> channel_param(const Params& params);
crm::Result<std::optional<MessageResult>> state_param(const Params& params);
crm::Result<std::optional<Outcome>> outcome_param(const Params& params);
crm::Result<std::optional<Reason>> reason_param(const Params& params);

// A whole number of hours, at most `hours_max`; empty when missing.
crm::Result<std::optional<std::int64_t>> hours_param(const Params& params, const char* key,
                                                     std::int64_t hours_max);

// The days of `from` and `to`, both inclusive; the first and last day there can be when missing.
struct Period {
  bool given = false;
  std::int32_t first_day = 0;
  std::int32_t last_day = 0;
  bool has_from = false;
  bool has_to = false;
};
crm::Result<Period> period_param(const Params& params);

struct Sorting {
  MessageSort sort = MessageSort::activity;
  bool descending = true;
};
// "net" rising, "-net" falling.
crm::Result<Sorting> sort_param(const Params& params, const Sorting& otherwise);
std::string sort_text(const Sorting& sorting);

}  // namespace message_history
