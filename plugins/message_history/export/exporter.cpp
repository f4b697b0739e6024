#include "export/exporter.h"

#include <crm/ext/events.h>

#include <algorithm>
#include <crm/cpp/failure.hpp>
#include <crm/cpp/text.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "encoding/unicode_text.h"
#include "export/csv/csv.h"
#include "export/csv/csv_output.h"
#include "export/csv/row_check.h"
#include "export/csv/row_stream.h"
#include "export/proof/manifest.h"
#include "export/proof/sha256.h"
#include "export/request/request_token.h"

namespace message_history {

namespace {

// The request as it came through the boundary, checked for being readable.
struct Call {
  std::string_view tenant;
  std::string_view token;
  std::string_view origin;
  const crm_writer* writer = nullptr;
  crm_export_result* result = nullptr;
};

Call checked_call(const crm_export_request* request, const crm_writer* writer,
                  crm_export_result* result) {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw crm::Failure(CRM_ERR_INVALID, what);
  };
  require(result != nullptr && CRM_HAS(result, manifest_size),
          "the export's result is missing or too short; pass a whole crm_export_result");
  require(result->manifest != nullptr && result->manifest_capacity > 0,
          "the export's result has no buffer for the manifest; give "
          "CRM_EXPORT_MANIFEST_BYTES_MAX bytes");
  require(writer != nullptr && CRM_HAS(writer, write) && writer->write != nullptr,
          "the export's writer is missing or too short; pass a whole crm_writer");
  require(request != nullptr && CRM_HAS(request, origin),
          "the export's request is missing or too short; pass a whole crm_export_request");
  const auto tenant = crm::checked_view(request->tenant, CRM_TENANT_BYTES_MAX);
  require(tenant.has_value(), "the tenant of the export's request must be 1 to 64 bytes of UTF-8");
  const auto origin = crm::checked_view(request->origin, CRM_EXPORT_ORIGIN_BYTES_MAX);
  require(origin.has_value(),
          "the origin of the export's request must be at most 2048 bytes of UTF-8");
  require(crm::is_readable(request->token),
          "the token of the export's request is NULL with a size; pass its bytes");
  // The token is not checked here: one above its maximum is refused by its size alone, on record.
  return {*tenant, crm::view(request->token), *origin, writer, result};
}

class Export {
 public:
  Export(const ExportDesk& desk, const ExportTenant& tenant, const Call& call)
      : desk_(desk), tenant_(tenant), call_(call) {
    audit_.origin = first_bytes(call.origin, origin_bytes_max);
  }

  void run() {
    try {
      check();
      grant();
      stream();
      sign();
      complete();
    } catch (const crm::Failure& failure) {
      const bool cancelled = failure.status() == CRM_ERR_CANCELLED;
      end(refused_    ? AuditEvent::refused
          : cancelled ? AuditEvent::cancelled
                      : AuditEvent::failed,
          failure.what());
      throw;
    } catch (const std::exception& error) {
      end(AuditEvent::failed, error.what());
      throw;
    }
  }

 private:
  [[noreturn]] void refuse(const crm::Error& error) {
    refused_ = true;
    throw crm::Failure(error);
  }

  // Everything that can be refused is refused here, before the token is used up.
  void check() {
    const TokenVerdict verdict = check_request(
        call_.token,
        {call_.tenant, desk_.keys.issuer, desk_.audience, desk_.now_us(), desk_.keys.issuer_key});
    note(verdict.facts);
    if (!verdict.claims) refuse(verdict.claims.error());
    const ExportClaims& claims = verdict.claims.value();
    // The first is this thread's, which also writes; the others are for the threads that make rows.
    snapshots_ = tenant_.store.snapshots(1 + row_threads());
    message_ = snapshots_.front()->message(claims.message_id);
    if (!message_) {
      refuse({CRM_ERR_NOT_FOUND, "the message \"" + claims.message_id +
                                     "\" is not known; report it before it is exported"});
    }
    const auto zone = TimeZone::find(tenant_.store.facts().time_zone);
    if (!zone) {
      throw crm::Failure(CRM_ERR_INVALID,
                         "the tenant's time zone is not known to this system; "
                         "install tzdata");
    }
    shape_ = {claims.columns, claims.locale, claims.masked, *zone, claims.dialect};
    // A host without a signing key is better found out now than after the last row.
    desk_.keys.signing_seed();
    describe(claims);
    const std::size_t needed_bytes = signed_manifest_bytes_max(manifest_);
    if (needed_bytes > call_.result->manifest_capacity) {
      refuse({CRM_ERR_INVALID, "the buffer for the manifest is too small; give " +
                                   std::to_string(needed_bytes) + " bytes"});
    }
  }

  void note(const TokenFacts& facts) {
    audit_.iss = facts.iss;
    audit_.jti = facts.jti;
    audit_.actor = facts.actor;
    audit_.reason = facts.reason;
    audit_.message_id = facts.message_id;
    audit_.dialect = facts.dialect;
    audit_.columns = facts.columns;
    audit_.masked = facts.masked;
  }

