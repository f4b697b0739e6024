#include "http/body_pipe.h"

#include <algorithm>

namespace host_stub::http {

size_t BodyPipe::write(std::string_view bytes) {
  const crm::Lock lock(mutex_);
  while (!is_abandoned_ && waiting_.size() >= bytes_max_) changed_.wait(mutex_);
  if (is_abandoned_) return 0;
  const size_t taken = std::min(bytes.size(), bytes_max_ - waiting_.size());
  waiting_.append(bytes.substr(0, taken));
  bytes_ += taken;
  tell();
  return taken;
}

void BodyPipe::end(State state) {
  const crm::Lock lock(mutex_);
  state_ = state;
  tell();
}

bool BodyPipe::is_abandoned() const {
  const crm::Lock lock(mutex_);
  return is_abandoned_;
}

uint64_t BodyPipe::bytes() const {
  const crm::Lock lock(mutex_);
  return bytes_;
}

void BodyPipe::wait_for_bytes() {
  const crm::Lock lock(mutex_);
  while (waiting_.empty() && state_ == State::open && !is_abandoned_) changed_.wait(mutex_);
}

BodyPipe::State BodyPipe::take(std::string& taken) {
  const crm::Lock lock(mutex_);
  taken.clear();
  if (!waiting_.empty()) {
    std::swap(taken, waiting_);
    changed_.notify_all();
    return State::bytes;
  }
  listener_waits_ = state_ == State::open;
  return state_;
}

void BodyPipe::set_listener(std::function<void()> listener) {
  const crm::Lock lock(mutex_);
  listener_ = std::move(listener);
}

void BodyPipe::abandon() {
  const crm::Lock lock(mutex_);
  is_abandoned_ = true;
  listener_ = nullptr;
  changed_.notify_all();
}

void BodyPipe::tell() {
  changed_.notify_all();
  if (!listener_waits_ || !listener_) return;
  listener_waits_ = false;
  try {
    listener_();
  } catch (...) {
    listener_waits_ = true;  // no memory to pass it on: the next change tries again
  }
}

}  // namespace host_stub::http
