// The way of the CSV's bytes to the host's writer: gathered, hashed, counted.
#pragma once

#include <crm/cpp/writer.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "export/sha256.h"
#include "store/rows.h"

namespace message_history {

inline constexpr std::size_t csv_buffer_bytes = std::size_t{256} * 1024;

// One thread, one file. Throws what crm::WriterStream throws.
class CsvOutput {
 public:
  explicit CsvOutput(const crm_writer* writer) : stream_(writer) {
    // A row may begin just before the buffer is full.
    buffer_.reserve(csv_buffer_bytes + csv_buffer_bytes / 4);
  }

  // Where the next row is to be appended; call end_row() after each.
  std::string& buffer() { return buffer_; }

  void end_row() {
    if (buffer_.size() >= csv_buffer_bytes) flush();
  }

  // Hands over what is left.
  Sha256 finish() {
    flush();
    return hasher_.finish();
  }

  std::uint64_t bytes() const { return stream_.bytes(); }

 private:
  void flush() {
    hasher_.update(buffer_);
    stream_.write(buffer_);
    buffer_.clear();
  }

  crm::WriterStream stream_;
  Sha256Hasher hasher_;
  std::string buffer_;
};

}  // namespace message_history
