#include "console/export_stream.h"

#include <algorithm>

namespace host_stub {

ExportStream::ExportStream(ExportRequest request, KeyStore& keys, LoadedPlugin& plugin) {
  writer_.size = sizeof(writer_);
  writer_.context = this;
  writer_.write = [](const crm_writer* writer, const void* data, uint64_t size) noexcept {
    try {
      return static_cast<ExportStream*>(writer->context)
          ->write({static_cast<const char*>(data), static_cast<size_t>(size)});
    } catch (...) {
      return int64_t{CRM_ERR_NO_MEMORY};
    }
  };
  writer_.cancelled = [](const crm_writer* writer) noexcept -> int32_t {
    auto& self = *static_cast<ExportStream*>(writer->context);
    const crm::Lock lock(self.mutex_);
    return self.cancelled_ ? 1 : 0;
  };
  thread_ = std::thread([this, request = std::move(request), &keys, &plugin] {
    auto result = [&]() -> crm::Result<SignedExport> {
      try {
        return run_export(request, keys, plugin, writer_, [this] { return this->bytes(); });
      } catch (...) {
        return crm::Error{CRM_ERR_NO_MEMORY, "out of memory"};  // short: takes no memory itself
      }
    }();
    const crm::Lock lock(mutex_);
    result_.emplace(std::move(result));
    changed_.notify_all();
  });
}

ExportStream::~ExportStream() {
  {
    const crm::Lock lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

int64_t ExportStream::write(std::string_view bytes) {
  const crm::Lock lock(mutex_);
  while (!cancelled_ && waiting_.size() >= export_ahead_bytes_max) changed_.wait(mutex_);
  if (cancelled_) return CRM_ERR_CANCELLED;
  const size_t taken = std::min(bytes.size(), export_ahead_bytes_max - waiting_.size());
  waiting_.append(bytes.substr(0, taken));
  bytes_ += taken;
  changed_.notify_all();
  return static_cast<int64_t>(taken);
}

uint64_t ExportStream::bytes() {
  const crm::Lock lock(mutex_);
  return bytes_;
}

Outcome ExportStream::wait() {
  const crm::Lock lock(mutex_);
  while (waiting_.empty() && !result_) changed_.wait(mutex_);
  if (result_ && !*result_) return result_->error();
  return done();
}

std::string ExportStream::next() {
  const crm::Lock lock(mutex_);
  while (waiting_.empty() && !result_) changed_.wait(mutex_);
  changed_.notify_all();
  return std::exchange(waiting_, {});
}

crm::Result<SignedExport> ExportStream::result() {
  const crm::Lock lock(mutex_);
  return *result_;
}

}  // namespace host_stub
