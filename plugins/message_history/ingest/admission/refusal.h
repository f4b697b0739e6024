// Puts down an event that is refused as the quarantine shows it.
#pragma once

#include <crm/cpp/events.hpp>

#include <cstdint>
#include <string>

#include "ingest/journal/refused_event.h"

namespace message_history {

RefusedEvent refused_event(const crm::Event& event, std::uint64_t seq, std::string why);

}  // namespace message_history
