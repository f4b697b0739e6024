#include "ingest/admission/refusal.h"

#include <utility>

#include "ingest/admission/validation.h"
#include "store/rows.h"

namespace message_history {

RefusedEvent refused_event(const crm::Event& event, std::uint64_t seq, std::string why) {
  RefusedEvent refused;
  refused.seq = seq;
  refused.kind = kind_name(event);
  refused.reason = std::move(why);
  refused.event = event_text(event, quarantine_event_bytes_max);
  if (const auto member = member_of(event)) refused.member_id = *member;
  return refused;
}

}  // namespace message_history
