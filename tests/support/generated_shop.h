// The events of a generated shop, one after the other, and its feed as text.
#pragma once

#include <crm/ext/events.h>
#include <crm/cpp/text.hpp>

#include <functional>
#include <stdexcept>
#include <string>

#include "feed/event_writer.h"
#include "shop/generator.h"

namespace test {

inline std::unique_ptr<host_stub::Generator> shop(const host_stub::GeneratorSettings& settings) {
  auto generator = host_stub::Generator::create(settings);
  if (!generator) throw std::runtime_error(generator.error().detail);
  return std::move(generator.value());
}

inline void for_each_event(const host_stub::GeneratorSettings& settings,
                           const std::function<void(const crm_event&)>& look,
                           size_t events_max = 1000) {
  const auto generator = shop(settings);
  host_stub::EventBatch batch;
  for (bool goes_on = true; goes_on;) {
    goes_on = generator->fill(batch, events_max);
    for (const crm_event* event : batch.events()) look(*event);
  }
}

// The event as the structure of its kind; NULL when it is of another.
template <class T>
const T* as(const crm_event& event, uint32_t kind) {
  return event.kind == kind ? reinterpret_cast<const T*>(&event) : nullptr;
}

inline const crm_event_message* as_message(const crm_event& event) {
  return as<crm_event_message>(event, CRM_EVENT_MESSAGE);
}
inline const crm_event_delivery* as_delivery(const crm_event& event) {
  return as<crm_event_delivery>(event, CRM_EVENT_DELIVERY);
}
inline const crm_event_touch* as_touch(const crm_event& event) {
  return as<crm_event_touch>(event, CRM_EVENT_TOUCH);
}
inline const crm_event_order* as_order(const crm_event& event) {
  return as<crm_event_order>(event, CRM_EVENT_ORDER);
}
inline const crm_event_refund* as_refund(const crm_event& event) {
  return as<crm_event_refund>(event, CRM_EVENT_REFUND);
}

inline std::string text(crm_str value) {
  return std::string(crm::view(value));
}

inline std::string feed_text(const host_stub::GeneratorSettings& settings,
                             size_t events_max = 1000) {
  std::string lines;
  host_stub::EventWriter::append_header(shop(settings)->header(), lines);
  host_stub::EventWriter writer;
  for_each_event(
      settings, [&](const crm_event& event) { writer.append(event, lines); }, events_max);
  return lines;
}

}  // namespace test
