#include "shop/senders.h"

#include <algorithm>

namespace host_stub {

namespace {

bool is_later(const Sender& a, const Sender& b) {
  return a.at_us != b.at_us ? a.at_us > b.at_us : a.campaign > b.campaign;
}

}  // namespace

void Senders::start(uint32_t campaign) {
  heap_.push_back({time_us(campaign, 0), 0, 0, campaign});
  std::push_heap(heap_.begin(), heap_.end(), is_later);
}

bool Senders::advance(int64_t places) {
  Sender& first = heap_.front();
  first.place += places;
  ++first.recipients;
  if (first.place >= campaigns_[first.campaign].deliveries) {
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    heap_.pop_back();
    return false;
  }
  first.at_us = time_us(first.campaign, first.place);
  sink_first();
  return true;
}

// The one that has just sent is usually the next one again: cheaper than taking it out and in.
void Senders::sink_first() {
  const Sender moved = heap_.front();
  size_t hole = 0;
  for (;;) {
    size_t child = 2 * hole + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && is_later(heap_[child], heap_[child + 1])) ++child;
    if (!is_later(moved, heap_[child])) break;
    heap_[hole] = heap_[child];
    hole = child;
  }
  heap_[hole] = moved;
}

int64_t Senders::time_us(uint32_t campaign_index, int64_t place) const {
  const Campaign& campaign = campaigns_[campaign_index];
  Random random(campaign.key ^ static_cast<uint64_t>(place));
  if (campaign.is_automatic) {
    return spread_time_us(period_, place, campaign.deliveries, random);
  }
  const auto within_us = static_cast<int64_t>(random.below(second_us));
  return campaign.begin_us + (place * second_us + within_us) / campaign.rate_per_s;
}

}  // namespace host_stub
