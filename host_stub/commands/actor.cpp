#include "commands/actor.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace host_stub {

std::string cli_actor() {
  const uid_t user = geteuid();
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  const bool has_name =
      getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return "cli:" + (has_name ? std::string(entry.pw_name) : std::to_string(user));
}

}  // namespace host_stub
