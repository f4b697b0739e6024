// Pages of messages: merged from the shelves a filter reaches, each of which is in order for every
// sort.
#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/list_filter.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

#define MH_WALK(after, direction)     \
  "WHERE sort = ? AND shelf = ? AND " \
  "(value, message_id) " after " (?, ?) ORDER BY value " direction ", message_id " direction

// The first keys of a page, in whatever order they are offered.
class PageKeys {
 public:
  explicit PageKeys(const MessagePage& page)
      : page_(page), limit_(static_cast<std::size_t>(std::max<std::int64_t>(page.limit, 0))) {}

  bool wants(const ListKey& key) const {
    return keys_.size() < limit_ || (limit_ > 0 && comes_before(key, keys_.front()));
  }
  void add(ListKey key) {
    if (!wants(key) || (page_.after && !comes_before(*page_.after, key))) return;
    const auto before = [this](const ListKey& a, const ListKey& b) { return comes_before(a, b); };
    keys_.push_back(std::move(key));
    std::ranges::push_heap(keys_, before);
    if (keys_.size() <= limit_) return;
    std::ranges::pop_heap(keys_, before);
    keys_.pop_back();
  }
  std::vector<ListKey> take() {
    std::ranges::sort(keys_,
                      [this](const ListKey& a, const ListKey& b) { return comes_before(a, b); });
    return std::move(keys_);
  }

 private:
  bool comes_before(const ListKey& a, const ListKey& b) const {
    return page_.descending ? b < a : a < b;
  }

  const MessagePage& page_;
  const std::size_t limit_;
  std::vector<ListKey> keys_;  // a heap, the last one in front
};

// Looking a message up costs about as much as sixteen steps of a walk in order, and a walk passes
// so many messages before it has met `limit` of the few.
bool is_cheaper_to_look_up(std::int64_t few, std::int64_t all, std::int64_t limit) {
  constexpr std::int64_t steps_of_a_look_up = 16;
  if (few == 0) return true;
  return steps_of_a_look_up * few < std::min(all, limit * all / few);
}

void bind_key(Query& query, const MessagePage& page, const std::optional<ListKey>& after) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t start = page.descending ? Limits::max() : Limits::min();
  const bool by_name = page.sort == MessageSort::name;
  if (after && by_name) {
    query.bind(after->text_value);
  } else if (after) {
    query.bind(after->number_value);
  } else if (by_name && page.descending) {
    query.bind_blob("");  // a blob is above every text
  } else if (by_name) {
    query.bind("");
  } else {
    query.bind(start);
  }
  if (after) {
    query.bind(after->message_id);
  } else if (page.descending) {
    query.bind_blob("");
  } else {
    query.bind("");
  }
}

}  // namespace

// One page being gathered.
class SqliteSnapshot::Gathering {
 public:
  Gathering(SqliteSnapshot& snapshot, const MessageFilter& filter, const MessagePage& page)
      : snapshot_(snapshot),
        filter_(filter),
        page_(page),
        matches_(filter.text.empty() ? nullptr : &snapshot.matches(filter.text)),
        keys_(page) {}

  std::vector<ListKey> keys() {
    std::vector<ReachedShelf> shelves = reached();
    std::int64_t messages = 0;
    for (const ReachedShelf& shelf : shelves) messages += shelf.counts.messages;
    if (matches_ != nullptr &&
        is_cheaper_to_look_up(std::ssize(matches_->messages()), messages, page_.limit)) {
      for (const MessageNo message : matches_->messages()) look_up(message);
      return keys_.take();
    }
    // The end the page begins at first, so that the others are left after a glance.
    if (page_.descending) std::ranges::reverse(shelves);
    for (const ReachedShelf& shelf : shelves) {
      if (page_.sort == MessageSort::sent && !keys_.wants(first_sent(shelf.shelf))) continue;
      const auto few = shelf.is_whole ? std::nullopt : few_in_days(shelf);
      if (few) {
        for (const MessageNo message : *few) look_up(message);
      } else {
        walk(shelf);
      }
    }
    return keys_.take();
  }

 private:
  // Those that are due lie apart, as time alone makes them overdue.
  std::vector<ReachedShelf> reached() {
    if (filter_.result == MessageResult::overdue) {
      return reached_shelves(snapshot_.db_, due_until(filter_, filter_.overdue.day));
    }
    std::vector<ReachedShelf> shelves = reached_shelves(snapshot_.db_, filter_);
    if (filter_.result != MessageResult::scheduled) return shelves;
    for (ReachedShelf& shelf :
         reached_shelves(snapshot_.db_, due_since(filter_, filter_.overdue.day))) {
      shelves.push_back(std::move(shelf));
    }
    std::ranges::stable_sort(shelves, {}, [](const auto& one) { return one.shelf.first_day; });
    return shelves;
  }

