#include "loader/plugin_host.h"

#include <crm/ext/config.h>
#include <crm/ext/events.h>
#include <crm/ext/keys.h>
#include <crm/ext/metrics.h>
#include <crm/ext/paths.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <cstring>

#include "base/wall_clock.h"
#include "files/durable_file.h"
#include "keys/key_store.h"
#include "loader/explanation.h"
#include "loader/host_log.h"
#include "loader/metrics.h"
#include "loader/tenant_settings.h"

namespace host_stub {

namespace {

const PluginHost& self(const crm_host* host) {
  return *static_cast<const PluginHost*>(host->context);
}

// No exception of the host may reach a plugin.
template <class Work>
int32_t contained(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return CRM_ERR_NO_MEMORY;
  } catch (...) {
    return CRM_ERR_INTERNAL;
  }
}

// Far above every sentence; what claims to be longer has a wild size, and is not read.
constexpr uint64_t said_bytes_max = 1 << 20;

// A plugin's line for the log, or its explanation; whoever prints it deals with bytes that are no
// text.
std::string_view said(crm_str text) {
  if (crm::is_readable(text) && text.size <= said_bytes_max) return crm::view(text);
  return "(the plugin passed a text whose size cannot be right; report it to the plugin's vendor)";
}

// Reports what the operator has to mend; the plugin only gets the status.
int32_t logged(const crm_host* host, const crm::Error& error) {
  self(host).services().log.write(CRM_LOG_ERROR, "crm-host", error.detail);
  return error.status;
}

void log_line(const crm_host* host, int32_t level, crm_str message) noexcept {
  self(host).services().log.write(level, self(host).plugin_id(), said(message));
}

int64_t wall_clock_us(const crm_host*) noexcept {
  return now_us();
}

void explain(const crm_host*, int32_t, crm_str detail) noexcept {
  keep_explanation(said(detail));
}

crm_str data_dir(const crm_host* host) noexcept {
  return crm::str(self(host).data_folder());
}

int32_t get_setting(const crm_host* host, crm_str tenant, const char* key, char* buffer,
                    uint64_t capacity, uint64_t* value_size) noexcept {
  if (key == nullptr || value_size == nullptr || (buffer == nullptr && capacity > 0)) {
    return CRM_ERR_INVALID;
  }
  const auto name = crm::checked_view(tenant, CRM_TENANT_BYTES_MAX);
  if (!name) return CRM_ERR_INVALID;
  return contained([&] {
    const auto value = self(host).services().settings.get(*name, key);
    if (!value) return CRM_ERR_NOT_FOUND;
    *value_size = value->size();
    if (value->size() > capacity) return CRM_ERR_FULL;
    std::copy(value->begin(), value->end(), buffer);
    return CRM_OK;
  });
}

crm_str issuer(const crm_host* host) noexcept {
  crm_str name{nullptr, 0};
  contained([&] {
    const auto issuer = self(host).services().keys.issuer();
    if (!issuer) return logged(host, issuer.error());
    name = crm::str(issuer.value());
    return CRM_OK;
  });
  return name;
}

int32_t issuer_key(const crm_host* host, crm_str kid, uint8_t public_key[32]) noexcept {
  if (public_key == nullptr) return CRM_ERR_INVALID;
  const auto name = crm::checked_view(kid, CRM_ID_BYTES_MAX);
  if (!name) return CRM_ERR_NOT_FOUND;  // no key has such a name
  return contained([&] {
    const auto key = self(host).services().keys.issuer_key(*name);
    if (!key && key.error().status == CRM_ERR_NOT_FOUND) return CRM_ERR_NOT_FOUND;
    if (!key) return logged(host, key.error());
    std::copy(key.value().begin(), key.value().end(), public_key);
    return CRM_OK;
  });
}

int32_t signing_seed(const crm_host* host, uint8_t seed[32]) noexcept {
  if (seed == nullptr) return CRM_ERR_INVALID;
  return contained([&] {
    const auto key = self(host).services().keys.signing_key(self(host).plugin_id());
    if (!key) return logged(host, key.error());
    std::copy(key.value().seed.bytes().begin(), key.value().seed.bytes().end(), seed);
    return CRM_OK;
  });
}

void add_metric(const crm_host* host, const char* name, int64_t value) noexcept {
  if (name == nullptr) return;
  contained([&] {
    self(host).services().metrics.add(name, value);
    return CRM_OK;
  });
}

void observe_metric_us(const crm_host* host, const char* name, int64_t duration_us) noexcept {
  if (name == nullptr) return;
  contained([&] {
    self(host).services().metrics.observe_us(name, duration_us);
    return CRM_OK;
  });
}

constexpr crm_ext_paths paths_table = {sizeof(crm_ext_paths), 0, data_dir};
constexpr crm_ext_config config_table = {sizeof(crm_ext_config), 0, get_setting};
constexpr crm_ext_keys keys_table = {sizeof(crm_ext_keys), 0, issuer, issuer_key, signing_seed};
constexpr crm_ext_metrics metrics_table = {sizeof(crm_ext_metrics), 0, add_metric,
                                           observe_metric_us};

const void* extension(const crm_host*, const char* id) noexcept {
  if (id == nullptr) return nullptr;
  const std::string_view wanted = id;
  if (wanted == CRM_EXT_PATHS) return &paths_table;
  if (wanted == CRM_EXT_CONFIG) return &config_table;
  if (wanted == CRM_EXT_KEYS) return &keys_table;
  if (wanted == CRM_EXT_METRICS) return &metrics_table;
  return nullptr;
}

std::string folder_of(const HostServices& services, const std::string& plugin_id) {
  return (services.data_folder / "plugins" / plugin_id).string();
}

}  // namespace

PluginHost::PluginHost(HostServices services, std::string plugin_id)
    : services_(std::move(services)),
      plugin_id_(std::move(plugin_id)),
      data_folder_(folder_of(services_, plugin_id_)) {
  raw_.size = sizeof(raw_);
  raw_.abi_major = CRM_ABI_MAJOR;
  raw_.abi_minor = CRM_ABI_MINOR;
  raw_.context = this;
  raw_.log = log_line;
  raw_.now_us = wall_clock_us;
  raw_.explain = explain;
  raw_.extension = extension;
}

crm::Result<std::unique_ptr<PluginHost>> PluginHost::create(HostServices services,
                                                            std::string plugin_id) {
  auto host = std::make_unique<PluginHost>(std::move(services), std::move(plugin_id));
  if (auto folder = make_private_folder(host->data_folder()); !folder) return folder.error();
  return host;
}

}  // namespace host_stub
