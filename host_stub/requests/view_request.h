// Asks plugins for a view on an actor's behalf.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/outcome.h"
#include "json/strict_json.h"
#include "loader/loaded_plugin.h"
#include "loader/tenant_settings.h"

namespace host_stub {

struct ViewRequest {
  std::string tenant;
  std::string actor;
  std::string locale;
  std::string time_zone;
  std::string view_id;
  std::vector<std::string> permissions;  // CRM_PERMISSION_*
  std::vector<std::pair<std::string, std::string>> params;
};

// The document as the plugin wrote it; INTERNAL when the schema does not allow it.
crm::Result<Json> render_view(LoadedPlugin& plugin, const ViewRequest& request);

// From the first plugin that knows the view. `plugins` is not empty.
crm::Result<Json> render_view(const std::vector<LoadedPlugin*>& plugins,
                              const ViewRequest& request);

// The zone of the tenant's pages; UTC where the tenant has none.
std::string time_zone_of(const TenantSettings& settings, std::string_view tenant);

}  // namespace host_stub
