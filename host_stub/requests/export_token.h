// Export requests as signed tokens: what an actor asks for, vouched for by this host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keys/key_store.h"

namespace host_stub {

inline constexpr int64_t export_token_life_s = 120;

struct ExportClaims {
  std::string audience;  // the plugin's id
  std::string actor;
  std::string tenant;
  std::string message_id;
  std::vector<std::string> columns;
  std::string dialect;
  bool masked = true;
  std::string locale;
  std::string reason;
  // What the actor may do; empty where the host alone vouches for the actor.
  std::optional<std::vector<std::string>> permissions{};
};

// A compact JWS, valid from `now_s` for export_token_life_s, with a fresh jti.
crm::Result<std::string> issue_export_token(KeyStore& keys, const ExportClaims& claims,
                                            int64_t now_s);

}  // namespace host_stub
