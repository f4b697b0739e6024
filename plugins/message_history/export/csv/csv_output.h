// The way of the CSV's bytes to the host's writer: hashed, counted.
#pragma once

#include <crm/cpp/writer.hpp>
#include <cstdint>
#include <string_view>

#include "export/proof/sha256.h"
#include "store/rows.h"

namespace message_history {

// One thread, one file. Throws what crm::WriterStream throws.
class CsvOutput {
 public:
  explicit CsvOutput(const crm_writer* writer) : stream_(writer) {}

  // Large pieces, since every one is a call of the host's.
  void write(std::string_view bytes) {
    hasher_.update(bytes);
    stream_.write(bytes);
  }

  Sha256 finish() { return hasher_.finish(); }
  std::uint64_t bytes() const { return stream_.bytes(); }

 private:
  crm::WriterStream stream_;
  Sha256Hasher hasher_;
};

}  // namespace message_history
