// What marketers call their messages, in Korean or English.
#pragma once

#include <cstdint>
#include <string>

#include "shop/generator_settings.h"

namespace host_stub {

struct CampaignName {
  std::string text;
  bool offers_coupon = false;
};

// `place` is 0 to automatic_messages_max - 1.
CampaignName automatic_name(ShopLocale locale, int64_t place);

// For a message sent on this day; `key` chooses among what is usual.
CampaignName manual_name(ShopLocale locale, std::chrono::sys_days day, uint64_t key);

}  // namespace host_stub
