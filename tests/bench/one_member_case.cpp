// One member who does everything, as a shared id or a scanner of links does, against the same
// events of many members, which take turns.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "plugin_under_test.h"
#include "view_reader.h"

namespace crm_bench {

namespace {

constexpr const char* many_tenant = "many-shop";
constexpr const char* shop_source = "shop";
constexpr int64_t from_us = 1'772'409'600'000'000;  // 2026-03-02
constexpr int64_t apart_us = 1'000'000;             // an event a second
constexpr uint64_t messages = 20;

struct OneMemberOptions : CaseOptions {
  uint64_t events = 0;  // of each shop
  uint64_t slices = 0;
};

// Deliveries, clicks, orders and refunds in turns. Each fifth event is half a day late, so that it
// falls between what is stored already.
class Life {
 public:
  Life(std::string tenant, uint64_t members) : tenant_(std::move(tenant)), members_(members) {}

  double record(PluginUnderTest& plugin, uint64_t begin, uint64_t end) {
    double seconds = 0;
    for (uint64_t i = begin; i < end; ++i) {
      add(i);
      if (batch_.events().size() == batch_events) seconds += send(plugin);
    }
    if (!batch_.events().empty()) seconds += send(plugin);
    return seconds + settle(plugin, tenant_);
  }

 private:
  double send(PluginUnderTest& plugin) {
    const double seconds = plugin.record(tenant_, shop_source, batch_);
    batch_.clear();
    return seconds;
  }

  template <class Event>
  Event* begin(uint32_t kind, uint64_t i) {
    constexpr int64_t late_us = 43'200'000'000;
    auto* const event = batch_.arena().make<Event>();
    event->head.size = sizeof(Event);
    event->head.kind = kind;
    event->head.seq = i + 1;
    event->head.at_us = from_us + static_cast<int64_t>(i) * apart_us - (i % 5 == 4 ? late_us : 0);
    return event;
  }
  crm_str text(const char* prefix, uint64_t number) {
    return batch_.arena().keep(fmt::format("{}{}", prefix, number));
  }

  void add(uint64_t i) {
    switch (i % 4) {
      case 0: {
        auto* const event = begin<crm_event_delivery>(CRM_EVENT_DELIVERY, i);
        event->message_id = text("M-", i % messages);
        event->delivery_id = text("D-", i);
        event->member_id = text("member-", i / 4 % members_);
        event->channel = CRM_CHANNEL_SMS;
        event->status = CRM_DELIVERY_SENT;
        return batch_.add(&event->head, i + 1);
      }
      case 1: {
        auto* const event = begin<crm_event_touch>(CRM_EVENT_TOUCH, i);
        event->message_id = text("M-", i % messages);
        event->member_id = text("member-", i / 4 % members_);
        event->touch = CRM_TOUCH_CLICK;
        return batch_.add(&event->head, i + 1);
      }
      case 2: {
        auto* const event = begin<crm_event_order>(CRM_EVENT_ORDER, i);
        event->order_id = text("O-", i);
        event->member_id = text("member-", i / 4 % members_);
        event->currency = crm::str("KRW");
        event->amount_minor = 10'000;
        return batch_.add(&event->head, i + 1);
      }
      default: {
        // Of one order, as all else is of one member.
        auto* const event = begin<crm_event_refund>(CRM_EVENT_REFUND, i);
        event->refund_id = text("R-", i);
        event->order_id = text("O-", 4 * (i / 4 % members_) + 2);
        event->currency = crm::str("KRW");
        event->amount_minor = 1;
        return batch_.add(&event->head, i + 1);
      }
    }
  }

  const std::string tenant_;
  const uint64_t members_;
  host_stub::EventBatch batch_;
};

Json measure(const OneMemberOptions& options) {
  PluginUnderTest plugin({options.data, options.plugin_folder});
  plugin.declare(bench_tenant);
  plugin.declare(many_tenant);
  Life one{std::string(bench_tenant), 1};
  Life many{many_tenant, options.events};
  const uint64_t slice = options.events / options.slices;
  Json slices = Json::array();
  for (uint64_t i = 0; i < options.slices; ++i) {
    // Whoever comes first may find the other's data in the caches, or not.
    const bool one_first = i % 2 == 0;
    const double first_s = (one_first ? one : many).record(plugin, i * slice, (i + 1) * slice);
    const double second_s = (one_first ? many : one).record(plugin, i * slice, (i + 1) * slice);
    slices.push_back(
        {{"one_s", one_first ? first_s : second_s}, {"many_s", one_first ? second_s : first_s}});
  }
  plugin.close();
  return {{"slice_events", slice}, {"slices", slices}, {"bytes", stored_bytes(options.data)}};
}

}  // namespace

void add_one_member_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<OneMemberOptions>();
  CLI::App* command =
      app.add_subcommand("one-member", "Record what one member does, beside what many do");
  add_place_options(*command, *options);
  command->add_option("--events", options->events)->required()->check(CLI::PositiveNumber);
  command->add_option("--slices", options->slices)->required()->check(CLI::PositiveNumber);
  command->callback([&chosen, options] { chosen = [options] { return measure(*options); }; });
}

}  // namespace crm_bench
