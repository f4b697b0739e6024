// The two files of an export, the CSV and its proof: both appear under their names, or neither
// does.
#pragma once

#include <crm/writer.h>

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/outcome.h"
#include "files/durable_file.h"

namespace host_stub {

// The CSV while it is written, under a temporary name in its target's folder. Whatever is not
// published is removed. From its making on, the first SIGINT or SIGTERM cancels the export instead
// of ending the process. Not thread-safe; not moved, since the writer keeps its address.
class ExportFiles {
 public:
  explicit ExportFiles(std::filesystem::path csv);
  ExportFiles(const ExportFiles&) = delete;
  ExportFiles& operator=(const ExportFiles&) = delete;

  // Makes the temporary file with the first byte, and writes into it.
  const crm_writer& writer() const { return writer_; }
  // The first failure of the writer.
  const std::optional<crm::Error>& write_error() const { return write_error_; }
  uint64_t bytes() const { return bytes_; }

  // Puts the CSV and then its proof in place, durably. A proof of the same name goes first, so that
  // it never stands beside other bytes. After a failure neither file is there.
  Outcome publish(std::string_view proof);

 private:
  // Finds the two targets, creates the temporary file, and removes those that killed processes left
  // of the same target. INVALID when a target cannot be a file.
  Outcome begin();
  int64_t write(std::string_view bytes) noexcept;

  std::filesystem::path csv_;  // as given; from begin() on where its links lead
  std::filesystem::path proof_;
  std::optional<PendingFile> pending_;
  crm_writer writer_{};
  std::optional<crm::Error> write_error_;
  uint64_t bytes_ = 0;
};

}  // namespace host_stub
