#include "ingest/check/restore_work.h"

#include <crm/cpp/failure.hpp>

#include <string>

namespace message_history {

void RestoreWork::restore(const MessageRow& message) {
  MessageRow& row = messages_.of(message.message_id);
  if (row.number != message.number) {
    throw crm::Failure(CRM_ERR_CORRUPT, "message number " + std::to_string(row.number.value) +
                                            " is not stored; restore the tenant's folder from a "
                                            "backup");
  }
  row.report = message.report;
  row.activity_at_us = message.activity_at_us;
  // Deliveries may be gone that were before those which are left.
  if (store_.cutoffs().dropped_before_us > 0) row.sent_at_us = message.sent_at_us;
}

void RestoreWork::restore(std::span<const Delivery> deliveries) {
  deliveries_.restore(deliveries);
}

void RestoreWork::finish() {
  deliveries_.flush_rows();
  orders_.flush_rows();
  deliveries_.count(orders_.moved());
  orders_.decide();
  messages_.flush();
}

}  // namespace message_history
