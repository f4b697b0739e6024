#include "model/message.h"

namespace message_history {

MessageResult result_of(MessageKind kind, MessageState state, const RecipientCounts& counts) {
  switch (state) {
    case MessageState::scheduled:
      return MessageResult::scheduled;
    case MessageState::cancelled:
      return MessageResult::cancelled;
    case MessageState::unknown:
    case MessageState::sending:
      return kind == MessageKind::automatic ? MessageResult::running : MessageResult::sending;
    case MessageState::completed:
      break;
  }
  if (counts.recipients() == 0) return MessageResult::empty;
  if (counts.failed == 0) return MessageResult::success;
  if (counts.success > 0) return MessageResult::partial;
  // Failures and no success: final only when nothing can still get through.
  return counts.pending > 0 ? MessageResult::sending : MessageResult::failed;
}

}  // namespace message_history
