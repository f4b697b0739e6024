// Tells readers that the details they may look for are no longer kept.
#pragma once

#include <cstdint>

#include "history/document/document.h"
#include "history/request/view_context.h"

namespace message_history {

// Adds the notice when what the view shows reaches back to `first_at_us`, before details are kept.
void add_retention_notice(Document& document, ViewContext& context, std::int64_t first_at_us);

// When the first that a message's details tell of happened.
std::int64_t first_at_us(const MessageRow& message);

// NOT_FOUND for a thing that may also have been removed.
crm::Error not_found_or_removed(ViewContext& context, crm::Error error);

}  // namespace message_history
