// The plugin's own threads: every signal is blocked on them, and their destructor joins them.
#pragma once

#include <signal.h>

#include <thread>
#include <utility>

namespace message_history {

// Signals are the host's: its handlers run on its own threads. A new thread inherits the mask of
// the one that starts it, so this blocks all of them there as long as it lives.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

// Runs `run`, which must not throw. Throws std::system_error when there is no thread to be had.
template <class Run>
std::jthread quiet_thread(Run run) {
  const SignalsBlocked blocked;
  return std::jthread(std::move(run));
}

}  // namespace message_history
