// The first line of a feed: whose events follow, and the tenant's time zone and currency.
#pragma once

#include <string>
#include <string_view>

#include "outcome.h"

namespace host_stub {

struct FeedHeader {
  std::string tenant;
  std::string source;
  std::string time_zone;
  std::string currency;
};

// INVALID with "<what>; <remedy>".
crm::Result<FeedHeader> parse_feed_header(std::string_view line);

// A zone of the system's IANA database; where the system has none, a name of the right form.
bool is_time_zone(std::string_view name);

}  // namespace host_stub
