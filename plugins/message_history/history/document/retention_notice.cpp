#include "history/document/retention_notice.h"

#include <algorithm>
#include <string>

#include "history/strings/request_text.h"
#include "history/strings/retention_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

std::string kept_from_date(ViewContext& context, std::int64_t kept_from_us) {
  return date_text(context.zone.day_of(kept_from_us));
}

}  // namespace

void add_retention_notice(Document& document, ViewContext& context, std::int64_t first_at_us) {
  const std::int64_t kept_from_us = context.snapshot.kept_from_us();
  if (first_at_us >= kept_from_us) return;
  document.add(notice(
      "retention", Tone::info,
      sentence(context, texts::older_details_removed, kept_from_date(context, kept_from_us))));
}

std::int64_t first_at_us(const MessageRow& message) {
  return std::min(message.sent_at_us.value_or(message.activity_at_us), message.activity_at_us);
}

crm::Error not_found_or_removed(ViewContext& context, crm::Error error) {
  const std::int64_t kept_from_us = context.snapshot.kept_from_us();
  if (kept_from_us > 0) {
    error.detail += sentence(context, texts::removed_before, kept_from_date(context, kept_from_us));
  }
  return error;
}

}  // namespace message_history
