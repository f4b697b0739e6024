// One attempt to reach a member, and a chain of them, in words and as data.
#pragma once

#include <span>
#include <string>

#include "history/document/document.h"
#include "history/request/view_context.h"
#include "model/delivery.h"

namespace message_history {

// "알림톡 실패 3018"; the code only where it tells something.
std::string attempt_text(ViewContext& context, const Delivery& attempt);
// "알림톡 실패 3018 → SMS 도착"; those nobody reported yet are left out.
std::string chain_text(ViewContext& context, std::span<const Delivery> attempts);

Json attempt_json(ViewContext& context, const Delivery& attempt);

// The code of what the delivery stands at, for a failure, an uncertain or a skipped one; else NULL.
const std::string* standing_code(const Delivery& delivery);

}  // namespace message_history
