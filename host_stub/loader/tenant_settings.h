// Settings per tenant behind crm.config/1, kept in DATA/host/config.json.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"

namespace host_stub {

struct TenantSetting {
  std::string key;
  std::string value;
};

// Thread-safe; several processes may declare settings at once.
class TenantSettings {
 public:
  // A missing file is an empty one; an unreadable or malformed file is an error that names it.
  static crm::Result<std::unique_ptr<TenantSettings>> open(const std::filesystem::path& folder);

  explicit TenantSettings(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<std::string> get(std::string_view tenant, std::string_view key) const;

  // Every tenant that has a setting, in the order of their ids.
  std::vector<std::string> tenants() const;

  // Sets what is not set yet. What is set to another value stays; the answer names each such
  // conflict.
  crm::Result<std::vector<std::string>> declare(std::string_view tenant,
                                                const std::vector<TenantSetting>& settings);

 private:
  using Settings = std::map<std::string, std::string, std::less<>>;
  using Tenants = std::map<std::string, Settings, std::less<>>;

  crm::Result<Tenants> read() const;
  Outcome write(const Tenants& tenants) const;
  std::filesystem::path file() const { return folder_ / "config.json"; }

  const std::filesystem::path folder_;
  mutable crm::Mutex mutex_;
  Tenants tenants_ CRM_GUARDED_BY(mutex_);
};

}  // namespace host_stub
