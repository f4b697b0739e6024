// Compact JWS with one algorithm, EdDSA over Ed25519, and a header of exactly alg, typ and kid.
//
// Strict on purpose: anything lenient (other algorithms, header parameters that change the meaning,
// duplicate keys, non-canonical base64url) would let one proof have several spellings.
#pragma once

#include <string>
#include <string_view>

#include "keys/ed25519.h"

namespace host_stub {

struct CompactJws {
  std::string kid;
  std::string payload;
  std::string signature;
  std::string signed_text;  // what the signature covers
};

// Reads without verifying. INVALID with a text that completes "<the thing> is not accepted: ...".
crm::Result<CompactJws> parse_compact_jws(std::string_view text, std::string_view typ);

bool is_signed_by(const CompactJws& jws, const PublicKey& key);

struct JwsSigner {
  std::string_view kid;
  const Seed& seed;
};

crm::Result<std::string> sign_compact_jws(std::string_view typ, std::string_view payload,
                                          JwsSigner signer);

}  // namespace host_stub
