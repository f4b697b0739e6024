// A plugin's library in this process, and one instance of the plugin, for tests.
#pragma once

#include <crm/entry.h>
#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>
#include <crm/ext/maintenance.h>
#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace crm_tests {

// The mapped library. Throws with dlerror's words when it cannot be loaded.
class Library {
 public:
  explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    query_ = reinterpret_cast<crm_plugin_query_fn>(dlsym(handle_, CRM_PLUGIN_ENTRY));
    if (query_ == nullptr) throw std::runtime_error(path + " does not export " CRM_PLUGIN_ENTRY);
  }
  ~Library() { dlclose(handle_); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const crm_plugin_descriptor* descriptor() const { return query_(); }

 private:
  void* handle_;
  crm_plugin_query_fn query_;
};

// An instance from `create` to `destroy`; stopped before, whether it was started or not.
class Instance {
 public:
  Instance(const Library& library, const crm_host* host) {
    created = library.descriptor()->create(host, &plugin_);
    if (created == CRM_OK) started = plugin_->start(plugin_);
  }
  ~Instance() {
    if (created != CRM_OK) return;
    plugin_->stop(plugin_);
    plugin_->destroy(plugin_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  bool runs() const { return created == CRM_OK && started == CRM_OK; }
  crm_plugin* raw() const { return plugin_; }

  const crm_ext_events* events() const { return as<crm_ext_events>(CRM_EXT_EVENTS); }
  const crm_ext_admin_views* views() const { return as<crm_ext_admin_views>(CRM_EXT_ADMIN_VIEWS); }
  const crm_ext_exports* exports() const { return as<crm_ext_exports>(CRM_EXT_EXPORTS); }
  const crm_ext_maintenance* maintenance() const {
    return as<crm_ext_maintenance>(CRM_EXT_MAINTENANCE);
  }

  int32_t created = CRM_ERR_INTERNAL;
  int32_t started = CRM_ERR_INTERNAL;

 private:
  template <class T>
  const T* as(const char* id) const {
    return static_cast<const T*>(plugin_->extension(plugin_, id));
  }

  crm_plugin* plugin_ = nullptr;
};

}  // namespace crm_tests
