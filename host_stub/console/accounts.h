// Who may sign in to the console: names, roles and scrypt hashes of passwords, kept in
// DATA/host/accounts.json.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outcome.h"

namespace host_stub {

// viewer: sees everything, members masked. exporter: downloads as well. privacy: downloads, and
// sees members. operator: sees everything masked, settings and health; who keeps it running needs
// neither members nor files.
enum class Role : uint8_t { viewer, exporter, privacy, operations };

std::string_view name_of(Role role);
// CRM_PERMISSION_*.
std::vector<std::string> permissions_of(Role role);

struct Account {
  std::string name;
  Role role = Role::viewer;
  std::string salt;
  std::string hash;  // scrypt of the password
};

// A password as it is shown once, when its account is made.
struct NewPassword {
  std::string name;
  std::string password;
};

inline constexpr size_t account_name_bytes_max = 64;
inline constexpr size_t password_bytes_max = 256;

// Thread-safe.
class Accounts {
 public:
  struct Opened;
  // At the first time one account a role is made; their passwords come with the answer.
  static crm::Result<Opened> open(const std::filesystem::path& folder);

  explicit Accounts(std::vector<Account> accounts) : accounts_(std::move(accounts)) {}

  // Empty when there is no such account or the password is another. Takes about 0.1 s and 32 MiB
  // either way, one caller after the other.
  std::optional<Account> check(std::string_view name, std::string_view password) const;

 private:
  const std::vector<Account> accounts_;
  mutable crm::Mutex hashing_;  // guards no member: it bounds the memory of hashing
};

struct Accounts::Opened {
  std::unique_ptr<Accounts> accounts;
  std::vector<NewPassword> new_passwords;
};

}  // namespace host_stub
