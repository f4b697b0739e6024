#include "loader/plugin_check.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <initializer_list>

#include "base/printable.h"

namespace host_stub {

namespace {

constexpr uint64_t menu_titles_max = 64;  // languages
constexpr const char* rebuild = "build the plugin with the current headers of plugin_api";

crm::Error refused(int32_t status, std::string detail) {
  return failure(status, std::move(detail));
}

Outcome check_size(std::string_view structure, uint64_t size, uint64_t needed,
                   std::string_view last_field) {
  if (size >= needed) return done();
  return refused(CRM_ERR_VERSION,
                 fmt::format("{}.size is {} bytes, at least {} are needed to reach `{}`; {}",
                             structure, size, needed, last_field, rebuild));
}

struct Slot {
  const char* name;
  bool is_set;
};

Outcome check_slots(std::string_view structure, std::initializer_list<Slot> slots) {
  for (const Slot& slot : slots) {
    if (slot.is_set) continue;
    return refused(
        CRM_ERR_INVALID,
        fmt::format("{}.{} is NULL, a function is needed; set it before the structure is "
                    "handed to the host",
                    structure, slot.name));
  }
  return done();
}

struct TextRule {
  const char* field;
  size_t bytes_max;
};

constexpr uint64_t menu_text_bytes_max = 1'024;

Outcome check_text(crm_str text, TextRule rule) {
  const auto refuse = [&](std::string found, std::string needed) {
    return refused(CRM_ERR_INVALID,
                   fmt::format("crm_plugin_descriptor.{} {}; {}", rule.field, found, needed));
  };
  const auto needed = fmt::format("set it to 1 to {} bytes of UTF-8", rule.bytes_max);
  switch (crm::fault_of(text, rule.bytes_max)) {
    case crm::TextFault::null_with_size:
      return refuse(fmt::format("has {} bytes but its data is NULL", text.size), needed);
    case crm::TextFault::too_long:
      return refuse(fmt::format("is {} bytes long, {} are allowed", text.size, rule.bytes_max),
                    needed);
    case crm::TextFault::not_utf8:
      return refuse("is not UTF-8", needed);
    case crm::TextFault::none:
      break;
  }
  if (text.size == 0) return refuse("is empty", needed);
  return done();
}

Outcome check_interface_version(const crm_plugin_descriptor& descriptor) {
  if (descriptor.magic != CRM_PLUGIN_MAGIC) {
    return refused(CRM_ERR_INVALID,
                   fmt::format("crm_plugin_descriptor.magic is 0x{:08X}, 0x{:08X} (\"CRMP\") is "
                               "needed; return a descriptor as crm/entry.h describes it",
                               descriptor.magic, CRM_PLUGIN_MAGIC));
  }
  if (descriptor.abi_major != CRM_ABI_MAJOR) {
    return refused(CRM_ERR_VERSION,
                   fmt::format("crm_plugin_descriptor.abi_major is {}, this host needs {}; install "
                               "the plugin's build for interface {}",
                               descriptor.abi_major, CRM_ABI_MAJOR, CRM_ABI_MAJOR));
  }
  if (descriptor.abi_minor > CRM_ABI_MINOR) {
    return refused(CRM_ERR_VERSION,
                   fmt::format("crm_plugin_descriptor.abi_minor is {}, this host offers {}; update "
                               "the host or install an older release of the plugin",
                               descriptor.abi_minor, CRM_ABI_MINOR));
  }
  return done();
}

bool is_label(std::string_view label) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !label.empty() && is_alphanumeric(label.front()) &&
         std::all_of(label.begin(), label.end(),
                     [&](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

// Judges a text of a menu entry before anything reads it; NULL when nothing is wrong with it.
const char* menu_text_fault(crm_str text) {
  switch (crm::fault_of(text, menu_text_bytes_max)) {
    case crm::TextFault::null_with_size:
      return "is NULL with a size";
    case crm::TextFault::too_long:
      return "is longer than 1024 bytes";
    case crm::TextFault::not_utf8:
      return "is not UTF-8";
    case crm::TextFault::none:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

bool is_reverse_dns(std::string_view id) {
  size_t labels = 0;
  for (;;) {
    const size_t dot = id.find('.');
    if (!is_label(id.substr(0, dot))) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    id.remove_prefix(dot + 1);
  }
}

Outcome check_descriptor(const crm_plugin_descriptor* descriptor) {
  if (descriptor == nullptr) {
    return refused(
        CRM_ERR_INVALID,
        "crm_plugin_query returned NULL, a descriptor is needed; return the address of a "
        "constant crm_plugin_descriptor");
  }
  // The head first: of another major version only magic and the version numbers have a known place.
  constexpr uint64_t head_bytes =
      offsetof(crm_plugin_descriptor, abi_minor) + sizeof(descriptor->abi_minor);
  const auto head = check_size("crm_plugin_descriptor", descriptor->size, head_bytes, "abi_minor");
  if (!head) return head;
  if (auto fits = check_interface_version(*descriptor); !fits) return fits;
  constexpr uint64_t whole_bytes =
      offsetof(crm_plugin_descriptor, create) + sizeof(descriptor->create);
  const auto whole = check_size("crm_plugin_descriptor", descriptor->size, whole_bytes, "create");
  if (!whole) return whole;
  if (auto id = check_text(descriptor->id, {"id", plugin_id_bytes_max}); !id) return id;
  if (!is_reverse_dns(crm::view(descriptor->id))) {
    return refused(CRM_ERR_INVALID,
                   fmt::format("crm_plugin_descriptor.id is \"{}\", a reverse-DNS name is needed; "
                               "choose one like org.example.plugin",
                               printable(crm::view(descriptor->id))));
  }
  if (auto name = check_text(descriptor->name, {"name", plugin_name_bytes_max}); !name) return name;
  const auto version = check_text(descriptor->version, {"version", plugin_version_bytes_max});
  if (!version) return version;
  return check_slots("crm_plugin_descriptor", {{"create", descriptor->create != nullptr}});
}

Outcome check_plugin(const crm_plugin* plugin) {
  if (plugin == nullptr) {
    return refused(CRM_ERR_INVALID,
                   "create returned CRM_OK but left the plugin pointer NULL; set *plugin");
  }
  const uint64_t needed = offsetof(crm_plugin, extension) + sizeof(plugin->extension);
  if (auto size = check_size("crm_plugin", plugin->size, needed, "extension"); !size) return size;
  return check_slots("crm_plugin", {{"start", plugin->start != nullptr},
                                    {"stop", plugin->stop != nullptr},
                                    {"destroy", plugin->destroy != nullptr},
                                    {"extension", plugin->extension != nullptr}});
}

Outcome check_events(const crm_ext_events* events) {
  const auto size = check_size(CRM_EXT_EVENTS, events->size, CRM_EXT_EVENTS_SIZE_1_0, "digest");
  if (!size) return size;
  return check_slots(CRM_EXT_EVENTS, {{"on_batch", events->on_batch != nullptr},
                                      {"position", events->position != nullptr},
                                      {"digest", events->digest != nullptr}});
}

Outcome check_admin_views(const crm_ext_admin_views* views) {
  const uint64_t needed = offsetof(crm_ext_admin_views, render) + sizeof(views->render);
  const auto size = check_size(CRM_EXT_ADMIN_VIEWS, views->size, needed, "render");
  if (!size) return size;
  return check_slots(CRM_EXT_ADMIN_VIEWS,
                     {{"menu", views->menu != nullptr}, {"render", views->render != nullptr}});
}

Outcome check_exports(const crm_ext_exports* exports) {
  const uint64_t needed = offsetof(crm_ext_exports, verify_audit) + sizeof(exports->verify_audit);
  const auto size = check_size(CRM_EXT_EXPORTS, exports->size, needed, "verify_audit");
  if (!size) return size;
  return check_slots(CRM_EXT_EXPORTS, {{"run", exports->run != nullptr},
                                       {"verify_audit", exports->verify_audit != nullptr}});
}

Outcome check_maintenance(const crm_ext_maintenance* maintenance) {
  const uint64_t needed = offsetof(crm_ext_maintenance, check) + sizeof(maintenance->check);
  const auto size = check_size(CRM_EXT_MAINTENANCE, maintenance->size, needed, "check");
  if (!size) return size;
  return check_slots(CRM_EXT_MAINTENANCE, {{"tenants", maintenance->tenants != nullptr},
                                           {"check", maintenance->check != nullptr}});
}

Outcome check_menu_entry(const crm_menu_entry& entry) {
  const auto refuse = [](std::string_view field, std::string_view why) {
    return refused(CRM_ERR_INTERNAL, fmt::format("crm_menu_entry.{} {}; report it to the plugin's "
                                                 "vendor",
                                                 field, why));
  };
  if (const char* why = menu_text_fault(entry.view_id)) return refuse("view_id", why);
  if (const char* why = menu_text_fault(entry.icon)) return refuse("icon", why);
  if (const char* why = menu_text_fault(entry.permission)) return refuse("permission", why);
  if (entry.title_count > menu_titles_max) {
    return refuse("title_count",
                  fmt::format("is {}, {} are allowed", entry.title_count, menu_titles_max));
  }
  if (entry.titles == nullptr && entry.title_count > 0) {
    return refuse("titles", fmt::format("is NULL with a title_count of {}", entry.title_count));
  }
  for (uint64_t i = 0; i < entry.title_count; ++i) {
    const crm_localized& title = entry.titles[i];
    for (const crm_str text : {title.locale, title.text}) {
      if (const char* why = menu_text_fault(text)) return refuse(fmt::format("titles[{}]", i), why);
    }
  }
  return done();
}

}  // namespace host_stub
