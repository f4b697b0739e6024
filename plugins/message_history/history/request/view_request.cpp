#include "history/request/view_request.h"

#include <crm/ext/events.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <optional>
#include <string_view>
#include <utility>

#include "history/request/parameters.h"

namespace message_history {

namespace {

struct RequestText {
  std::string_view name;
  std::size_t bytes_min = 0;
  std::size_t bytes_max = 0;
};

crm::Error invalid_request(std::string detail) {
  return {CRM_ERR_INVALID, std::move(detail)};
}

std::optional<crm::Error> take(crm_str from, const RequestText& rule, std::string& into) {
  if (!crm::is_readable(from)) {
    return invalid_request(
        fmt::format("the request's {} is NULL with a size; pass its text", rule.name));
  }
  if (from.size < rule.bytes_min || from.size > rule.bytes_max) {
    return invalid_request(fmt::format("the request's {} has {} bytes; it must have {} to {}",
                                       rule.name, from.size, rule.bytes_min, rule.bytes_max));
  }
  const auto text = crm::checked_view(from, rule.bytes_max);
  if (!text) {
    return invalid_request(fmt::format("the request's {} is not UTF-8; encode it so", rule.name));
  }
  into = *text;
  return {};
}

std::optional<crm::Error> take_names(const crm_view_request& from, ViewRequest& into) {
  if (auto error = take(from.tenant, {"tenant", 1, CRM_TENANT_BYTES_MAX}, into.tenant))
    return error;
  if (auto error = take(from.actor, {"actor", 0, viewer_bytes_max}, into.actor)) return error;
  if (auto error = take(from.view_id, {"view_id", 1, view_id_bytes_max}, into.view_id)) {
    return error;
  }
  std::string locale;
  if (auto error = take(from.locale, {"locale", 0, locale_bytes_max}, locale)) return error;
  into.locale = locale_of(locale);
  return {};
}

std::optional<crm::Error> take_time_zone(const crm_view_request& from, ViewRequest& into) {
  std::string name;
  if (auto error = take(from.time_zone, {"time_zone", 0, time_zone_bytes_max}, name)) return error;
  if (name.empty()) return {};
  auto zone = TimeZone::find(name);
  if (!zone && !TimeZone::has_database()) {
    return crm::Error{CRM_ERR_UNSUPPORTED,
                      fmt::format("the time zone {} cannot be looked up: this system has no time "
                                  "zones; install tzdata",
                                  in_quotes(name))};
  }
  if (!zone) {
    return invalid_request(fmt::format(
        "the time zone {} is not known; pass an IANA name such as Asia/Seoul", in_quotes(name)));
  }
  into.time_zone = *std::move(zone);
  return {};
}

std::optional<crm::Error> take_permissions(const crm_view_request& from, ViewRequest& into) {
  if (from.permission_count > permission_count_max) {
    return invalid_request(fmt::format("the request has {} permissions; at most {} are taken",
                                       from.permission_count, permission_count_max));
  }
  if (from.permission_count > 0 && from.permissions == nullptr) {
    return invalid_request("the request's permissions are NULL with a count; pass the array");
  }
  for (std::uint64_t i = 0; i < from.permission_count; ++i) {
    std::string permission;
    if (auto error =
            take(from.permissions[i], {"permission", 1, permission_bytes_max}, permission)) {
      return error;
    }
    into.permissions.insert(std::move(permission));
  }
  return {};
}

std::optional<crm::Error> take_params(const crm_view_request& from, ViewRequest& into) {
  if (from.param_count > param_count_max) {
    return invalid_request(fmt::format("the request has {} parameters; at most {} are taken",
                                       from.param_count, param_count_max));
  }
  if (from.param_count > 0 && from.params == nullptr) {
    return invalid_request("the request's params are NULL with a count; pass the array");
  }
  for (std::uint64_t i = 0; i < from.param_count; ++i) {
    std::string key;
    std::string value;
    if (auto error = take(from.params[i].key, {"parameter name", 1, param_key_bytes_max}, key)) {
      return error;
    }
    const std::string name = "parameter " + in_quotes(key);
    if (auto error = take(from.params[i].value, {name, 0, param_value_bytes_max}, value)) {
      return error;
    }
    if (!into.params.emplace(std::move(key), std::move(value)).second) {
      return invalid_request("the " + name + " comes twice; pass it once");
    }
  }
  return {};
}

}  // namespace

crm::Result<ViewRequest> request_of(const crm_view_request* request) {
  if (request == nullptr || !CRM_HAS(request, param_count)) {
    return invalid_request(
        "the view request is missing or too short; build the host with current headers");
  }
  ViewRequest taken;
  for (const auto& part : {take_names, take_time_zone, take_permissions, take_params}) {
    if (auto error = part(*request, taken)) return *std::move(error);
  }
  return taken;
}

}  // namespace message_history