  // What the manifest can say before the first row.
  void describe(const ExportClaims& claims) {
    manifest_.iss = desk_.keys.issuer;
    manifest_.tenant = call_.tenant;
    manifest_.export_id = hex(random_bytes(16));
    manifest_.request_sha256 = sha256(call_.token);
    manifest_.message_id = claims.message_id;
    manifest_.columns = claims.columns.keys();
    manifest_.dialect = name_of(claims.dialect);
    manifest_.masked = claims.masked;
    manifest_.locale = locale_tag(claims.locale);
    manifest_.rule_version = tenant_.store.facts().rule.version;
    for (const SourceRow& source : snapshots_.front()->sources()) {
      manifest_.as_of[source.name] = source.position;
    }
    const std::int64_t kept_from_us = snapshots_.front()->kept_from_us();
    if (kept_from_us > 0) manifest_.retained_from_us = kept_from_us;
    manifest_.recipients = message_->counts.recipients;
    manifest_.previous_export_sha256 = newest_export_sha256(*snapshots_.front());
  }

  void grant() {
    // First, so that nobody takes the export for one whose process is gone.
    mark_ = tenant_.mark_running(manifest_.export_id);
    audit_.export_id = manifest_.export_id;
    if (append(AuditEvent::granted)) return;
    audit_.export_id.clear();
    refuse({CRM_ERR_DENIED, "the token was used before; make a new one for every export"});
  }

  void stream() {
    CsvOutput output(call_.writer);
    std::string begin;
    append_file_begin({shape_.columns, shape_.locale, shape_.dialect}, begin);
    output.write(begin);
    RowTally tally;
    each_chunk({snapshots_, *message_, shape_, {}}, tally, [&](RowChunk& chunk) {
      output.write(chunk.bytes);
      audit_.rows += chunk.rows;
      chunk.bytes.clear();
      chunk.rows = 0;
    });
    manifest_.rows = audit_.rows;
    manifest_.sha256 = output.finish();
    manifest_.bytes = output.bytes();
    compare(tally);
    snapshots_.clear();
  }

  // A signed file must be complete: rows that were lost in the store leave no trace in the file.
  void compare(const RowTally& tally) {
    Snapshot& snapshot = *snapshots_.front();
    const MoneyByCurrency money = snapshot.money(message_->number);
    const std::string differences = row_differences(
        tally, audit_.rows,
        {*message_, money, snapshot.failed_attempts(message_->number), snapshot.kept_from_us()});
    if (differences.empty()) return;
    throw crm::Failure(
        CRM_ERR_CORRUPT,
        "the file does not add up to what was counted of message \"" + message_->message_id +
            "\" (" + differences +
            "), so that it was not signed; restore the tenant's folder from a backup");
  }

  void sign() {
    manifest_.created_at_us = desk_.now_us();
    proof_ = sign_manifest(manifest_, desk_.keys.signing_seed());
  }

  // Nothing can fail after the row: what is recorded as completed is handed over.
  void complete() {
    crm_export_result& result = *call_.result;
    if (proof_.size() > result.manifest_capacity) {
      throw crm::Failure(CRM_ERR_INTERNAL, "the manifest is larger than foreseen; report this");
    }
    audit_.csv_sha256 = hex(manifest_.sha256);
    append(AuditEvent::completed);
    result.rows = static_cast<std::uint64_t>(manifest_.rows);
    result.bytes = manifest_.bytes;
    std::copy(manifest_.sha256.begin(), manifest_.sha256.end(), result.sha256);
    std::copy(proof_.begin(), proof_.end(), result.manifest);
    result.manifest_size = proof_.size();
  }

  // False when the token was granted before.
  bool append(AuditEvent event) {
    audit_.at_us = desk_.now_us();
    audit_.event = audit_event_name(event);
    return tenant_.append_audit(audit_);
  }

  // The last row of a request that came to nothing. Must not throw: another failure is under way.
  void end(AuditEvent event, std::string_view why) noexcept {
    try {
      snapshots_.clear();
      if (event == AuditEvent::refused && tenant_.admits_refusal &&
          !tenant_.admits_refusal(audit_.actor)) {
        return;
      }
      audit_.csv_sha256.clear();
      audit_.detail = first_bytes(why, detail_bytes_max);
      append(event);
      return;
    } catch (const std::exception& error) {
      tell_lost_row(error.what());
    } catch (...) {
      tell_lost_row("unknown");
    }
  }

  void tell_lost_row(const char* why) noexcept {
    try {
      desk_.log(
          CRM_LOG_ERROR,
          std::string("an export ended early and its audit row could not be written: ") + why);
    } catch (...) {  // out of memory: the original failure still goes on
    }
  }

  const ExportDesk& desk_;
  const ExportTenant& tenant_;
  const Call& call_;
  bool refused_ = false;
  std::shared_ptr<void> mark_;
  AuditRow audit_;
  std::vector<std::unique_ptr<Snapshot>> snapshots_;
  std::optional<MessageRow> message_;
  ExportShape shape_;
  Manifest manifest_;
  std::string proof_;
};

}  // namespace

void run_export(const ExportDesk& desk, const ExportTenant& tenant,
                const crm_export_request* request, const crm_writer* writer,
                crm_export_result* result) {
  const Call call = checked_call(request, writer, result);
  Export(desk, tenant, call).run();
}

}  // namespace message_history
