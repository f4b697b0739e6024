#include "console/demo/demo_shop.h"

#include <fmt/format.h>

#include <thread>

#include "base/wall_clock.h"
#include "feed/replay/event_sender.h"
#include "files/durable_file.h"
#include "json/strict_json.h"

namespace host_stub {

namespace {

constexpr uint64_t demo_bytes_max = 4096;
constexpr int days_before = 27;
constexpr int64_t first_day_max = 80'000;  // in the year 2189
constexpr int64_t days_open = 50;
constexpr auto korea_offset = std::chrono::hours(9);
constexpr auto pulse = std::chrono::milliseconds(500);
constexpr auto pause_after_failure = std::chrono::milliseconds(5000);

}  // namespace

GeneratorSettings demo_shop_from(std::chrono::sys_days from) {
  GeneratorSettings settings;
  // With this seed the message that failed for everyone, the cancelled one and the one with a
  // control group lie in the first four weeks.
  settings.seed = 6;
  settings.members = 60'000;
  settings.messages = 180;
  settings.deliveries = 500'000;
  settings.orders = 5'000;
  settings.statuses = ReportedStatuses::all;
  settings.from = from;
  settings.days = days_open;
  settings.source = "demo-life";
  return settings;
}

namespace {

// The shop's first day: as it was written down, or four weeks ago, written down now.
crm::Result<std::chrono::sys_days> first_day(const std::filesystem::path& file) {
  const auto text = read_file(file, demo_bytes_max);
  if (text) {
    const auto document = parse_strict_json(text.value());
    if (document && document.value().is_object() && document.value().contains("from_day") &&
        document.value()["from_day"].is_number_integer()) {
      const int64_t day = document.value()["from_day"].get<int64_t>();
      if (day >= 0 && day <= first_day_max) {
        return std::chrono::sys_days(std::chrono::days(static_cast<int>(day)));
      }
    }
    return failure(CRM_ERR_CORRUPT,
                   fmt::format("{} is damaged; start with an empty --data folder", file.string()));
  }
  if (text.error().status != CRM_ERR_NOT_FOUND) return text.error();
  const auto now = std::chrono::system_clock::now() + korea_offset;
  const auto from = std::chrono::floor<std::chrono::days>(now) - std::chrono::days(days_before);
  const Json document = {{"from_day", from.time_since_epoch().count()}};
  if (auto written = replace_file(file, document.dump() + "\n"); !written) return written.error();
  return from;
}

}  // namespace

crm::Result<std::unique_ptr<DemoShop>> DemoShop::open(const std::filesystem::path& folder,
                                                      std::vector<LoadedPlugin*> plugins,
                                                      TenantSettings& settings) {
  const auto from = first_day(folder / "demo.json");
  if (!from) return from.error();
  auto generator = Generator::create(demo_shop_from(from.value()));
  if (!generator) return generator.error();
  const FeedHeader& header = generator.value()->header();
  const auto declared = declare_tenant(settings, header);
  if (!declared) return declared.error();
  const auto position = lowest_position(plugins, {header.tenant, header.source});
  if (!position) return position.error();
  return std::unique_ptr<DemoShop>(
      new DemoShop(std::move(generator.value()), std::move(plugins), position.value()));
}

DemoShop::DemoShop(std::unique_ptr<Generator> generator, std::vector<LoadedPlugin*> plugins,
                   uint64_t position)
    : header_(generator->header()),
      plugins_(std::move(plugins)),
      life_(std::move(generator), position,
            [this](std::span<const crm_event* const> events) { return record(events); }) {}

Outcome DemoShop::record(std::span<const crm_event* const> events) {
  crm_event_ack ack{};
  return send_events(plugins_, {header_.tenant, header_.source}, events, ack, interrupted_);
}

crm::Result<uint64_t> DemoShop::catch_up(int64_t now_us, const std::atomic<bool>& interrupted) {
  interrupted_ = &interrupted;
  return life_.catch_up(now_us, interrupted);
}

// Runs on a thread of its own, where nobody else catches.
crm::Result<uint64_t> DemoShop::pulse_once(const DemoLife::Now& now,
                                           const std::atomic<bool>& interrupted) {
  try {
    return life_.pulse(now, interrupted);
  } catch (const std::bad_alloc&) {
    return crm::Error{CRM_ERR_NO_MEMORY, "out of memory"};
  }
}

void DemoShop::live(const std::stop_token& stop, const HostLog& log,
                    const std::atomic<bool>& interrupted) {
  interrupted_ = &interrupted;
  for (auto pause = pulse; !stop.stop_requested(); std::this_thread::sleep_for(pause)) {
    const int64_t steady_us = std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::steady_clock::now().time_since_epoch())
                                  .count();
    const auto recorded = pulse_once({now_us(), steady_us}, interrupted);
    if (interrupted) return;
    pause = pulse;
    if (!recorded) {
      pause = pause_after_failure;
      log.write(CRM_LOG_ERROR, "demo",
                recorded.error().detail + "; the demo shop goes on when that is mended");
    } else if (recorded.value() == 0 && life_.has_ended()) {
      log.write(
          CRM_LOG_WARNING, "demo",
          "everything of the demo shop has happened; for a new one start with an empty --data "
          "folder");
      return;
    }
  }
}

}  // namespace host_stub
