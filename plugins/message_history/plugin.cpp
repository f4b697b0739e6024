// The composition root: the only file that exports the symbol, and the only one that knows every
// part.

#include <unistd.h>
#include <crm/cpp/plugin.hpp>
#include <crm/cpp/writer.hpp>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "encoding/unicode_text.h"
#include "export/audit/aborted_exports.h"
#include "export/audit/audit.h"
#include "export/audit/read_log.h"
#include "export/audit/refusal_limit.h"
#include "export/audit/running_mark.h"
#include "export/exporter.h"
#include "history/menu.h"
#include "history/pages/reattribution.h"
#include "history/render.h"
#include "ingest/check/finding_lines.h"
#include "ingest/check/store_check.h"
#include "ingest/recorder.h"
#include "platform/folder.h"
#include "store/sqlite/engine.h"
#include "tenant/expiry.h"
#include "tenant/settling.h"

namespace message_history {

namespace {

constexpr std::string_view plugin_id = "org.crm.message_history";
constexpr std::string_view exports_view_id = "exports";

std::vector<std::unique_ptr<Snapshot>> snapshots_for(const ViewRequest& request,
                                                     StoreReader& store) {
  const std::size_t count = snapshots_of_view(request.view_id);
  if (count > 1) return store.snapshots(count);
  std::vector<std::unique_ptr<Snapshot>> one;
  one.push_back(store.snapshot());
  return one;
}

// The appender takes the writer's lock for each row.
AuditAppender appender_of(Tenant& tenant) CRM_NO_THREAD_SAFETY_ANALYSIS {
  return audit_appender(*tenant.store, tenant.writer);
}

class Plugin {
 public:
  explicit Plugin(const crm_host* host) : host_(host) {}

  bool is_of_this_process() const noexcept { return ::getpid() == process_; }

  void start() {
    tenants_ = std::make_unique<Tenants>(host_, sqlite::make_engine(host_.data_dir()));
    recorder_ = std::make_unique<Recorder>(host_, *tenants_);
  }

  void stop() {
    if (!recorder_) return;
    tell_counted_refusals();
    recorder_->stop();
  }

  const void* extension(std::string_view id) const {
    if (id == CRM_EXT_EVENTS) return &crm::events_table<Plugin>;
    if (id == CRM_EXT_ADMIN_VIEWS) return &crm::admin_views_table<Plugin>;
    if (id == CRM_EXT_EXPORTS) return &crm::exports_table<Plugin>;
    if (id == CRM_EXT_MAINTENANCE) return &crm::maintenance_table<Plugin>;
    return nullptr;
  }

  // Does this, and does it again when there was no file left for it and others could be closed. It
  // must be all or nothing.
  template <class Work>
  auto with_files(Work&& work) {
    try {
      return work();
    } catch (const NoFilesLeft&) {
      if (!tenants_ || !tenants_->give_back_files()) throw;
    }
    return work();
  }

  int32_t on_batch(const crm_event_batch* batch, crm_event_ack* ack) {
    return with_files([&] {
      started().record(batch, ack);
      return CRM_OK;
    });
  }

  uint64_t position(crm_str tenant, crm_str source) { return started().position(tenant, source); }

  uint64_t refused(crm_str tenant, crm_str source, uint64_t after, std::span<uint64_t> seqs) {
    return started().refused(tenant, source, after, seqs);
  }

  void digest(crm_str tenant, uint8_t* sha256) {
    const Sha256 digest = with_files([&] { return started().digest(tenant); });
    std::memcpy(sha256, digest.data(), digest.size());
  }

  void menu(const crm_menu_entry* const** entries, uint64_t* count) const {
    *entries = message_history::menu().data();
    *count = message_history::menu().size();
  }

  void render(const crm_view_request* raw, const crm_writer* writer) {
    crm::WriterStream stream(writer);
    const auto request = request_of(raw);
    if (!request) throw crm::Failure(request.error());
    const auto tenant = tenant_of(raw->tenant);
    if (request.value().view_id == exports_view_id) bring_up_to_date(*tenant);
    if (is_hidden_lookup(request.value())) record_hidden_lookup(*tenant, request.value());
    const RecordingState recording = recording_state(*tenant);  // before the reading, not after
    const auto snapshots =
        with_files([&] { return snapshots_for(request.value(), tenant->reader()); });
    const auto document = render_view(
        request.value(),
        {*snapshots.front(), tenant->reader().facts(), host_.now_us(),
         [&snapshots](const Rule& rule) { return reattribute(rule, snapshots); }, seal, recording,
         [&](const ShownMembers& shown) { record_reading(*tenant, request.value(), shown); }});
    if (!document) throw crm::Failure(document.error());
    stream.write(document.value().dump());
  }

