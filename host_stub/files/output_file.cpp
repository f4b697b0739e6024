#include "files/output_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "files/durable_file.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr int links_max = 40;  // as the kernel follows

const char* kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "no regular file";
  }
}

// True for folders whose entries are the kernel's, whatever they look like.
bool is_kernel_folder(const fs::path& folder) {
  constexpr std::array<std::string_view, 3> roots = {"/dev", "/proc", "/sys"};
  const fs::path memory = "/dev/shm";  // an ordinary folder
  const auto lies_in = [&folder](const fs::path& root) {
    return std::mismatch(root.begin(), root.end(), folder.begin(), folder.end()).first ==
           root.end();
  };
  return !lies_in(memory) && std::any_of(roots.begin(), roots.end(), lies_in);
}

}  // namespace

crm::Result<fs::path> output_file(const fs::path& given, std::string_view remedy) {
  const auto refuse = [&](std::string_view what) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("cannot write {}: it is {}; {}", given.string(), what, remedy));
  };
  if (!given.has_filename()) return refuse("a folder");
  fs::path target = given;
  for (int links = 0;; ++links) {
    std::error_code error;
    const fs::path folder =
        fs::weakly_canonical(target.has_parent_path() ? target.parent_path() : ".", error);
    if (error) return system_failure("write", given, error.value(), remedy);
    if (is_kernel_folder(folder)) return refuse("a name in a folder of the kernel");
    const fs::file_status status = fs::symlink_status(target, error);
    if (status.type() == fs::file_type::not_found) return target;
    if (error) return system_failure("write", given, error.value(), remedy);
    if (status.type() == fs::file_type::regular) return target;
    if (status.type() != fs::file_type::symlink) return refuse(kind_of(status.type()));
    if (links == links_max) return refuse("a link that leads nowhere");
    const fs::path next = fs::read_symlink(target, error);
    if (error) return system_failure("write", given, error.value(), remedy);
    target = next.is_absolute() ? next : folder / next;
    if (!target.has_filename()) return refuse("a folder");
  }
}

}  // namespace host_stub
