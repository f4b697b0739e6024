// Downloads: the CSV as a stream, then its proof.
#pragma once

#include <httplib.h>
#include <crm/cpp/mutex.hpp>

#include <deque>
#include <string>
#include <vector>

#include "console/gate.h"
#include "keys/key_store.h"
#include "loader/loaded_plugin.h"
#include "requests/export_request.h"

namespace host_stub {

// Proofs that are kept for their readers; the oldest go first.
inline constexpr size_t proofs_kept_max = 256;

class ExportRoutes {
 public:
  ExportRoutes(const Gate& gate, std::vector<LoadedPlugin*> plugins, KeyStore& keys)
      : gate_(gate), plugins_(std::move(plugins)), keys_(keys) {}

  // POST /api/exports {"plugin", "tenant", "message_id", "reason", "dialect", "locale", "unmask"}:
  // the CSV, whose header X-Export names it. The connection breaks when the export fails halfway.
  // GET /api/exports/ID: {"jws", "rows", "bytes", "sha256", "kid"} once it is complete, for who
  // made it. GET /jwks.json: the keys that verify proofs.
  void add_to(httplib::Server& server);

 private:
  struct Proof {
    std::string id;
    std::string actor;
    Json document;
  };

  void begin(const httplib::Request& request, httplib::Response& response);
  void proof(const httplib::Request& request, httplib::Response& response);
  void keep(Proof proof);
  void keep_proof_of(const SignedExport& exported, const std::string& id, const std::string& actor);

  const Gate& gate_;
  const std::vector<LoadedPlugin*> plugins_;
  KeyStore& keys_;
  crm::Mutex mutex_;
  std::deque<Proof> proofs_ CRM_GUARDED_BY(mutex_);
};

}  // namespace host_stub
