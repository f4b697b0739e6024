// How long views take in a large store while events arrive at a steady rate.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "case.h"
#include "latencies.h"
#include "shop_events.h"
#include "stopwatch.h"
#include "view_probes.h"

namespace crm_bench {

namespace {

struct BusyViewsOptions : CaseOptions {
  uint64_t events_a_second = 0;
  uint64_t samples = 0;
  double seconds_a_view_max = 0;
};

// Records deliveries of now on a thread of its own, a batch at a time, each when it is due.
class SteadyTraffic {
 public:
  SteadyTraffic(const Shop& shop, host_stub::LoadedPlugin& plugin, uint64_t events_a_second)
      : shop_(shop),
        plugin_(plugin),
        pause_(std::chrono::microseconds(batch_events * 1'000'000 / events_a_second)),
        position_(required(plugin.position({bench_tenant, send_engine}))),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  // Ends it; throws when a batch was not recorded.
  Json end() {
    thread_.request_stop();
    thread_.join();
    if (!failure_.empty()) throw crm::Failure(CRM_ERR_INTERNAL, failure_);
    return {{"events", recorded_}, {"seconds", seconds_}, {"batches", batches_.json()}};
  }

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop) {
    ShopEvents events(shop_, position_);
    const Stopwatch watch;
    auto due = Clock::now();
    const uint64_t begin = shop_.size().deliveries;
    const uint64_t end = begin + shop_.size().later_deliveries;
    for (uint64_t next = begin; next + batch_events <= end && !stop.stop_requested();) {
      host_stub::EventBatch batch;
      for (const uint64_t last = next + batch_events; next < last; ++next) {
        events.add_final_delivery(next, batch);
      }
      std::this_thread::sleep_until(due);
      due += pause_;
      if (!record(batch)) return;
    }
    seconds_ = watch.seconds();
  }

  bool record(const host_stub::EventBatch& batch) {
    crm_event_batch sent{};
    sent.size = sizeof(sent);
    sent.tenant = crm::str(bench_tenant);
    sent.source = crm::str(send_engine);
    sent.events = batch.events().data();
    sent.count = batch.events().size();
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    const Stopwatch watch;
    const auto recorded = plugin_.on_batch(sent, ack);
    batches_.add(watch.seconds());
    recorded_ += ack.accepted;
    if (recorded && ack.accepted == sent.count) return true;
    failure_ = recorded ? fmt::format("{} of {} events were accepted", ack.accepted, sent.count)
                        : recorded.error().detail;
    return false;
  }

  const Shop& shop_;
  host_stub::LoadedPlugin& plugin_;
  const Clock::duration pause_;
  const uint64_t position_;
  uint64_t recorded_ = 0;
  double seconds_ = 0;
  Latencies batches_;
  std::string failure_;
  std::jthread thread_;  // last, since it uses the others
};

Json measure(const BusyViewsOptions& options) {
  constexpr uint64_t warm_up = 3;
  constexpr uint64_t seconds_max = 3'600;
  ShopSize size = options.size;
  size.later_deliveries = options.events_a_second * seconds_max;
  const Shop shop(size);
  PluginUnderTest plugin({options.data, options.plugin_folder});
  ViewReader reader(plugin, bench_tenant);
  const std::vector<ViewProbe> probes = view_probes(reader);
  SteadyTraffic traffic(shop, plugin.plugin(), options.events_a_second);
  Json views = Json::array();
  for (const ViewProbe& probe : probes) {
    if (probe.shows == Shows::filtered) continue;
    Latencies found;
    const Stopwatch watch;
    for (uint64_t n = 0; n < options.samples + warm_up; ++n) {
      const ViewAnswer answer = reader.read(probe.call(shop, reader, n));
      if (n < warm_up) continue;
      found.add(answer.seconds);
      if (watch.seconds() > options.seconds_a_view_max) break;
    }
    views.push_back({{"view", probe.name}, {"found", found.json()}});
  }
  Json recorded = traffic.end();
  plugin.close();
  return {{"views", views}, {"recorded", recorded}};
}

}  // namespace

void add_busy_views_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<BusyViewsOptions>();
  CLI::App* command =
      app.add_subcommand("busy-views", "Time the views of a filled tenant while events arrive");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--events-a-second", options->events_a_second)
      ->required()
      ->check(CLI::PositiveNumber);
  command->add_option("--samples", options->samples, "Of each view")->required();
  command
      ->add_option("--seconds-a-view", options->seconds_a_view_max, "Ends a view's samples early")
      ->required();
  command->callback([&chosen, options] { chosen = [options] { return measure(*options); }; });
}

}  // namespace crm_bench