  // Tells whether a message of the shelf, listed on that day, has the result that is asked for.
  bool has_result(const ReachedShelf& shelf, MessageNo message, std::int32_t day) {
    if (!filter_.result || shelf.shelf.result != MessageResult::overdue) return true;
    bool is_overdue = day < filter_.overdue.day;
    if (day == filter_.overdue.day) {
      const auto row = snapshot_.message(message);
      is_overdue = row && listed_at_us(*row) <= filter_.overdue.until_us;
    }
    return is_overdue == (filter_.result == MessageResult::overdue);
  }

  // No message of the shelf comes before it, wherever its days begin.
  ListKey first_sent(const Shelf& shelf) const {
    const std::int64_t value =
        page_.descending ? (shelf.last_day() + 2) * day_us : (shelf.first_day - 1) * day_us;
    return {value, {}, {}, {}};
  }

  void walk(const ReachedShelf& shelf) {
    Query query = snapshot_.db_.rows(tables::message_place,
                                     page_.descending ? MH_WALK("<", "DESC") : MH_WALK(">", "ASC"));
    query.bind(static_cast<std::int64_t>(page_.sort)).bind(shelf.number);
    bind_key(query, page_, page_.after);
    while (query.step()) {
      query.skip(2);
      ListKey key;
      if (page_.sort == MessageSort::name) {
        key.text_value = query.text();
      } else {
        key.number_value = query.integer();
      }
      key.message_id = query.text();
      key.number = query.number<MessageNo>();
      if (!keys_.wants(key)) return;
      const auto day = static_cast<std::int32_t>(query.integer());
      if (!shelf.is_whole && !selects_day(filter_, day)) continue;
      if (matches_ != nullptr && !matches_->contains(key.number)) continue;
      if (has_result(shelf, key.number, day)) keys_.add(std::move(key));
    }
  }

  // The messages of the filter's days, by the sort that has them together; nothing when there are
  // so many that walking is cheaper.
  std::optional<std::vector<MessageNo>> few_in_days(const ReachedShelf& shelf) {
    Query query = snapshot_.db_.rows(tables::message_place,
                                     "WHERE sort = ? AND shelf = ? AND value BETWEEN ? AND ?");
    const std::int32_t first = filter_.first_day.value_or(shelf.shelf.first_day);
    const std::int32_t last = filter_.last_day.value_or(shelf.shelf.last_day());
    query.bind(static_cast<std::int64_t>(MessageSort::sent)).bind(shelf.number);
    query.bind((first - 1) * day_us).bind((last + 2) * day_us);  // wherever days begin
    std::vector<MessageNo> few;
    while (query.step()) {
      query.skip(4);
      const MessageNo message = query.number<MessageNo>();
      if (!selects_day(filter_, static_cast<std::int32_t>(query.integer()))) continue;
      if (!is_cheaper_to_look_up(std::ssize(few) + 1, shelf.counts.messages, page_.limit)) {
        return {};
      }
      if (matches_ == nullptr || matches_->contains(message)) few.push_back(message);
    }
    return few;
  }

  void look_up(MessageNo message) {
    const auto row = snapshot_.message(message);
    if (!row || !selects(filter_, *row)) return;
    std::int64_t net_minor = 0;
    if (page_.sort == MessageSort::net && row->counts.orders != 0) {
      net_minor = snapshot_.money(message)[snapshot_.currency_].net_minor();
    }
    keys_.add(key_of(*row, page_.sort, net_minor));
  }

  SqliteSnapshot& snapshot_;
  const MessageFilter& filter_;
  const MessagePage& page_;
  const WordMatches* const matches_;  // NULL: no text
  PageKeys keys_;
};

const WordMatches& SqliteSnapshot::matches(const std::string& text) {
  if (!matches_ || matches_->text() != text) matches_.emplace(db_, text);
  return *matches_;
}

std::vector<MessageListRow> SqliteSnapshot::messages(const MessageFilter& filter,
                                                     const MessagePage& page) {
  std::vector<MessageListRow> rows;
  for (ListKey& key : Gathering(*this, filter, page).keys()) {
    auto row = message(key.number);
    if (!row) {
      throw crm::Failure(CRM_ERR_CORRUPT, db_.file() +
                                              ": a list holds a message that is not stored; "
                                              "restore the tenant's folder from a backup");
    }
    rows.push_back({*std::move(row), money(key.number), std::move(key)});
  }
  return rows;
}

}  // namespace message_history::sqlite
