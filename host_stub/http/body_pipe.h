// Bytes of an answer on their way from the thread that makes them to the network: a bounded number,
// so that a slow peer slows down what makes them.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace host_stub::http {

// One writer and one reader, each on a thread of its own. The writer waits; the reader never does.
class BodyPipe {
 public:
  explicit BodyPipe(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Writer: waits until there is room. How many bytes were taken; 0 when the reader has gone.
  size_t write(std::string_view bytes);
  // Writer: nothing follows, because it is complete, or because the rest cannot be made.
  void finish() { end(State::finished); }
  void fail() { end(State::failed); }
  bool is_abandoned() const;
  // How many bytes were written.
  uint64_t bytes() const;

  // Waits until the first bytes are there, or the end is.
  void wait_for_bytes();

  enum class State : uint8_t {
    open,      // nothing now; the listener is called once there is
    bytes,     // some were taken
    finished,  // all were taken
    failed     // there will be no rest
  };
  // Reader: what is there, in place of what `taken` held.
  State take(std::string& taken);
  // Reader: called from the writer's thread, holding a lock of the pipe.
  void set_listener(std::function<void()> listener);
  // Reader: wants no more, and is told nothing more.
  void abandon();

 private:
  void end(State state);
  void tell() CRM_REQUIRES(mutex_);

  const size_t bytes_max_;
  mutable crm::Mutex mutex_;
  crm::Condition changed_;
  std::string waiting_ CRM_GUARDED_BY(mutex_);
  uint64_t bytes_ CRM_GUARDED_BY(mutex_) = 0;
  State state_ CRM_GUARDED_BY(mutex_) = State::open;  // never `bytes`
  bool is_abandoned_ CRM_GUARDED_BY(mutex_) = false;
  bool listener_waits_ CRM_GUARDED_BY(mutex_) = false;
  std::function<void()> listener_ CRM_GUARDED_BY(mutex_);
};

// The reader's end, or none. Abandons the pipe when it goes.
class BodyReader {
 public:
  BodyReader() = default;
  explicit BodyReader(std::shared_ptr<BodyPipe> pipe) : pipe_(std::move(pipe)) {}
  BodyReader(BodyReader&& other) noexcept = default;
  BodyReader& operator=(BodyReader&& other) noexcept {
    std::swap(pipe_, other.pipe_);
    return *this;
  }
  ~BodyReader() {
    if (pipe_) pipe_->abandon();
  }

  explicit operator bool() const { return pipe_ != nullptr; }
  BodyPipe* operator->() const { return pipe_.get(); }

 private:
  std::shared_ptr<BodyPipe> pipe_;
};

}  // namespace host_stub::http
