// What a command works with: the data folder, the host's services on it, and the loaded plugins.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "keys/key_store.h"
#include "loader/host_log.h"
#include "loader/metrics.h"
#include "loader/tenant_settings.h"
#include "session/plugin_set.h"

namespace CLI {
class App;
}

namespace host_stub {

enum class DataFolder { must_exist, made };

// The options that all commands with plugins share.
struct SessionOptions {
  std::filesystem::path data;
  std::optional<std::filesystem::path> plugin_folder;
  bool verbose = false;
};

// Adds --plugin-dir and --verbose, and with `data` also --data.
void add_plugin_options(CLI::App& command, SessionOptions& options);
void add_data_option(CLI::App& command, SessionOptions& options);

// NOT_FOUND when the folder is missing; it is not made.
Outcome require_data_folder(const std::filesystem::path& data);

// [lifecycle] Plugins run from open to the destructor.
class Session {
 public:
  // Refused plugins are named on stderr; none at all is an error.
  static crm::Result<std::unique_ptr<Session>> open(const SessionOptions& options,
                                                    DataFolder data_folder,
                                                    PluginLife life = PluginLife::started);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  HostLog& log() { return log_; }
  KeyStore& keys() { return keys_; }
  TenantSettings& settings() { return *settings_; }
  const PluginSet& plugin_set() const { return *plugins_; }

  // Those that offer an extension; UNSUPPORTED when there is none.
  crm::Result<std::vector<LoadedPlugin*>> plugins_with_events() const;
  crm::Result<std::vector<LoadedPlugin*>> plugins_with_views() const;
  crm::Result<std::vector<LoadedPlugin*>> plugins_with_exports() const;
  crm::Result<std::vector<LoadedPlugin*>> plugins_with_maintenance() const;

 private:
  Session(const SessionOptions& options, const std::filesystem::path& data,
          std::unique_ptr<TenantSettings> settings);

  HostLog log_;
  Metrics metrics_;
  KeyStore keys_;
  std::unique_ptr<TenantSettings> settings_;
  std::optional<PluginSet> plugins_;  // last, so that plugins end before what they use
};

// The host's own folder in a data folder, and that of its keys.
std::filesystem::path host_folder(const std::filesystem::path& data);
std::filesystem::path keys_folder(const std::filesystem::path& data);

}  // namespace host_stub
