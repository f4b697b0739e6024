// Request tokens as anybody may send them. Nobody signs any here, so nothing may be granted.
#include <crm/cpp/base64url.hpp>
#include <crm/cpp/text.hpp>
#include <string>

#include "export/proof/ed25519.h"
#include "export/proof/jws.h"
#include "export/request/request_token.h"
#include "fuzz_target.h"

namespace {

constexpr std::size_t reason_bytes_max = 256;
constexpr std::int64_t now_us = 1'795'392'000'000'000;

using namespace message_history;

void check_refusal(const crm::Error& error) {
  crm_fuzz::require(error.status == CRM_ERR_DENIED, "a token is refused as denied");
  crm_fuzz::require(!error.detail.empty() && error.detail.size() < reason_bytes_max,
                    "a refusal has a reason with a bound");
  crm_fuzz::require(crm::is_utf8(error.detail), "a reason is text");
}

// It must be a key that somebody could have: with one of a small order, such as all zeros, a
// signature of zeros fits one text of a few.
const Ed25519PublicKey somebodys_key = ed25519_public_of(Ed25519Seed());

// The parts of what is parsed, put together, are what was parsed.
void check_parts(std::string_view text, const CompactJws& jws) {
  const std::string joined =
      std::string(jws.signed_text) + "." + crm::base64url_encode(jws.signature);
  crm_fuzz::require(joined == text, "a token has one spelling");
  crm_fuzz::require(jws.header.is_object(), "a header is an object");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = crm_fuzz::text_of(data, size);
  const auto jws = parse_jws(text);
  if (jws) check_parts(text, jws.value());
  if (!jws) check_refusal(jws.error());
  const TokenTerms terms{"shop-1", "https://crm.example", "org.crm.message_history", now_us,
                         [](std::string_view) { return std::optional(somebodys_key); }};
  const TokenVerdict verdict = check_request(text, terms);
  crm_fuzz::require(!verdict.claims.ok(), "nothing is granted without a signature");
  check_refusal(verdict.claims.error());
  crm_fuzz::require(verdict.facts.jti.empty() && verdict.facts.actor.empty(),
                    "unsigned words are not kept");
  return 0;
}
