// One message of the shop: what it is, when it goes out, and how many deliveries it takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shop/carrier.h"
#include "shop/chance/shop_clock.h"
#include "shop/generator_settings.h"

namespace host_stub {

enum class CampaignRole : uint8_t {
  ordinary,
  scheduled,      // for a day after the period
  cancelled,      // before it was sent
  failed,         // for everyone
  control_group,  // some members are held out
};

struct Campaign {
  std::string id;
  std::string name;
  uint64_t key = 0;  // of everything random about it
  const Carrier* carrier = nullptr;
  const Carrier* fallback_carrier = nullptr;  // NULL: what failed stays failed
  int64_t announced_us = 0;                   // of a manual message
  int64_t begin_us = 0;
  int64_t audience = 0;             // members it is meant for, as far as is known beforehand
  int64_t deliveries = 0;           // fallback attempts included
  int64_t deliveries_before = 0;    // those of the campaigns before it
  int64_t rate_per_s = 0;           // of a manual message
  uint32_t appeal_permille = 1000;  // how much more than usual its recipients click and buy
  CampaignRole role = CampaignRole::ordinary;
  bool is_automatic = false;  // sent over the whole period
  bool offers_coupon = false;
};

// When messages are sent; clicks, orders and the like may follow after its end.
SendingPeriod sending_period(const GeneratorSettings& settings);

// All messages of checked settings: the automatic ones, then the manual ones in order of time. The
// deliveries add up to those of the settings, at most one a member in each message.
std::vector<Campaign> plan_campaigns(const GeneratorSettings& settings);

}  // namespace host_stub