  void run_export(const crm_export_request* request, const crm_writer* writer,
                  crm_export_result* result) {
    if (request == nullptr || !CRM_HAS(request, tenant)) {
      throw crm::Failure(CRM_ERR_INVALID, "the export request is missing or too short");
    }
    auto keys = keys_of(host_);
    if (!keys) throw crm::Failure(keys.error());
    const ExportDesk desk{
        std::string(plugin_id), std::move(keys.value()), [this] { return host_.now_us(); },
        [this](std::int32_t level, std::string_view line) { host_.log(level, line); }};
    const auto tenant = started().applied_tenant(name_of_tenant(request->tenant));
    note_aborted_exports(*tenant);
    const std::string& folder = tenant->reader().folder();
    const ExportTenant exported{tenant->reader(), appender_of(*tenant),
                                [&folder](std::string_view export_id) {
                                  return std::make_shared<RunningMark>(folder, export_id);
                                },
                                [&](std::string_view actor) {
                                  return refusals_.admits(tenant->reader().facts().tenant, actor);
                                }};
    message_history::run_export(desk, exported, request, writer, result);
  }

  void verify_audit(crm_str tenant, crm_audit_result* result) {
    if (result == nullptr || !CRM_HAS(result, head_sha256)) {
      throw crm::Failure(CRM_ERR_INVALID, "the audit result is missing or too short");
    }
    const auto verified = tenant_of(tenant);
    bring_up_to_date(*verified);
    const auto head = verify_chain(*verified->reader().snapshot());
    if (!head) throw crm::Failure(head.error());
    result->rows = static_cast<uint64_t>(head.value().rows);
    std::memcpy(result->head_sha256, head.value().sha256.data(), sizeof(result->head_sha256));
    if (CRM_HAS(result, running)) {
      result->aborted = static_cast<uint64_t>(head.value().aborted);
      result->running = static_cast<uint64_t>(head.value().running);
    }
  }

  void tenants(const crm_writer* writer) {
    crm::WriterStream stream(writer);
    started();
    stream.write(nlohmann::json(tenants_->names()).dump());
  }

  void check(const crm_check_request* request, const crm_writer* writer, crm_check_result* result) {
    if (request == nullptr || !CRM_HAS(request, lines_max) || result == nullptr ||
        !CRM_HAS(result, sha256)) {
      throw crm::Failure(CRM_ERR_INVALID, "the check's request or result is missing or too short");
    }
    crm::WriterStream stream(writer);
    FindingLines lines(stream,
                       request->lines_max == 0 ? CRM_CHECK_LINES_DEFAULT : request->lines_max);
    const Rebuild rebuild = (request->flags & CRM_CHECK_REBUILD) != 0 ? Rebuild::yes : Rebuild::no;
    const CheckTotals totals = check(*tenant_of(request->tenant), rebuild, lines);
    lines.finish();
    crm_check_result filled{};
    filled.rebuilt = totals.is_rebuilt ? 1 : 0;
    filled.rows = static_cast<uint64_t>(totals.rows);
    filled.damaged = static_cast<uint64_t>(totals.damaged);
    filled.differing = static_cast<uint64_t>(totals.differing);
    if (totals.is_sound()) digest(request->tenant, filled.sha256);
    result->rebuilt = filled.rebuilt;
    result->rows = filled.rows;
    result->damaged = filled.damaged;
    result->differing = filled.differing;
    std::memcpy(result->sha256, filled.sha256, sizeof(filled.sha256));
  }

  uint64_t set_position(const crm_position_request* request) {
    if (request == nullptr || !CRM_HAS(request, seq)) {
      throw crm::Failure(CRM_ERR_INVALID, "the position's request is missing or too short");
    }
    const auto source = crm::checked_view(request->source, CRM_SOURCE_BYTES_MAX);
    const auto actor = crm::checked_view(request->actor, CRM_ID_BYTES_MAX);
    const auto origin = crm::checked_view(request->origin, CRM_EXPORT_ORIGIN_BYTES_MAX);
    const auto reason = crm::checked_view(request->reason, CRM_DETAIL_BYTES_MAX);
    if (!source || !actor || !origin || !reason) {
      throw crm::Failure(CRM_ERR_INVALID,
                         "a text of the position's request is above its maximum, or not UTF-8");
    }
    if (is_blank(*reason)) {
      throw crm::Failure(CRM_ERR_INVALID, "a position is set for a reason; give one");
    }
    const auto tenant = tenant_of(request->tenant);
    AuditRow row;
    row.at_us = host_.now_us();
    row.event = audit_event_name(AuditEvent::position_set);
    row.actor = *actor;
    row.origin = first_bytes(*origin, origin_bytes_max);
    row.reason = *reason;
    const AuditAppender append = appender_of(*tenant);
    const auto put_on_record = [&](std::uint64_t before) {
      row.detail = std::string(*source) + ": " + std::to_string(before) + " -> " +
                   std::to_string(request->seq);
      append(row);
    };
    return started().set_position(*tenant, {std::string(*source), request->seq}, put_on_record);
  }

