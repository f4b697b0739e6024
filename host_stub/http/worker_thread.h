// A thread whose stack has a size of its own: the system's default follows a limit of whoever
// started the process, and may be too small for what handlers and plugins do.
#pragma once

#include <pthread.h>

#include <functional>

namespace host_stub::http {

// Deep enough for a plugin's page, with sanitizers too.
inline constexpr size_t worker_stack_bytes = 4u << 20;

// Gives threads that plugins and libraries start the same stack where theirs would be smaller.
// Before they are started.
void raise_default_stack();

class WorkerThread {
 public:
  // `work` throws nothing. Throws std::system_error when there is no thread to be had.
  explicit WorkerThread(std::function<void()> work);
  // Waits for the end of the work.
  ~WorkerThread();
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

 private:
  std::function<void()> work_;
  pthread_t thread_{};
};

}  // namespace host_stub::http
