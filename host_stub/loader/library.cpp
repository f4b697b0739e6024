#include "loader/library.h"

#include <fmt/format.h>

#include <boost/dll/shared_library.hpp>
#include <cstring>

namespace host_stub {

namespace fs = std::filesystem;
namespace dll = boost::dll;

Library::Library(std::unique_ptr<dll::shared_library> handle) : handle_(std::move(handle)) {}
Library::Library(Library&&) noexcept = default;
Library::~Library() = default;

crm::Result<Library> Library::open(const fs::path& file) {
  std::error_code error;
  const fs::path absolute = fs::canonical(file, error);
  if (error) {
    return failure(CRM_ERR_NOT_FOUND,
                   fmt::format("the file cannot be found ({}); check the name", error.message()));
  }
  if (!fs::is_regular_file(absolute, error)) {
    return failure(CRM_ERR_INVALID, "it is not a file; name a shared library");
  }
  try {
    // The throwing constructor: only its text carries what dlerror says.
    const auto mode = dll::load_mode::rtld_now | dll::load_mode::rtld_local;
    return Library(std::make_unique<dll::shared_library>(absolute, mode));
  } catch (const std::exception& refusal) {
    return failure(CRM_ERR_INVALID, fmt::format("the file cannot be loaded: {}; build it for this "
                                                "machine with every library it needs",
                                                refusal.what()));
  }
}

crm::Result<EntryPoint> Library::entry() const {
  if (!handle_->has(CRM_PLUGIN_ENTRY)) {
    return failure(CRM_ERR_NOT_FOUND,
                   "the library does not export " CRM_PLUGIN_ENTRY
                   "; it is no CRM plugin, or its version script hides the symbol");
  }
  try {
    return EntryPoint{&handle_->get<const crm_plugin_descriptor*()>(CRM_PLUGIN_ENTRY)};
  } catch (const std::exception& refusal) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("{} cannot be read: {}", CRM_PLUGIN_ENTRY, refusal.what()));
  }
}

}  // namespace host_stub
