// The plugin these tests are about: CRM_PLUGIN, or the one of this build.
#pragma once

#include <cstdlib>
#include <string>

namespace crm_tests {

inline std::string plugin_path() {
  const char* path = std::getenv("CRM_PLUGIN");
  return path != nullptr ? path : CRM_TESTS_PLUGIN;
}

// The folder of the small test plugins, one folder each.
inline std::string small_plugin_path(const std::string& name) {
  return std::string(CRM_TESTS_PLUGINS) + "/" + name + "/" + name + ".so";
}

}  // namespace crm_tests
