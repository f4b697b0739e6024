#include "requests/view_request.h"

#include <crm/ext/config.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>
#include <crm/cpp/writer.hpp>

#include "requests/view_check.h"

namespace host_stub {

namespace {

constexpr const char* time_zone_default = "UTC";

}  // namespace

crm::Result<Json> render_view(LoadedPlugin& plugin, const ViewRequest& request) {
  std::vector<crm_str> permissions;
  for (const std::string& permission : request.permissions) {
    permissions.push_back(crm::str(permission));
  }
  std::vector<crm_param> params;
  for (const auto& [key, value] : request.params) {
    params.push_back({crm::str(key), crm::str(value)});
  }
  crm_view_request raw{};
  raw.size = sizeof(raw);
  raw.tenant = crm::str(request.tenant);
  raw.actor = crm::str(request.actor);
  raw.locale = crm::str(request.locale);
  raw.time_zone = crm::str(request.time_zone);
  raw.view_id = crm::str(request.view_id);
  raw.permissions = permissions.data();
  raw.permission_count = permissions.size();
  raw.params = params.data();
  raw.param_count = params.size();
  crm::StringWriter writer(CRM_VIEW_DOCUMENT_BYTES_MAX);
  if (auto rendered = plugin.render(raw, *writer.raw()); !rendered) return rendered.error();
  const auto refuse = [&](std::string_view what) {
    return failure(CRM_ERR_INTERNAL,
                   fmt::format("the document of {} is {}; report it to the plugin's vendor",
                               plugin.id(), what));
  };
  auto document = parse_strict_json(writer.text());
  if (!document) return refuse(document.error().detail);
  if (auto checked = check_view(document.value(), request.view_id); !checked) {
    return refuse(checked.error().detail);
  }
  return document;
}

crm::Result<Json> render_view(const std::vector<LoadedPlugin*>& plugins,
                              const ViewRequest& request) {
  std::string unknown;
  for (LoadedPlugin* plugin : plugins) {
    auto document = render_view(*plugin, request);
    if (document || document.error().status != CRM_ERR_NOT_FOUND) return document;
    // Whether it is the view or the thing that it does not know, a status does not tell.
    if (!unknown.empty()) unknown += "; ";
    if (plugins.size() > 1) unknown += fmt::format("{}: ", plugin->name());
    unknown += document.error().detail;
  }
  return failure(CRM_ERR_NOT_FOUND, unknown);
}

std::string time_zone_of(const TenantSettings& settings, std::string_view tenant) {
  return settings.get(tenant, CRM_CONFIG_TIME_ZONE).value_or(time_zone_default);
}

}  // namespace host_stub
