#include "shop/attempt.h"

#include <crm/ext/events.h>

#include <algorithm>

namespace host_stub {

namespace {

constexpr uint64_t held_out_ppm = 100'000;
constexpr uint64_t skipped_ppm = 4'000;
constexpr uint64_t uncertain_ppm = 2'000;
constexpr uint64_t unanswered_ppm = 500;  // accepted, and never heard of again
constexpr uint64_t unconfirmed_ppm = 15'000;
constexpr uint64_t opened_ppm = 186'000;
constexpr uint64_t clicked_ppm = 11'000;

// One member in twenty is hard to reach, one in five is keen; the averages stay those above.
constexpr uint64_t hard_to_reach_one_in = 20;
constexpr uint64_t hard_to_reach_permille = 12'000;
constexpr uint64_t easy_to_reach_permille = 421;
constexpr uint64_t keen_one_in = 5;
constexpr uint64_t keen_click_permille = 4'000;
constexpr uint64_t plain_click_permille = 250;
constexpr uint64_t keen_open_permille = 2'600;
constexpr uint64_t plain_open_permille = 600;

// A failed AlimTalk often means a number out of use, and its text message fails as well.
constexpr uint64_t fallback_failed_factor = 3;

// What is drawn for an attempt, each from its own key.
enum class AttemptDraw : uint64_t { outcome = 101, reaction = 102 };

Random random_of(const Campaign& campaign, int64_t place, AttemptDraw draw) {
  return Random(
      derived_key(campaign.key + static_cast<uint64_t>(draw), static_cast<uint64_t>(place)));
}

std::string_view skipped_detail(ShopLocale locale, uint64_t choice) {
  static constexpr std::string_view ko[] = {"수신 거부", "발송 한도 초과", "전화번호 없음"};
  static constexpr std::string_view en[] = {"opted out", "frequency cap", "no phone number"};
  return locale == ShopLocale::ko ? ko[choice] : en[choice];
}

}  // namespace

bool Attempt::is_success() const {
  return status == CRM_DELIVERY_SENT || status == CRM_DELIVERY_DELIVERED;
}

Attempts::Attempts(const GeneratorSettings& settings, const std::vector<Campaign>& campaigns)
    : campaigns_(campaigns),
      permutation_(settings.members),
      member_key_(derived_key(settings.seed, 2)),
      locale_(settings.locale) {}

int64_t Attempts::member_at(const AttemptPlace& place) const {
  return permutation_.at(campaigns_[place.campaign].key, place.place - (place.is_fallback ? 1 : 0));
}

Attempt Attempts::at(const AttemptPlace& place) const {
  const Campaign& campaign = campaigns_[place.campaign];
  Attempt attempt;
  attempt.member = member_at(place);
  attempt.carrier = place.is_fallback ? campaign.fallback_carrier
                                      : &carrier_of_member(*campaign.carrier, attempt.member);
  Random random = random_of(campaign, place.place, AttemptDraw::outcome);
  if (!place.is_fallback) {
    if (campaign.role == CampaignRole::control_group && random.chance(held_out_ppm)) {
      attempt.status = CRM_DELIVERY_HELD_OUT;
      return attempt;
    }
    if (campaign.role != CampaignRole::failed && random.chance(skipped_ppm)) {
      attempt.status = CRM_DELIVERY_SKIPPED;
      attempt.detail = skipped_detail(locale_, random.below(3));
      return attempt;
    }
  }
  const uint64_t factor = place.is_fallback ? fallback_failed_factor : 1;
  if (random.chance(failed_ppm(campaign, attempt) * factor)) {
    const FailureCode& failure = failure_at(*attempt.carrier, random.next());
    attempt.status = CRM_DELIVERY_FAILED;
    attempt.code = failure.code;
    attempt.detail = failure.detail;
    return attempt;
  }
  uint64_t draw = random.below(ppm_all);
  if (draw < uncertain_ppm && !attempt.carrier->uncertain_code.empty()) {
    attempt.status = CRM_DELIVERY_UNCERTAIN;
    attempt.code = attempt.carrier->uncertain_code;
  } else if (draw < uncertain_ppm + unanswered_ppm) {
    attempt.status = CRM_DELIVERY_ACCEPTED;
  } else if (!attempt.carrier->confirms || draw < unconfirmed_ppm) {
    attempt.status = CRM_DELIVERY_SENT;
  } else {
    attempt.status = CRM_DELIVERY_DELIVERED;
  }
  return attempt;
}

Reaction Attempts::reaction(const AttemptPlace& place, const Attempt& attempt) const {
  const Campaign& campaign = campaigns_[place.campaign];
  const bool is_keen = trait(attempt.member) % keen_one_in == 0;
  const uint64_t click_ppm = clicked_ppm * campaign.appeal_permille *
                             (is_keen ? keen_click_permille : plain_click_permille) / 1'000'000;
  const uint64_t open_ppm =
      opened_ppm * (is_keen ? keen_open_permille : plain_open_permille) / 1'000;
  const uint64_t draw = random_of(campaign, place.place, AttemptDraw::reaction).below(ppm_all);
  // Whoever clicks has opened.
  return {attempt.carrier->reports_opens && draw < std::max(open_ppm, click_ppm), draw < click_ppm};
}

uint32_t Attempts::failed_ppm(const Campaign& campaign, const Attempt& attempt) const {
  if (campaign.role == CampaignRole::failed) return ppm_all;
  const bool is_hard = trait(attempt.member) / keen_one_in % hard_to_reach_one_in == 0;
  return static_cast<uint32_t>(attempt.carrier->failed_ppm *
                               (is_hard ? hard_to_reach_permille : easy_to_reach_permille) / 1'000);
}

// The upper half is as random as the lower one, and quick to divide.
uint64_t Attempts::trait(int64_t member) const {
  return mixed(member_key_ ^ static_cast<uint64_t>(member)) >> 32;
}

}  // namespace host_stub
