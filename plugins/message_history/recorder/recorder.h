// Records batches of events: the plugin's side of crm.events/1.
//
// Threads: record() is one call at a time per (tenant, source) and concurrent over tenants;
// everything else is for any thread. An acknowledged event is durable, and each (tenant, source)
// resumes exactly after the last acknowledged sequence, because the position is stored in the same
// transaction as the events.
#pragma once

#include <crm/ext/events.h>
#include <crm/cpp/host.hpp>

#include <string_view>

#include "recorder/tenants.h"

namespace message_history {

class Recorder {
 public:
  Recorder(const crm::Host& host, Tenants& tenants) : host_(host), tenants_(tenants) {}

  // Throws crm::Failure when nothing of the batch was recorded.
  void record(const crm_event_batch* batch, crm_event_ack* ack);
  std::uint64_t position(crm_str tenant, crm_str source);
  Sha256 digest(crm_str tenant);

 private:
  const crm::Host& host_;
  Tenants& tenants_;
};

}  // namespace message_history
