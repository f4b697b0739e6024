// The page itself: its own files, and Bootstrap and Chart.js from Debian's packages.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/outcome.h"
#include "http/router.h"

namespace host_stub {

// Read once; what a request names is looked up, never opened. Thread-safe.
class StaticFiles {
 public:
  // NOT_FOUND, naming the file and the package, when one is missing.
  static crm::Result<StaticFiles> load(const std::filesystem::path& web_folder);

  // "/" and every page under /t/, and "/assets/...". Outlives the server.
  void add_to(http::Router& router) const;

 private:
  struct File {
    std::string bytes;
    std::string type;
    std::string tag;  // of these bytes, for If-None-Match
  };

  Outcome add(const std::string& name, const std::filesystem::path& path, const char* remedy);
  void answer(const std::string& name, const http::Request& request,
              http::Response& response) const;

  std::map<std::string, File, std::less<>> files_;
};

// The folder of the page: in the source tree of this build, or where an installed host has it.
std::filesystem::path web_folder();

}  // namespace host_stub
