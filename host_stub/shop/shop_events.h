// Writes what happens in the shop as event structures into a batch.
#pragma once

#include "feed/event_batch.h"
#include "shop/attempt.h"
#include "shop/identifiers.h"
#include "shop/order_facts.h"

namespace host_stub {

struct OrderEvent {
  int64_t number = 0;
  int64_t revision = 0;
  int64_t member = -1;                 // negative: bought without signing in
  const Campaign* campaign = nullptr;  // NULL: the shop does not know of one
};

struct RefundEvent {
  int64_t number = 0;  // of the order
  size_t part = 0;
  int64_t amount_minor = 0;
};

// Numbers the events from 1. The message's texts point into the campaigns, the others into the
// batch's arena or to constant data.
class ShopEvents {
 public:
  ShopEvents(const GeneratorSettings& settings, const std::vector<Campaign>& campaigns)
      : campaigns_(campaigns), identifiers_(settings), locale_(settings.locale) {}

  // Where the following events go.
  void set_batch(EventBatch& batch) { batch_ = &batch; }

  // `state` is CRM_STATE_*.
  void message(int64_t at_us, uint32_t campaign, uint32_t state, int64_t audience);
  // `status` is what is known at that time, the attempt's last status or an earlier one.
  void delivery(int64_t at_us, const AttemptPlace& place, const Attempt& attempt, uint32_t status);
  // `touch` is CRM_TOUCH_*.
  void touch(int64_t at_us, const AttemptPlace& place, int64_t member, uint32_t touch);
  void order(int64_t at_us, const OrderEvent& order, const OrderFacts& facts);
  void refund(int64_t at_us, const RefundEvent& refund);

 private:
  template <class T>
  T& add(uint32_t kind, int64_t at_us);
  crm_order_line* order_line(const OrderedProduct& ordered);

  const std::vector<Campaign>& campaigns_;
  const Identifiers identifiers_;
  const ShopLocale locale_;
  EventBatch* batch_ = nullptr;
  uint64_t seq_ = 0;
};

}  // namespace host_stub
