#include "commands/export_files.h"

#include "commands/interrupt.h"
#include "files/output_file.h"
#include "proofs/export_proof.h"

namespace host_stub {

namespace fs = std::filesystem;

ExportFiles::ExportFiles(fs::path csv) : csv_(std::move(csv)), proof_(proof_path(csv_)) {
  interrupted();  // now, not when the plugin first asks: it has put the grant on record by then
  writer_.size = sizeof(writer_);
  writer_.context = this;
  writer_.write = [](const crm_writer* writer, const void* data, uint64_t size) noexcept {
    return static_cast<ExportFiles*>(writer->context)
        ->write({static_cast<const char*>(data), static_cast<size_t>(size)});
  };
  writer_.cancelled = [](const crm_writer*) noexcept -> int32_t { return interrupted() ? 1 : 0; };
}

Outcome ExportFiles::begin() {
  auto csv = output_file(csv_, "name a regular file with --out");
  if (!csv) return csv.error();
  auto proof = output_file(proof_, "name another file with --out, or move it away");
  if (!proof) return proof.error();
  csv_ = std::move(csv.value());
  proof_ = std::move(proof.value());
  remove_abandoned(csv_);
  remove_abandoned(proof_);
  auto pending = PendingFile::create(csv_);
  if (!pending) return pending.error();
  pending_.emplace(std::move(pending.value()));
  return done();
}

int64_t ExportFiles::write(std::string_view bytes) noexcept {
  try {
    auto written = pending_ ? done() : begin();
    if (written) written = pending_->write(bytes);
    if (!written) {
      if (!write_error_) write_error_ = written.error();
      return written.error().status;
    }
    bytes_ += bytes.size();
    return static_cast<int64_t>(bytes.size());
  } catch (...) {
    return CRM_ERR_NO_MEMORY;
  }
}

Outcome ExportFiles::publish(std::string_view proof) {
  if (!pending_) {
    if (auto begun = begin(); !begun) return begun;
  }
  if (auto synced = pending_->sync(); !synced) return synced;
  auto pending_proof = PendingFile::create(proof_);
  if (!pending_proof) return pending_proof.error();
  if (auto written = pending_proof.value().write(proof); !written) return written;
  if (auto synced = pending_proof.value().sync(); !synced) return synced;
  if (auto removed = remove_if_present(proof_); !removed) return removed;
  if (auto synced = sync_folder(folder_of(proof_)); !synced) return synced;
  if (auto published = pending_->publish(); !published) return published;
  auto proved = sync_folder(folder_of(csv_));
  if (proved) proved = pending_proof.value().publish();
  if (proved) proved = sync_folder(folder_of(proof_));
  if (!proved) {
    remove_if_present(proof_);
    remove_if_present(csv_);
  }
  return proved;
}

}  // namespace host_stub
