#include "console/routes/export_routes.h"

#include <crm/ext/admin_views.h>
#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <algorithm>
#include <memory>

#include "base/printable.h"
#include "console/routes/view_routes.h"
#include "files/random_bytes.h"
#include "requests/export_request.h"

namespace host_stub {

namespace {

constexpr size_t id_bytes = 16;
constexpr const char* csv_type = "text/csv; charset=utf-8";

// What the body asks for; empty when a member is missing or of another type.
std::optional<ExportClaims> claims_of(const Json& body) {
  ExportClaims claims;
  const std::pair<const char*, std::string*> texts[] = {{"tenant", &claims.tenant},
                                                        {"message_id", &claims.message_id},
                                                        {"reason", &claims.reason},
                                                        {"dialect", &claims.dialect},
                                                        {"locale", &claims.locale}};
  for (const auto& [key, value] : texts) {
    const std::string* const given = string_member(body, key);
    if (given == nullptr) return {};
    *value = *given;
  }
  const auto unmask = body.find("unmask");
  if (unmask != body.end() && !unmask->is_boolean()) return {};
  claims.masked = unmask == body.end() || !unmask->get<bool>();
  claims.columns = export_columns();
  return claims;
}

std::string origin_of(const http::Request& request) {
  return "console from " + request.peer_address;
}

// Lets the plugin refuse what this host refuses, which puts it into the audit chain. The writer
// takes nothing, so that not even a plugin that would grant it gives a file away.
void put_on_record(ExportRequest refused, KeyStore& keys, LoadedPlugin& plugin) {
  crm_writer nowhere{};
  nowhere.size = sizeof(nowhere);
  nowhere.write = [](const crm_writer*, const void*, uint64_t) noexcept -> int64_t {
    return CRM_ERR_CANCELLED;
  };
  nowhere.cancelled = [](const crm_writer*) noexcept -> int32_t { return 1; };
  run_export(std::move(refused), keys, plugin, nowhere, [] { return uint64_t{0}; });
}

}  // namespace

void ExportRoutes::add_to(http::Router& router) {
  router.post(
      "/api/exports", gate_.posts_of_session(),
      [this](const http::Request& request, http::Response& response) { begin(request, response); },
      http::Lane::slow);
  router.get("/api/exports/{}", [this](const http::Request& request, http::Response& response) {
    proof(request, response);
  });
  router.get("/jwks.json", [this](const http::Request& request, http::Response& response) {
    const auto jwks = keys_.jwks();
    if (!jwks) return gate_.fail(request, response, jwks.error());
    response.headers.set("Content-Disposition", "attachment; filename=\"keys.jwks\"");
    response.set_content(jwks.value(), "application/jwk-set+json");
  });
}

void ExportRoutes::begin(const http::Request& request, http::Response& response) {
  const auto posted = gate_.posted(request, response);
  if (!posted) return;
  const auto refuse = [&](const Refusal& refusal) { gate_.refuse(request, response, refusal); };
  auto claims = claims_of(posted->body);
  const std::string* const plugin_id = string_member(posted->body, "plugin");
  if (!claims || plugin_id == nullptr) {
    return refuse(
        {400, "invalid", "send plugin, tenant, message_id, reason, dialect and locale as strings"});
  }
  if (!gate_.may_see(posted->sign_in, claims->tenant, request, response)) return;
  LoadedPlugin* const plugin = find_plugin(plugins_, *plugin_id);
  claims->actor = posted->sign_in.name;
  claims->permissions = permissions_of(posted->sign_in.role);
  const auto refuse_on_record = [&](const Refusal& refusal) {
    if (plugin != nullptr) put_on_record({*claims, origin_of(request)}, keys_, *plugin);
    refuse(refusal);
  };
  if (is_blank(claims->reason)) {
    return refuse_on_record(
        {400, "no_reason", "say why the file is needed; the audit chain keeps it"});
  }
  if (!may(posted->sign_in, CRM_PERMISSION_EXPORT)) {
    return refuse_on_record(
        {403, "denied", "the role may not export; sign in as exporter or privacy"});
  }
  if (!claims->masked && !may(posted->sign_in, CRM_PERMISSION_MEMBER_READ)) {
    return refuse_on_record({403, "denied", "the role may not see members; export them masked"});
  }
  if (plugin == nullptr) return refuse({404, "not_found", "no plugin of that id exports"});
  // A download may take longer than a session lives unused, and its proof is asked for afterwards.
  const auto session = gate_.hold(request);
  const std::string id = crm::base64url_encode(random_bytes(id_bytes));
  const auto stream = start({std::move(*claims), origin_of(request)}, *plugin, session, id);
  if (!stream) return refuse({503, "busy", "many exports are under way; try again in a minute"});
  http::BodyReader reader(stream->pipe());
  if (auto begun = stream->wait(); !begun) return refuse(refusal_of(begun.error()));
  response.headers.set("X-Export", id);
  response.headers.set("Content-Type", csv_type);
  response.stream = std::move(reader);
  response.held = session;
}

std::shared_ptr<ExportStream> ExportRoutes::start(ExportRequest asked, LoadedPlugin& plugin,
                                                  ExportStream::Session session,
                                                  const std::string& id) {
  std::list<std::shared_ptr<ExportStream>> over;  // goes after the lock: their threads are joined
  const crm::Lock lock(mutex_);
  for (auto export_at = exports_.begin(); export_at != exports_.end();) {
    const auto next = std::next(export_at);
    if ((*export_at)->is_over()) over.splice(over.end(), exports_, export_at);
    export_at = next;
  }
  if (exports_.size() >= exports_max) return nullptr;
  const Proof proof{id, asked.claims.actor, asked.claims.tenant, {}};
  exports_.push_back(std::make_shared<ExportStream>(
      std::move(asked), keys_, plugin, std::move(session),
      [this, proof](const crm::Result<SignedExport>& exported) { end(exported, proof); }));
  return exports_.back();
}

void ExportRoutes::end(const crm::Result<SignedExport>& exported, Proof proof) {
  if (!exported) {
    log_.write(CRM_LOG_WARNING, "console",
               fmt::format("an export of {} ended without its file: {}", printable(proof.actor),
                           printable(exported.error().detail)));
    return;
  }
  const ExportManifest& manifest = exported.value().manifest;
  proof.document = {{"jws", exported.value().jws},
                    {"rows", manifest.rows},
                    {"bytes", manifest.bytes},
                    {"sha256", manifest.sha256},
                    {"kid", manifest.kid}};
  const crm::Lock lock(mutex_);
  proofs_.push_back(std::move(proof));
  if (proofs_.size() > proofs_kept_max) proofs_.pop_front();
}

void ExportRoutes::proof(const http::Request& request, http::Response& response) {
  const auto sign_in = gate_.signed_in(request, response);
  if (!sign_in) return;
  const std::string id = request.matches[0];
  const crm::Lock lock(mutex_);
  const auto found = std::find_if(proofs_.begin(), proofs_.end(), [&](const Proof& proof) {
    return proof.id == id && proof.actor == sign_in->name &&
           is_listed(sign_in->tenants, proof.tenant);
  });
  if (found != proofs_.end()) return answer(response, found->document);
  gate_.refuse(request, response,
               {404, "not_found", "there is no proof of that export; export again"});
}

}  // namespace host_stub
