#include "loader/loaded_plugin.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>
#include <crm/cpp/writer.hpp>

#include <algorithm>
#include <span>
#include <utility>

#include "base/printable.h"
#include "json/strict_json.h"
#include "loader/explanation.h"
#include "loader/host_log.h"
#include "loader/plugin_check.h"

namespace host_stub {

namespace {

constexpr uint64_t menu_entries_max = 64;
constexpr uint64_t tenants_bytes_max = uint64_t{64} << 20U;

// The status of a call that must not throw but may: the other side of the boundary is not trusted.
template <class Call>
crm::Result<int32_t> contained(std::string_view function, Call&& call) {
  try {
    return call();
  } catch (const std::exception& error) {
    return failure(CRM_ERR_INTERNAL,
                   fmt::format("{} threw an exception over the C boundary ({}); report it to the "
                               "plugin's vendor",
                               function, printable(error.what())));
  } catch (...) {
    return failure(CRM_ERR_INTERNAL,
                   fmt::format("{} threw an exception over the C boundary; report it to the "
                               "plugin's vendor",
                               function));
  }
}

}  // namespace

template <class Call>
Outcome LoadedPlugin::guarded(std::string_view function, Call&& call) const {
  clear_explanation();
  const auto status = contained(function, std::forward<Call>(call));
  if (!status) return status.error();
  if (status.value() == CRM_OK) return done();
  const std::string detail = printable(take_explanation());
  if (status.value() > 0) {
    return failure(CRM_ERR_INTERNAL, fmt::format("{} of {} returned {}", function, id(),
                                                 status_text(status.value())));
  }
  if (!detail.empty()) return failure(status.value(), detail);
  return failure(status.value(),
                 fmt::format("{} of {} failed: {}, without an explanation; run it with --verbose",
                             function, id(), status_text(status.value())));
}

LoadedPlugin::LoadedPlugin(Library library, std::filesystem::path file)
    : library_(std::move(library)), file_(std::move(file)) {}

LoadedPlugin::~LoadedPlugin() {
  if (plugin_ == nullptr) return;
  const auto called = [this](const char* function, auto&& call) {
    try {
      const auto result = contained(function, [&] {
        call();
        return CRM_OK;
      });
      if (!result) host_->services().log.write(CRM_LOG_ERROR, id(), result.error().detail);
    } catch (...) {
      // No memory to say it in.
    }
  };
  if (started_) called("stop", [this] { plugin_->stop(plugin_); });
  called("destroy", [this] { plugin_->destroy(plugin_); });
}

crm::Result<std::unique_ptr<LoadedPlugin>> LoadedPlugin::open(const std::filesystem::path& file) {
  auto library = Library::open(file);
  if (!library) return library.error();
  const auto entry = library.value().entry();
  if (!entry) return entry.error();
  std::unique_ptr<LoadedPlugin> plugin(new LoadedPlugin(std::move(library.value()), file));
  const auto queried = contained(CRM_PLUGIN_ENTRY, [&] {
    plugin->descriptor_ = entry.value().query();
    return CRM_OK;
  });
  if (!queried) return queried.error();
  if (auto sound = check_descriptor(plugin->descriptor_); !sound) return sound.error();
  return plugin;
}

Outcome LoadedPlugin::create(const HostServices& services) {
  auto host = PluginHost::create(services, std::string(id()));
  if (!host) return host.error();
  host_ = std::move(host.value());
  crm_plugin* made = nullptr;
  const auto created = guarded("create", [&] { return descriptor_->create(host_->raw(), &made); });
  if (!created) return failure(created.error().status, "create failed: " + created.error().detail);
  if (auto sound = check_plugin(made); !sound) {
    // Destroyed where the structure is long enough to say how.
    if (made != nullptr && CRM_HAS(made, destroy) && made->destroy != nullptr) {
      contained("destroy", [&] {
        made->destroy(made);
        return CRM_OK;
      });
    }
    return sound;
  }
  plugin_ = made;
  return find_extensions();
}

Outcome LoadedPlugin::find_extensions() {
  const auto asked = contained("extension", [&] {
    events_ = static_cast<const crm_ext_events*>(plugin_->extension(plugin_, CRM_EXT_EVENTS));
    views_ =
        static_cast<const crm_ext_admin_views*>(plugin_->extension(plugin_, CRM_EXT_ADMIN_VIEWS));
    exports_ = static_cast<const crm_ext_exports*>(plugin_->extension(plugin_, CRM_EXT_EXPORTS));
    maintenance_ =
        static_cast<const crm_ext_maintenance*>(plugin_->extension(plugin_, CRM_EXT_MAINTENANCE));
    return CRM_OK;
  });
  if (!asked) return asked.error();
  if (events_ != nullptr) {
    if (auto sound = check_events(events_); !sound) return sound;
  }
  if (views_ != nullptr) {
    if (auto sound = check_admin_views(views_); !sound) return sound;
  }
  if (exports_ != nullptr) {
    if (auto sound = check_exports(exports_); !sound) return sound;
  }
  if (maintenance_ != nullptr) {
    if (auto sound = check_maintenance(maintenance_); !sound) return sound;
  }
  return done();
}

Outcome LoadedPlugin::start() {
  const auto begun = guarded("start", [this] { return plugin_->start(plugin_); });
  if (!begun) return failure(begun.error().status, "start failed: " + begun.error().detail);
  started_ = true;
  return done();
}

std::string_view LoadedPlugin::id() const {
  return crm::view(descriptor_->id);
}
std::string_view LoadedPlugin::name() const {
  return crm::view(descriptor_->name);
}
std::string_view LoadedPlugin::version() const {
  return crm::view(descriptor_->version);
}

std::vector<std::string> LoadedPlugin::extensions() const {
  std::vector<std::string> offered;
  if (offers_events()) offered.emplace_back(CRM_EXT_EVENTS);
  if (offers_views()) offered.emplace_back(CRM_EXT_ADMIN_VIEWS);
  if (offers_exports()) offered.emplace_back(CRM_EXT_EXPORTS);
  if (offers_maintenance()) offered.emplace_back(CRM_EXT_MAINTENANCE);
  return offered;
}

Outcome LoadedPlugin::on_batch(const crm_event_batch& batch, crm_event_ack& ack) {
  return guarded("on_batch", [&] { return events_->on_batch(plugin_, &batch, &ack); });
}

crm::Result<uint64_t> LoadedPlugin::position(StreamName stream) {
  uint64_t seq = 0;
  const auto asked = guarded("position", [&] {
    return events_->position(plugin_, crm::str(stream.tenant), crm::str(stream.source), &seq);
  });
  if (!asked) return asked.error();
  return seq;
}

crm::Result<std::vector<uint64_t>> LoadedPlugin::refused(StreamName stream) {
  constexpr uint64_t page = 4096;
  std::vector<uint64_t> seqs;
  if (!CRM_HAS(events_, refused) || events_->refused == nullptr) return seqs;
  while (seqs.size() < CRM_BATCH_EVENTS_MAX) {
    const size_t known = seqs.size();
    const uint64_t after = known == 0 ? 0 : seqs.back();
    seqs.resize(known + page);
    uint64_t count = 0;
    const auto asked = guarded("refused", [&] {
      return events_->refused(plugin_, crm::str(stream.tenant), crm::str(stream.source), after,
                              seqs.data() + known, page, &count);
    });
    if (!asked) return asked.error();
    seqs.resize(known + std::min(count, page));
    if (count < page) break;
    if (seqs[known] <= after || !std::is_sorted(seqs.begin(), seqs.end())) {
      return failure(CRM_ERR_INTERNAL,
                     fmt::format("{} lists refused events that do not rise; report it to the "
                                 "plugin's vendor",
                                 id()));
    }
  }
  return seqs;
}

crm::Result<Sha256Digest> LoadedPlugin::digest(std::string_view tenant) {
  Sha256Digest sha256{};
  const auto asked =
      guarded("digest", [&] { return events_->digest(plugin_, crm::str(tenant), sha256.data()); });
  if (!asked) return asked.error();
  return sha256;
}

crm::Result<std::vector<const crm_menu_entry*>> LoadedPlugin::menu() const {
  const crm_menu_entry* const* entries = nullptr;
  uint64_t count = 0;
  const auto asked = guarded("menu", [&] { return views_->menu(plugin_, &entries, &count); });
  if (!asked) return asked.error();
  if (count > menu_entries_max || (count > 0 && entries == nullptr)) {
    return failure(CRM_ERR_INTERNAL, fmt::format("{} answers with a menu of {} entries; report it "
                                                 "to the plugin's vendor",
                                                 id(), count));
  }
  std::vector<const crm_menu_entry*> menu;
  for (const crm_menu_entry* entry : std::span(entries, static_cast<size_t>(count))) {
    if (entry == nullptr || !CRM_HAS(entry, title_count)) continue;
    if (auto sound = check_menu_entry(*entry); !sound) {
      return failure(sound.error().status, fmt::format("{}: {}", id(), sound.error().detail));
    }
    menu.push_back(entry);
  }
  return menu;
}

Outcome LoadedPlugin::render(const crm_view_request& request, const crm_writer& writer) {
  return guarded("render", [&] { return views_->render(plugin_, &request, &writer); });
}

Outcome LoadedPlugin::run_export(const crm_export_request& request, const crm_writer& writer,
                                 crm_export_result& result) {
  return guarded("run", [&] { return exports_->run(plugin_, &request, &writer, &result); });
}

crm::Result<crm_audit_result> LoadedPlugin::verify_audit(std::string_view tenant) {
  crm_audit_result result{};
  result.size = sizeof(result);
  const auto asked = guarded(
      "verify_audit", [&] { return exports_->verify_audit(plugin_, crm::str(tenant), &result); });
  if (!asked) return asked.error();
  return result;
}

crm::Result<std::vector<std::string>> LoadedPlugin::tenants() {
  crm::StringWriter writer(tenants_bytes_max);
  const auto asked =
      guarded("tenants", [&] { return maintenance_->tenants(plugin_, writer.raw()); });
  if (!asked) return asked.error();
  const auto names = parse_strict_json(writer.text());
  if (!names || !names.value().is_array()) {
    return failure(CRM_ERR_INTERNAL, fmt::format("{} answers with tenants that are no list of "
                                                 "texts; report it to the plugin's vendor",
                                                 id()));
  }
  std::vector<std::string> tenants;
  for (const auto& name : names.value()) {
    if (name.is_string()) tenants.push_back(name.get<std::string>());
  }
  return tenants;
}

crm::Result<crm_check_result> LoadedPlugin::check(const crm_check_request& request,
                                                  const crm_writer& writer) {
  crm_check_result result{};
  result.size = sizeof(result);
  const auto asked =
      guarded("check", [&] { return maintenance_->check(plugin_, &request, &writer, &result); });
  if (!asked) return asked.error();
  return result;
}

crm::Result<uint64_t> LoadedPlugin::set_position(const crm_position_request& request) {
  if (!CRM_HAS(maintenance_, set_position) || maintenance_->set_position == nullptr) {
    return failure(CRM_ERR_UNSUPPORTED,
                   fmt::format("{} cannot set positions; install a newer release of it", id()));
  }
  uint64_t before = 0;
  const auto asked = guarded(
      "set_position", [&] { return maintenance_->set_position(plugin_, &request, &before); });
  if (!asked) return asked.error();
  return before;
}

}  // namespace host_stub
