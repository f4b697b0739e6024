// One plugin in this process, from the mapped file to the running instance, with calls that never
// throw and that explain themselves.
//
// Life: open, create, start, calls, then the destructor stops, destroys and unmaps, in that order.
#pragma once

#include <crm/entry.h>
#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>
#include <crm/ext/maintenance.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"
#include "loader/library.h"
#include "loader/plugin_host.h"

namespace host_stub {

// A position in a plugin's event stream.
struct StreamName {
  std::string_view tenant;
  std::string_view source;
};

using Sha256Digest = std::array<uint8_t, 32>;

// open, create, start and the destructor are [lifecycle]; the calls have the threads of what they
// call.
class LoadedPlugin {
 public:
  // Maps the file and checks its descriptor; of the plugin's code only the entry point runs.
  static crm::Result<std::unique_ptr<LoadedPlugin>> open(const std::filesystem::path& file);

  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;
  ~LoadedPlugin();

  // Makes the instance and checks its tables. After a failure only the destructor may be called.
  Outcome create(const HostServices& services);
  Outcome start();

  std::string_view id() const;
  std::string_view name() const;
  std::string_view version() const;
  const std::filesystem::path& file() const { return file_; }

  bool offers_events() const { return events_ != nullptr; }
  bool offers_views() const { return views_ != nullptr; }
  bool offers_exports() const { return exports_ != nullptr; }
  bool offers_maintenance() const { return maintenance_ != nullptr; }
  // The ids of what it offers, for people.
  std::vector<std::string> extensions() const;

  // Only what is offered may be called. A failure's detail is what the plugin explained.
  Outcome on_batch(const crm_event_batch& batch, crm_event_ack& ack);
  crm::Result<uint64_t> position(StreamName stream);
  // Rising; empty when the plugin does not tell. At most CRM_BATCH_EVENTS_MAX of them.
  crm::Result<std::vector<uint64_t>> refused(StreamName stream);
  crm::Result<Sha256Digest> digest(std::string_view tenant);
  // Of an offered view, constant until the plugin ends.
  crm::Result<std::vector<const crm_menu_entry*>> menu() const;
  Outcome render(const crm_view_request& request, const crm_writer& writer);
  Outcome run_export(const crm_export_request& request, const crm_writer& writer,
                     crm_export_result& result);
  crm::Result<crm_audit_result> verify_audit(std::string_view tenant);
  crm::Result<std::vector<std::string>> tenants();
  // Returns the position before. UNSUPPORTED when the plugin cannot.
  crm::Result<uint64_t> set_position(const crm_position_request& request);
  crm::Result<crm_check_result> check(const crm_check_request& request, const crm_writer& writer);

 private:
  LoadedPlugin(Library library, std::filesystem::path file);

  Outcome find_extensions();
  // `call` returns the plugin's status; `function` names it for people.
  template <class Call>
  Outcome guarded(std::string_view function, Call&& call) const;

  Library library_;  // first, so that it is unmapped last
  std::filesystem::path file_;
  const crm_plugin_descriptor* descriptor_ = nullptr;
  std::unique_ptr<PluginHost> host_;
  crm_plugin* plugin_ = nullptr;  // a checked instance
  bool started_ = false;
  const crm_ext_events* events_ = nullptr;
  const crm_ext_admin_views* views_ = nullptr;
  const crm_ext_exports* exports_ = nullptr;
  const crm_ext_maintenance* maintenance_ = nullptr;
};

}  // namespace host_stub
