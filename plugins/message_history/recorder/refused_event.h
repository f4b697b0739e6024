// An event that was refused, with what the quarantine shows of it.
#pragma once

#include <crm/cpp/events.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace message_history {

struct RefusedEvent {
  std::uint64_t seq = 0;
  std::string kind;
  std::string reason;
  std::string event;  // as JSON
  std::optional<std::string> member_id;
};

RefusedEvent refused_event(const crm::Event& event, std::uint64_t seq, std::string why);

}  // namespace message_history
