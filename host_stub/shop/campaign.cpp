#include "shop/campaign.h"

#include <crm/ext/events.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "shop/campaign_mix.h"
#include "shop/campaign_names.h"
#include "shop/chance/quantiles.h"
#include "shop/chance/shares.h"
#include "shop/chance/shop_clock.h"

namespace host_stub {

namespace {

// Recipients of a campaign and its sending rate, as published by the shops of REES46.
constexpr Quantile sizes[] = {{0, 40},
                              {250'000, 420},
                              {500'000, 2'007},
                              {580'000, 9'800},
                              {660'000, 47'000},
                              {750'000, 283'000},
                              {850'000, 745'000},
                              {950'000, 1'970'000},
                              {ppm_all, 5'400'000}};
static_assert(is_distribution(sizes));
constexpr Quantile rates_per_s[] = {
    {0, 20}, {500'000, 201}, {750'000, 1'100}, {950'000, 6'200}, {ppm_all, 13'440}};
static_assert(is_distribution(rates_per_s));
constexpr Quantile appeals_permille[] = {
    {0, 250}, {500'000, 850}, {900'000, 1'700}, {ppm_all, 3'200}};
static_assert(is_distribution(appeals_permille));

// What is drawn for a campaign, each from its own key.
enum class CampaignDraw : uint64_t { carrier, name, time, fallback, appeal, size, audience };

uint64_t key_of(uint64_t key, CampaignDraw draw) {
  return derived_key(key, static_cast<uint64_t>(draw));
}

class Planner {
 public:
  explicit Planner(const GeneratorSettings& settings)
      : settings_(settings),
        mix_(settings.messages),
        period_(sending_period(settings)),
        key_(derived_key(settings.seed, 1)) {}

  std::vector<Campaign> plan() {
    campaigns_.resize(static_cast<size_t>(settings_.messages));
    choose_roles();
    for (size_t i = 0; i < campaigns_.size(); ++i) describe(i);
    divide_deliveries();
    for (Campaign& campaign : campaigns_) choose_carrier(campaign);
    return std::move(campaigns_);
  }

 private:
  Campaign& manual(int64_t place) {
    return campaigns_[static_cast<size_t>(mix_.automatic + place)];
  }

  void choose_roles() {
    if (mix_.has_scheduled()) manual(mix_.manual - 1).role = CampaignRole::scheduled;
    if (mix_.has_cancelled()) manual(mix_.manual / 2).role = CampaignRole::cancelled;
  }

  void describe(size_t index) {
    Campaign& campaign = campaigns_[index];
    campaign.key = derived_key(key_, index);
    campaign.is_automatic = static_cast<int64_t>(index) < mix_.automatic;
    campaign.appeal_permille = static_cast<uint32_t>(value_at(
        appeals_permille,
        static_cast<uint32_t>(Random(key_of(campaign.key, CampaignDraw::appeal)).below(ppm_all))));
    if (campaign.is_automatic) {
      describe_automatic(campaign, static_cast<int64_t>(index));
    } else {
      describe_manual(campaign, static_cast<int64_t>(index) - mix_.automatic);
    }
  }

  void describe_automatic(Campaign& campaign, int64_t place) {
    campaign.id = fmt::format("A-{:02}", place + 1);
    campaign.begin_us = campaign.announced_us = period_.begin_us;
    take_name(campaign, automatic_name(settings_.locale, place));
  }

  void describe_manual(Campaign& campaign, int64_t place) {
    campaign.id = fmt::format("M-{:06}", place + 1);
    campaign.begin_us = manual_begin_us(campaign, place);
    Random random(key_of(campaign.key, CampaignDraw::time));
    campaign.announced_us =
        std::max(period_.begin_us, campaign.begin_us - random.between(42, 90) * hour_us);
    if (campaign.role == CampaignRole::scheduled) {
      campaign.announced_us = period_.end_us() - 6 * hour_us;
    }
    const std::chrono::sys_days day(
        std::chrono::days((campaign.begin_us + shop_offset_us) / day_us));
    take_name(campaign,
              manual_name(settings_.locale, day, key_of(campaign.key, CampaignDraw::name)));
  }

  // Advertising is allowed from 08:00 to 21:00. The places of one day take turns.
  int64_t manual_begin_us(const Campaign& campaign, int64_t place) const {
    constexpr int64_t first_us = 9 * hour_us;
    constexpr int64_t last_us = 20 * hour_us + 30 * minute_us;
    constexpr int64_t step_us = 10 * minute_us;
    const bool is_after = campaign.role == CampaignRole::scheduled;
    const int64_t count = mix_.manual - (mix_.has_scheduled() ? 1 : 0);
    const int64_t day = is_after ? period_.days + 3 : place * period_.days / count;
    const int64_t first_place = (day * count + period_.days - 1) / period_.days;
    const int64_t end_place = ((day + 1) * count + period_.days - 1) / period_.days;
    const int64_t places = is_after ? 1 : end_place - first_place;
    const int64_t turn = is_after ? 0 : place - first_place;
    const int64_t slot_us = (last_us - first_us) / places;
    const int64_t within_us =
        static_cast<int64_t>(Random(key_of(campaign.key, CampaignDraw::time))
                                 .below(static_cast<uint64_t>(slot_us / second_us))) *
        second_us;
    const int64_t time_us = first_us + turn * slot_us + within_us;
    return period_.begin_us + day * day_us + time_us / step_us * step_us;
  }

  static void take_name(Campaign& campaign, CampaignName name) {
    campaign.name = std::move(name.text);
    campaign.offers_coupon = name.offers_coupon;
  }

  void divide_deliveries() {
    std::vector<size_t> sent;
    std::vector<int64_t> weights;
    const std::vector<uint32_t> ranks_ppm = size_ranks_ppm();
    for (size_t i = 0; i < campaigns_.size(); ++i) {
      Campaign& campaign = campaigns_[i];
      const uint32_t rank_ppm = ranks_ppm[i];
      campaign.rate_per_s = value_at(rates_per_s, rank_ppm);
      if (campaign.role != CampaignRole::ordinary) {
        campaign.audience = intended_audience(campaign);
        continue;
      }
      sent.push_back(i);
      weights.push_back(value_at(sizes, rank_ppm));
    }
    const auto shares = shares_by_weight(settings_.deliveries, weights, settings_.members);
    for (size_t i = 0; i < sent.size(); ++i) {
      Campaign& campaign = campaigns_[sent[i]];
      campaign.deliveries = campaign.audience = shares[i];
    }
    choose_roles_by_size(sent);
    int64_t before = 0;
    for (Campaign& campaign : campaigns_) {
      campaign.deliveries_before = before;
      before += campaign.deliveries;
    }
  }

  // Of a message that is not sent.
  int64_t intended_audience(const Campaign& campaign) const {
    return settings_.members *
           Random(key_of(campaign.key, CampaignDraw::audience)).between(20, 100) / 100;
  }

  // Each campaign's place among the sizes: the manual ones are spread evenly over all of them, the
  // automatic ones are neither small nor the largest.
  std::vector<uint32_t> size_ranks_ppm() const {
    std::vector<uint32_t> ranks_ppm(campaigns_.size());
    const auto automatic = static_cast<size_t>(mix_.automatic);
    for (size_t i = 0; i < automatic; ++i) {
      ranks_ppm[i] = static_cast<uint32_t>(
          550'000 + Random(key_of(campaigns_[i].key, CampaignDraw::size)).below(300'000));
    }
    const size_t count = campaigns_.size() - automatic;
    for (size_t i = 0; i < count; ++i) {
      ranks_ppm[automatic + i] = static_cast<uint32_t>((2 * i + 1) * ppm_all / (2 * count));
    }
    Random random(derived_key(key_, campaigns_.size()));
    for (size_t i = count; i > 1; --i) {
      std::swap(ranks_ppm[automatic + i - 1], ranks_ppm[automatic + random.below(i)]);
    }
    return ranks_ppm;
  }

  // The largest manual message has the control group, one of middling size fails.
  void choose_roles_by_size(const std::vector<size_t>& sent) {
    std::vector<size_t> by_size;
    for (const size_t i : sent) {
      if (!campaigns_[i].is_automatic) by_size.push_back(i);
    }
    std::stable_sort(by_size.begin(), by_size.end(), [&](size_t a, size_t b) {
      return campaigns_[a].deliveries < campaigns_[b].deliveries;
    });
    if (mix_.has_control_group()) campaigns_[by_size.back()].role = CampaignRole::control_group;
    if (mix_.has_failed()) campaigns_[by_size[by_size.size() / 2]].role = CampaignRole::failed;
  }

  static void choose_carrier(Campaign& campaign) {
    if (campaign.role == CampaignRole::failed) {
      campaign.carrier = &blocked_carrier();
      return;
    }
    campaign.carrier = &carrier_of_message(key_of(campaign.key, CampaignDraw::carrier));
    Random random(key_of(campaign.key, CampaignDraw::fallback));
    constexpr uint64_t with_fallback_ppm = 750'000;
    if (campaign.carrier->channel == CRM_CHANNEL_ALIMTALK && random.chance(with_fallback_ppm)) {
      campaign.fallback_carrier = &text_carrier(*campaign.carrier, random.chance(ppm_all / 2));
    }
  }

  const GeneratorSettings& settings_;
  const CampaignMix mix_;
  const SendingPeriod period_;
  const uint64_t key_;
  std::vector<Campaign> campaigns_;
};

}  // namespace

SendingPeriod sending_period(const GeneratorSettings& settings) {
  const std::chrono::sys_days first(settings.from);
  return {first.time_since_epoch().count() * day_us - shop_offset_us,
          settings.days.value_or(default_days(settings.messages))};
}

std::vector<Campaign> plan_campaigns(const GeneratorSettings& settings) {
  return Planner(settings).plan();
}

}  // namespace host_stub
