#include "history/render.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "history/request/parameters.h"
#include "history/strings/duration_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"
#include "history/strings/unapplied_text.h"

namespace message_history {

namespace {

using ParamNames = std::span<const std::string_view>;

constexpr std::string_view automatic_params[] = {"q", "channel", "from", "to", "sort", "cursor"};
constexpr std::string_view manual_params[] = {"q",  "channel", "state", "from",
                                              "to", "sort",    "cursor"};
constexpr std::string_view message_params[] = {"message_id"};
constexpr std::string_view buyers_params[] = {"message_id", "cursor"};
constexpr std::string_view recipients_params[] = {"message_id", "outcome", "reason", "q", "cursor"};
constexpr std::string_view order_params[] = {"order_id"};
constexpr std::string_view member_params[] = {"member_id", "member_ref", "cursor"};
constexpr std::string_view attribution_params[] = {"click_window_hours", "coupon_window_hours",
                                                   "open_window_hours", "delivered_window_hours"};
constexpr std::string_view page_params[] = {"cursor"};

struct ViewEntry {
  std::string_view id;
  std::string_view permission;
  ParamNames params;
  View (*render)(ViewContext&);
  std::size_t snapshots = 1;
};

constexpr ViewEntry views[] = {
    {"messages.automatic", CRM_PERMISSION_VIEW, automatic_params, automatic_messages_view},
    {"messages.manual", CRM_PERMISSION_VIEW, manual_params, manual_messages_view},
    {"message", CRM_PERMISSION_VIEW, message_params, message_view},
    {"message.buyers", CRM_PERMISSION_VIEW, buyers_params, buyers_view},
    {"message.recipients", CRM_PERMISSION_VIEW, recipients_params, recipients_view},
    {"order", CRM_PERMISSION_VIEW, order_params, order_view},
    {"member", CRM_PERMISSION_VIEW, member_params, member_view},
    {"exports", CRM_PERMISSION_EXPORT, page_params, exports_view},
    {"settings.attribution", CRM_PERMISSION_OPERATE, attribution_params, attribution_view, 2},
    {"health", CRM_PERMISSION_OPERATE, page_params, health_view},
};

crm::Error no_such_view(const ViewRequest& request) {
  std::string ids;
  for (const ViewEntry& view : views) {
    if (!ids.empty()) ids += ", ";
    ids += view.id;
  }
  return {CRM_ERR_NOT_FOUND,
          sentence(request.locale, texts::no_such_view, in_quotes(request.view_id), ids)};
}

ShownMembers shown_members(ViewContext& context, std::string_view view) {
  ShownMembers shown{view, std::string(text_param(context, "message_id")), {}};
  for (const MemberNo number : context.members_shown) {
    shown.ids.push_back(context.member(number)->member);
  }
  return shown;
}

}  // namespace

bool is_hidden_lookup(const ViewRequest& request) {
  return request.params.contains("member_id") &&
         !request.permissions.contains(CRM_PERMISSION_MEMBER_READ);
}

std::size_t snapshots_of_view(std::string_view view_id) {
  const auto* const view = std::ranges::find(views, view_id, &ViewEntry::id);
  return view == std::end(views) ? 1 : view->snapshots;
}

crm::Result<nlohmann::ordered_json> render_view(const ViewRequest& request,
                                                const ViewSource& source) {
  const auto* const view = std::ranges::find(views, request.view_id, &ViewEntry::id);
  if (view == std::end(views)) return no_such_view(request);
  if (!request.permissions.contains(std::string(view->permission))) {
    return crm::Error{CRM_ERR_DENIED, sentence(request.locale, texts::permission_missing, view->id,
                                               view->permission)};
  }
  const auto tenant_zone = TimeZone::find(source.tenant.time_zone);
  if (!tenant_zone) {
    return crm::Error{CRM_ERR_UNSUPPORTED, sentence(request.locale, texts::time_zone_missing,
                                                    in_quotes(source.tenant.time_zone))};
  }
  ViewContext context{request,
                      source.snapshot,
                      source.tenant,
                      source.now_us,
                      *tenant_zone,
                      source.seal,
                      source.reattribution,
                      source.recording,
                      request.params,
                      {},
                      {},
                      {},
                      {},
                      {}};
  take_names(context, view->params);
  View rendered = view->render(context);
  if (rendered && source.record_reading && !context.members_shown.empty()) {
    source.record_reading(shown_members(context, view->id));
  }
  const bool may_be_unapplied = !rendered && rendered.error().status == CRM_ERR_NOT_FOUND;
  if (!may_be_unapplied || !source.recording.unapplied) return rendered;
  crm::Error error = rendered.error();
  error.detail +=
      sentence(context, texts::not_found_unapplied, count_text(source.recording.unapplied->events));
  return error;
}

}  // namespace message_history
