// Keys of those who report events over HTTP, one a source; kept as SHA-256 in
// DATA/host/feed_keys.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "outcome.h"

namespace host_stub {

struct FeedStream {
  std::string tenant;
  std::string source;
};

// Thread-safe: every call reads the file, so that a new key counts at once.
class FeedKeys {
 public:
  explicit FeedKeys(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // A new key of the stream, shown once; the one before it no longer counts.
  crm::Result<std::string> issue(const FeedStream& stream);

  // Whose key it is; empty when it is nobody's.
  crm::Result<std::optional<FeedStream>> find(std::string_view key) const;

 private:
  std::filesystem::path file() const { return folder_ / "feed_keys.json"; }

  const std::filesystem::path folder_;
};

}  // namespace host_stub
