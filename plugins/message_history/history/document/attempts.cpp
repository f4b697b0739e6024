#include "history/document/attempts.h"

#include <fmt/format.h>

#include "history/document/view_cells.h"
#include "history/strings/terms.h"

namespace message_history {

const std::string* standing_code(const Delivery& delivery) {
  const DeliveryStatus status = delivery.state.status();
  if (status != DeliveryStatus::failed && status != DeliveryStatus::uncertain &&
      status != DeliveryStatus::skipped) {
    return nullptr;
  }
  const StatusMark* mark = delivery.state.mark(status);
  return mark == nullptr || mark->code.empty() ? nullptr : &mark->code;
}

std::string attempt_text(ViewContext& context, const Delivery& attempt) {
  const Route& route = context.route(attempt.state.route());
  const std::string_view status = context.text(term_of(attempt.state.status()).label);
  const std::string text = fmt::format("{} {}", context.text(term_of(route.channel).label), status);
  const std::string* code = standing_code(attempt);
  return code == nullptr ? text : fmt::format("{} {}", text, *code);
}

std::string chain_text(ViewContext& context, std::span<const Delivery> attempts) {
  std::string text;
  for (const Delivery& attempt : attempts) {
    if (attempt.state.status() == DeliveryStatus::unreported) continue;
    if (!text.empty()) text += " → ";
    text += attempt_text(context, attempt);
  }
  return text;
}

Json attempt_json(ViewContext& context, const Delivery& attempt) {
  const Route& route = context.route(attempt.state.route());
  Json json = {{"delivery_id", attempt.delivery_id},
               {"channel", status_cell(context, term_of(route.channel))},
               {"provider", route.provider},
               {"status", status_cell(context, term_of(attempt.state.status()))},
               {"at", time_cell(context, attempt.state.timeline_at_us())}};
  if (const std::string* code = standing_code(attempt)) {
    json["reason"] = reason_cell(context, {route.channel, route.provider, *code});
  }
  return json;
}

}  // namespace message_history
