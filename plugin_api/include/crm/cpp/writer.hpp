// Both ends of a crm_writer: writing everything through one, and offering one over a C++ callable.
#pragma once

#include <crm/writer.h>
#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace crm {

// The writing side. Not thread-safe; lives for one call.
class WriterStream {
 public:
  explicit WriterStream(const crm_writer* writer) : writer_(writer) {
    if (writer == nullptr || !CRM_HAS(writer, write) || writer->write == nullptr) {
      throw Failure(CRM_ERR_INVALID, "the writer is missing or too short");
    }
  }

  // Writes all of it, through as many short writes as the other side likes. Throws CANCELLED, or IO
  // with the writer's own status in the text.
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      if (cancelled()) throw Failure(CRM_ERR_CANCELLED, "the reader went away");
      const int64_t taken = writer_->write(writer_, bytes.data(), bytes.size());
      if (taken <= 0 || static_cast<uint64_t>(taken) > bytes.size()) {
        if (taken == CRM_ERR_CANCELLED) throw Failure(CRM_ERR_CANCELLED, "the reader went away");
        throw Failure(taken == CRM_ERR_FULL ? CRM_ERR_FULL : CRM_ERR_IO,
                      "the host's writer failed with status " + std::to_string(taken));
      }
      bytes.remove_prefix(static_cast<size_t>(taken));
      bytes_ += static_cast<uint64_t>(taken);
    }
  }

  bool cancelled() const {
    return CRM_HAS(writer_, cancelled) && writer_->cancelled != nullptr &&
           writer_->cancelled(writer_) != 0;
  }

  uint64_t bytes() const { return bytes_; }

 private:
  const crm_writer* writer_;
  uint64_t bytes_ = 0;
};

// The receiving side that collects into a string, up to a maximum (then it answers CRM_ERR_FULL).
class StringWriter {
 public:
  explicit StringWriter(uint64_t bytes_max) : bytes_max_(bytes_max) {
    raw_.size = sizeof(raw_);
    raw_.context = this;
    raw_.write = [](const crm_writer* writer, const void* data, uint64_t size) noexcept -> int64_t {
      auto& self = *static_cast<StringWriter*>(writer->context);
      if (size > self.bytes_max_ - self.text_.size()) return CRM_ERR_FULL;
      try {
        self.text_.append(static_cast<const char*>(data), static_cast<size_t>(size));
      } catch (...) {
        return CRM_ERR_NO_MEMORY;
      }
      return static_cast<int64_t>(size);
    };
  }
  StringWriter(const StringWriter&) = delete;
  StringWriter& operator=(const StringWriter&) = delete;

  const crm_writer* raw() const { return &raw_; }
  const std::string& text() const { return text_; }

 private:
  crm_writer raw_{};
  uint64_t bytes_max_;
  std::string text_;
};

}  // namespace crm
