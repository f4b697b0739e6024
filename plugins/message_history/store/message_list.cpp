#include "store/message_list.h"

namespace message_history {

ListCounts& ListCounts::operator+=(const ListCounts& other) {
  messages += other.messages;
  success += other.success;
  failed += other.failed;
  pending += other.pending;
  excluded += other.excluded;
  clickers += other.clickers;
  orders += other.orders;
  return *this;
}

ListCounts ListCounts::operator-() const {
  return {-messages, -success, -failed, -pending, -excluded, -clickers, -orders};
}

std::int64_t listed_at_us(const MessageRow& row) {
  if (row.sent_at_us) return *row.sent_at_us;
  const StampedValue& due = row.report.scheduled_at_us;
  if (due.known()) return due.value;
  return row.report.known() ? row.report.facts.at_us : row.activity_at_us;
}

MessageKind listed_kind(const MessageRow& row) {
  return row.report.known() ? row.report.facts.kind : MessageKind::manual;
}

ListGroup group_of(const MessageRow& row) {
  const MessageFacts& facts = row.report.facts;
  return {listed_kind(row), facts.channel,
          result_of(row.report, row.counts.recipients, end_of_time_us), row.listed_day};
}

MessageResult shown_result(const MessageRow& row, const OverdueNow& overdue) {
  const MessageResult result = group_of(row).result;
  const bool is_still_scheduled =
      result == MessageResult::overdue && listed_at_us(row) > overdue.until_us;
  return is_still_scheduled ? MessageResult::scheduled : result;
}

ListKey key_of(const MessageRow& row, MessageSort sort, std::int64_t net_minor) {
  const RecipientCounts& recipients = row.counts.recipients;
  const auto key = [&row](std::int64_t value) {
    return ListKey{value, {}, row.message_id, row.number};
  };
  switch (sort) {
    case MessageSort::activity:
      return key(row.activity_at_us);
    case MessageSort::sent:
      return key(listed_at_us(row));
    case MessageSort::name:
      return {0, row.report.facts.name, row.message_id, row.number};
    case MessageSort::recipients:
      return key(recipients.recipients());
    case MessageSort::success:
      return key(recipients.success);
    case MessageSort::failed:
      return key(recipients.failed);
    case MessageSort::clicks:
      return key(row.counts.clickers);
    case MessageSort::orders:
      return key(row.counts.orders);
    case MessageSort::net:
      break;
  }
  return key(net_minor);
}

ListCounts counts_of(const MessageRow& row) {
  const RecipientCounts& recipients = row.counts.recipients;
  return {1,
          recipients.success,
          recipients.failed,
          recipients.pending,
          recipients.excluded,
          row.counts.clickers,
          row.counts.orders};
}

}  // namespace message_history
