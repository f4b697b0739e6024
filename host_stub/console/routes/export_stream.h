// One export while a browser receives it: a thread of its own runs the plugin, and waits when the
// reader is slower than the plugin.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "console/accounts/sign_ins.h"
#include "http/body_pipe.h"
#include "http/worker_thread.h"
#include "requests/export_request.h"

namespace host_stub {

inline constexpr size_t export_ahead_bytes_max = 1u << 20;

// Ends the plugin's work, as cancelled, when its reader goes, when the session ends, or when it is
// destroyed early.
class ExportStream {
 public:
  using Session = std::shared_ptr<const SignIns::Hold>;
  // Told once, on the export's thread, before the reader sees the end of the bytes.
  using Ended = std::function<void(const crm::Result<SignedExport>&)>;

  ExportStream(ExportRequest request, KeyStore& keys, LoadedPlugin& plugin, Session session,
               Ended ended);
  ~ExportStream();
  ExportStream(const ExportStream&) = delete;
  ExportStream& operator=(const ExportStream&) = delete;

  // The bytes, for one reader.
  const std::shared_ptr<http::BodyPipe>& pipe() const { return pipe_; }

  // Waits until there are bytes or the export has failed; the failure if it has.
  Outcome wait();

  // True once its thread has nothing left to do.
  bool is_over() const { return is_over_; }

 private:
  void run(const ExportRequest& request, KeyStore& keys, LoadedPlugin& plugin) noexcept;
  bool is_unwanted() const { return pipe_->is_abandoned() || !session_->is_valid(); }

  const std::shared_ptr<http::BodyPipe> pipe_;
  Session session_;  // of the export's thread, which lets go of it at its end
  const Ended ended_;
  crm_writer writer_{};
  crm::Mutex mutex_;
  std::optional<crm::Error> error_ CRM_GUARDED_BY(mutex_);
  std::atomic<bool> is_over_ = false;
  std::optional<http::WorkerThread> thread_;  // last, since it uses the others
};

}  // namespace host_stub
