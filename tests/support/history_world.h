// A small shop in memory that has something of everything the views show.
//
// Every text in it is ASCII, so that whatever Hangul a document holds comes from the plugin.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "history/document/member_refs.h"
#include "history/request/view_context.h"
#include "history/request/view_request.h"
#include "store/store.h"
#include "support/fake_snapshot.h"

namespace crm_test {

inline constexpr std::int64_t minute_us = 60 * mh::second_us;
// 2026-11-20T12:00:00+09:00: when order O-1 was placed.
inline constexpr std::int64_t noon_us = 1'795'143'600 * mh::second_us;
inline constexpr std::int64_t now_us = noon_us + 2 * mh::day_us;
inline constexpr std::int32_t noon_day = 20'777;  // 2026-11-20
inline constexpr mh::Sha256 tenant_key{7, 7, 7};

inline const std::string hostile_name = "<script>alert(\"1\")</script> & {0} %s '; DROP";
inline const std::string secret_ids[] = {"zq-member-0042", "yx.jiwon@example.test", "w7tombstone",
                                         "vvshort"};

struct World {
  FakeSnapshot snapshot;
  mh::TenantFacts tenant{"mall-1", "Asia/Seoul", "KRW", {}, tenant_key};
  // Of another rule than the one in force: M-welcome takes an order from M-sale.
  mh::Reattribution reattribution = [](const mh::Rule&) {
    return mh::Sold{{{{1}, "USD"}, {1, 1'250, 0}}, {{{3}, "KRW"}, {86, 4'300'000, 10'000}}};
  };
};

inline mh::StatusMark mark(mh::DeliveryStatus status, std::int64_t at_us, std::string code = {}) {
  return {status, at_us, std::move(code), {}, {}};
}

struct DeliveryPlan {
  std::int64_t message = 1;
  std::string id;
  std::int64_t member = 1;
  std::int64_t route = 1;
  std::int64_t chain = 0;
  std::vector<mh::StatusMark> marks;
};

inline void add_delivery(World& world, const DeliveryPlan& plan) {
  mh::Delivery delivery{mh::MessageNo{plan.message}, plan.id, {}};
  delivery.state.member = mh::MemberNo{plan.member};
  delivery.state.chain = mh::ChainNo{plan.chain};
  for (mh::StatusMark one : plan.marks) {
    if (!one.route) one.route = mh::RouteNo{plan.route};
    delivery.state.merge(one, std::less<>());
  }
  world.snapshot.all_deliveries.push_back(std::move(delivery));
}

inline FakeSnapshot::Message& add_message(World& world, std::string id, std::string name,
                                          mh::MessageKind kind, mh::MessageState state) {
  FakeSnapshot::Message message;
  message.row.number = {static_cast<std::int64_t>(world.snapshot.all_messages.size()) + 1};
  message.row.message_id = std::move(id);
  message.row.activity_at_us = noon_us - message.row.number.value * mh::hour_us;
  if (kind != mh::MessageKind::unknown) {
    message.row.report.facts = {noon_us - mh::day_us, state, kind, mh::Channel::alimtalk,
                                std::move(name)};
  }
  world.snapshot.all_messages.push_back(std::move(message));
  return world.snapshot.all_messages.back();
}

inline void add_messages(World& world) {
  auto& sale = add_message(world, "M-sale", hostile_name, mh::MessageKind::manual,
                           mh::MessageState::completed);
  sale.row.sent_at_us = noon_us - 3 * mh::hour_us;
  sale.row.counts = {{2, 1, 2, 2, 1, 1, 0, 0}, 2, 1, 0, 2, 2};
  sale.money = {{"KRW", {1, 50'000, 10'000, 900}}, {"USD", {1, 1'250, 0, 0}}};
  const mh::Route talk{{1}, mh::Channel::alimtalk, "mts-kakao"};
  const mh::Route text{{2}, mh::Channel::sms, "mts-sms"};
  sale.failures = {{talk, "3018", {1, 0}}, {text, "S34", {1, 1}}, {text, "X-9", {1, 0}}};
  sale.revenue_days = {{noon_day, "KRW", {1, 50'000, 10'000}},
                       {noon_day + 1, "USD", {1, 1'250, 0}}};
  auto& soon = add_message(world, "M-soon", "Winter news", mh::MessageKind::manual,
                           mh::MessageState::scheduled);
  soon.row.report.scheduled_at_us = {noon_us, noon_us + 5 * mh::day_us};
  auto& welcome = add_message(world, "M-welcome", "Welcome", mh::MessageKind::automatic,
                              mh::MessageState::sending);
  welcome.row.sent_at_us = noon_us - 30 * mh::day_us;
  welcome.row.counts = {{1'000, 10, 5, 505, 900, 500, 90, 20}, 120, 0, 0, 80, 85};
  welcome.money = {{"KRW", {85, 4'250'000, 0, 13'000}}};
  welcome.revenue_days = {{noon_day - 100, "KRW", {40, 2'000'000, 0}},
                          {noon_day, "KRW", {45, 2'250'000, 0}}};
  add_message(world, "M-cart", "Cart reminder", mh::MessageKind::automatic,
              mh::MessageState::sending);
  add_message(world, "M-held", {}, mh::MessageKind::unknown, mh::MessageState::unknown);
  world.snapshot.period_rows = {{{3}, {10, 1, 0, 0, 4}, {{"KRW", {2, 100'000, 0, 0}}}},
                                {{4}, {20, 0, 0, 0, 1}, {}}};
  world.snapshot.shop_money = {{"KRW", {200, 9'000'000, 20'000}}, {"USD", {3, 5'000, 0}}};
  world.snapshot.routes = {talk, text};
}

inline void add_deliveries(World& world) {
  using enum mh::DeliveryStatus;
  const std::int64_t sent_us = noon_us - 3 * mh::hour_us;
  add_delivery(world,
               {1, "d-01", 1, 1, 1, {mark(accepted, sent_us), mark(failed, sent_us + 9, "3018")}});
  add_delivery(world, {1, "d-02", 1, 2, 1, {mark(delivered, sent_us + minute_us)}});
  add_delivery(world, {1, "d-03", 2, 2, 0, {mark(failed, sent_us, "S34")}});
  add_delivery(world, {1, "d-04", 3, 1, 0, {mark(accepted, sent_us)}});
  add_delivery(world, {1, "d-05", 4, 1, 0, {mark(skipped, sent_us, "opt_out")}});
  add_delivery(world, {1, "d-06", 4, 1, 0, {mark(held_out, sent_us)}});
  add_delivery(world, {1, "d-07", -1, 1, 0, {mark(uncertain, sent_us, "3005")}});
  add_delivery(world, {1, "d-08", 2, 1, 2, {}});
  add_delivery(world, {1, "d-09", 2, 2, 2, {mark(sent, sent_us)}});
  world.snapshot.members = {{{1}, secret_ids[0], false},
                            {{2}, secret_ids[1], false},
                            {{3}, secret_ids[2], true},
                            {{4}, secret_ids[3], false}};
}

inline mh::Order order(std::int64_t number, std::string id, std::int64_t member,
                       std::string currency, std::int64_t amount_minor) {
  mh::Order made;
  made.number = {number};
  made.order_id = std::move(id);
  made.member = {member};
  made.placed_at_us = noon_us;
  made.version = {0, noon_us, std::move(currency), amount_minor, {}, {}, {}};
  return made;
}

inline mh::CreditRow credit(const mh::Order& of, std::int64_t message, mh::TouchKind touch,
                            std::int64_t touch_at_us) {
  return {of.number,
          {message},
          of.placed_at_us,
          of.member,
          of.version.currency,
          of.version.amount_minor,
          of.refunded_minor,
          touch,
          touch_at_us,
          {},
          1};
}

inline void add_orders(World& world) {
  FakeSnapshot& store = world.snapshot;
  mh::Order first = order(1, "O-1", 1, "KRW", 50'000);
  first.refunded_minor = 10'000;
  first.version.lines = {{"P-1", "Mug", "blue", 20'000, 500, 2},
                         {"P-2", "=SUM(A1)", "", 9'000, 0, 1}};
  mh::Order named = order(2, "O-2", 2, "USD", 1'250);
  named.version.message = {1};
  named.version.message_id = "M-sale";
  mh::Order guest = order(3, "O-3", 0, "KRW", 0);
  mh::Order returned = order(4, "O-4", 3, "KRW", 1'000);
  returned.refunded_minor = 1'000;
  returned.version.lines = {{"P-3", "Bolt", "", 1'000'000'000'000, 0, 1'000'000'000}};
  store.orders = {first, named, guest, returned};
  store.refunds = {{"R-1", "O-1", noon_us + mh::hour_us, "KRW", 10'000},
                   {"R-2", "O-4", noon_us + mh::hour_us, "KRW", 1'500},
                   {"R-3", "O-4", noon_us + mh::hour_us, "EUR", 700}};
  store.credits = {credit(first, 1, mh::TouchKind::click, noon_us - 2 * mh::hour_us),
                   credit(named, 1, mh::TouchKind::explicit_message, noon_us)};
  store.touches = {{{1}, noon_us - 2 * mh::hour_us, mh::TouchKind::click, {1}, {}},
                   {{1}, noon_us - 2 * mh::day_us, mh::TouchKind::coupon, {3}, {}},
                   {{1}, noon_us - 7 * mh::day_us - 192 * minute_us, mh::TouchKind::click, {3}, {}},
                   {{1}, noon_us + 5 * minute_us, mh::TouchKind::click, {1}, {}},
                   {{1}, noon_us - mh::hour_us, mh::TouchKind::open, {1}, {}}};
}

inline void add_timelines(World& world) {
  FakeSnapshot& store = world.snapshot;
  std::int64_t at_us = noon_us + mh::hour_us;
  const auto row = [&at_us](mh::TimelineRow::What what) {
    mh::TimelineRow made;
    made.what = what;
    made.at_us = at_us -= minute_us;
    made.key = {at_us, std::string("\xFF\0tie", 5)};
    return made;
  };
  for (const std::int64_t member : {1, 2, 3}) {
    auto& rows = store.timelines[member];
    rows.push_back(row(mh::TimelineRow::What::refund));
    rows.back().refund = store.refunds[0];
    rows.push_back(row(mh::TimelineRow::What::order));
    rows.back().order = store.orders[0];
    for (const mh::TouchRow& touch : store.touches) {
      rows.push_back(row(mh::TimelineRow::What::touch));
      rows.back().touch = touch;
      rows.back().message = touch.message;
    }
    for (const mh::Delivery& delivery : store.all_deliveries) {
      if (delivery.state.marks.empty()) continue;
      rows.push_back(row(mh::TimelineRow::What::delivery));
      rows.back().delivery = delivery;
      rows.back().message = delivery.message;
    }
  }
}

inline void add_records(World& world) {
  FakeSnapshot& store = world.snapshot;
  store.all_sources = {{{1}, "send-engine", 900, 880, 5, 2, 13, 9, now_us - 90 * minute_us},
                       {{2}, "shop", 0, 0, 0, 0, 0, 0, 0}};
  store.quarantined = {
      {1, "send-engine", {{1}, 17, now_us, "delivery", "status 99 is unknown", {}, {}}}};
  store.held_message_count = 1;
  store.store_size = {12'345'678, 512};
  mh::Sha256 previous{};
  for (const char* event : {"granted", "completed", "refused"}) {
    mh::AuditRow row;
    row.number = static_cast<std::int64_t>(store.audit.size()) + 1;
    row.at_us = now_us;
    row.event = event;
    row.actor = "kim@mall";
    row.reason = "month end";
    row.message_id = "M-sale";
    row.csv_sha256 = row.event == "completed" ? std::string(64, 'a') : "";
    row.previous_sha256 = previous;
    row.sha256[0] = static_cast<std::uint8_t>(row.number);
    previous = row.sha256;
    store.audit.push_back(row);
  }
}

inline World make_world() {
  World world;
  add_messages(world);
  add_deliveries(world);
  add_orders(world);
  add_timelines(world);
  add_records(world);
  return world;
}

// How the world's pages refer to the member of this number.
inline std::string ref(std::int64_t number) {
  return mh::member_ref(tenant_key, mh::MemberNo{number});
}

inline mh::ViewRequest make_request(std::string view_id,
                                    std::map<std::string, std::string> params = {},
                                    mh::Locale locale = mh::Locale::en) {
  mh::ViewRequest request;
  request.tenant = "mall-1";
  request.actor = "kim";
  request.view_id = std::move(view_id);
  request.locale = locale;
  request.permissions = {CRM_PERMISSION_VIEW, CRM_PERMISSION_EXPORT, CRM_PERMISSION_OPERATE,
                         CRM_PERMISSION_MEMBER_READ};
  request.params = std::move(params);
  return request;
}

}  // namespace crm_test
