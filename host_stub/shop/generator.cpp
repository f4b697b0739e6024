#include "shop/generator.h"

#include <algorithm>
#include <tuple>

#include "shop/chance/quantiles.h"
#include "shop/orders.h"
#include "shop/senders.h"
#include "shop/shop_events.h"

namespace host_stub {

namespace {

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
constexpr Quantile sent_after_accepted_s[] = {{0, 0}, {500'000, 4}, {900'000, 30}, {ppm_all, 180}};
static_assert(is_distribution(sent_after_accepted_s));
constexpr Quantile receipt_after_sent_s[] = {
    {0, 2}, {500'000, 25}, {800'000, 120}, {950'000, 480}, {ppm_all, 2'400}};
static_assert(is_distribution(receipt_after_sent_s));
constexpr Quantile fallback_after_failure_s[] = {{0, 1}, {800'000, 12}, {ppm_all, 90}};
static_assert(is_distribution(fallback_after_failure_s));
constexpr Quantile completed_after_last_s[] = {{0, 600}, {ppm_all, 2'400}};
static_assert(is_distribution(completed_after_last_s));

// Of those who are moved to buy.
constexpr uint64_t by_click_ppm = 800'000;
constexpr uint64_t names_message_ppm = 60'000;
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
  explicit Shop(const GeneratorSettings& settings)
      : header_{settings.tenant, settings.source, shop_time_zone, shop_currency},
        statuses_(settings.statuses),
        campaigns_(plan_campaigns(settings)),
        announcements_(announcements(campaigns_)),
        senders_(campaigns_, sending_period(settings)),
        attempts_(settings, campaigns_),
        events_(settings, campaigns_),
        orders_(settings, campaigns_, later_, events_) {}

  bool fill(EventBatch& batch, size_t events_max) {
    batch.clear();
    events_.set_batch(batch);
    while (batch.events().size() < events_max && batch.arena().bytes() < batch_bytes_max) {
      if (!step()) return false;
    }
    return true;
  }

  const FeedHeader& header() const { return header_; }
  size_t pending_count() const { return later_.size(); }

 private:
  // Each step gives out at most one event. False when nothing is left.
  bool step() {
    const int64_t announcement_us =
        announced_ < announcements_.size() ? announcements_[announced_].at_us : never_us;
    const int64_t later_us = later_.is_empty() ? never_us : later_.first().at_us;
    const int64_t sender_us = senders_.is_empty() ? never_us : senders_.first().at_us;
    if (sender_us == never_us && announcement_us == never_us) orders_.give_up_causing(now_us_);
    const int64_t next_us = std::min({announcement_us, later_us, sender_us, orders_.next_us()});
    if (next_us == never_us) return false;
    now_us_ = next_us;
    if (announcement_us == next_us) {
      announce(announcements_[announced_++]);
    } else if (later_us == next_us) {
      carry_out(later_.pop());
    } else if (sender_us == next_us) {
      send();
    } else {
      orders_.place_next();
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
    orders_.fall_due(places);
    begin_attempt(place, attempt, has_fallback);
    if (!senders_.advance(places)) complete(sender.campaign, sender.recipients + 1);
  }

  void begin_attempt(const AttemptPlace& place, const Attempt& attempt, bool has_fallback) {
    const bool is_tried =
        attempt.status != CRM_DELIVERY_SKIPPED && attempt.status != CRM_DELIVERY_HELD_OUT;
    if (statuses_ == ReportedStatuses::final_only || !is_tried) {
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
    const bool buys = orders_.take_due(place, campaigns_[place.campaign].appeal_permille);
    if (!reaction.opens && !reaction.clicks && !buys) return;
    Random random = random_of(place, LaterKind::click);
    Later later = later_of(place, now_us_ + draw_us(click_delays_s, random));
    if (buys) {
      if (random.chance(by_click_ppm)) {
        later.kind = LaterKind::click;
        later.leads_on = true;
        return later_.push(later);
      }
      orders_.expect(place, attempt.member, now_us_ + draw_us(order_after_delivery_s, random),
                     false);
    }
    if (!reaction.opens && !reaction.clicks) return;
    later.kind = reaction.opens ? LaterKind::open : LaterKind::click;
    later.leads_on = reaction.opens && reaction.clicks;
    later_.push(later);
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
        return orders_.place(later);
      case LaterKind::revision:
        return orders_.edit(later);
      case LaterKind::refund:
        return orders_.refund(later);
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
    const int64_t order_us = now_us_ + draw_us(order_after_click_s, random);
    orders_.expect(place, member, order_us, random.chance(names_message_ppm));
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

  const FeedHeader header_;
  const ReportedStatuses statuses_;
  const std::vector<Campaign> campaigns_;
  const std::vector<Announcement> announcements_;
  Senders senders_;
  const Attempts attempts_;
  ShopEvents events_;
  LaterQueue later_;
  Orders orders_;

  int64_t now_us_ = 0;
  size_t announced_ = 0;
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
  return shop_->header();
}

size_t Generator::pending_count() const {
  return shop_->pending_count();
}

}  // namespace host_stub
