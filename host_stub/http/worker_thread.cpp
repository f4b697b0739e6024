#include "http/worker_thread.h"

#include <system_error>
#include <utility>

namespace host_stub::http {

void raise_default_stack() {
  pthread_attr_t attributes;
  if (pthread_getattr_default_np(&attributes) != 0) return;
  size_t bytes = 0;
  pthread_attr_getstacksize(&attributes, &bytes);
  if (bytes < worker_stack_bytes) {
    pthread_attr_setstacksize(&attributes, worker_stack_bytes);
    pthread_setattr_default_np(&attributes);
  }
  pthread_attr_destroy(&attributes);
}

WorkerThread::WorkerThread(std::function<void()> work) : work_(std::move(work)) {
  const auto run = [](void* self) -> void* {
    static_cast<WorkerThread*>(self)->work_();
    return nullptr;
  };
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, worker_stack_bytes);
  const int error = pthread_create(&thread_, &attributes, run, this);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    throw std::system_error(error, std::generic_category(), "cannot start a thread");
  }
}

WorkerThread::~WorkerThread() {
  pthread_join(thread_, nullptr);
}

}  // namespace host_stub::http
