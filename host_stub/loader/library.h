// A plugin's file, mapped into this process by Boost.DLL until the object goes away.
#pragma once

#include <crm/entry.h>

#include <filesystem>
#include <memory>

#include "base/outcome.h"

namespace boost::dll {
class shared_library;
}

namespace host_stub {

struct EntryPoint {
  crm_plugin_query_fn query = nullptr;
};

class Library {
 public:
  // INVALID with the loader's own words when the file is no library or lacks a symbol it needs.
  static crm::Result<Library> open(const std::filesystem::path& file);

  Library(Library&&) noexcept;
  Library& operator=(Library&&) = delete;
  ~Library();

  // The exported entry point; NOT_FOUND when the library has none.
  crm::Result<EntryPoint> entry() const;

 private:
  explicit Library(std::unique_ptr<boost::dll::shared_library> handle);

  std::unique_ptr<boost::dll::shared_library> handle_;
};

}  // namespace host_stub
