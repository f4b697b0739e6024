#include "console/static_files.h"

#include <fmt/format.h>

#include "console/routes/answers.h"
#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "keys/sha256.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t file_bytes_max = 8u << 20;
constexpr const char* page = "index.html";
constexpr const char* bootstrap = "/usr/share/bootstrap-html";
constexpr const char* chart = "/usr/share/javascript/chart.js/chart.min.js";
constexpr size_t tag_bytes = 12;

const char* type_of(const fs::path& path) {
  const fs::path extension = path.extension();
  if (extension == ".html") return "text/html; charset=utf-8";
  if (extension == ".css") return "text/css; charset=utf-8";
  if (extension == ".js") return "text/javascript; charset=utf-8";
  if (extension == ".svg") return "image/svg+xml";
  return "application/octet-stream";
}

}  // namespace

fs::path web_folder() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = executable.parent_path().parent_path() / "share/crm/console";
  return fs::is_directory(installed, error) ? installed : fs::path(CRM_CONSOLE_WEB_FOLDER);
}

crm::Result<StaticFiles> StaticFiles::load(const fs::path& web_folder) {
  StaticFiles files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(web_folder, error)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().lexically_relative(web_folder).generic_string();
    if (auto added = files.add(name, entry.path(), "install crm-host again"); !added) {
      return added.error();
    }
  }
  if (error || !files.files_.contains(page)) {
    return failure(CRM_ERR_NOT_FOUND, fmt::format("the console's page is not in {}; install "
                                                  "crm-host again",
                                                  web_folder.string()));
  }
  const std::tuple<const char*, fs::path, const char*> libraries[] = {
      {"bootstrap.css", fs::path(bootstrap) / "css/bootstrap.min.css",
       "install the package libjs-bootstrap5"},
      {"bootstrap.js", fs::path(bootstrap) / "js/bootstrap.bundle.min.js",
       "install the package libjs-bootstrap5"},
      {"chart.js", chart, "install the package libjs-chart.js"}};
  for (const auto& [name, path, remedy] : libraries) {
    if (auto added = files.add(name, path, remedy); !added) return added.error();
  }
  return files;
}

Outcome StaticFiles::add(const std::string& name, const fs::path& path, const char* remedy) {
  auto bytes = read_file(path, file_bytes_max);
  if (!bytes) {
    return failure(bytes.error().status, bytes.error().detail + "; " + remedy);
  }
  const std::string tag = '"' + to_hex(sha256(bytes.value()).substr(0, tag_bytes)) + '"';
  files_[name] = {std::move(bytes.value()), type_of(path), tag};
  return done();
}

void StaticFiles::add_to(http::Router& router) const {
  const auto index = [this](const http::Request& request, http::Response& response) {
    answer(page, request, response);
  };
  router.get("/", index);
  router.get("/t/{...}", index);
  router.get("/assets/{...}", [this](const http::Request& request, http::Response& response) {
    answer(request.matches[0], request, response);
  });
}

void StaticFiles::answer(const std::string& name, const http::Request& request,
                         http::Response& response) const {
  const auto file = files_.find(name);
  if (file == files_.end()) {
    response.status = 404;
    return answer_error_page(request, response);
  }
  response.headers.set("Cache-Control", "no-cache");
  response.headers.set("ETag", file->second.tag);
  if (request.headers.get("If-None-Match") == file->second.tag) {
    response.status = 304;
    return;
  }
  response.headers.set("Content-Type", file->second.type);
  response.lasting_body = file->second.bytes;
}

}  // namespace host_stub
