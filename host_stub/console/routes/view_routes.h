// The menu and the views of all plugins, as JSON.
#pragma once

#include <vector>

#include "console/routes/gate.h"
#include "loader/loaded_plugin.h"
#include "loader/tenant_settings.h"

namespace host_stub {

inline constexpr size_t view_params_max = 32;

class ViewRoutes {
 public:
  ViewRoutes(const Gate& gate, std::vector<LoadedPlugin*> plugins, const TenantSettings& settings,
             const HostLog& log)
      : gate_(gate), plugins_(std::move(plugins)), settings_(settings), log_(log) {}

  // GET /api/menu?locale=: {"entries", "missing"}, of all plugins but those that are missing, by
  // their names, because they failed. And GET
  // /api/views/PLUGIN/VIEW?tenant=&locale=&unmask=1&p.KEY=VALUE: a view document.
  void add_to(http::Router& router);

 private:
  void menu(const http::Request& request, http::Response& response) const;
  void view(const http::Request& request, http::Response& response) const;

  const Gate& gate_;
  const std::vector<LoadedPlugin*> plugins_;
  const TenantSettings& settings_;
  const HostLog& log_;
};

// The plugin of that id; NULL when there is none.
LoadedPlugin* find_plugin(const std::vector<LoadedPlugin*>& plugins, std::string_view id);

// The parameter "locale": ko where it is missing, empty where there is no such language.
std::string locale_of(const http::Request& request);

// A member may be unmasked by who may read members.
bool may(const SignIn& sign_in, std::string_view permission);

}  // namespace host_stub
