#include "console/demo_shop.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <thread>

#include "feed/event_sender.h"
#include "files/durable_file.h"
#include "json/strict_json.h"
#include "wall_clock.h"

namespace host_stub {

namespace {

constexpr uint64_t demo_bytes_max = 4096;
constexpr size_t events_a_batch = 2000;
constexpr int days_before = 27;
constexpr int64_t days_open = 50;
constexpr auto korea_offset = std::chrono::hours(9);
constexpr auto pulse = std::chrono::milliseconds(500);
constexpr auto patience = std::chrono::seconds(2);

GeneratorSettings shop_from(std::chrono::sys_days from) {
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

crm::Result<std::unique_ptr<DemoShop>> DemoShop::open(const std::filesystem::path& folder,
                                                      std::vector<LoadedPlugin*> plugins,
                                                      TenantSettings& settings) {
  const auto from = first_day(folder / "demo.json");
  if (!from) return from.error();
  auto generator = Generator::create(shop_from(from.value()));
  if (!generator) return generator.error();
  const FeedHeader& header = generator.value()->header();
  const auto declared = declare_tenant(settings, header);
  if (!declared) return declared.error();
  const auto position = lowest_position(plugins, {header.tenant, header.source});
  if (!position) return position.error();
  return std::unique_ptr<DemoShop>(
      new DemoShop(std::move(generator.value()), std::move(plugins), position.value()));
}

// Whether there is an event to look at.
bool DemoShop::fetch() {
  while (next_ == batch_.events().size()) {
    if (!has_more_) return false;
    has_more_ = generator_->fill(batch_, events_a_batch);
    next_ = 0;
    while (next_ < batch_.events().size() && batch_.events()[next_]->seq <= position_) ++next_;
  }
  return true;
}

Outcome DemoShop::record(std::span<const crm_event* const> events,
                         const std::atomic<bool>& interrupted) {
  const FeedHeader& header = generator_->header();
  crm_event_ack ack{};
  auto taken = send_events(plugins_, {header.tenant, header.source}, events, ack, &interrupted);
  if (taken) next_ += events.size();
  return taken;
}

crm::Result<uint64_t> DemoShop::catch_up(int64_t now_us, const std::atomic<bool>& interrupted) {
  uint64_t recorded = 0;
  while (!interrupted && fetch()) {
    const std::span left = std::span(batch_.events()).subspan(next_);
    size_t due = 0;
    while (due < left.size() && left[due]->at_us <= now_us) ++due;
    if (due == 0) break;
    if (auto taken = record(left.first(due), interrupted); !taken) return taken.error();
    recorded += due;
  }
  return recorded;
}

// The next event as if it happened now.
crm::Result<uint64_t> DemoShop::hurry(int64_t now_us, const std::atomic<bool>& interrupted) {
  if (!fetch()) return uint64_t{0};
  const crm_event* const next = batch_.events()[next_];
  if (next->kind == CRM_EVENT_MESSAGE) return uint64_t{0};
  std::vector<std::max_align_t> copy(next->size / sizeof(std::max_align_t) + 1);
  std::memcpy(copy.data(), next, next->size);
  auto* const event = reinterpret_cast<crm_event*>(copy.data());
  event->at_us = now_us;
  const crm_event* const events[] = {event};
  if (auto taken = record(events, interrupted); !taken) return taken.error();
  return uint64_t{1};
}

void DemoShop::live(const std::stop_token& stop, const HostLog& log,
                    const std::atomic<bool>& interrupted) {
  for (auto quiet_since = std::chrono::steady_clock::now(); !stop.stop_requested();
       std::this_thread::sleep_for(pulse)) {
    auto recorded = catch_up(now_us(), interrupted);
    const bool is_quiet = std::chrono::steady_clock::now() - quiet_since >= patience;
    if (recorded && recorded.value() == 0 && is_quiet) recorded = hurry(now_us(), interrupted);
    if (!recorded) {
      if (interrupted) return;
      log.write(CRM_LOG_ERROR, "demo", recorded.error().detail + "; the demo shop stands still");
      return;
    }
    if (recorded.value() > 0) quiet_since = std::chrono::steady_clock::now();
  }
}

}  // namespace host_stub
