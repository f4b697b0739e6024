// A shop that never existed: its messages, deliveries, touches, orders and refunds, in order of
// time.
//
// The same settings give the same events on every machine. Memory depends on the number of messages
// and on what is pending in time (receipts, clicks, orders to come), not on how many events there
// are. Not thread-safe; may be handed from one thread to another.
#pragma once

#include <cstddef>
#include <memory>

#include "feed/event_batch.h"
#include "feed/feed_header.h"
#include "shop/generator_settings.h"

namespace host_stub {

class Generator {
 public:
  // INVALID when the settings do not fit together; see check_settings.
  static crm::Result<std::unique_ptr<Generator>> create(const GeneratorSettings& settings);
  ~Generator();

  // Clears the batch and fills it with up to `events_max` (at least 1) events, fewer when they take
  // more than batch_bytes_max; seq goes on from 1, one by one. False when the feed has ended; the
  // batch may hold its last events all the same. The events live until the batch is cleared or the
  // generator is destroyed.
  bool fill(EventBatch& batch, size_t events_max);

  const FeedHeader& header() const;

  // Events that are due at a later time than the last one given out.
  size_t pending_count() const;

 private:
  class Shop;
  explicit Generator(std::unique_ptr<Shop> shop);

  std::unique_ptr<Shop> shop_;
};

}  // namespace host_stub
