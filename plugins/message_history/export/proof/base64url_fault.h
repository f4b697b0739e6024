// Why a text is not canonical base64url, for whoever made it.
#pragma once

#include <string_view>

namespace message_history {

// For a text that crm::base64url_decode does not take: "<what>; <remedy>", completing "the part".
// The texts are fixed. Pure, any thread.
std::string_view base64url_fault(std::string_view text);

}  // namespace message_history
