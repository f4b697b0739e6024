#include "console/routes/export_stream.h"

#include <utility>

namespace host_stub {

ExportStream::ExportStream(ExportRequest request, KeyStore& keys, LoadedPlugin& plugin,
                           Session session, Ended ended)
    : pipe_(std::make_shared<http::BodyPipe>(export_ahead_bytes_max)),
      session_(std::move(session)),
      ended_(std::move(ended)) {
  writer_.size = sizeof(writer_);
  writer_.context = this;
  writer_.write = [](const crm_writer* writer, const void* data, uint64_t size) noexcept {
    try {
      auto& self = *static_cast<ExportStream*>(writer->context);
      if (!self.session_->is_valid()) return int64_t{CRM_ERR_CANCELLED};
      const size_t taken =
          self.pipe_->write({static_cast<const char*>(data), static_cast<size_t>(size)});
      return taken > 0 || size == 0 ? static_cast<int64_t>(taken) : int64_t{CRM_ERR_CANCELLED};
    } catch (...) {
      return int64_t{CRM_ERR_NO_MEMORY};
    }
  };
  writer_.cancelled = [](const crm_writer* writer) noexcept -> int32_t {
    return static_cast<ExportStream*>(writer->context)->is_unwanted() ? 1 : 0;
  };
  thread_.emplace([this, request = std::move(request), &keys, &plugin] {
    run(request, keys, plugin);
    session_.reset();
    is_over_ = true;
  });
}

ExportStream::~ExportStream() {
  pipe_->abandon();
}

void ExportStream::run(const ExportRequest& request, KeyStore& keys,
                       LoadedPlugin& plugin) noexcept {
  auto result = [&]() -> crm::Result<SignedExport> {
    try {
      auto exported = run_export(request, keys, plugin, writer_, [this] { return pipe_->bytes(); });
      ended_(exported);
      return exported;
    } catch (...) {
      return crm::Error{CRM_ERR_NO_MEMORY, "out of memory"};  // short: takes no memory itself
    }
  }();
  if (result) return pipe_->finish();
  {
    const crm::Lock lock(mutex_);
    error_ = result.error();
  }
  pipe_->fail();
}

Outcome ExportStream::wait() {
  pipe_->wait_for_bytes();
  const crm::Lock lock(mutex_);
  if (error_) return *error_;
  return done();
}

}  // namespace host_stub
