#include "console/feed_keys.h"

#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include "feed/feed_header.h"
#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "keys/sha256.h"
#include "printable.h"

namespace host_stub {

namespace {

constexpr size_t key_bytes = 32;
constexpr uint64_t keys_bytes_max = 16u << 20;
constexpr size_t name_bytes_max = 256;

// {"keys": {<hex of the key's SHA-256>: {"tenant", "source"}}}
crm::Result<Json> read_keys(const std::filesystem::path& file) {
  const auto text = read_file(file, keys_bytes_max);
  if (!text && text.error().status == CRM_ERR_NOT_FOUND) return Json{{"keys", Json::object()}};
  if (!text) return text.error();
  auto document = parse_strict_json(text.value());
  const bool is_sound = document && document.value().is_object() &&
                        document.value().contains("keys") && document.value()["keys"].is_object();
  if (is_sound) return document;
  return failure(CRM_ERR_CORRUPT,
                 fmt::format("the feed keys in {} are damaged; restore the file, or remove it and "
                             "issue new keys",
                             file.string()));
}

}  // namespace

crm::Result<std::string> FeedKeys::issue(const FeedStream& stream) {
  if (!is_stream_name(stream.tenant, name_bytes_max) ||
      !is_stream_name(stream.source, name_bytes_max)) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("{} or {} is no name of a tenant and a source; use letters, digits, "
                               "dots, dashes and underscores",
                               printable(stream.tenant), printable(stream.source)));
  }
  const auto lock = FolderLock::acquire(folder_);
  if (!lock) return lock.error();
  auto stored = read_keys(file());
  if (!stored) return stored.error();
  Json& keys = stored.value()["keys"];
  for (auto entry = keys.begin(); entry != keys.end();) {
    const bool is_same =
        entry->value("tenant", "") == stream.tenant && entry->value("source", "") == stream.source;
    entry = is_same ? keys.erase(entry) : std::next(entry);
  }
  const std::string key = crm::base64url_encode(random_bytes(key_bytes));
  keys[to_hex(sha256(key))] = {{"tenant", stream.tenant}, {"source", stream.source}};
  if (auto written = replace_file(file(), stored.value().dump(2) + "\n"); !written) {
    return written.error();
  }
  return key;
}

crm::Result<std::optional<FeedStream>> FeedKeys::find(std::string_view key) const {
  const auto stored = read_keys(file());
  if (!stored) return stored.error();
  const Json& keys = stored.value()["keys"];
  const auto found = keys.find(to_hex(sha256(key)));
  if (found == keys.end() || !found->is_object()) return std::optional<FeedStream>();
  return std::optional(FeedStream{found->value("tenant", ""), found->value("source", "")});
}

}  // namespace host_stub
