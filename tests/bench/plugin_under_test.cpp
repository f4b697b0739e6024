#include "plugin_under_test.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <crm/ext/config.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "shop.h"

namespace crm_bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto rest_poll = std::chrono::milliseconds(250);
constexpr auto rest_without_change = std::chrono::seconds(3);

// Which sorted runs the stores have: what tidying changes.
std::string runs_of(const std::filesystem::path& data) {
  std::string runs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data / "plugins")) {
    if (entry.path().filename() != "history.db") continue;
    const SQLite::Database db(entry.path().string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(db, "SELECT run_no, entries FROM run ORDER BY run_no");
    while (query.executeStep()) {
      runs += fmt::format("{}:{} ", query.getColumn(0).getInt64(), query.getColumn(1).getInt64());
    }
  }
  return runs;
}

}  // namespace

PluginUnderTest::PluginUnderTest(const PluginPlace& place) {
  host_stub::SessionOptions options;
  options.data = place.data;
  options.plugin_folder = place.plugin_folder;
  session_ = required(host_stub::Session::open(options, host_stub::DataFolder::made));
  const auto plugins = required(session_->plugins_with_events());
  if (plugins.size() != 1 || !plugins.front()->offers_views() ||
      !plugins.front()->offers_exports()) {
    throw crm::Failure(CRM_ERR_UNSUPPORTED,
                       place.plugin_folder.string() +
                           " must hold exactly one plugin with events, views and exports; name "
                           "another folder with --plugin-dir");
  }
  plugin_ = plugins.front();
}

void PluginUnderTest::declare(std::string_view tenant) {
  required(
      session_->settings().declare(tenant, {{CRM_CONFIG_TIME_ZONE, std::string(shop_time_zone)},
                                            {CRM_CONFIG_CURRENCY, std::string(shop_currency)}}));
}

double PluginUnderTest::record(std::string_view tenant, std::string_view source,
                               const host_stub::EventBatch& batch) {
  crm_event_batch sent{};
  sent.size = sizeof(sent);
  sent.tenant = crm::str(tenant);
  sent.source = crm::str(source);
  sent.events = batch.events().data();
  sent.count = batch.events().size();
  crm_event_rejection rejection{};
  crm_event_ack ack{};
  ack.size = sizeof(ack);
  ack.rejections = &rejection;
  ack.rejections_capacity = 1;
  const double seconds = timed([&] { require(plugin_->on_batch(sent, ack)); });
  if (ack.accepted != sent.count || ack.durable_seq != batch.events().back()->seq) {
    throw crm::Failure(
        CRM_ERR_INTERNAL,
        fmt::format("of {} events {} were accepted, {} were duplicates and {} "
                    "rejected ({}); mend the benchmark's events",
                    sent.count, ack.accepted, ack.duplicates, ack.rejected, rejection.reason));
  }
  return seconds;
}

void PluginUnderTest::rest(const std::filesystem::path& data) const {
  std::string before;
  for (auto since = Clock::now(); Clock::now() - since < rest_without_change;) {
    std::this_thread::sleep_for(rest_poll);
    std::string now = runs_of(data);
    if (now == before) continue;
    before = std::move(now);
    since = Clock::now();
  }
}

double PluginUnderTest::close() {
  return timed([this] {
    plugin_ = nullptr;
    session_.reset();
  });
}

uint64_t stored_bytes(const std::filesystem::path& data) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data / "plugins")) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace crm_bench
