// Makes a C++ class a plugin: trampolines for every function of the C interface, none of which lets
// an exception cross.
//
// The class offers, each allowed to throw:
//   explicit P(const crm_host *);  void start();  void stop();
//   const void *extension(std::string_view id);
// and, for the extensions it answers, what the tables below call. One that keeps files or threads
// also offers
//   bool is_of_this_process() const;
// which is false in a child after fork(): there its calls are refused, and it is not taken apart.
#pragma once

#include <crm/entry.h>
#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>
#include <crm/ext/maintenance.h>
#include <crm/cpp/failure.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace crm {

template <class P>
class PluginInstance {
 public:
  static int32_t create(const crm_host* host, crm_plugin** plugin) noexcept {
    if (host == nullptr || !CRM_HAS(host, extension) || plugin == nullptr) return CRM_ERR_INVALID;
    return guarded(host, [&] {
      auto instance = std::make_unique<PluginInstance>(host);
      *plugin = &instance.release()->raw_;
      return CRM_OK;
    });
  }

  static P& of(crm_plugin* plugin) { return self(plugin).plugin_; }

  // Runs `work(P &)` under the guard of the instance's host.
  template <class Work>
  static int32_t call(crm_plugin* plugin, Work&& work) noexcept {
    if (plugin == nullptr || plugin->context == nullptr) return CRM_ERR_INVALID;
    return guarded(self(plugin).host_, [&] {
      if (!is_of_this_process(plugin)) {
        throw Failure(
            CRM_ERR_UNSUPPORTED,
            "this process is a child of the one that started the plugin, whose files and "
            "threads it does not own; call the plugin there, or start a new instance here");
      }
      return work(of(plugin));
    });
  }

  explicit PluginInstance(const crm_host* host) : host_(host), plugin_(host) {
    raw_.size = sizeof(raw_);
    raw_.context = this;
    raw_.start = [](crm_plugin* p) noexcept {
      return call(p, [](P& self) {
        self.start();
        return CRM_OK;
      });
    };
    raw_.stop = [](crm_plugin* p) noexcept {
      call(p, [](P& self) {
        self.stop();
        return CRM_OK;
      });
    };
    raw_.destroy = [](crm_plugin* p) noexcept {
      if (is_of_this_process(p)) delete &self(p);
    };
    raw_.extension = [](crm_plugin* p, const char* id) noexcept -> const void* {
      const void* found = nullptr;
      if (id == nullptr) return found;
      guarded(self(p).host_, [&] {
        found = of(p).extension(id);  // tables of functions, which judge for themselves
        return CRM_OK;
      });
      return found;
    };
  }

 private:
  static PluginInstance& self(crm_plugin* plugin) {
    return *static_cast<PluginInstance*>(plugin->context);
  }

  static bool is_of_this_process(crm_plugin* plugin) noexcept {
    if constexpr (requires(const P& known) { known.is_of_this_process(); }) {
      return of(plugin).is_of_this_process();
    } else {
      return true;
    }
  }

  crm_plugin raw_{};
  const crm_host* host_;
  P plugin_;
};

// P: int32_t on_batch(const crm_event_batch *, crm_event_ack *);
//    uint64_t position(crm_str tenant, crm_str source);  void digest(crm_str tenant, uint8_t
//    *sha256);  uint64_t refused(crm_str tenant, crm_str source, uint64_t after,
//    std::span<uint64_t> seqs);
template <class P>
inline constexpr crm_ext_events events_table = {
    sizeof(crm_ext_events),
    0,
    [](crm_plugin* plugin, const crm_event_batch* batch, crm_event_ack* ack) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) { return self.on_batch(batch, ack); });
    },
    [](crm_plugin* plugin, crm_str tenant, crm_str source, uint64_t* seq) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        if (seq == nullptr) throw Failure(CRM_ERR_INVALID, "the result pointer is NULL");
        *seq = self.position(tenant, source);
        return CRM_OK;
      });
    },
    [](crm_plugin* plugin, crm_str tenant, uint8_t* sha256) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        if (sha256 == nullptr) throw Failure(CRM_ERR_INVALID, "the result pointer is NULL");
        self.digest(tenant, sha256);
        return CRM_OK;
      });
    },
    [](crm_plugin* plugin, crm_str tenant, crm_str source, uint64_t after, uint64_t* seqs,
       uint64_t capacity, uint64_t* count) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        if (count == nullptr || (seqs == nullptr && capacity > 0)) {
          throw Failure(CRM_ERR_INVALID, "the result pointer is NULL");
        }
        *count = self.refused(tenant, source, after, {seqs, capacity});
        return CRM_OK;
      });
    }};

// P: void menu(const crm_menu_entry *const **, uint64_t *);
//    void render(const crm_view_request *, const crm_writer *);
template <class P>
inline constexpr crm_ext_admin_views admin_views_table = {
    sizeof(crm_ext_admin_views), 0,
    [](crm_plugin* plugin, const crm_menu_entry* const** entries, uint64_t* count) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        if (entries == nullptr || count == nullptr) {
          throw Failure(CRM_ERR_INVALID, "the result pointer is NULL");
        }
        self.menu(entries, count);
        return CRM_OK;
      });
    },
    [](crm_plugin* plugin, const crm_view_request* request, const crm_writer* writer) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        self.render(request, writer);
        return CRM_OK;
      });
    }};

// P: void run_export(const crm_export_request *, const crm_writer *, crm_export_result *);
//    void verify_audit(crm_str tenant, crm_audit_result *);
template <class P>
inline constexpr crm_ext_exports exports_table = {
    sizeof(crm_ext_exports), 0,
    [](crm_plugin* plugin, const crm_export_request* request, const crm_writer* writer,
       crm_export_result* result) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        self.run_export(request, writer, result);
        return CRM_OK;
      });
    },
    [](crm_plugin* plugin, crm_str tenant, crm_audit_result* result) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        self.verify_audit(tenant, result);
        return CRM_OK;
      });
    }};

// P: void tenants(const crm_writer *);
//    void check(const crm_check_request *, const crm_writer *, crm_check_result *);
//    uint64_t set_position(const crm_position_request *);  which returns the one before
template <class P>
inline constexpr crm_ext_maintenance maintenance_table = {
    sizeof(crm_ext_maintenance), 0,
    [](crm_plugin* plugin, const crm_writer* writer) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        self.tenants(writer);
        return CRM_OK;
      });
    },
    [](crm_plugin* plugin, const crm_check_request* request, const crm_writer* writer,
       crm_check_result* result) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        self.check(request, writer, result);
        return CRM_OK;
      });
    },
    [](crm_plugin* plugin, const crm_position_request* request, uint64_t* previous_seq) noexcept {
      return PluginInstance<P>::call(plugin, [&](P& self) {
        if (previous_seq == nullptr) throw Failure(CRM_ERR_INVALID, "the result pointer is NULL");
        *previous_seq = self.set_position(request);
        return CRM_OK;
      });
    }};

}  // namespace crm
