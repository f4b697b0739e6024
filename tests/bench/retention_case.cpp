// What dropping the older half of a shop does to the batches that go on meanwhile, how long it
// takes, and how much disk it gives back.

#include <crm/ext/config.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "base/wall_clock.h"
#include "case.h"
#include "latencies.h"
#include "shop_feed.h"

namespace crm_bench {

namespace {

constexpr int64_t day_us = 86'400'000'000;
constexpr int64_t shop_days = 400;
constexpr int64_t kept_days = 200;
// At most so many times the batches before it are recorded during a sweep.
constexpr uint64_t sweep_factor_max = 200;
// A sweep is looked at again after so many batches.
constexpr uint64_t looked_at_batches = 8;
// What the plugin leaves free in its file.
constexpr int64_t left_free_bytes = int64_t{16} << 20;
constexpr int64_t left_free_percent = 10;

struct RetentionOptions : CaseOptions {
  uint64_t batches = 0;  // before the sweep
};

using host_stub::now_us;

// The plugin's own database, as anybody may read it.
class StoreFile {
 public:
  explicit StoreFile(const std::filesystem::path& data) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data / "plugins")) {
      if (entry.path().filename() == "history.db") file_ = entry.path();
    }
    if (sqlite3_open_v2(file_.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
      throw crm::Failure(CRM_ERR_IO, file_.string() + ": cannot be opened; run it again");
    }
  }
  ~StoreFile() { sqlite3_close(database_); }
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;

  int64_t number(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    int64_t value = -1;
    if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return value;
  }
  bool is_swept() { return number("SELECT value FROM meta WHERE key = 'retention.phase'") == 0; }
  int64_t free_bytes() { return number("PRAGMA freelist_count") * number("PRAGMA page_size"); }
  bool has_given_back() {
    const int64_t bytes = number("PRAGMA page_count") * number("PRAGMA page_size");
    return free_bytes() <= std::max(left_free_bytes, bytes * left_free_percent / 100);
  }

 private:
  std::filesystem::path file_;
  sqlite3* database_ = nullptr;
};

// Batches of deliveries of now, in turn.
class Traffic {
 public:
  Traffic(const Shop& shop, PluginUnderTest& plugin, uint64_t from)
      : feed_(shop, plugin, std::string(bench_tenant)), next_(from) {}
  double record_batch() {
    next_ += batch_events;
    return feed_.record_deliveries(next_ - batch_events, next_);
  }
  uint64_t next() const { return next_; }

 private:
  ShopFeed feed_;
  uint64_t next_;
};

struct Sweep {
  Latencies during;
  uint64_t batches = 0;  // until everything was dropped; more follow while pages are given back
  double seconds = 0;
};

Sweep sweep(const RetentionOptions& options, Traffic& traffic) {
  Sweep found;
  StoreFile file(options.data);
  const uint64_t batches_max = options.batches * sweep_factor_max;
  for (uint64_t batch = 1; batch <= batches_max; ++batch) {
    const double seconds = traffic.record_batch();
    if (found.batches == 0) {
      found.during.add(seconds);
      found.seconds += seconds;
    }
    if (batch % looked_at_batches != 0 || !file.is_swept()) continue;
    if (found.batches == 0) found.batches = batch;
    if (file.has_given_back()) break;
  }
  return found;
}

void fill(const RetentionOptions& options, const Shop& shop) {
  PluginUnderTest plugin({options.data, options.plugin_folder});
  plugin.declare(bench_tenant);
  ShopFeed feed(shop, plugin, std::string(bench_tenant));
  feed.record_messages();
  feed.record_deliveries(0, options.size.deliveries);
  feed.record_sales(0, options.size.deliveries, Clicks::with);
  plugin.close();
}

Json measure(const RetentionOptions& options) {
  ShopSize size = options.size;
  size.begin_us = now_us() - shop_days * day_us;
  size.span_us = shop_days * day_us;
  const uint64_t measured = options.batches * (1 + sweep_factor_max) * batch_events;
  size.later_deliveries = measured;
  const Shop shop(size);
  fill(options, shop);
  Json json{{"deliveries", options.size.deliveries}};
  uint64_t next = options.size.deliveries;
  {
    PluginUnderTest plugin({options.data, options.plugin_folder});
    Traffic traffic(shop, plugin, next);
    Latencies before;
    for (uint64_t i = 0; i < options.batches; ++i) before.add(traffic.record_batch());
    next = traffic.next();
    plugin.close();
    json["before"] = before.json();
  }
  json["bytes_before"] = stored_bytes(options.data);
  // Settings are read again once a minute; a plugin that starts reads them at once.
  PluginUnderTest plugin({options.data, options.plugin_folder});
  required(plugin.session().settings().declare(bench_tenant,
                                               {{"retention.days", std::to_string(kept_days)}}));
  Traffic traffic(shop, plugin, next);
  const Sweep found = sweep(options, traffic);
  plugin.close();
  json["during"] = found.during.json();
  json["sweep_batches"] = found.batches;
  json["sweep_s"] = found.seconds;
  json["recorded_meanwhile"] = traffic.next() - next;
  json["bytes_after"] = stored_bytes(options.data);
  StoreFile file(options.data);
  json["orders_left"] = file.number("SELECT count(*) FROM orders");
  json["touches_left"] = file.number("SELECT count(*) FROM touch");
  json["free_bytes"] = file.free_bytes();
  return json;
}

}  // namespace

void add_retention_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<RetentionOptions>();
  CLI::App* command = app.add_subcommand("retention", "Drop the older half while batches go on");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--batches", options->batches)->required();
  command->callback([&chosen, options] { chosen = [options] { return measure(*options); }; });
}

}  // namespace crm_bench
