#include "commands/interrupt.h"

#include <signal.h>

namespace host_stub {

namespace {

std::atomic<bool> flag = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // a handler may touch nothing else

void raise_flag(int) {
  flag = true;
}

bool install_handlers() {
  struct sigaction action {};
  action.sa_handler = raise_flag;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  return sigaction(SIGINT, &action, nullptr) == 0 && sigaction(SIGTERM, &action, nullptr) == 0;
}

}  // namespace

const std::atomic<bool>& interrupted() {
  [[maybe_unused]] static const bool installed = install_handlers();
  return flag;
}

}  // namespace host_stub
