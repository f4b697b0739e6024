// Where a page goes on, as opaque text that only the list it came from takes back.
//
// A cursor carries a checksum over its content and its scope: tenant, view and filters. One that
// was altered or belongs to another list is refused. It guards against mistakes, not against an
// adversary: what a cursor can reach is what the same actor can page to anyway.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "history/request/view_context.h"

namespace message_history {

struct Cursor {
  std::int64_t position = 0;
  std::int64_t number = 0;
  std::string text;
};

std::string cursor_text(const ViewContext& context, const Cursor& cursor);

// The `cursor` parameter; empty when it is missing.
crm::Result<std::optional<Cursor>> cursor_param(const ViewContext& context);

}  // namespace message_history
