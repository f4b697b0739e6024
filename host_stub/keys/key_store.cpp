#include "keys/key_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/wall_clock.h"
#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "keys/jwk.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr size_t installation_id_bytes = 16;
constexpr std::string_view plugin_prefix = "plugin.";
constexpr std::string_view suffix = ".json";

// Refuses a key file that others may read, as ssh does.
Outcome check_private(const fs::path& file) {
  struct stat state {};
  if (stat(file.c_str(), &state) != 0) {
    return system_failure("read", file, errno, "check the permissions");
  }
  if ((state.st_mode & (S_IRWXG | S_IRWXO)) == 0) return done();
  return failure(
      CRM_ERR_DENIED,
      fmt::format("the key file {} can be read or written by others; run chmod 600 on it, "
                  "and treat the key as known to them",
                  file.string()));
}

crm::Result<SigningKey> signer_of(KeyRing ring) {
  StoredKey& key = ring.keys.front();
  return SigningKey{key.kid, std::move(*key.seed)};
}

// The current key alone has its private half. Of plugins' retired keys none is in force.
bool is_in_force(const StoredKey& key, int64_t now) {
  return key.seed.has_value() || now < key.accepted_until_us;
}

JwksEntry entry_of(const StoredKey& key) {
  return {key.public_key, key.seed ? KeyUse::current : KeyUse::retired};
}

bool is_plugin_file(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.starts_with(plugin_prefix) && name.ends_with(suffix);
}

}  // namespace

Outcome KeyStore::rotate(const fs::path& file, Rotation rotation) const {
  auto ring = read(file);  // without a key there may be no folder to lock
  if (!ring) return ring.error();
  const auto lock = FolderLock::acquire(folder_);
  if (!lock) return lock.error();
  ring = read(file);
  if (!ring) return ring.error();
  const auto next = rotated(std::move(ring.value()), rotation);
  if (!next) return next.error();
  std::string text = render_key_ring(next.value());
  const auto replaced = replace_file(file, text);
  wipe(text);
  return replaced;
}

fs::path KeyStore::plugin_file(std::string_view plugin_id) const {
  return folder_ / fmt::format("{}{}{}", plugin_prefix, plugin_id, suffix);
}

crm::Result<KeyRing> KeyStore::read(const fs::path& file) const {
  auto text = read_file(file, key_ring_bytes_max);
  if (!text) return text.error();
  if (auto is_private = check_private(file); !is_private) {
    wipe(text.value());
    return is_private.error();
  }
  auto ring = parse_key_ring(text.value(), file);
  wipe(text.value());
  return ring;
}

crm::Result<KeyRing> KeyStore::read_or_make(const fs::path& file, std::string issuer) const {
  auto ring = read(file);
  if (ring || ring.error().status != CRM_ERR_NOT_FOUND) return ring;
  if (auto folder = make_private_folder(folder_); !folder) return folder.error();
  auto key = make_key(now_us());
  if (!key) return key.error();
  KeyRing fresh;
  fresh.issuer = std::move(issuer);
  fresh.keys.push_back(std::move(key.value()));
  std::string text = render_key_ring(fresh);
  const auto created = create_file(file, text);
  wipe(text);
  if (!created) return created.error();
  if (created.value()) return fresh;
  return read(file);  // another process was first, and its key stands
}

crm::Result<std::string_view> KeyStore::issuer() {
  const crm::Lock lock(mutex_);
  if (!issuer_.empty()) return std::string_view(issuer_);
  const auto ring =
      read_or_make(issuer_file(), "crm-host:" + to_hex(random_bytes(installation_id_bytes)));
  if (!ring) return ring.error();
  if (ring.value().issuer.empty()) {
    return failure(CRM_ERR_CORRUPT,
                   fmt::format("the key file {} names no issuer; restore it from a backup",
                               issuer_file().string()));
  }
  issuer_ = ring.value().issuer;
  return std::string_view(issuer_);
}

crm::Result<SigningKey> KeyStore::issuing_key() {
  if (auto name = issuer(); !name) return name.error();
  auto ring = read(issuer_file());
  if (!ring) return ring.error();
  return signer_of(std::move(ring.value()));
}

crm::Result<PublicKey> KeyStore::issuer_key(std::string_view kid) {
  const auto ring = read(issuer_file());
  if (!ring) return ring.error();
  const int64_t now = now_us();
  for (const StoredKey& key : ring.value().keys) {
    if (key.kid == kid && is_in_force(key, now)) return key.public_key;
  }
  return failure(CRM_ERR_NOT_FOUND, "no issuer key in force has this kid");
}

Outcome KeyStore::rotate_issuing_key(FormerKey former) {
  const int64_t now = now_us();
  const bool accepted = former == FormerKey::accepted_for_a_while;
  return rotate(issuer_file(), {now, accepted ? now + former_issuer_key_accepted_us : 0});
}

crm::Result<std::string> KeyStore::issuer_jwks() const {
  std::vector<JwksEntry> entries;
  const auto ring = read(issuer_file());
  if (!ring && ring.error().status != CRM_ERR_NOT_FOUND) return ring.error();
  if (!ring) return render_jwks({});
  const int64_t now = now_us();
  for (const StoredKey& key : ring.value().keys) {
    if (is_in_force(key, now)) entries.push_back(entry_of(key));
  }
  return render_jwks(entries);
}

crm::Result<SigningKey> KeyStore::signing_key(std::string_view plugin_id) {
  auto ring = read_or_make(plugin_file(plugin_id), {});
  if (!ring) return ring.error();
  return signer_of(std::move(ring.value()));
}

Outcome KeyStore::rotate_signing_key(std::string_view plugin_id) {
  return rotate(plugin_file(plugin_id), {now_us(), 0});
}

crm::Result<std::string> KeyStore::jwks() const {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_plugin_file(entry->path())) files.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return failure(CRM_ERR_IO,
                   fmt::format("cannot read the key folder {}: {}; check its permissions",
                               folder_.string(), error.message()));
  }
  std::sort(files.begin(), files.end());
  std::vector<JwksEntry> entries;
  for (const fs::path& file : files) {
    const auto ring = read(file);
    if (!ring) return ring.error();
    for (const StoredKey& key : ring.value().keys) entries.push_back(entry_of(key));
  }
  return render_jwks(entries);
}

}  // namespace host_stub
