#include "shop/generator.h"

#include <algorithm>
#include <limits>

#include "shop/later_queue.h"
#include "shop/quantiles.h"
#include "shop/senders.h"
#include "shop/shop_events.h"

namespace host_stub {

namespace {

constexpr int64_t never_us = std::numeric_limits<int64_t>::max();

// From a delivery to the click: half within 2.1 hours, 23 hours on average, as published by the
// shops of REES46; opens are much like it.
constexpr Quantile click_delays_s[] = {{0, 20},
                                       {100'000, 430},
                                       {250'000, 1'800},
                                       {500'000, 7'560},
                                       {650'000, 25'200},
                                       {750'000, 57'600},
                                       {850'000, 122'400},
                                       {920'000, 259'200},
                                       {970'000, 576'000},
                                       {990'000, 1'080'000},
                                       {ppm_all, 1'814'400}};
static_assert(is_distribution(click_delays_s));
constexpr Quantile click_after_open_s[] = {{0, 2}, {600'000, 15}, {900'000, 90}, {ppm_all, 900}};
static_assert(is_distribution(click_after_open_s));
constexpr Quantile coupon_after_click_s[] = {{0, 15}, {700'000, 600}, {ppm_all, 86'400}};
static_assert(is_distribution(coupon_after_click_s));
constexpr Quantile order_after_click_s[] = {
    {0, 90}, {500'000, 1'500}, {750'000, 18'000}, {900'000, 180'000}, {ppm_all, 590'000}};
static_assert(is_distribution(order_after_click_s));
constexpr Quantile order_after_delivery_s[] = {
    {0, 300}, {500'000, 28'800}, {900'000, 84'000}, {ppm_all, 760'000}};
static_assert(is_distribution(order_after_delivery_s));
constexpr Quantile edit_after_order_s[] = {{0, 300}, {700'000, 7'200}, {ppm_all, 72'000}};
static_assert(is_distribution(edit_after_order_s));
constexpr Quantile refund_after_order_s[] = {{0, 90'000}, {600'000, 432'000}, {ppm_all, 1'209'600}};
static_assert(is_distribution(refund_after_order_s));
constexpr Quantile second_refund_after_s[] = {{0, 60}, {ppm_all, 259'200}};
static_assert(is_distribution(second_refund_after_s));
constexpr Quantile sent_after_accepted_s[] = {{0, 0}, {900'000, 3}, {ppm_all, 20}};
static_assert(is_distribution(sent_after_accepted_s));
constexpr Quantile receipt_after_sent_s[] = {
    {0, 1}, {500'000, 7}, {800'000, 40}, {950'000, 240}, {ppm_all, 1'800}};
static_assert(is_distribution(receipt_after_sent_s));
constexpr Quantile fallback_after_failure_s[] = {{0, 1}, {800'000, 12}, {ppm_all, 90}};
static_assert(is_distribution(fallback_after_failure_s));
constexpr Quantile completed_after_last_s[] = {{0, 600}, {ppm_all, 2'400}};
static_assert(is_distribution(completed_after_last_s));

// Of the orders a third follows from deliveries, most of those by way of a click.
constexpr int64_t orders_a_caused_one = 3;
constexpr int64_t deliveries_a_caused_order_min = 10;
constexpr uint64_t by_click_ppm = 800'000;
constexpr uint64_t names_message_ppm = 60'000;
constexpr uint64_t guest_ppm = 80'000;
constexpr uint64_t coupon_ppm = 180'000;

struct Announcement {
  int64_t at_us;
  uint32_t campaign;
  uint32_t state;
};

std::vector<Announcement> announcements(const std::vector<Campaign>& campaigns) {
  std::vector<Announcement> list;
  for (uint32_t i = 0; i < campaigns.size(); ++i) {
    const Campaign& campaign = campaigns[i];
    if (!campaign.is_automatic) list.push_back({campaign.announced_us, i, CRM_STATE_SCHEDULED});
    if (campaign.role == CampaignRole::scheduled) continue;
    const bool is_cancelled = campaign.role == CampaignRole::cancelled;
    list.push_back({campaign.begin_us - (is_cancelled ? hour_us : 0), i,
                    is_cancelled ? CRM_STATE_CANCELLED : CRM_STATE_SENDING});
  }
  std::sort(list.begin(), list.end(), [](const Announcement& a, const Announcement& b) {
    return std::tie(a.at_us, a.campaign, a.state) < std::tie(b.at_us, b.campaign, b.state);
  });
  return list;
}

}  // namespace

// Carries out, one after the other, whatever is next in time.
class Generator::Shop {
 public:
  explicit Shop(const GeneratorSettings& given)
      : settings(given),
        header{given.tenant, given.source, shop_time_zone, shop_currency},
        campaigns_(plan_campaigns(settings)),
        announcements_(announcements(campaigns_)),
        period_(sending_period(settings)),
        senders_(campaigns_, period_),
        attempts_(settings, campaigns_),
        events_(settings, campaigns_),
        customers_(settings.members),
        order_key_(derived_key(settings.seed, 4)) {
    const int64_t orders = settings.orders.value_or(default_orders(settings.deliveries));
    orders_to_cause_ = caused_orders_ =
        std::min(orders / orders_a_caused_one, settings.deliveries / deliveries_a_caused_order_min);
    other_orders_ = spread_orders_ = orders - caused_orders_;
    schedule_other_order();
  }

  bool fill(EventBatch& batch, size_t events_max) {
    batch.clear();
    events_.set_batch(batch);
    while (batch.events().size() < events_max && batch.arena().bytes() < batch_bytes_max) {
      if (!step()) return false;
    }
    return true;
  }

  const GeneratorSettings settings;
  const FeedHeader header;

  size_t pending_count() const { return later_.size(); }

 private:
  // Each step gives out at most one event. False when nothing is left.
  bool step() {
    const int64_t announcement_us =
        announced_ < announcements_.size() ? announcements_[announced_].at_us : never_us;
    const int64_t later_us = later_.is_empty() ? never_us : later_.first().at_us;
    const int64_t sender_us = senders_.is_empty() ? never_us : senders_.first().at_us;
    if (sender_us == never_us && announcement_us == never_us) give_up_causing();
    const int64_t next_us = std::min({announcement_us, later_us, sender_us, other_order_us_});
    if (next_us == never_us) return false;
    now_us_ = next_us;
    if (announcement_us == next_us) {
      announce(announcements_[announced_++]);
    } else if (later_us == next_us) {
      carry_out(later_.pop());
    } else if (sender_us == next_us) {
      send();
    } else {
      place_other_order();
    }
    return true;
  }

  void announce(const Announcement& announcement) {
    const Campaign& campaign = campaigns_[announcement.campaign];
    events_.message(now_us_, announcement.campaign, announcement.state, campaign.audience);
    if (announcement.state != CRM_STATE_SENDING) return;
    if (campaign.deliveries > 0) {
      senders_.start(announcement.campaign);
    } else {
      complete(announcement.campaign, 0);
    }
  }

  // Automatic messages go on.
  void complete(uint32_t campaign, int64_t recipients) {
    if (campaigns_[campaign].is_automatic) return;
    Random random(derived_key(campaigns_[campaign].key, drawn_at_completion));
    Later later{now_us_ + draw_us(completed_after_last_s, random), recipients};
    later.campaign = campaign;
    later.kind = LaterKind::completed;
    later_.push(later);
  }

  void send() {
    const Sender sender = senders_.first();
    const AttemptPlace place{sender.campaign, sender.place, false};
    const Campaign& campaign = campaigns_[sender.campaign];
    const Attempt attempt = attempts_.at(place);
    const bool has_fallback = attempt.status == CRM_DELIVERY_FAILED &&
                              campaign.fallback_carrier != nullptr &&
                              sender.place + 1 < campaign.deliveries;
    const int64_t places = has_fallback ? 2 : 1;
    owe_orders(places);
    begin_attempt(place, attempt, has_fallback);
    if (!senders_.advance(places)) complete(sender.campaign, sender.recipients + 1);
  }

  // The orders to cause fall due evenly with the deliveries.
  void owe_orders(int64_t deliveries) {
    for (int64_t i = 0; i < deliveries; ++i) {
      owed_part_ += orders_to_cause_;
      if (owed_part_ < settings.deliveries) continue;
      owed_part_ -= settings.deliveries;
      ++owed_orders_;
    }
  }

  void begin_attempt(const AttemptPlace& place, const Attempt& attempt, bool has_fallback) {
    const bool is_tried =
        attempt.status != CRM_DELIVERY_SKIPPED && attempt.status != CRM_DELIVERY_HELD_OUT;
    if (settings.statuses == ReportedStatuses::final_only || !is_tried) {
      return finish_attempt(place, attempt, has_fallback);
    }
    events_.delivery(now_us_, place, attempt, CRM_DELIVERY_ACCEPTED);
    if (attempt.status == CRM_DELIVERY_ACCEPTED) return;
    Random random = random_of(place, LaterKind::sent);
    Later later = later_of(place, now_us_ + draw_us(sent_after_accepted_s, random));
    later.kind = attempt.status == CRM_DELIVERY_UNCERTAIN ? LaterKind::receipt : LaterKind::sent;
    later.has_fallback = has_fallback;
    later_.push(later);
  }

  void report_sent(const Later& sent) {
    const AttemptPlace place = place_of(sent);
    const Attempt attempt = attempts_.at(place);
    if (attempt.status == CRM_DELIVERY_SENT) return finish_attempt(place, attempt, false);
    events_.delivery(now_us_, place, attempt, CRM_DELIVERY_SENT);
    Random random = random_of(place, LaterKind::receipt);
    Later later = sent;
    later.at_us = now_us_ + draw_us(receipt_after_sent_s, random);
    later.kind = LaterKind::receipt;
    later_.push(later);
  }

  void finish_attempt(const AttemptPlace& place, const Attempt& attempt, bool has_fallback) {
    events_.delivery(now_us_, place, attempt, attempt.status);
    if (has_fallback) {
      Random random = random_of(place, LaterKind::fallback);
      Later later = later_of(place, now_us_ + draw_us(fallback_after_failure_s, random));
      ++later.subject;
      later.kind = LaterKind::fallback;
      later.is_fallback = true;
      later_.push(later);
    }
    if (attempt.is_success()) react(place, attempt);
  }

  void react(const AttemptPlace& place, const Attempt& attempt) {
    const Reaction reaction = attempts_.reaction(place, attempt);
    const bool causes_order = owed_orders_ > 0 && is_moved_to_buy(place);
    if (!reaction.opens && !reaction.clicks && !causes_order) return;
    Random random = random_of(place, LaterKind::click);
    Later later = later_of(place, now_us_ + draw_us(click_delays_s, random));
    if (causes_order) {
      --owed_orders_;
      --caused_orders_;
      if (random.chance(by_click_ppm)) {
        later.kind = LaterKind::click;
        later.leads_on = true;
        return later_.push(later);
      }
      push_order(place, attempt.member, now_us_ + draw_us(order_after_delivery_s, random), false);
    }
    if (!reaction.opens && !reaction.clicks) return;
    later.kind = reaction.opens ? LaterKind::open : LaterKind::click;
    later.leads_on = reaction.opens && reaction.clicks;
    later_.push(later);
  }

  // What is owed need not fall on the next delivery: appealing messages get more of it.
  bool is_moved_to_buy(const AttemptPlace& place) const {
    constexpr uint64_t usual_ppm = 120'000;
    return random_of(place, LaterKind::order)
        .chance(usual_ppm * campaigns_[place.campaign].appeal_permille / 1'000);
  }

  void carry_out(const Later& later) {
    const AttemptPlace place = place_of(later);
    switch (later.kind) {
      case LaterKind::sent:
        return report_sent(later);
      case LaterKind::receipt:
        return finish_attempt(place, attempts_.at(place), later.has_fallback);
      case LaterKind::fallback:
        return begin_attempt(place, attempts_.at(place), false);
      case LaterKind::open:
        return open(later);
      case LaterKind::click:
        return click(later);
      case LaterKind::coupon:
        return events_.touch(now_us_, place, attempts_.member_at(place), CRM_TOUCH_COUPON);
      case LaterKind::order:
        return place_order(later);
      case LaterKind::revision:
        return edit_order(later);
      case LaterKind::refund:
        return refund_order(later);
      case LaterKind::completed:
        return events_.message(now_us_, later.campaign, CRM_STATE_COMPLETED, later.subject);
    }
  }

  void open(const Later& open) {
    const AttemptPlace place = place_of(open);
    events_.touch(now_us_, place, attempts_.member_at(place), CRM_TOUCH_OPEN);
    if (!open.leads_on) return;
    Random random = random_of(place, LaterKind::open);
    Later later = later_of(place, now_us_ + draw_us(click_after_open_s, random));
    later.kind = LaterKind::click;
    later_.push(later);
  }

  void click(const Later& click) {
    const AttemptPlace place = place_of(click);
    const int64_t member = attempts_.member_at(place);
    events_.touch(now_us_, place, member, CRM_TOUCH_CLICK);
    Random random = random_of(place, LaterKind::coupon);
    if (campaigns_[place.campaign].offers_coupon && random.chance(coupon_ppm)) {
      Later later = later_of(place, now_us_ + draw_us(coupon_after_click_s, random));
      later.kind = LaterKind::coupon;
      later_.push(later);
    }
    if (!click.leads_on) return;
    push_order(place, member, now_us_ + draw_us(order_after_click_s, random),
               random.chance(names_message_ppm));
  }

  void push_order(const AttemptPlace& place, int64_t member, int64_t at_us, bool names_message) {
    Later later = later_of(place, at_us);
    later.member = member;
    later.kind = LaterKind::order;
    later.names_message = names_message;
    later_.push(later);
  }

  void schedule_other_order() {
    if (other_orders_placed_ < spread_orders_) {
      Random random(derived_key(order_key_, static_cast<uint64_t>(other_orders_placed_)));
      other_order_us_ = spread_time_us(period_, other_orders_placed_, spread_orders_, random);
    } else {
      other_order_us_ = other_orders_placed_ < other_orders_ ? now_us_ + minute_us : never_us;
    }
  }

  // Nothing more is sent: orders that were to be caused and were not come by themselves.
  void give_up_causing() {
    if (caused_orders_ == 0) return;
    other_orders_ += caused_orders_;
    caused_orders_ = owed_orders_ = 0;
    if (other_order_us_ == never_us) schedule_other_order();
  }

  void place_other_order() {
    ++other_orders_placed_;
    place_order(order_of_somebody());
    schedule_other_order();
  }

  // Some members buy more often than others.
  Later order_of_somebody() const {
    Random random(derived_key(order_key_ + 1, static_cast<uint64_t>(orders_placed_)));
    const bool is_guest = random.chance(guest_ppm);
    const auto members = static_cast<uint64_t>(settings.members);
    const auto rank = static_cast<int64_t>(std::min(random.below(members), random.below(members)));
    Later later{now_us_};
    later.member = is_guest ? -1 : customers_.at(order_key_, rank);
    return later;
  }

  void place_order(const Later& order) {
    const int64_t number = ++orders_placed_;
    const uint64_t key = derived_key(order_key_ + 2, static_cast<uint64_t>(number));
    events_.order(now_us_, order_event(order, number, 0), order_facts(key, 0));
    const OrderFate fate = order_fate(key);
    Random random(derived_key(key, 2));
    Later later = order;
    later.subject = number;
    later.kind = LaterKind::revision;
    later.at_us = now_us_ + draw_us(edit_after_order_s, random);
    if (fate.is_edited) later_.push(later);
    if (fate.refund_parts == 0) return;
    later.kind = LaterKind::refund;
    later.at_us = now_us_ + draw_us(refund_after_order_s, random);
    later_.push(later);
  }

  void edit_order(const Later& edit) {
    const uint64_t key = derived_key(order_key_ + 2, static_cast<uint64_t>(edit.subject));
    events_.order(now_us_, order_event(edit, edit.subject, 1), order_facts(key, 1));
  }

  void refund_order(const Later& refund) {
    const uint64_t key = derived_key(order_key_ + 2, static_cast<uint64_t>(refund.subject));
    const OrderFate fate = order_fate(key);
    events_.refund(now_us_, {refund.subject, refund.part, fate.refunds_minor[refund.part]});
    if (refund.part + 1u >= fate.refund_parts) return;
    Random random(derived_key(key, 3));
    Later later = refund;
    ++later.part;
    later.at_us = now_us_ + draw_us(second_refund_after_s, random);
    later_.push(later);
  }

  OrderEvent order_event(const Later& order, int64_t number, int64_t revision) const {
    return {number, revision, order.member,
            order.names_message ? &campaigns_[order.campaign] : nullptr};
  }

  Random random_of(const AttemptPlace& place, LaterKind kind) const {
    const Campaign& campaign = campaigns_[place.campaign];
    return Random(derived_key(campaign.key + drawn_later + static_cast<uint64_t>(kind),
                              static_cast<uint64_t>(place.place)));
  }

  static Later later_of(const AttemptPlace& place, int64_t at_us) {
    Later later{at_us, place.place};
    later.campaign = place.campaign;
    later.is_fallback = place.is_fallback;
    return later;
  }

  static AttemptPlace place_of(const Later& later) {
    return {later.campaign, later.subject, later.is_fallback};
  }

  static constexpr uint64_t drawn_later = 200;
  static constexpr uint64_t drawn_at_completion = 300;

  const std::vector<Campaign> campaigns_;
  const std::vector<Announcement> announcements_;
  const SendingPeriod period_;
  Senders senders_;
  const Attempts attempts_;
  ShopEvents events_;
  LaterQueue later_;
  const MemberPermutation customers_;
  const uint64_t order_key_;

  int64_t now_us_ = 0;
  size_t announced_ = 0;
  int64_t orders_to_cause_ = 0;
  int64_t caused_orders_ = 0;  // still to be caused
  int64_t owed_part_ = 0;      // towards the next one; in 1/deliveries
  int64_t owed_orders_ = 0;    // fallen due and not yet caused
  int64_t other_orders_ = 0;
  int64_t spread_orders_ = 0;  // those of them that come during the period
  int64_t other_orders_placed_ = 0;
  int64_t other_order_us_ = never_us;
  int64_t orders_placed_ = 0;
};

Generator::Generator(std::unique_ptr<Shop> shop) : shop_(std::move(shop)) {}

Generator::~Generator() = default;

crm::Result<std::unique_ptr<Generator>> Generator::create(const GeneratorSettings& settings) {
  if (auto checked = check_settings(settings); !checked) return checked.error();
  return std::unique_ptr<Generator>(new Generator(std::make_unique<Shop>(settings)));
}

bool Generator::fill(EventBatch& batch, size_t events_max) {
  return shop_->fill(batch, events_max);
}

const FeedHeader& Generator::header() const {
  return shop_->header;
}

size_t Generator::pending_count() const {
  return shop_->pending_count();
}

}  // namespace host_stub
