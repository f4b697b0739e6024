// The JSON of a token's claims, signed by the host's own key: what is granted keeps every limit,
// and what the audit chain is told of a refused one has its maximum.
#include <crm/ext/events.h>
#include <crm/cpp/text.hpp>
#include <string>

#include "encoding/unicode_text.h"
#include "export/proof/jws.h"
#include "export/proof/strict_json.h"
#include "export/request/request_token.h"
#include "fuzz_target.h"

namespace {

using namespace message_history;

constexpr std::size_t reason_bytes_max = 512;
constexpr std::int64_t now_us = 1'795'392'000'000'000;
constexpr std::string_view header =
    R"({"alg":"EdDSA","typ":"crm-export-request+jwt","kid":"host-1"})";

const Ed25519Seed& host_seed() {
  static const Ed25519Seed seed{};
  return seed;
}

void check_granted(const ExportClaims& claims) {
  crm_fuzz::require(!is_blank(claims.reason) && !is_blank(claims.actor), "who and why are given");
  crm_fuzz::require(count_characters(claims.reason) <= reason_characters_max, "reason's maximum");
  crm_fuzz::require(claims.actor.size() <= actor_bytes_max, "actor's maximum");
  crm_fuzz::require(claims.jti.size() >= jti_bytes_min && claims.jti.size() <= jti_bytes_max,
                    "a token's id has 128 bits");
  crm_fuzz::require(!claims.message_id.empty() && claims.message_id.size() <= CRM_ID_BYTES_MAX,
                    "a message is named");
  crm_fuzz::require(!claims.columns.empty(), "columns are named");
}

void check_facts(const TokenFacts& facts) {
  for (const std::string* text : {&facts.iss, &facts.jti, &facts.actor, &facts.reason,
                                  &facts.message_id, &facts.dialect, &facts.columns}) {
    crm_fuzz::require(crm::is_utf8(*text), "a fact is text");
  }
  crm_fuzz::require(count_characters(facts.reason) <= reason_characters_max, "reason is cut");
  crm_fuzz::require(facts.actor.size() <= actor_bytes_max && facts.jti.size() <= jti_bytes_max,
                    "facts are cut");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = crm_fuzz::text_of(data, size);
  const auto parsed = parse_strict_object(text, "the text");
  crm_fuzz::require(parsed || crm::is_utf8(parsed.error().detail), "a reason is text");
  if (parsed) parsed.value().dump();
  const TokenTerms terms{"shop-1", "https://crm.example", "org.crm.message_history", now_us,
                         [](std::string_view) { return ed25519_public_of(host_seed()); }};
  // What is no object is refused before claims are read; signing is the slowest part of a run.
  if (!parsed) return 0;
  const auto verdict = check_request(sign_jws_text(header, text, host_seed()), terms);
  check_facts(verdict.facts);
  if (verdict.claims) {
    check_granted(verdict.claims.value());
  } else {
    const std::string& reason = verdict.claims.error().detail;
    crm_fuzz::require(!reason.empty() && reason.size() < reason_bytes_max && crm::is_utf8(reason),
                      "a refusal has a reason with a bound");
  }
  return 0;
}
