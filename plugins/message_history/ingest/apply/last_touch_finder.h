// Finds the touch that an order is credited to by asking the store for the latest touch of each
// kind: it costs the same however many touches the member has.
//
// One thread; lives while the touches of a transaction do not change.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "attribution/last_touch.h"
#include "ingest/apply/message_work.h"
#include "store/store.h"

namespace message_history {

class LastTouchFinder {
 public:
  LastTouchFinder(WriteTransaction& store, const Rule& rule, MessageWork& messages)
      : store_(store), rule_(rule), messages_(messages) {}

  // Finds what last_touch() says of all touches of the member, for an order placed then that names
  // no message; NULL when none qualifies. Valid as long as the object.
  const Touch* winner(MemberNo member, std::int64_t placed_at_us);

 private:
  using Best = std::optional<Touch>;

  Best find(MemberNo member, std::int64_t placed_at_us);
  void raise(Best& best, MemberNo member, TouchKind kind, std::int64_t placed_at_us);

  WriteTransaction& store_;
  const Rule& rule_;
  MessageWork& messages_;
  std::map<std::pair<MemberNo, std::int64_t>, Best> found_;  // addresses stay
};

}  // namespace message_history
