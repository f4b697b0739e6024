// One export while a browser receives it: a thread of its own runs the plugin, and waits when the
// reader is slower than the plugin.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
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

  crm_writer writer_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  uint64_t bytes_ = 0;
  bool cancelled_ = false;
  std::optional<crm::Result<SignedExport>> result_;
  std::thread thread_;  // last, since it uses the others
};

}  // namespace host_stub
