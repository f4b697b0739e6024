// POST /feed: events of one source, as a crm-feed/1 in the body.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "console/accounts/feed_keys.h"
#include "console/routes/answers.h"
#include "console/routes/gate.h"
#include "feed/feed_reader.h"
#include "loader/loaded_plugin.h"
#include "loader/tenant_settings.h"

namespace host_stub {

inline constexpr size_t feed_body_bytes_max = 16u << 20;
// The maximum that a gzip body unpacks to.
inline constexpr uint64_t feed_unpacked_bytes_max = 256u << 20;

class FeedRoutes {
 public:
  FeedRoutes(const Gate& gate, std::vector<LoadedPlugin*> plugins, const FeedKeys& keys,
             TenantSettings& settings, const std::atomic<bool>& interrupted)
      : gate_(gate),
        plugins_(std::move(plugins)),
        keys_(keys),
        settings_(settings),
        interrupted_(interrupted) {}

  // POST /feed with "Authorization: Bearer KEY": what of the body is recorded. Each batch of it is
  // acknowledged or not; after a failure, or when the host stops, send the body again. A body that
  // cannot be read whole, or that holds a stream of another key, is refused whole. With ?again=1
  // events at or below the position are taken as well: those that were refused and are corrected.
  // GET /feed: {"tenant", "source", "position"}, what to go on after.
  void add_to(http::Router& router);

 private:
  std::optional<FeedStream> stream_of(const http::Request& request, http::Response& response) const;
  void position(const http::Request& request, http::Response& response) const;
  void record(const http::Request& request, http::Response& response);
  std::variant<Json, Refusal> record(const http::Request& request, const FeedStream& stream);
  std::optional<Refusal> why_refused(const FileHandle& body, const FeedStream& stream) const;
  struct FeedAnswer;
  std::optional<Refusal> record_stream(FeedReader& reader, StreamName name, FeedAnswer& total);
  // One call at a time for each stream, as the plugin interface demands.
  std::shared_ptr<crm::Mutex> turn_of(const FeedStream& stream);

  const Gate& gate_;
  const std::vector<LoadedPlugin*> plugins_;
  const FeedKeys& keys_;
  TenantSettings& settings_;
  const std::atomic<bool>& interrupted_;
  crm::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<crm::Mutex>> turns_
      CRM_GUARDED_BY(mutex_);
};

}  // namespace host_stub
