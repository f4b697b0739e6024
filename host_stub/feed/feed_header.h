// The first line of a feed: whose events follow, and the tenant's time zone and currency.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/outcome.h"

namespace host_stub {

// How the version of every feed begins.
inline constexpr std::string_view feed_version_family = "crm-feed/";

struct FeedHeader {
  std::string tenant;
  std::string source;
  std::string time_zone;
  std::string currency;
};

// INVALID with "<what>; <remedy>".
crm::Result<FeedHeader> parse_feed_header(std::string_view line);

// Whether a tenant or a source may be called this. Names end up in logs and, at some plugins, in
// paths: nothing that could be more than a name.
bool is_stream_name(std::string_view text, size_t bytes_max);

// A zone of the system's IANA database; where the system has none, a name of the right form.
bool is_time_zone(std::string_view name);

}  // namespace host_stub
