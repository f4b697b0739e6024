#include "store/sqlite/lists/list_filter.h"

#include <algorithm>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/message_words.h"

namespace message_history::sqlite {

WordMatches::WordMatches(Connection& db, std::string_view text) : text_(text) {
  const WordSearch search(text);
  const auto add = [this](MessageNo message) { messages_.push_back(message); };
  Query query = db.rows(tables::message_words, "ORDER BY block");
  RowsSeen seen(tables::message_words);
  for (; query.step(); seen.add(query)) {
    const std::int64_t block = query.integer();
    search.search(block, query.bytes(), add);
  }
  seen.expect_all(db);
  if (!messages_.empty()) is_match_.resize(static_cast<std::size_t>(messages_.back().value) + 1);
  for (const MessageNo message : messages_) {
    is_match_[static_cast<std::size_t>(message.value)] = true;
  }
}

bool selects(const MessageFilter& filter, const MessageRow& row) {
  const ListGroup group = group_of(row);
  if (group.kind != filter.kind || !selects_day(filter, group.day)) return false;
  if (filter.channel && group.channel != *filter.channel) return false;
  return !filter.result || shown_result(row, filter.overdue) == *filter.result;
}

std::vector<ReachedShelf> reached_shelves(Connection& db, const MessageFilter& filter) {
  std::vector<ReachedShelf> reached;
  if (filter.kind == MessageKind::unknown) return reached;
  const std::int64_t first = static_cast<std::int64_t>(filter.kind) * shelves_of_a_kind;
  Query query = db.rows(tables::shelf, "WHERE shelf BETWEEN ? AND ?");
  query.bind(first).bind(first + shelves_of_a_kind - 1);
  while (query.step()) {
    const std::int64_t number = query.integer();
    const Shelf shelf = shelf_of(number);
    if (filter.channel && shelf.channel != *filter.channel) continue;
    if (filter.result && shelf.result != *filter.result) continue;
    if (filter.first_day && shelf.last_day() < *filter.first_day) continue;
    if (filter.last_day && shelf.first_day > *filter.last_day) continue;
    const ListCounts counts = read_list_counts(query);
    if (counts.messages == 0) continue;
    ReachedShelf& one = reached.emplace_back();
    one.number = number;
    one.shelf = shelf;
    one.counts = counts;
    one.is_whole = selects_day(filter, shelf.first_day) && selects_day(filter, shelf.last_day());
  }
  std::ranges::stable_sort(reached, {}, [](const auto& one) { return one.shelf.first_day; });
  return reached;
}

MessageFilter due_until(const MessageFilter& filter, std::int32_t last_day) {
  MessageFilter due = filter;
  due.result = MessageResult::overdue;
  due.last_day = std::min(last_day, filter.last_day.value_or(last_day));
  return due;
}

MessageFilter due_since(const MessageFilter& filter, std::int32_t first_day) {
  MessageFilter due = filter;
  due.result = MessageResult::overdue;
  due.first_day = std::max(first_day, filter.first_day.value_or(first_day));
  return due;
}

std::vector<DayRange> cut_days(const MessageFilter& filter) {
  const auto span_of = [](std::int32_t day) {
    const std::int32_t first = (day + shelf_days) / shelf_days * shelf_days - shelf_days;
    return DayRange{first, first + shelf_days - 1};
  };
  std::vector<DayRange> cut;
  if (filter.first_day && span_of(*filter.first_day).first != *filter.first_day) {
    const std::int32_t end = span_of(*filter.first_day).last;
    cut.push_back({*filter.first_day, filter.last_day ? std::min(end, *filter.last_day) : end});
  }
  if (filter.last_day && span_of(*filter.last_day).last != *filter.last_day) {
    const std::int32_t begin = span_of(*filter.last_day).first;
    const bool is_known = !cut.empty() && cut.front().last == *filter.last_day;
    if (!is_known) {
      cut.push_back(
          {filter.first_day ? std::max(begin, *filter.first_day) : begin, *filter.last_day});
    }
  }
  return cut;
}

}  // namespace message_history::sqlite
