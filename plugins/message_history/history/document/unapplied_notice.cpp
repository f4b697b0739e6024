#include "history/document/unapplied_notice.h"

#include <crm/base.h>

#include <algorithm>

#include "history/strings/duration_text.h"
#include "history/strings/sentence.h"
#include "history/strings/unapplied_text.h"

namespace message_history {

namespace {

const Localized& cause_of(std::int32_t status) {
  switch (status) {
    case CRM_ERR_FULL:
      return texts::unapplied_full;
    case CRM_ERR_IO:
      return texts::unapplied_io;
    case CRM_ERR_BUSY:
      return texts::unapplied_busy;
    case CRM_ERR_CORRUPT:
      return texts::unapplied_corrupt;
    case CRM_ERR_NO_MEMORY:
      return texts::unapplied_no_memory;
    default:
      return texts::unapplied_otherwise;
  }
}

}  // namespace

Json unapplied_notice(const ViewContext& context) {
  const RecordingState::Unapplied& waiting = *context.recording.unapplied;
  const std::int64_t age_us = std::max<std::int64_t>(context.now_us - waiting.since_us, 0);
  return notice(
      "unapplied", Tone::danger,
      sentence(context, texts::some_unapplied, count_text(waiting.events),
               duration_text(age_us, context.locale()), context.text(cause_of(waiting.status))));
}

Json last_error_notice(const ViewContext& context) {
  return notice("last_error", Tone::danger,
                sentence(context, texts::last_apply_error, context.recording.unapplied->text));
}

}  // namespace message_history
