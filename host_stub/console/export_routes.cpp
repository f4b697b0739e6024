#include "console/export_routes.h"

#include <crm/ext/admin_views.h>
#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <algorithm>
#include <memory>

#include "console/export_stream.h"
#include "console/view_routes.h"
#include "files/random_bytes.h"
#include "requests/export_request.h"

namespace host_stub {

namespace {

constexpr size_t id_bytes = 16;
// Not text/csv: httplib would compress that with Brotli at its slowest.
constexpr const char* csv_type = "application/octet-stream";

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

std::string origin_of(const httplib::Request& request) {
  return "console from " + request.remote_addr;
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

void ExportRoutes::add_to(httplib::Server& server) {
  server.Post("/api/exports", [this](const httplib::Request& request, httplib::Response& response) {
    begin(request, response);
  });
  server.Get("/api/exports/([A-Za-z0-9_-]{1,64})",
             [this](const httplib::Request& request, httplib::Response& response) {
               proof(request, response);
             });
  server.Get("/jwks.json", [this](const httplib::Request& request, httplib::Response& response) {
    const auto jwks = keys_.jwks();
    if (!jwks) return gate_.refuse(request, response, refusal_of(jwks.error()));
    response.set_header("Content-Disposition", "attachment; filename=\"keys.jwks\"");
    response.set_content(jwks.value(), "application/jwk-set+json");
  });
}

void ExportRoutes::begin(const httplib::Request& request, httplib::Response& response) {
  const auto posted = gate_.posted(request, response);
  if (!posted) return;
  const auto refuse = [&](const Refusal& refusal) { gate_.refuse(request, response, refusal); };
  auto claims = claims_of(posted->body);
  const std::string* const plugin_id = string_member(posted->body, "plugin");
  if (!claims || plugin_id == nullptr) {
    return refuse(
        {400, "invalid", "send plugin, tenant, message_id, reason, dialect and locale as strings"});
  }
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
  ExportRequest asked{std::move(*claims), origin_of(request)};
  // A download may take longer than a session lives unused, and its proof is asked for afterwards.
  const auto session = gate_.hold(request);
  auto stream = std::make_shared<ExportStream>(std::move(asked), keys_, *plugin);
  if (auto begun = stream->wait(); !begun) return refuse(refusal_of(begun.error()));
  const std::string id = crm::base64url_encode(random_bytes(id_bytes));
  response.set_header("X-Export", id);
  response.set_chunked_content_provider(
      csv_type,
      [this, session, stream, id, actor = posted->sign_in.name](size_t, httplib::DataSink& sink) {
        // Nobody above catches what a provider throws.
        try {
          const std::string bytes = stream->next();
          if (!session->is_valid()) return false;
          if (!bytes.empty()) return sink.write(bytes.data(), bytes.size());
          const auto result = stream->result();
          if (!result) return false;
          keep_proof_of(result.value(), id, actor);
          sink.done();
          return true;
        } catch (...) {
          return false;
        }
      });
}

void ExportRoutes::keep_proof_of(const SignedExport& exported, const std::string& id,
                                 const std::string& actor) {
  const ExportManifest& manifest = exported.manifest;
  keep({id,
        actor,
        {{"jws", exported.jws},
         {"rows", manifest.rows},
         {"bytes", manifest.bytes},
         {"sha256", manifest.sha256},
         {"kid", manifest.kid}}});
}

void ExportRoutes::keep(Proof proof) {
  const crm::Lock lock(mutex_);
  proofs_.push_back(std::move(proof));
  if (proofs_.size() > proofs_kept_max) proofs_.pop_front();
}

void ExportRoutes::proof(const httplib::Request& request, httplib::Response& response) {
  const auto sign_in = gate_.signed_in(request, response);
  if (!sign_in) return;
  const std::string id = request.matches[1].str();
  const crm::Lock lock(mutex_);
  const auto found = std::find_if(proofs_.begin(), proofs_.end(), [&](const Proof& proof) {
    return proof.id == id && proof.actor == sign_in->name;
  });
  if (found != proofs_.end()) return answer(response, found->document);
  gate_.refuse(request, response,
               {404, "not_found", "there is no proof of that export; export again"});
}

}  // namespace host_stub
