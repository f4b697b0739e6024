#include "history/menu.h"

#include <string_view>

#include "catalog/locale.h"
#include "history/strings/attribution_text.h"
#include "history/strings/exports_text.h"
#include "history/strings/health_text.h"
#include "history/strings/messages_text.h"

namespace message_history {

namespace {

constexpr crm_str text(std::string_view literal) {
  return {literal.data(), literal.size()};
}

struct Titles {
  crm_localized both[2];
};

constexpr Titles titles(const Localized& title) {
  return {{{text("ko"), text(title.ko)}, {text("en"), text(title.en)}}};
}

constexpr Titles automatic_titles = titles(texts::automatic_title);
constexpr Titles manual_titles = titles(texts::manual_title);
constexpr Titles exports_titles = titles(texts::exports_title);
constexpr Titles attribution_titles = titles(texts::attribution_title);
constexpr Titles health_titles = titles(texts::health_title);

struct MenuPlace {
  int32_t order;
  std::string_view view_id;
  std::string_view icon;
  std::string_view permission;
};

constexpr crm_menu_entry entry(const MenuPlace& place, const Titles& titles) {
  return {sizeof(crm_menu_entry),
          place.order,
          text(place.view_id),
          text(place.icon),
          text(place.permission),
          titles.both,
          2};
}

constexpr crm_menu_entry automatic_entry =
    entry({10, "messages.automatic", "arrow-repeat", CRM_PERMISSION_VIEW}, automatic_titles);
constexpr crm_menu_entry manual_entry =
    entry({20, "messages.manual", "send", CRM_PERMISSION_VIEW}, manual_titles);
constexpr crm_menu_entry exports_entry =
    entry({30, "exports", "file-earmark-lock", CRM_PERMISSION_EXPORT}, exports_titles);
constexpr crm_menu_entry attribution_entry =
    entry({35, "settings.attribution", "sliders", CRM_PERMISSION_OPERATE}, attribution_titles);
constexpr crm_menu_entry health_entry =
    entry({40, "health", "heart-pulse", CRM_PERMISSION_OPERATE}, health_titles);

constexpr const crm_menu_entry* entries[] = {&automatic_entry, &manual_entry, &exports_entry,
                                             &attribution_entry, &health_entry};

}  // namespace

std::span<const crm_menu_entry* const> menu() {
  return entries;
}

}  // namespace message_history
