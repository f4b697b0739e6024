#include "console/demo_shop.h"

#include <crm/ext/config.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <span>
#include <thread>

#include "feed/event_sender.h"
#include "files/durable_file.h"
#include "json/strict_json.h"

namespace host_stub {

namespace {

constexpr uint64_t demo_bytes_max = 4096;
constexpr size_t events_a_batch = 2000;
constexpr int days_before = 27;
constexpr int64_t days_open = 90;
constexpr auto korea_offset = std::chrono::hours(9);
constexpr auto pulse = std::chrono::milliseconds(500);

GeneratorSettings shop_from(std::chrono::sys_days from) {
  GeneratorSettings settings;
  settings.seed = 20;
  settings.members = 60'000;
  settings.messages = 320;
  settings.deliveries = 900'000;
  settings.orders = 9'000;
  settings.statuses = ReportedStatuses::all;
  settings.from = from;
  settings.days = days_open;
  settings.source = "demo-life";
  return settings;
}

// The shop's first day: as it was written down, or four weeks ago, written down now.
crm::Result<std::chrono::sys_days> first_day(const std::filesystem::path& file) {
  const auto text = read_file(file, demo_bytes_max);
  if (text) {
    const auto document = parse_strict_json(text.value());
    if (document && document.value().is_object() && document.value().contains("from_day") &&
        document.value()["from_day"].is_number_integer()) {
      return std::chrono::sys_days(std::chrono::days(document.value()["from_day"].get<int>()));
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

int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

crm::Result<std::unique_ptr<DemoShop>> DemoShop::open(const std::filesystem::path& folder,
                                                      std::vector<LoadedPlugin*> plugins,
                                                      TenantSettings& settings) {
  const auto from = first_day(folder / "demo.json");
  if (!from) return from.error();
  auto generator = Generator::create(shop_from(from.value()));
  if (!generator) return generator.error();
  const FeedHeader& header = generator.value()->header();
  const auto declared = settings.declare(header.tenant, {{CRM_CONFIG_TIME_ZONE, header.time_zone},
                                                         {CRM_CONFIG_CURRENCY, header.currency}});
  if (!declared) return declared.error();
  const auto position = lowest_position(plugins, {header.tenant, header.source});
  if (!position) return position.error();
  return std::unique_ptr<DemoShop>(
      new DemoShop(std::move(generator.value()), std::move(plugins), position.value()));
}

crm::Result<uint64_t> DemoShop::catch_up(int64_t now_us, const std::atomic<bool>& interrupted) {
  uint64_t recorded = 0;
  const FeedHeader& header = generator_->header();
  while (!interrupted) {
    if (next_ == batch_.events().size()) {
      if (!has_more_) break;
      has_more_ = generator_->fill(batch_, events_a_batch);
      next_ = 0;
      while (next_ < batch_.events().size() && batch_.events()[next_]->seq <= position_) ++next_;
    }
    const std::span left = std::span(batch_.events()).subspan(next_);
    size_t due = 0;
    while (due < left.size() && left[due]->at_us <= now_us) ++due;
    if (due == 0) {
      if (left.empty()) continue;
      break;
    }
    crm_event_batch sent{};
    sent.size = sizeof(sent);
    sent.tenant = crm::str(header.tenant);
    sent.source = crm::str(header.source);
    sent.events = left.data();
    sent.count = due;
    for (LoadedPlugin* plugin : plugins_) {
      crm_event_ack ack{};
      ack.size = sizeof(ack);
      if (auto taken = send_batch(*plugin, sent, ack, &interrupted); !taken) return taken.error();
    }
    next_ += due;
    recorded += due;
  }
  return recorded;
}

void DemoShop::live(const std::stop_token& stop, const HostLog& log,
                    const std::atomic<bool>& interrupted) {
  while (!stop.stop_requested()) {
    if (const auto recorded = catch_up(now_us(), interrupted); !recorded) {
      log.write(CRM_LOG_ERROR, "demo", recorded.error().detail + "; the demo shop stands still");
      return;
    }
    std::this_thread::sleep_for(pulse);
  }
}

}  // namespace host_stub
