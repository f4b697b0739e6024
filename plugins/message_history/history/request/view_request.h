// What a host asks of a view, checked once and owned.
//
// request_of trusts no pointer, size or byte of the host's structure; everything behind it may.
#pragma once

#include <crm/ext/admin_views.h>
#include <crm/cpp/failure.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "calendar/time_zone.h"
#include "catalog/locale.h"

namespace message_history {

// Maxima of a request. Bytes of UTF-8.
inline constexpr std::size_t viewer_bytes_max = 256;
inline constexpr std::size_t locale_bytes_max = 64;
inline constexpr std::size_t time_zone_bytes_max = 64;
inline constexpr std::size_t view_id_bytes_max = 64;
inline constexpr std::size_t permission_count_max = 256;
inline constexpr std::size_t permission_bytes_max = 128;
inline constexpr std::size_t param_count_max = 32;
inline constexpr std::size_t param_key_bytes_max = 64;
inline constexpr std::size_t param_value_bytes_max = 4096;

struct ViewRequest {
  std::string tenant;
  std::string actor;
  std::string view_id;
  Locale locale = Locale::ko;
  TimeZone time_zone;  // without a name: the tenant's own
  std::set<std::string> permissions;
  std::map<std::string, std::string> params;
};

// INVALID with a text that names the field and what it must be.
crm::Result<ViewRequest> request_of(const crm_view_request* request);

}  // namespace message_history
