// The messages that are being sent right now, the next one to send a delivery first.
#pragma once

#include <cstdint>
#include <vector>

#include "shop/campaign.h"

namespace host_stub {

struct Sender {
  int64_t at_us = 0;       // of its next delivery
  int64_t place = 0;       // of that delivery
  int64_t recipients = 0;  // so far
  uint32_t campaign = 0;
};

// A heap by time. Borrows the campaigns.
class Senders {
 public:
  Senders(const std::vector<Campaign>& campaigns, const SendingPeriod& period)
      : campaigns_(campaigns), period_(period) {}

  bool is_empty() const { return heap_.empty(); }
  const Sender& first() const { return heap_.front(); }

  // Of a message that has deliveries.
  void start(uint32_t campaign);

  // The first one has taken so many places. False when it has none left; then it is gone.
  bool advance(int64_t places);

 private:
  int64_t time_us(uint32_t campaign, int64_t place) const;
  void sink_first();

  const std::vector<Campaign>& campaigns_;
  const SendingPeriod period_;
  std::vector<Sender> heap_;
};

}  // namespace host_stub
