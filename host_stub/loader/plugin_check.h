// Judges what a library hands over before any of it is used: the descriptor, the plugin structure
// and the extension tables, field by field.
//
// A refusal names the field, what was found, what is needed and the remedy. Nothing beyond the size
// that a structure states is read.
#pragma once

#include <crm/entry.h>
#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>
#include <crm/ext/maintenance.h>

#include <string_view>

#include "base/outcome.h"

namespace host_stub {

inline constexpr size_t plugin_id_bytes_max = 128;
inline constexpr size_t plugin_name_bytes_max = 128;
inline constexpr size_t plugin_version_bytes_max = 64;

Outcome check_descriptor(const crm_plugin_descriptor* descriptor);
Outcome check_plugin(const crm_plugin* plugin);
Outcome check_events(const crm_ext_events* events);
// The texts of an entry can be read.
Outcome check_menu_entry(const crm_menu_entry& entry);
Outcome check_admin_views(const crm_ext_admin_views* views);
Outcome check_exports(const crm_ext_exports* exports);
Outcome check_maintenance(const crm_ext_maintenance* maintenance);

// Two or more labels of letters, digits, '-' and '_', joined by dots; a label starts with a letter
// or a digit. Safe as the name of a folder.
bool is_reverse_dns(std::string_view id);

}  // namespace host_stub
