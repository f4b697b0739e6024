// Accounts of the console: names, roles, tenants and scrypt hashes of passwords, kept in
// DATA/host/accounts.json.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"

namespace host_stub {

// viewer: sees everything, members masked. exporter: downloads as well. privacy: downloads, and
// sees members. operator: sees everything masked, settings and health; who keeps it running needs
// neither members nor files.
enum class Role : uint8_t { viewer, exporter, privacy, operations };

std::string_view name_of(Role role);
// CRM_PERMISSION_*.
std::vector<std::string> permissions_of(Role role);

// The tenants that somebody may see; without a list every one.
using TenantList = std::optional<std::vector<std::string>>;

bool is_listed(const TenantList& tenants, std::string_view tenant);

struct Account {
  std::string name;
  Role role = Role::viewer;
  std::string salt;
  std::string hash;  // scrypt of the password
  TenantList tenants;
};

// Changes with the password, of which it tells nothing.
std::string password_version(const Account& account);

// A password as it is shown once, when its account is made.
struct NewPassword {
  std::string name;
  std::string password;
};

inline constexpr size_t account_name_bytes_max = 64;
inline constexpr size_t password_bytes_max = 256;
inline constexpr size_t account_tenants_max = 256;

// Thread-safe: every call reads the file, so that a change counts at once.
class Accounts {
 public:
  struct Opened;
  // At the first time one account a role is made; their passwords come with the answer.
  static crm::Result<Opened> open(const std::filesystem::path& folder);

  explicit Accounts(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // NOT_FOUND before the first start of the console.
  crm::Result<std::vector<Account>> all() const;
  // Empty when there is no such account.
  crm::Result<std::optional<Account>> find(std::string_view name) const;

  // False without an account. Takes about 0.1 s and 32 MiB either way, one caller after the other.
  bool is_password_of(const std::optional<Account>& account, std::string_view password) const;

  // From now on the account sees these tenants alone. NOT_FOUND when there is no such account.
  Outcome bind(std::string_view name, const TenantList& tenants) const;

 private:
  std::filesystem::path file() const { return folder_ / "accounts.json"; }

  const std::filesystem::path folder_;
  mutable crm::Mutex hashing_;  // guards no member: it bounds the memory of hashing
};

struct Accounts::Opened {
  std::unique_ptr<Accounts> accounts;
  std::vector<NewPassword> new_passwords;
};

}  // namespace host_stub
