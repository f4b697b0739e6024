#include "console/accounts/accounts.h"

#include <crm/ext/admin_views.h>
#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "keys/password.h"
#include "keys/sha256.h"

namespace host_stub {

namespace {

constexpr std::array roles = {Role::viewer, Role::exporter, Role::privacy, Role::operations};
constexpr uint64_t accounts_bytes_max = 1u << 20;
constexpr size_t salt_bytes = 16;
constexpr size_t password_bytes = 12;  // of entropy: 16 characters

std::optional<Role> role_named(std::string_view name) {
  for (const Role role : roles) {
    if (name_of(role) == name) return role;
  }
  return {};
}

crm::Error damaged(const std::filesystem::path& file, std::string_view what) {
  return failure(
      CRM_ERR_CORRUPT,
      fmt::format("the accounts in {} are damaged: {}; restore the file, or move it away "
                  "so that new passwords are made",
                  file.string(), what));
}

// Empty when there is something else than a list of names in its place.
std::optional<TenantList> read_tenants(const Json& entry) {
  const auto stored = entry.find("tenants");
  if (stored == entry.end()) return TenantList();
  if (!stored->is_array() || stored->size() > account_tenants_max) return {};
  std::vector<std::string> tenants;
  for (const Json& tenant : *stored) {
    if (!tenant.is_string()) return {};
    tenants.push_back(tenant.get<std::string>());
  }
  return TenantList(std::move(tenants));
}

crm::Result<std::vector<Account>> read_accounts(const std::filesystem::path& file,
                                                std::string_view text) {
  const auto document = parse_strict_json(text);
  if (!document) return damaged(file, "the file is " + document.error().detail);
  const Json& root = document.value();
  if (!root.is_object() || !root.contains("accounts") || !root["accounts"].is_array()) {
    return damaged(file, "there is no array \"accounts\"");
  }
  std::vector<Account> accounts;
  for (const Json& entry : root["accounts"]) {
    const std::string* const name = entry.is_object() ? string_member(entry, "name") : nullptr;
    const std::string* const role = name != nullptr ? string_member(entry, "role") : nullptr;
    const std::string* const salt = name != nullptr ? string_member(entry, "salt") : nullptr;
    const std::string* const hash = name != nullptr ? string_member(entry, "scrypt") : nullptr;
    if (role == nullptr || salt == nullptr || hash == nullptr) {
      return damaged(file, "an account has no name, role, salt or scrypt");
    }
    const auto known_role = role_named(*role);
    const auto salt_read = crm::base64url_decode(*salt);
    const auto hash_read = crm::base64url_decode(*hash);
    if (!known_role || !salt_read || !hash_read || hash_read->size() != password_hash_bytes) {
      return damaged(file, "account " + *name + " is malformed");
    }
    auto tenants = read_tenants(entry);
    if (!tenants) return damaged(file, "the tenants of account " + *name + " are no list of names");
    accounts.push_back({*name, *known_role, *salt_read, *hash_read, std::move(*tenants)});
  }
  return accounts;
}

Outcome write_accounts(const std::filesystem::path& file, const std::vector<Account>& accounts) {
  Json root = {{"version", 1}, {"accounts", Json::array()}};
  for (const Account& account : accounts) {
    Json entry = {{"name", account.name},
                  {"role", name_of(account.role)},
                  {"salt", crm::base64url_encode(account.salt)},
                  {"scrypt", crm::base64url_encode(account.hash)}};
    if (account.tenants) entry["tenants"] = *account.tenants;
    root["accounts"].push_back(std::move(entry));
  }
  return replace_file(file, root.dump(2) + "\n");
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::exporter:
      return "exporter";
    case Role::privacy:
      return "privacy";
    case Role::operations:
      return "operator";
  }
  return "";
}

std::vector<std::string> permissions_of(Role role) {
  switch (role) {
    case Role::viewer:
      return {CRM_PERMISSION_VIEW};
    case Role::exporter:
      return {CRM_PERMISSION_VIEW, CRM_PERMISSION_EXPORT};
    case Role::privacy:
      return {CRM_PERMISSION_VIEW, CRM_PERMISSION_EXPORT, CRM_PERMISSION_MEMBER_READ};
    case Role::operations:
      return {CRM_PERMISSION_VIEW, CRM_PERMISSION_OPERATE};
  }
  return {};
}

bool is_listed(const TenantList& tenants, std::string_view tenant) {
  return !tenants || std::find(tenants->begin(), tenants->end(), tenant) != tenants->end();
}

std::string password_version(const Account& account) {
  return sha256(account.salt + account.hash);  // the salt is new with each password
}

crm::Result<Accounts::Opened> Accounts::open(const std::filesystem::path& folder) {
  const auto lock = FolderLock::acquire(folder);
  if (!lock) return lock.error();
  auto opened = std::make_unique<Accounts>(folder);
  const auto stored = opened->all();
  if (stored) return Opened{std::move(opened), {}};
  if (stored.error().status != CRM_ERR_NOT_FOUND) return stored.error();
  std::vector<Account> accounts;
  std::vector<NewPassword> passwords;
  for (const Role role : roles) {
    const std::string name(name_of(role));
    passwords.push_back({name, crm::base64url_encode(random_bytes(password_bytes))});
    const std::string salt = random_bytes(salt_bytes);
    accounts.push_back({name, role, salt, hash_password(passwords.back().password, salt), {}});
  }
  if (auto written = write_accounts(opened->file(), accounts); !written) return written.error();
  return Opened{std::move(opened), std::move(passwords)};
}

crm::Result<std::vector<Account>> Accounts::all() const {
  const auto text = read_file(file(), accounts_bytes_max);
  if (text) return read_accounts(file(), text.value());
  if (text.error().status != CRM_ERR_NOT_FOUND) return text.error();
  return failure(CRM_ERR_NOT_FOUND,
                 fmt::format("there are no accounts in {}; start crm-host serve, which makes them "
                             "and prints their passwords",
                             file().string()));
}

crm::Result<std::optional<Account>> Accounts::find(std::string_view name) const {
  const auto accounts = all();
  if (!accounts) return accounts.error();
  for (const Account& account : accounts.value()) {
    if (account.name == name) return std::optional(account);
  }
  return std::optional<Account>();
}

bool Accounts::is_password_of(const std::optional<Account>& account,
                              std::string_view password) const {
  const crm::Lock lock(hashing_);
  // Unknown names take as long as known ones.
  const std::string hash =
      hash_password(password, account ? account->salt : std::string(salt_bytes, '\0'));
  return account && is_equal_secret(hash, account->hash);
}

Outcome Accounts::bind(std::string_view name, const TenantList& tenants) const {
  const auto lock = FolderLock::acquire(folder_);
  if (!lock) return lock.error();
  auto accounts = all();
  if (!accounts) return accounts.error();
  for (Account& account : accounts.value()) {
    if (account.name != name) continue;
    account.tenants = tenants;
    return write_accounts(file(), accounts.value());
  }
  return failure(CRM_ERR_NOT_FOUND,
                 fmt::format("there is no account {}; crm-host account --data DIR lists them",
                             printable(name, shown_bytes_max)));
}

}  // namespace host_stub
