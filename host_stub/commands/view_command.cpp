#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/printable.h"
#include "commands/actor.h"
#include "commands/command.h"
#include "commands/output.h"
#include "commands/text_document.h"
#include "feed/feed_header.h"
#include "requests/view_request.h"
#include "session/session.h"

namespace host_stub {

namespace {

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

using Params = std::vector<std::pair<std::string, std::string>>;

crm::Result<Params> params_of(const ViewOptions& options) {
  Params params;
  for (const std::string_view text : options.params) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return failure(
          CRM_ERR_INVALID,
          fmt::format("--param {} is not of the form key=value; write it so", printable(text)));
    }
    params.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return params;
}

Outcome show_view(const ViewOptions& options) {
  const auto params = params_of(options);
  if (!params) return params.error();
  if (options.time_zone && !is_time_zone(*options.time_zone)) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("--time-zone {} is no known IANA zone; use a name like Asia/Seoul",
                               printable(*options.time_zone)));
  }
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_views();
  if (!plugins) return plugins.error();
  ViewRequest request;
  request.tenant = options.tenant;
  request.actor = cli_actor();
  request.locale = options.locale;
  request.time_zone = options.time_zone ? *options.time_zone
                                        : time_zone_of(session.value()->settings(), options.tenant);
  request.view_id = options.view_id;
  request.permissions = {CRM_PERMISSION_VIEW, CRM_PERMISSION_OPERATE, CRM_PERMISSION_EXPORT};
  if (options.unmask) request.permissions.emplace_back(CRM_PERMISSION_MEMBER_READ);
  request.params = params.value();
  const auto document = render_view(plugins.value(), request);
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
