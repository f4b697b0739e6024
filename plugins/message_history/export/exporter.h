// One export from request to proof: checks the token, uses it up, streams the CSV, signs what was
// written.
#pragma once

#include <crm/ext/exports.h>
#include <crm/writer.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "export/audit/audit.h"
#include "export/proof/keys.h"
#include "store/store.h"

namespace message_history {

inline constexpr std::size_t origin_bytes_max = 256;
inline constexpr std::size_t detail_bytes_max = 1024;

// What every export of this plugin shares. Its functions are for any thread.
struct ExportDesk {
  std::string audience;  // the plugin's id
  ExportKeys keys;
  std::function<std::int64_t()> now_us;
  std::function<void(std::int32_t level, std::string_view line)> log;  // must not throw
};

// The tenant of the session. Nothing of it is locked while the file is streamed: only
// `append_audit` may wait for the tenant's writer.
struct ExportTenant {
  StoreReader& store;
  AuditAppender append_audit;  // audit_appender
  // Says that the export runs as long as what it returns lives.
  std::function<std::shared_ptr<void>(std::string_view export_id)> mark_running;
  // Answers whether one more refusal of this actor gets a row; empty: each does.
  std::function<bool(std::string_view actor)> admits_refusal{};
};

// Writes the file to `writer` and fills `result`; both pointers may be anything a host can pass.
// The result is touched only when everything is done and recorded. Throws crm::Failure: INVALID
// (request or buffer), DENIED and UNSUPPORTED (the token), NOT_FOUND (the message), CANCELLED, IO,
// and what store and keys throw. Every request that can be read leaves audit rows, unless it is
// one of many that were refused; when those cannot be written, the request's own failure is the one
// that is thrown, and the log tells of the other.
void run_export(const ExportDesk& desk, const ExportTenant& tenant,
                const crm_export_request* request, const crm_writer* writer,
                crm_export_result* result);

}  // namespace message_history
