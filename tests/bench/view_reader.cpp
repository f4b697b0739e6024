#include "view_reader.h"

#include <crm/cpp/writer.hpp>

#include <vector>

#include "shop.h"
#include "stopwatch.h"

namespace crm_bench {

namespace {

constexpr uint64_t view_bytes_max = 16u << 20;

}  // namespace

ViewAnswer ViewReader::read(const ViewCall& call) {
  std::vector<crm_str> permissions = {crm::str(CRM_PERMISSION_VIEW),
                                      crm::str(CRM_PERMISSION_EXPORT),
                                      crm::str(CRM_PERMISSION_OPERATE)};
  if (call.reads_members) permissions.push_back(crm::str(CRM_PERMISSION_MEMBER_READ));
  std::vector<crm_param> params;
  for (const auto& [key, value] : call.params) params.push_back({crm::str(key), crm::str(value)});
  crm_view_request request{};
  request.size = sizeof(request);
  request.tenant = crm::str(tenant_);
  request.actor = crm::str("bench");
  request.locale = crm::str("ko");
  request.time_zone = crm::str(shop_time_zone);
  request.view_id = crm::str(call.view_id);
  request.permissions = permissions.data();
  request.permission_count = permissions.size();
  request.params = params.data();
  request.param_count = params.size();
  crm::StringWriter writer(view_bytes_max);
  const double seconds = plugin_.timed([&] {
    const auto rendered = plugin_.plugin().render(request, *writer.raw());
    if (!rendered) throw crm::Failure(rendered.error());
  });
  return {seconds, writer.text()};
}

double settle(PluginUnderTest& plugin, std::string_view tenant) {
  return ViewReader(plugin, tenant).read({"exports", {}}).seconds;
}

std::string next_cursor(const Json& document) {
  if (document.is_object()) {
    if (document.contains("next") && document["next"].is_string()) return document["next"];
    for (const auto& [key, value] : document.items()) {
      std::string found = next_cursor(value);
      if (!found.empty()) return found;
    }
  } else if (document.is_array()) {
    for (const Json& value : document) {
      std::string found = next_cursor(value);
      if (!found.empty()) return found;
    }
  }
  return {};
}

}  // namespace crm_bench
