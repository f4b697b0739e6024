// How a page names a member whose id its reader may not see.
//
// A reference is made from the member's number with the tenant's key: it is the same on every page,
// says nothing about the member, and nobody makes one up or counts up to the next member's. Free
// functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/rows.h"

namespace message_history {

std::string member_ref(const Sha256& tenant_key, MemberNo member);

// Empty for what member_ref() does not make with this key.
std::optional<MemberNo> member_of_ref(const Sha256& tenant_key, std::string_view ref);

}  // namespace message_history
