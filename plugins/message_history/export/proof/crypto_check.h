// What libcrypto did, checked.
#pragma once

namespace message_history {

// Throws crm::Failure (INTERNAL) with `what` failed, unless it was done. Takes what the library has
// to say off this thread's queue, which is the host's as well.
void require_crypto(bool done, const char* what);

}  // namespace message_history
