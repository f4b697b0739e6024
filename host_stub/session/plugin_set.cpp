#include "session/plugin_set.h"

#include <fmt/format.h>

#include <algorithm>

namespace host_stub {

namespace fs = std::filesystem;

namespace {

crm::Result<std::vector<fs::path>> libraries_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".so") files.push_back(entry->path());
  }
  if (error) {
    return failure(CRM_ERR_NOT_FOUND,
                   fmt::format("cannot read the plugin folder {}: {}; name it with --plugin-dir",
                               folder.string(), error.message()));
  }
  if (files.empty()) {
    return failure(
        CRM_ERR_NOT_FOUND,
        fmt::format("there is no plugin (*.so) in {}; build one, or name its folder with "
                    "--plugin-dir",
                    folder.string()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

crm::Result<PluginSet> PluginSet::load(const fs::path& folder, const HostServices& services,
                                       PluginLife life) {
  const auto files = libraries_in(folder);
  if (!files) return files.error();
  PluginSet set;
  for (const fs::path& file : files.value()) {
    const auto loaded = set.load_one(file, services, life);
    if (!loaded) set.rejected_.push_back({file, loaded.error().detail});
  }
  return set;
}

Outcome PluginSet::load_one(const fs::path& file, const HostServices& services, PluginLife life) {
  auto opened = LoadedPlugin::open(file);
  if (!opened) return opened.error();
  LoadedPlugin& plugin = *opened.value();
  const auto twin = std::find_if(plugins_.begin(), plugins_.end(),
                                 [&](const auto& other) { return other->id() == plugin.id(); });
  if (twin != plugins_.end()) {
    return failure(
        CRM_ERR_INVALID,
        fmt::format("crm_plugin_descriptor.id is {}, which {} has already; remove one of "
                    "the two files",
                    plugin.id(), (*twin)->file().string()));
  }
  if (auto created = plugin.create(services); !created) return created;
  if (life == PluginLife::started) {
    if (auto begun = plugin.start(); !begun) return begun;
  }
  plugins_.push_back(std::move(opened.value()));
  return done();
}

PluginSet::~PluginSet() {
  while (!plugins_.empty()) plugins_.pop_back();
}

fs::path plugin_folder(const std::optional<fs::path>& named) {
  if (named) return *named;
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  const fs::path above = executable.parent_path().parent_path();
  const fs::path built = above / "plugins";
  if (fs::is_directory(built, error)) return built;
  return above / "lib" / "crm" / "plugins";
}

}  // namespace host_stub
