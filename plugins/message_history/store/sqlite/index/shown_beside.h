// Finds the delivery an export shows a sale beside: the one that reached its member.
#pragma once

#include <string>

#include "store/rows.h"
#include "store/sqlite/index/tree_set.h"

namespace message_history::sqlite {

// The touch's own delivery; without one, or where it failed and another succeeded, the member's
// latest success in the message at or before the touch (before the order that names the message),
// else the first one after it. Empty for a member whom the message never reached, and for nobody.
std::string shown_beside(TreeSet& trees, const CreditRow& credit);

}  // namespace message_history::sqlite
