#include "model/message.h"

namespace message_history {

namespace {

MessageResult completed_result(const StampedValue& audience, const RecipientCounts& counts) {
  if (counts.recipients() == 0) {
    const bool expects_reports = audience.known() && audience.value > 0 && counts.excluded == 0;
    return expects_reports ? MessageResult::no_report : MessageResult::empty;
  }
  if (counts.success > 0) {
    return counts.failed > 0 ? MessageResult::partial : MessageResult::success;
  }
  // Failures are final only when nothing can still get through.
  return counts.pending > 0 ? MessageResult::waiting : MessageResult::failed;
}

}  // namespace

MessageResult result_of(const MessageReport& report, const RecipientCounts& counts,
                        std::int64_t now_us) {
  if (!report.known()) return MessageResult::unannounced;
  switch (report.facts.state) {
    case MessageState::scheduled: {
      const bool has_delivery = counts.recipients() + counts.excluded > 0;
      const StampedValue& due = report.scheduled_at_us;
      const bool is_overdue =
          due.known() && !has_delivery && due.value <= now_us - overdue_after_us;
      return is_overdue ? MessageResult::overdue : MessageResult::scheduled;
    }
    case MessageState::cancelled:
      return MessageResult::cancelled;
    case MessageState::unknown:
    case MessageState::sending:
      return report.facts.kind == MessageKind::automatic ? MessageResult::running
                                                         : MessageResult::sending;
    case MessageState::completed:
      break;
  }
  return completed_result(report.audience, counts);
}

}  // namespace message_history
