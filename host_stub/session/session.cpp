#include "session/session.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/printable.h"
#include "files/durable_file.h"
#include "files/file_limit.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

using Offers = bool (LoadedPlugin::*)() const;

crm::Result<std::vector<LoadedPlugin*>> plugins_offering(const PluginSet& set, Offers offers,
                                                         const char* extension) {
  std::vector<LoadedPlugin*> found;
  for (const auto& plugin : set.plugins()) {
    if ((plugin.get()->*offers)()) found.push_back(plugin.get());
  }
  if (!found.empty()) return found;
  return failure(
      CRM_ERR_UNSUPPORTED,
      fmt::format("none of the loaded plugins offers {}; name the folder of one that does "
                  "with --plugin-dir",
                  extension));
}

}  // namespace

fs::path host_folder(const fs::path& data) {
  return data / "host";
}
fs::path keys_folder(const fs::path& data) {
  return host_folder(data) / "keys";
}

void add_plugin_options(CLI::App& command, SessionOptions& options) {
  command.add_option("--plugin-dir", options.plugin_folder,
                     "Folder of the plugins (*.so); default: that of this build or installation");
  command.add_flag("--verbose", options.verbose, "Log everything, not only warnings and errors");
}

void add_data_option(CLI::App& command, SessionOptions& options) {
  command.add_option("--data", options.data, "Folder of everything the host and its plugins store")
      ->required();
}

Outcome require_data_folder(const fs::path& data) {
  std::error_code error;
  if (fs::is_directory(data, error)) return done();
  return failure(CRM_ERR_NOT_FOUND,
                 fmt::format("there is no data folder {}; check --data, or make it with crm-host "
                             "replay",
                             data.string()));
}

Session::Session(const SessionOptions& options, const fs::path& data,
                 std::unique_ptr<TenantSettings> settings)
    : log_(options.verbose ? CRM_LOG_DEBUG : CRM_LOG_WARNING),
      keys_(keys_folder(data)),
      settings_(std::move(settings)) {}

crm::Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options,
                                                    DataFolder data_folder, PluginLife life) {
  const auto usable = data_folder == DataFolder::made ? make_private_folder(options.data)
                                                      : require_data_folder(options.data);
  if (!usable) return usable.error();
  std::error_code error;
  const fs::path data = fs::canonical(options.data, error);
  if (error) return system_failure("open folder", options.data, error.value(), "check --data");
  if (auto folder = make_private_folder(host_folder(data)); !folder) return folder.error();
  auto settings = TenantSettings::open(host_folder(data));
  if (!settings) return settings.error();
  std::unique_ptr<Session> session(new Session(options, data, std::move(settings.value())));
  raise_file_limit();
  const HostServices services{session->log_, *session->settings_, session->keys_, session->metrics_,
                              data};
  auto plugins = PluginSet::load(plugin_folder(options.plugin_folder), services, life);
  if (!plugins) return plugins.error();
  session->plugins_.emplace(std::move(plugins.value()));
  for (const RejectedPlugin& plugin : session->plugins_->rejected()) {
    session->log_.write(CRM_LOG_ERROR, "crm-host",
                        fmt::format("{}: rejected: {}", plugin.file.string(), plugin.reason));
  }
  return session;
}

Session::~Session() {
  plugins_.reset();
  if (!log_.shows(CRM_LOG_INFO)) return;
  try {
    for (const std::string& line : metrics_.lines()) log_.write(CRM_LOG_INFO, "metrics", line);
  } catch (...) {
    // No memory for them.
  }
}

crm::Result<std::vector<LoadedPlugin*>> Session::plugins_with_events() const {
  return plugins_offering(*plugins_, &LoadedPlugin::offers_events, CRM_EXT_EVENTS);
}

crm::Result<std::vector<LoadedPlugin*>> Session::plugins_with_views() const {
  return plugins_offering(*plugins_, &LoadedPlugin::offers_views, CRM_EXT_ADMIN_VIEWS);
}

crm::Result<std::vector<LoadedPlugin*>> Session::plugins_with_exports() const {
  return plugins_offering(*plugins_, &LoadedPlugin::offers_exports, CRM_EXT_EXPORTS);
}

crm::Result<std::vector<LoadedPlugin*>> Session::plugins_with_maintenance() const {
  return plugins_offering(*plugins_, &LoadedPlugin::offers_maintenance, CRM_EXT_MAINTENANCE);
}

}  // namespace host_stub
