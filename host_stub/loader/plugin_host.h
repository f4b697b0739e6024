// The crm_host that one plugin sees: log, clock, explain, and the extensions of this host.
#pragma once

#include <crm/host.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/outcome.h"

namespace host_stub {

class HostLog;
class KeyStore;
class Metrics;
class TenantSettings;

// What all plugins share; outlives them.
struct HostServices {
  HostLog& log;
  TenantSettings& settings;
  KeyStore& keys;
  Metrics& metrics;
  std::filesystem::path data_folder;  // absolute
};

// Every function is [any]: thread-safe. Neither copied nor moved, since the plugin keeps its
// address.
class PluginHost {
 public:
  // Creates DATA/plugins/<plugin id>/.
  static crm::Result<std::unique_ptr<PluginHost>> create(HostServices services,
                                                         std::string plugin_id);

  PluginHost(HostServices services, std::string plugin_id);
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  const crm_host* raw() const { return &raw_; }
  const HostServices& services() const { return services_; }
  const std::string& plugin_id() const { return plugin_id_; }
  const std::string& data_folder() const { return data_folder_; }

 private:
  const HostServices services_;
  const std::string plugin_id_;
  const std::string data_folder_;
  crm_host raw_{};
};

}  // namespace host_stub