 private:
  // Nothing is settled meanwhile: what is recorded waits in the journal.
  static CheckTotals check(Tenant& tenant, Rebuild rebuild, FindingLines& lines) {
    const crm::Lock writer(tenant.writer);
    const FindingSink sink = [&lines](const Finding& finding) { lines.add(finding); };
    CheckTotals totals;
    // The rest is read nevertheless: damage that a check finds may be what keeps them waiting.
    if (const auto waiting = unapplied_events(tenant)) {
      ++totals.damaged;
      sink({Finding::Part::fact, "journal", "",
            std::to_string(waiting->events) +
                " recorded events are not applied: " + waiting->why.text});
    }
    const CheckTotals found = check_store(*tenant.store, tenant.zone, rebuild, sink);
    totals.rows = found.rows;
    totals.damaged += found.damaged;
    totals.differing = found.differing;
    totals.is_rebuilt = found.is_rebuilt;
    return totals;
  }

  RecordingState recording_state(Tenant& tenant) {
    RecordingState state;
    if (auto waiting = unapplied_events(tenant)) {
      state.unapplied = {static_cast<std::int64_t>(waiting->events), waiting->why.status,
                         std::move(waiting->why.text), waiting->why.since_us};
    }
    const ClockReading clock = look_at_clocks(tenant);
    if (clock.is_jump && expires(tenant)) {
      state.clock_jump = {clock.host_us, clock.trusted_us, clock.since_us,
                          clock.trusted_again_in_us()};
    }
    return state;
  }

  // True when the host has a setting by which details expire. Who records logs a wrong one.
  bool expires(Tenant& tenant) const {
    try {
      return retention_days(host_, tenant.reader().facts().tenant).has_value();
    } catch (const crm::Failure&) {
      return false;
    }
  }

  Recorder& started() {
    if (!recorder_) throw crm::Failure(CRM_ERR_INVALID, "the plugin is not started");
    return *recorder_;
  }

  void record_reading(Tenant& tenant, const ViewRequest& request, const ShownMembers& shown) {
    const TenantFacts& facts = tenant.reader().facts();
    reads_.record(
        {facts.tenant, request.actor, std::string(shown.view), shown.message_id, shown.ids},
        facts.member_salt, host_.now_us(), appender_of(tenant));
  }

  // Without a word of the id: it may be a member's.
  void record_hidden_lookup(Tenant& tenant, const ViewRequest& request) {
    if (!refusals_.admits(tenant.reader().facts().tenant, request.actor)) return;
    AuditRow row;
    row.at_us = host_.now_us();
    row.event = audit_event_name(AuditEvent::refused);
    row.actor = request.actor;
    row.columns = request.view_id;
    row.detail = "a member was asked for by id, without the permission to read members";
    appender_of(tenant)(row);
  }

  // Leaves to the next time what cannot be recorded now.
  void note_aborted_exports(Tenant& tenant) {
    or_log([&] {
      const std::string& folder = tenant.reader().folder();
      const auto snapshot = tenant.reader().snapshot();
      record_aborted(*snapshot, appender_of(tenant),
                     {host_.now_us(), [&folder](std::string_view export_id) {
                        return is_marked_running(folder, export_id);
                      }});
    });
  }

  // Whatever fails here must not keep the recorder from being stopped.
  void tell_counted_refusals() {
    try {
      for (const std::string& name : refusals_.tenants()) {
        if (const auto tenant = tenants_->open(name)) bring_up_to_date(*tenant);
      }
    } catch (const std::exception& error) {
      host_.log(CRM_LOG_ERROR, error.what());
    }
  }

  // Before anybody looks at the chain.
  void bring_up_to_date(Tenant& tenant) {
    or_log([&] {
      refusals_.add_rows(tenant.reader().facts().tenant, host_.now_us(), appender_of(tenant));
    });
    note_aborted_exports(tenant);
  }

  template <class Work>
  void or_log(Work&& work) {
    try {
      work();
    } catch (const crm::Failure& failure) {
      host_.log(CRM_LOG_ERROR, failure.what());
    }
  }

  std::shared_ptr<Tenant> tenant_of(crm_str tenant) {
    return started().settled_tenant(name_of_tenant(tenant));
  }

  static std::string_view name_of_tenant(crm_str tenant) {
    const auto name = crm::checked_view(tenant, CRM_TENANT_BYTES_MAX);
    if (!name || name->empty()) {
      throw crm::Failure(CRM_ERR_INVALID, "the tenant must be 1 to 64 bytes of UTF-8");
    }
    return *name;
  }

  // A child after fork() has no thread of the plugin, and shares its files and locks.
  const pid_t process_ = ::getpid();
  crm::Host host_;
  ReadLog reads_;
  RefusalLimit refusals_;
  std::unique_ptr<Tenants> tenants_;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace

}  // namespace message_history

extern "C" const crm_plugin_descriptor* crm_plugin_query(void) {
  static constexpr crm_plugin_descriptor descriptor = {
      sizeof(crm_plugin_descriptor),
      CRM_PLUGIN_MAGIC,
      CRM_ABI_MAJOR,
      0,
      {message_history::plugin_id.data(), message_history::plugin_id.size()},
      {"Message history", 15},
      {"0.1.0", 5},
      crm::PluginInstance<message_history::Plugin>::create,
  };
  return &descriptor;
}
