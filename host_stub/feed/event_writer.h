// Event structures as the lines of a feed (crm-feed/1).
#pragma once

#include <crm/ext/events.h>

#include <string>
#include <string_view>

#include "feed/feed_header.h"
#include "feed/rfc3339.h"

namespace host_stub {

// The texts and enumerated values must be valid: UTF-8, and among those of the interface. Fields
// that say nothing (an empty code, revision 0) are left out. Not thread-safe.
class EventWriter {
 public:
  // Both append one line with its end.
  static void append_header(const FeedHeader& header, std::string& lines);
  void append(const crm_event& event, std::string& lines);

 private:
  Rfc3339Writer time_;
};

}  // namespace host_stub
