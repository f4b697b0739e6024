// One export while a browser receives it: a thread of its own runs the plugin, and waits when the
// reader is slower than the plugin.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "requests/export_request.h"

namespace host_stub {

inline constexpr size_t export_ahead_bytes_max = 1u << 20;

// One reader. Ends the plugin's work, as cancelled, when it is destroyed early.
class ExportStream {
 public:
  ExportStream(ExportRequest request, KeyStore& keys, LoadedPlugin& plugin);
  ~ExportStream();
  ExportStream(const ExportStream&) = delete;
  ExportStream& operator=(const ExportStream&) = delete;

  // Waits until there are bytes or the export has failed; the failure if it has.
  Outcome wait();

  // Waits for bytes and takes them; empty once the export has ended, well or not.
  std::string next();

  // After next() was empty: the proof, or why there is none.
  crm::Result<SignedExport> result();

 private:
  int64_t write(std::string_view bytes);
  uint64_t bytes();

  crm_writer writer_{};
  crm::Mutex mutex_;
  crm::Condition changed_;
  std::string waiting_ CRM_GUARDED_BY(mutex_);
  uint64_t bytes_ CRM_GUARDED_BY(mutex_) = 0;
  bool cancelled_ CRM_GUARDED_BY(mutex_) = false;
  std::optional<crm::Result<SignedExport>> result_ CRM_GUARDED_BY(mutex_);
  std::thread thread_;  // last, since it uses the others
};

}  // namespace host_stub
