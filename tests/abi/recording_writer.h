// A writer for tests that collects what it is given, and can be made to misbehave.
#pragma once

#include <crm/writer.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

namespace crm_tests {

// One thread at a time, as every writer.
class RecordingWriter {
 public:
  // What the write that would begin at byte `at` and offers `size` bytes answers.
  using Answer = std::function<int64_t(uint64_t at, uint64_t size)>;

  RecordingWriter() : RecordingWriter([](uint64_t, uint64_t size) { return to_signed(size); }) {}

  explicit RecordingWriter(Answer answer) : answer_(std::move(answer)) {
    raw = {sizeof(raw), 0, this, write, is_cancelled};
  }
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  static RecordingWriter of_one_byte() {
    return RecordingWriter([](uint64_t, uint64_t) { return 1; });
  }

  crm_writer raw{};
  std::string text;
  uint64_t cancelled_at = UINT64_MAX;  // bytes taken before cancelled() says so
  uint64_t writes = 0;
  uint64_t writes_after_failure = 0;

 private:
  static int64_t to_signed(uint64_t size) { return static_cast<int64_t>(size); }

  static int64_t write(const crm_writer* writer, const void* data, uint64_t size) {
    auto& self = *static_cast<RecordingWriter*>(writer->context);
    ++self.writes;
    if (self.has_failed_) ++self.writes_after_failure;
    const int64_t taken = self.answer_(self.text.size(), size);
    if (taken < 0) self.has_failed_ = true;
    if (taken > 0) {
      const auto bytes = std::min(static_cast<uint64_t>(taken), size);
      self.text.append(static_cast<const char*>(data), static_cast<size_t>(bytes));
    }
    return taken;
  }

  static int32_t is_cancelled(const crm_writer* writer) {
    const auto& self = *static_cast<const RecordingWriter*>(writer->context);
    return self.text.size() >= self.cancelled_at ? 1 : 0;
  }

  Answer answer_;
  bool has_failed_ = false;
};

}  // namespace crm_tests
