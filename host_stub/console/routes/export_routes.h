// Downloads: the CSV as a stream, then its proof.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "console/routes/export_stream.h"
#include "console/routes/gate.h"
#include "keys/key_store.h"
#include "loader/loaded_plugin.h"
#include "requests/export_request.h"

namespace host_stub {

// Proofs that are kept for their readers; the oldest go first.
inline constexpr size_t proofs_kept_max = 256;

// At the same time: each has a thread, and the store keeps what it reads.
inline constexpr size_t exports_max = 8;

class ExportRoutes {
 public:
  ExportRoutes(const Gate& gate, std::vector<LoadedPlugin*> plugins, KeyStore& keys,
               const HostLog& log)
      : gate_(gate), plugins_(std::move(plugins)), keys_(keys), log_(log) {}

  // POST /api/exports {"plugin", "tenant", "message_id", "reason", "dialect", "locale", "unmask"}:
  // the CSV, whose header X-Export names it. The connection breaks when the export fails halfway,
  // and so does the export when its reader goes or is too slow. GET /api/exports/ID: {"jws",
  // "rows", "bytes", "sha256", "kid"} once it is complete, for who made it. GET /jwks.json: the
  // keys that verify proofs.
  void add_to(http::Router& router);

 private:
  struct Proof {
    std::string id;
    std::string actor;
    std::string tenant;
    Json document;
  };

  void begin(const http::Request& request, http::Response& response);
  void proof(const http::Request& request, http::Response& response);
  // NULL when too many are under way.
  std::shared_ptr<ExportStream> start(ExportRequest asked, LoadedPlugin& plugin,
                                      ExportStream::Session session, const std::string& id);
  void end(const crm::Result<SignedExport>& exported, Proof proof);

  const Gate& gate_;
  const std::vector<LoadedPlugin*> plugins_;
  KeyStore& keys_;
  const HostLog& log_;
  crm::Mutex mutex_;
  std::deque<Proof> proofs_ CRM_GUARDED_BY(mutex_);
  // Those that are over are joined when the next one starts. Last, since they use the others.
  std::list<std::shared_ptr<ExportStream>> exports_ CRM_GUARDED_BY(mutex_);
};

}  // namespace host_stub
