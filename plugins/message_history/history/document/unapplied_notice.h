// Tells readers that a page lacks events which were recorded and could not be applied.
#pragma once

#include "history/document/document.h"
#include "history/request/view_context.h"

namespace message_history {

// How many, since when, and why, in the words of a page. For a context that has such events.
Json unapplied_notice(const ViewContext& context);

// The error itself, which names files: for who runs the host.
Json last_error_notice(const ViewContext& context);

}  // namespace message_history
