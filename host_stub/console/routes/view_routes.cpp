#include "console/routes/view_routes.h"

#include <crm/ext/admin_views.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <span>

#include "base/printable.h"
#include "requests/view_request.h"

namespace host_stub {

namespace {

constexpr std::string_view param_prefix = "p.";
constexpr size_t view_id_bytes_max = 64;

// In the language asked for, else the first one.
std::string title_of(const crm_menu_entry& entry, std::string_view locale) {
  const std::span titles(entry.titles, static_cast<size_t>(entry.title_count));
  for (const crm_localized& title : titles) {
    if (crm::view(title.locale) == locale) return std::string(crm::view(title.text));
  }
  return titles.empty() ? std::string(crm::view(entry.view_id))
                        : std::string(crm::view(titles[0].text));
}

bool is_view_id(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";
  return text.size() <= view_id_bytes_max &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

LoadedPlugin* find_plugin(const std::vector<LoadedPlugin*>& plugins, std::string_view id) {
  const auto found = std::find_if(plugins.begin(), plugins.end(),
                                  [&](const LoadedPlugin* plugin) { return plugin->id() == id; });
  return found == plugins.end() ? nullptr : *found;
}

std::string locale_of(const http::Request& request) {
  const std::string locale = request.param("locale");
  if (locale.empty()) return "ko";
  return locale == "ko" || locale == "en" ? locale : "";
}

bool may(const SignIn& sign_in, std::string_view permission) {
  const auto permissions = permissions_of(sign_in.role);
  return std::find(permissions.begin(), permissions.end(), permission) != permissions.end();
}

void ViewRoutes::add_to(http::Router& router) {
  router.get("/api/menu", [this](const http::Request& request, http::Response& response) {
    menu(request, response);
  });
  router.get("/api/views/{}/{}", [this](const http::Request& request, http::Response& response) {
    view(request, response);
  });
}

void ViewRoutes::menu(const http::Request& request, http::Response& response) const {
  const auto sign_in = gate_.signed_in(request, response);
  if (!sign_in) return;
  const std::string locale = locale_of(request);
  Json entries = Json::array();
  Json missing = Json::array();
  for (const LoadedPlugin* plugin : plugins_) {
    const auto menu = plugin->menu();
    if (!menu) {
      log_.write(CRM_LOG_ERROR, "console",
                 fmt::format("the menu of {} is left out: {}", plugin->id(), menu.error().detail));
      missing.push_back(plugin->name());
      continue;
    }
    for (const crm_menu_entry* entry : menu.value()) {
      if (!may(*sign_in, crm::view(entry->permission))) continue;
      entries.push_back({{"plugin", plugin->id()},
                         {"section", plugin->name()},
                         {"view", crm::view(entry->view_id)},
                         {"title", title_of(*entry, locale)},
                         {"icon", crm::view(entry->icon)},
                         {"order", entry->order}});
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Json& a, const Json& b) {
    return a["order"].get<int32_t>() < b["order"].get<int32_t>();
  });
  answer(response, {{"entries", std::move(entries)}, {"missing", std::move(missing)}});
}

void ViewRoutes::view(const http::Request& request, http::Response& response) const {
  const auto sign_in = gate_.signed_in(request, response);
  if (!sign_in) return;
  const auto refuse = [&](const Refusal& refusal) { gate_.refuse(request, response, refusal); };
  const std::string& plugin_id = request.matches[0];
  const std::string& view_id = request.matches[1];
  LoadedPlugin* const plugin = find_plugin(plugins_, plugin_id);
  if (plugin == nullptr) {
    return refuse(
        {404, "not_found", "there is no plugin " + printable(plugin_id, shown_bytes_max)});
  }
  if (!is_view_id(view_id)) {
    return refuse({404, "not_found", "there is no view " + printable(view_id, shown_bytes_max)});
  }
  ViewRequest asked;
  asked.locale = locale_of(request);
  if (asked.locale.empty()) return refuse({400, "invalid", "the locale must be ko or en"});
  asked.tenant = request.param("tenant");
  if (!gate_.may_see(*sign_in, asked.tenant, request, response)) return;
  asked.actor = sign_in->name;
  asked.time_zone = time_zone_of(settings_, asked.tenant);
  asked.view_id = view_id;
  for (const std::string& permission : permissions_of(sign_in->role)) {
    if (permission != CRM_PERMISSION_MEMBER_READ) asked.permissions.push_back(permission);
  }
  if (request.param("unmask") == "1") {
    if (!may(*sign_in, CRM_PERMISSION_MEMBER_READ)) {
      return refuse({403, "denied", "the role may not see members; sign in as privacy"});
    }
    asked.permissions.emplace_back(CRM_PERMISSION_MEMBER_READ);
  }
  for (const auto& [key, value] : request.params) {
    if (key.starts_with(param_prefix)) {
      asked.params.emplace_back(key.substr(param_prefix.size()), value);
    }
  }
  if (asked.params.size() > view_params_max) {
    return refuse({400, "invalid", fmt::format("more than {} parameters", view_params_max)});
  }
  const auto document = render_view(*plugin, asked);
  if (!document) return refuse(refusal_of(document.error()));
  answer(response, document.value());
}

}  // namespace host_stub
