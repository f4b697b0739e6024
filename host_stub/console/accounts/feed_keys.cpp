#include "console/accounts/feed_keys.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <crm/cpp/base64url.hpp>

#include "base/printable.h"
#include "feed/feed_header.h"
#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "keys/sha256.h"

namespace host_stub {

namespace {

constexpr size_t key_bytes = 32;
constexpr uint64_t keys_bytes_max = 16u << 20;
constexpr size_t name_bytes_max = 256;

crm::Error damaged_keys(const std::filesystem::path& file) {
  return failure(CRM_ERR_CORRUPT,
                 fmt::format("the feed keys in {} are damaged; restore the file, or remove it and "
                             "issue new keys",
                             file.string()));
}

std::string time_of_now() {
  const auto now = std::chrono::system_clock::now();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(now));
}

}  // namespace

struct FeedKeys::Stored {
  std::string hash;  // hex of the key's SHA-256
  FeedKey key;
};

// {"keys": {<hash>: {"tenant", "source", "name", "made_at"}}}. Keys from before they had names have
// the source's.
crm::Result<std::vector<FeedKeys::Stored>> FeedKeys::read() const {
  const auto text = read_file(file(), keys_bytes_max);
  if (!text && text.error().status == CRM_ERR_NOT_FOUND) return std::vector<Stored>();
  if (!text) return text.error();
  const auto document = parse_strict_json(text.value());
  if (!document || !document.value().is_object() || !document.value().contains("keys") ||
      !document.value()["keys"].is_object()) {
    return damaged_keys(file());
  }
  std::vector<Stored> keys;
  for (const auto& [hash, entry] : document.value()["keys"].items()) {
    if (!entry.is_object()) return damaged_keys(file());
    const std::string* const tenant = string_member(entry, "tenant");
    const std::string* const source = string_member(entry, "source");
    if (tenant == nullptr || source == nullptr) return damaged_keys(file());
    const std::string* const name = string_member(entry, "name");
    const std::string* const made_at = string_member(entry, "made_at");
    keys.push_back({hash,
                    {{*tenant, *source},
                     name == nullptr ? *source : *name,
                     made_at == nullptr ? "" : *made_at}});
  }
  return keys;
}

Outcome FeedKeys::write(const std::vector<Stored>& keys) const {
  Json root = {{"keys", Json::object()}};
  for (const auto& [hash, key] : keys) {
    root["keys"][hash] = {{"tenant", key.stream.tenant},
                          {"source", key.stream.source},
                          {"name", key.name},
                          {"made_at", key.made_at}};
  }
  return replace_file(file(), root.dump(2) + "\n");
}

std::optional<crm::Error> FeedKeys::why_refused(const FeedKey& made,
                                                const std::vector<Stored>& keys) {
  size_t others = 0;
  for (const auto& [hash, key] : keys) {
    if (key.stream.tenant != made.stream.tenant) continue;
    if (key.name != made.name) {
      ++others;
    } else if (key.stream.source != made.stream.source) {
      return failure(CRM_ERR_INVALID,
                     fmt::format("the key {} of tenant {} is of source {}; choose another --name, "
                                 "or revoke it first",
                                 key.name, key.stream.tenant, printable(key.stream.source)));
    }
  }
  if (others < feed_keys_of_a_tenant_max) return {};
  return failure(CRM_ERR_FULL,
                 fmt::format("tenant {} has {} feed keys, and no more are kept; revoke one first",
                             made.stream.tenant, others));
}

crm::Result<std::string> FeedKeys::issue(const FeedStream& stream, std::string_view name) {
  for (const std::string_view text :
       {std::string_view(stream.tenant), std::string_view(stream.source), name}) {
    if (is_stream_name(text, name_bytes_max)) continue;
    return failure(CRM_ERR_INVALID,
                   fmt::format("{} is no name of a tenant, a source or a key; use letters, digits, "
                               "dots, dashes and underscores",
                               printable(text, shown_bytes_max)));
  }
  const auto lock = FolderLock::acquire(folder_);
  if (!lock) return lock.error();
  auto keys = read();
  if (!keys) return keys.error();
  const FeedKey made{stream, std::string(name), time_of_now()};
  if (auto refused = why_refused(made, keys.value())) return *std::move(refused);
  std::erase_if(keys.value(), [&](const Stored& stored) {
    return stored.key.stream.tenant == stream.tenant && stored.key.name == name;
  });
  std::string key = crm::base64url_encode(random_bytes(key_bytes));
  keys.value().push_back({to_hex(sha256(key)), made});
  if (auto written = write(keys.value()); !written) return written.error();
  return key;
}

crm::Result<std::vector<FeedKey>> FeedKeys::list(std::string_view tenant) const {
  const auto keys = read();
  if (!keys) return keys.error();
  std::vector<FeedKey> of_tenant;
  for (const Stored& stored : keys.value()) {
    if (stored.key.stream.tenant == tenant) of_tenant.push_back(stored.key);
  }
  std::sort(of_tenant.begin(), of_tenant.end(),
            [](const FeedKey& a, const FeedKey& b) { return a.name < b.name; });
  return of_tenant;
}

Outcome FeedKeys::revoke(std::string_view tenant, std::string_view name) {
  const auto lock = FolderLock::acquire(folder_);
  if (!lock) return lock.error();
  auto keys = read();
  if (!keys) return keys.error();
  const size_t revoked = std::erase_if(keys.value(), [&](const Stored& stored) {
    return stored.key.stream.tenant == tenant && stored.key.name == name;
  });
  if (revoked > 0) return write(keys.value());
  return failure(CRM_ERR_NOT_FOUND,
                 fmt::format("tenant {} has no feed key {}; crm-host feed-key --list names those "
                             "that it has",
                             printable(tenant, shown_bytes_max), printable(name, shown_bytes_max)));
}

crm::Result<std::optional<FeedStream>> FeedKeys::find(std::string_view key) const {
  const auto keys = read();
  if (!keys) return keys.error();
  const std::string hash = to_hex(sha256(key));
  for (const Stored& stored : keys.value()) {
    if (stored.hash == hash) return std::optional(stored.key.stream);
  }
  return std::optional<FeedStream>();
}

}  // namespace host_stub
