#include <crm/ext/config.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>
#include <crm/cpp/writer.hpp>

#include <CLI/CLI.hpp>

#include "commands/actor.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/session.h"
#include "commands/text_document.h"
#include "feed/feed_header.h"
#include "json/strict_json.h"
#include "printable.h"

namespace host_stub {

namespace {

constexpr uint64_t view_bytes_max = 64u << 20;
constexpr const char* time_zone_default = "UTC";

struct ViewOptions {
  SessionOptions session;
  std::string tenant;
  std::string view_id;
  std::vector<std::string> params;  // "key=value"
  std::string locale = "ko";
  std::optional<std::string> time_zone;
  bool unmask = false;
  bool as_text = false;
};

crm::Result<std::vector<crm_param>> params_of(const ViewOptions& options) {
  std::vector<crm_param> params;
  for (const std::string_view text : options.params) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return failure(
          CRM_ERR_INVALID,
          fmt::format("--param {} is not of the form key=value; write it so", printable(text)));
    }
    params.push_back({crm::str(text.substr(0, equals)), crm::str(text.substr(equals + 1))});
  }
  return params;
}

crm::Result<std::string> time_zone_of(const ViewOptions& options, const TenantSettings& settings) {
  if (!options.time_zone) {
    return settings.get(options.tenant, CRM_CONFIG_TIME_ZONE).value_or(time_zone_default);
  }
  if (is_time_zone(*options.time_zone)) return *options.time_zone;
  return failure(CRM_ERR_INVALID,
                 fmt::format("--time-zone {} is no known IANA zone; use a name like "
                             "Asia/Seoul",
                             printable(*options.time_zone)));
}

// The document as its plugin wrote it, after a check that it is one.
crm::Result<Json> render(LoadedPlugin& plugin, const crm_view_request& request) {
  crm::StringWriter writer(view_bytes_max);
  if (auto rendered = plugin.render(request, *writer.raw()); !rendered) return rendered.error();
  auto document = parse_strict_json(writer.text());
  if (document && document.value().is_object()) return document;
  return failure(CRM_ERR_INTERNAL,
                 fmt::format("the document of {} is {}; report it to the plugin's vendor",
                             plugin.id(), document ? "not an object" : document.error().detail));
}

// From the first plugin that knows the view.
crm::Result<Json> find_view(const std::vector<LoadedPlugin*>& plugins,
                            const crm_view_request& request) {
  std::optional<crm::Error> refusal;
  for (LoadedPlugin* plugin : plugins) {
    auto document = render(*plugin, request);
    if (document) return document;
    const bool is_unknown = document.error().status == CRM_ERR_NOT_FOUND;
    if (!refusal || !is_unknown) refusal = document.error();
    if (!is_unknown) break;
  }
  return *refusal;
}

Outcome show_view(const ViewOptions& options) {
  const auto params = params_of(options);
  if (!params) return params.error();
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_views();
  if (!plugins) return plugins.error();
  const auto time_zone = time_zone_of(options, session.value()->settings());
  if (!time_zone) return time_zone.error();
  const std::string actor = cli_actor();
  std::vector<crm_str> permissions = {crm::str(CRM_PERMISSION_VIEW),
                                      crm::str(CRM_PERMISSION_OPERATE),
                                      crm::str(CRM_PERMISSION_EXPORT)};
  if (options.unmask) permissions.push_back(crm::str(CRM_PERMISSION_MEMBER_READ));
  crm_view_request request{};
  request.size = sizeof(request);
  request.tenant = crm::str(options.tenant);
  request.actor = crm::str(actor);
  request.locale = crm::str(options.locale);
  request.time_zone = crm::str(time_zone.value());
  request.view_id = crm::str(options.view_id);
  request.permissions = permissions.data();
  request.permission_count = permissions.size();
  request.params = params.value().data();
  request.param_count = params.value().size();
  const auto document = find_view(plugins.value(), request);
  if (!document) {
    return failure(document.error().status,
                   fmt::format("cannot show view {} of tenant {}: {}", printable(options.view_id),
                               printable(options.tenant), document.error().detail));
  }
  return print_line(options.as_text ? text_document(document.value()) : document.value().dump(2));
}

}  // namespace

void add_view_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ViewOptions>();
  CLI::App* command = app.add_subcommand("view", "Print the JSON document of an admin view");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--tenant", options->tenant, "The tenant's id")->required();
  command->add_option("VIEW", options->view_id, "The view's id")->required();
  command->add_option("--param", options->params, "A parameter of the view, key=value; may repeat")
      ->allow_extra_args(false);
  command->add_option("--locale", options->locale, "Language of the texts")
      ->check(CLI::IsMember({"ko", "en"}))
      ->capture_default_str();
  command->add_option("--time-zone", options->time_zone,
                      "IANA zone of the times shown; default: the tenant's");
  command->add_flag("--unmask", options->unmask, "Show member ids (permission member.read)");
  command->add_flag("--text", options->as_text, "Print it for reading, not as JSON");
  command->callback([&chosen, options] { chosen = [options] { return show_view(*options); }; });
}

}  // namespace host_stub
