// Every plugin of a folder: loaded in the order of their file names, torn down in reverse.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loader/loaded_plugin.h"

namespace host_stub {

struct RejectedPlugin {
  std::filesystem::path file;
  std::string reason;
};

enum class PluginLife { created, started };

// [lifecycle] throughout.
class PluginSet {
 public:
  // Loads every *.so directly in `folder`. A plugin that is refused is listed and does not prevent
  // the others. NOT_FOUND when the folder is missing or holds no *.so.
  static crm::Result<PluginSet> load(const std::filesystem::path& folder,
                                     const HostServices& services, PluginLife life);

  PluginSet(PluginSet&&) = default;
  PluginSet& operator=(PluginSet&&) = delete;
  ~PluginSet();

  const std::vector<std::unique_ptr<LoadedPlugin>>& plugins() const { return plugins_; }
  const std::vector<RejectedPlugin>& rejected() const { return rejected_; }

 private:
  PluginSet() = default;
  Outcome load_one(const std::filesystem::path& file, const HostServices& services,
                   PluginLife life);

  std::vector<std::unique_ptr<LoadedPlugin>> plugins_;
  std::vector<RejectedPlugin> rejected_;
};

// The folder named on the command line; otherwise ../plugins beside the executable's folder, and
// where that does not exist, ../lib/crm/plugins of an installed host.
std::filesystem::path plugin_folder(const std::optional<std::filesystem::path>& named);

}  // namespace host_stub
