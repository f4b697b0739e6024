// The events of a Shop, as a host reports them, put into batches.
#pragma once

#include <cstdint>
#include <string>

#include "feed/event_batch.h"
#include "shop.h"

namespace crm_bench {

// Appends events to batches; `seq` counts on over all of them. Not thread-safe.
class ShopEvents {
 public:
  explicit ShopEvents(const Shop& shop, uint64_t after_seq = 0) : shop_(shop), seq_(after_seq) {}

  void add_message(uint64_t message, host_stub::EventBatch& batch);
  // One report of a delivery.
  void add_delivery(uint64_t number, uint32_t status, host_stub::EventBatch& batch);
  void add_final_delivery(uint64_t number, host_stub::EventBatch& batch);
  void add_click(uint64_t delivery_number, host_stub::EventBatch& batch);
  void add_erasure(uint64_t member, int64_t at_us, host_stub::EventBatch& batch);
  void add_order(const OrderRow& order, host_stub::EventBatch& batch);

  uint64_t seq() const { return seq_; }

 private:
  template <class Event>
  Event* begin(uint32_t kind, int64_t at_us, host_stub::EventBatch& batch);
  template <class Write>
  crm_str text(host_stub::EventBatch& batch, Write&& write);
  void add_report(uint64_t number, const DeliveryRow& row, uint32_t status,
                  host_stub::EventBatch& batch);

  const Shop& shop_;
  uint64_t seq_;
  std::string scratch_;
};

}  // namespace crm_bench
