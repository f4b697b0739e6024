#include "requests/export_request.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include "base/wall_clock.h"
#include "files/random_bytes.h"

namespace host_stub {

const std::vector<std::string>& export_columns() {
  static const std::vector<std::string> columns = {
      "message_type", "sent",         "failure_reason",    "failure_code",   "member_id",
      "sent_at",      "order_id",     "order_amount",      "currency",       "ordered_at",
      "product_no",   "product_name", "unit_price",        "option_price",   "option",
      "quantity",     "attribution",  "attributed_amount", "refunded_amount"};
  return columns;
}

bool is_blank(std::string_view text) {
  constexpr std::string_view wide_spaces[] = {"\u3000", "\u00A0", "\u200B"};
  while (!text.empty()) {
    size_t step = text.find_first_not_of(" \t\r\n\v\f");
    if (step == std::string_view::npos) return true;
    if (step == 0) {
      for (const std::string_view space : wide_spaces) {
        if (text.starts_with(space)) step = space.size();
      }
    }
    if (step == 0) return false;
    text.remove_prefix(step);
  }
  return true;
}

namespace {

crm::Result<SignedExport> check_proof(const ExportClaims& claims, const KeyStore& keys,
                                      const crm_export_result& result, uint64_t bytes_written) {
  const auto refuse = [](std::string_view what) {
    return failure(CRM_ERR_INTERNAL,
                   fmt::format("the plugin's proof is not accepted: {}; report it to the plugin's "
                               "vendor",
                               what));
  };
  if (result.manifest_size > result.manifest_capacity) return refuse("it exceeds its buffer");
  std::string jws(result.manifest, static_cast<size_t>(result.manifest_size));
  const auto jwks = keys.jwks();
  if (!jwks) return jwks.error();
  const auto published = parse_public_keys(jwks.value());
  if (!published) return refuse(published.error().detail);
  auto manifest = open_export_manifest(jws, published.value());
  if (!manifest) return refuse(manifest.error().detail);
  const ExportManifest& says = manifest.value();
  const std::string sha256 =
      to_hex({reinterpret_cast<const char*>(result.sha256), sizeof(result.sha256)});
  if (says.tenant != claims.tenant || says.message_id != claims.message_id) {
    return refuse("it is about another tenant or message");
  }
  if (says.rows != result.rows || says.bytes != result.bytes || says.sha256 != sha256 ||
      says.bytes != bytes_written) {
    return refuse("it does not say what the plugin answered and wrote");
  }
  return SignedExport{std::move(jws), std::move(manifest.value())};
}

}  // namespace

crm::Result<SignedExport> run_export(ExportRequest request, KeyStore& keys, LoadedPlugin& plugin,
                                     const crm_writer& writer,
                                     const std::function<uint64_t()>& bytes_written) {
  request.claims.audience = plugin.id();
  const auto token = issue_export_token(keys, request.claims, now_us() / 1'000'000);
  if (!token) return token.error();
  crm_export_request raw{};
  raw.size = sizeof(raw);
  raw.tenant = crm::str(request.claims.tenant);
  raw.token = crm::str(token.value());
  raw.origin = crm::str(request.origin);
  std::string manifest(CRM_EXPORT_MANIFEST_BYTES_MAX, '\0');
  crm_export_result result{};
  result.size = sizeof(result);
  result.manifest = manifest.data();
  result.manifest_capacity = manifest.size();
  if (auto exported = plugin.run_export(raw, writer, result); !exported) return exported.error();
  return check_proof(request.claims, keys, result, bytes_written());
}

}  // namespace host_stub
