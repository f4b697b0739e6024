// A strict compact JWS (RFC 7515) with Ed25519 (RFC 8037) and nothing else.
//
// Pure functions, any thread. Malformed input is an Error with a text that names the part and the
// remedy. Of what the token says, texts repeat only a key that stands twice and is a plain name.
#pragma once

#include <crm/cpp/failure.hpp>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "export/proof/ed25519.h"

namespace message_history {

inline constexpr std::size_t jws_bytes_max = 8192;
inline constexpr std::size_t jws_kid_bytes_max = 128;

// The parts, decoded; nothing is verified yet. `signed_text` points into the parsed text.
struct CompactJws {
  nlohmann::json header;
  std::string payload;
  std::string signature;
  std::string_view signed_text;
};

crm::Result<CompactJws> parse_jws(std::string_view text);

// The kid of an acceptable header: alg is Ed25519's, typ is exactly this, nothing that lets a token
// choose its own key or change how it is read.
crm::Result<std::string> check_jws_header(const nlohmann::json& header, std::string_view typ);

// The public key of a kid that is in force.
using KeyLookup = std::function<std::optional<Ed25519PublicKey>(std::string_view kid)>;

// The payload of a token that one of the keys signed.
crm::Result<std::string> open_jws(std::string_view text, std::string_view typ,
                                  const KeyLookup& key_of);

// `header` is the exact JSON text.
std::string sign_jws_text(std::string_view header, std::string_view payload,
                          const Ed25519Seed& seed);

// With alg EdDSA, this typ, and the thumbprint of the seed's public half as kid.
struct JwsContent {
  std::string_view typ;
  std::string_view payload;
};
std::string sign_jws(const JwsContent& content, const Ed25519Seed& seed);

// How long sign_jws's answer is for a payload of that size.
std::size_t signed_jws_bytes(std::string_view typ, std::size_t payload_bytes);

// RFC 7638, as a kid: base64url of 32 bytes.
std::string thumbprint(const Ed25519PublicKey& key);

}  // namespace message_history
