#include "loader/tenant_settings.h"

#include <fmt/format.h>

#include <memory>

#include "files/durable_file.h"
#include "json/strict_json.h"

namespace host_stub {

namespace {

constexpr uint64_t config_bytes_max = 64u << 20;

crm::Error damaged(const std::filesystem::path& file, std::string_view what) {
  return failure(CRM_ERR_CORRUPT,
                 fmt::format("the settings file {} is damaged: it is {}; restore it from a backup, "
                             "or move it away and replay a feed to set the time zones again",
                             file.string(), what));
}

}  // namespace

crm::Result<std::unique_ptr<TenantSettings>> TenantSettings::open(
    const std::filesystem::path& folder) {
  auto settings = std::make_unique<TenantSettings>(folder);
  auto tenants = settings->read();
  if (!tenants) return tenants.error();
  const crm::Lock lock(settings->mutex_);
  settings->tenants_ = std::move(tenants.value());
  return settings;
}

std::optional<std::string> TenantSettings::get(std::string_view tenant,
                                               std::string_view key) const {
  const crm::Lock lock(mutex_);
  const auto settings = tenants_.find(tenant);
  if (settings == tenants_.end()) return {};
  const auto setting = settings->second.find(key);
  if (setting == settings->second.end()) return {};
  return setting->second;
}

std::vector<std::string> TenantSettings::tenants() const {
  const crm::Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [tenant, settings] : tenants_) names.push_back(tenant);
  return names;
}

crm::Result<std::vector<std::string>> TenantSettings::declare(
    std::string_view tenant, const std::vector<TenantSetting>& settings) {
  const auto lock = FolderLock::acquire(folder_);
  if (!lock) return lock.error();
  auto stored = read();  // another process may have written since
  if (!stored) return stored.error();
  std::vector<std::string> conflicts;
  bool changed = false;
  Settings& known = stored.value()[std::string(tenant)];
  for (const auto& [key, value] : settings) {
    const auto [entry, is_new] = known.emplace(key, value);
    changed = changed || is_new;
    if (entry->second != value) {
      conflicts.push_back(fmt::format("the {} of tenant {} stays {}; the feed says {}", key, tenant,
                                      entry->second, value));
    }
  }
  if (changed) {
    if (auto written = write(stored.value()); !written) return written.error();
  }
  const crm::Lock guard(mutex_);
  tenants_ = std::move(stored.value());
  return conflicts;
}

crm::Result<TenantSettings::Tenants> TenantSettings::read() const {
  auto text = read_file(file(), config_bytes_max);
  if (!text && text.error().status == CRM_ERR_NOT_FOUND) return Tenants{};
  if (!text) return text.error();
  const auto document = parse_strict_json(text.value());
  if (!document) return damaged(file(), document.error().detail);
  const Json& root = document.value();
  if (!root.is_object() || !root.contains("tenants") || !root["tenants"].is_object()) {
    return damaged(file(), "no object with \"tenants\"");
  }
  Tenants tenants;
  for (const auto& [tenant, settings] : root["tenants"].items()) {
    if (!settings.is_object()) return damaged(file(), "malformed at tenant " + tenant);
    Settings& known = tenants[tenant];
    for (const auto& [key, value] : settings.items()) {
      if (!value.is_string()) return damaged(file(), "malformed at " + tenant + ", " + key);
      known[key] = value.get<std::string>();
    }
  }
  return tenants;
}

Outcome TenantSettings::write(const Tenants& tenants) const {
  Json root = {{"version", 1}, {"tenants", Json::object()}};
  for (const auto& [tenant, settings] : tenants) {
    Json& entry = root["tenants"][tenant] = Json::object();
    for (const auto& [key, value] : settings) entry[key] = value;
  }
  return replace_file(file(), root.dump(2) + "\n");
}

}  // namespace host_stub
