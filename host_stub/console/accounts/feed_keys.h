// Keys of those who report events over HTTP, kept as SHA-256 in DATA/host/feed_keys.json.
//
// A key is of one source of one tenant and has a name, by which it is listed and revoked. Several
// may be in force for a source, so that one can take the place of another without a pause.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"

namespace host_stub {

struct FeedStream {
  std::string tenant;
  std::string source;
};

// All of a key but its secret.
struct FeedKey {
  FeedStream stream;
  std::string name;     // one of a tenant
  std::string made_at;  // RFC 3339, UTC; empty for keys from before it was kept
};

inline constexpr size_t feed_keys_of_a_tenant_max = 64;

// Thread-safe: every call reads the file, so that a new key and a revoked one count at once.
class FeedKeys {
 public:
  explicit FeedKeys(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // A new key of the stream, shown once; the one of this name no longer counts. INVALID when that
  // is a key of another source, FULL when the tenant has feed_keys_of_a_tenant_max others.
  crm::Result<std::string> issue(const FeedStream& stream, std::string_view name);

  // The tenant's keys, by name.
  crm::Result<std::vector<FeedKey>> list(std::string_view tenant) const;

  // From now on the key opens nothing. NOT_FOUND when the tenant has none of that name.
  Outcome revoke(std::string_view tenant, std::string_view name);

  // Whose key it is; empty when it is nobody's.
  crm::Result<std::optional<FeedStream>> find(std::string_view key) const;

 private:
  struct Stored;
  static std::optional<crm::Error> why_refused(const FeedKey& made,
                                               const std::vector<Stored>& keys);
  crm::Result<std::vector<Stored>> read() const;
  Outcome write(const std::vector<Stored>& keys) const;
  std::filesystem::path file() const { return folder_ / "feed_keys.json"; }

  const std::filesystem::path folder_;
};

}  // namespace host_stub
