// The host's request for an export: what its token says, and whether that is granted.
//
// Pure functions, any thread. Every refusal has its own fixed text that names the claim and the
// remedy.
#pragma once

#include <crm/cpp/failure.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/locale.h"
#include "export/csv/columns.h"
#include "export/csv/dialect.h"
#include "export/proof/jws.h"

namespace message_history {

inline constexpr std::int64_t token_life_s_max = 300;
inline constexpr std::int64_t clock_skew_s = 60;
inline constexpr std::size_t reason_characters_max = 500;
inline constexpr std::size_t actor_bytes_max = 256;
inline constexpr std::size_t jti_bytes_min = 22;  // 128 bits of base64url
inline constexpr std::size_t jti_bytes_max = 128;

// What the token must fit.
struct TokenTerms {
  std::string_view tenant;    // of the session
  std::string_view issuer;    // the host's name
  std::string_view audience;  // this plugin's id
  std::int64_t now_us = 0;
  KeyLookup issuer_key;
};

struct ExportClaims {
  std::string jti;
  std::string actor;
  std::string message_id;
  CsvColumns columns;
  Dialect dialect = Dialect::raw_v1;
  bool masked = true;
  Locale locale = Locale::ko;
  std::string reason;
};

// What a token says of itself, for the audit chain: empty until its signature is known to fit, and
// from a refused one only what has the right type, cut to its maximum.
struct TokenFacts {
  std::string iss;
  std::string jti;
  std::string actor;
  std::string reason;
  std::string message_id;
  std::string dialect;
  std::string columns;  // comma-separated keys
  bool masked = true;
};

struct TokenVerdict {
  TokenFacts facts;
  // Or DENIED.
  crm::Result<ExportClaims> claims;
};

TokenVerdict check_request(std::string_view token, const TokenTerms& terms);

}  // namespace message_history
