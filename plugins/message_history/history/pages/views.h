// One function a view: a checked request in, its document out.
//
// Each may return NOT_FOUND for a thing that is not there and INVALID without the parameter that
// says what to show; crm::Failure thrown by the snapshot passes through. With a cursor a view
// answers only the component it continues.
#pragma once

#include <crm/cpp/failure.hpp>

#include <nlohmann/json_fwd.hpp>

#include "history/request/view_context.h"

namespace message_history {

// Of a table; the next page goes on from its cursor.
inline constexpr std::int64_t page_rows = 50;

using View = crm::Result<nlohmann::ordered_json>;

View automatic_messages_view(ViewContext& context);
View manual_messages_view(ViewContext& context);
View message_view(ViewContext& context);
View buyers_view(ViewContext& context);
View recipients_view(ViewContext& context);
View order_view(ViewContext& context);
View member_view(ViewContext& context);
View exports_view(ViewContext& context);
View attribution_view(ViewContext& context);
View health_view(ViewContext& context);

}  // namespace message_history
