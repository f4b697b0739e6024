// The plugin's entries in the host's admin menu.
#pragma once

#include <crm/ext/admin_views.h>

#include <span>

namespace message_history {

// Constant data, valid as long as the plugin is loaded; in rising order.
std::span<const crm_menu_entry* const> menu();

}  // namespace message_history
