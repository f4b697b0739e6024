#include "store/sqlite/lsm/sorted_runs.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/base/tables.h"
#include "store/sqlite/lsm/run_appender.h"

namespace message_history::sqlite {

namespace {

using Limits = std::numeric_limits<std::int64_t>;

// Filters are not worth being made for a few look-ups.
constexpr std::int64_t loads_before_filters = 1'000;
// Reading a block in vain costs more than asking filters for so many keys.
constexpr std::int64_t lookups_a_load = 8;

}  // namespace

void SortedRuns::load() {
  if (loaded_) return;
  runs_.clear();
  cursors_.clear();
  filters_.clear();
  run_reads_.clear();
  count_filtered(0);
  owed_.clear();
  Query query = db_.rows(tables::run, "WHERE tree = ?");
  query.bind(static_cast<std::int64_t>(tree_));
  while (query.step()) {
    Run& run = *runs_.emplace_back(std::make_unique<Run>());
    run.number = query.integer();
    query.skip(1);
    run.level = query.integer();
    run.entries = query.integer();
    run.merged_into = query.integer();
    run.growing = static_cast<Run::Growing>(query.integer());
    run.first_key = query.text();
    run.last_key = query.text();
    run.first_at_us = query.integer();
    run.last_at_us = query.integer();
    run.first_place = query.integer();
    run.blocks = query.integer();
  }
  sort_runs();
  loaded_ = true;
}

void SortedRuns::sort_runs() {
  std::sort(runs_.begin(), runs_.end(), [](const auto& a, const auto& b) {
    return std::make_pair(a->level, -a->number) < std::make_pair(b->level, -b->number);
  });
}

RunCursor& SortedRuns::cursor_of(const Run& run) {
  return cursors_.try_emplace(run.number, db_, run).first->second;
}

// NULL for a run that cannot hold anything of the range.
RunCursor* SortedRuns::cursor_into(const Run& run, const KeyRange& range) {
  if (!run.spans_time(range.first_at_us, range.last_at_us)) return nullptr;
  if (run.last_key < range.begin || range.end <= run.first_key) return nullptr;
  const KeyFilter* filter = filter_of(run);
  if (filter != nullptr && !filter->may_hold(part_of_(range.begin))) return nullptr;
  return &cursor_of(run);
}

bool SortedRuns::may_tell_time(std::int64_t first_us, std::int64_t last_us) {
  load();
  return std::ranges::any_of(runs_,
                             [&](const auto& run) { return run->spans_time(first_us, last_us); });
}

void SortedRuns::gather(const KeyRange& range, std::vector<RunEntry>& entries) {
  load();
  entries.clear();
  for (const auto& run : runs_) {
    RunCursor* const cursor = cursor_into(*run, range);
    if (cursor == nullptr) continue;
    const std::int64_t loads_before = cursor->loads();
    const std::size_t found_before = entries.size();
    for (cursor->seek(range.begin); cursor->valid() && cursor->key() < range.end; cursor->next()) {
      entries.push_back({std::string(cursor->key()), std::string(cursor->value())});
    }
    note_search(*cursor, range.begin, entries.size() > found_before, loads_before);
  }
  ++reads_.lookups;
  // Newer runs come first, so of one key the first stands.
  std::stable_sort(entries.begin(), entries.end(),
                   [](const RunEntry& a, const RunEntry& b) { return a.key < b.key; });
  const auto end = std::unique(entries.begin(), entries.end(),
                               [](const RunEntry& a, const RunEntry& b) { return a.key == b.key; });
  entries.erase(end, entries.end());
  std::erase_if(entries, [](const RunEntry& entry) { return entry.value.empty(); });
}

// Whether the run holds something of the key's part, so that no filter would have spared reading
// it.
bool SortedRuns::is_beside(const RunCursor& cursor, std::string_view key) const {
  const std::string_view part = part_of_(key);
  return cursor.valid() &&
         (part_of_(cursor.key()) == part || part_of_(cursor.key_before()) == part ||
          part_of_(cursor.key_after()) == part);
}

bool SortedRuns::Reads::are_mostly_in_vain() const {
  return loads_in_vain >= loads_before_filters && loads_in_vain * lookups_a_load > lookups;
}

// Once look-ups were seen to read much in vain, new runs get filters, and of those there are the
// ones where it happens: a large run may hold nearly everything that is looked up, so that walking
// it for a filter would be in vain as well.
void SortedRuns::note_reads(const Run& run, const Reads& reads, bool any_found) {
  if (!uses_filters_) return;
  Reads& of_run = run_reads_[run.number];
  of_run.lookups += reads.lookups;
  of_run.loads_in_vain += reads.loads_in_vain;
  if (any_found) return;
  reads_.loads_in_vain += reads.loads_in_vain;
  if (reads_.are_mostly_in_vain()) is_filtering_ = true;
}

void SortedRuns::count_filtered(std::int64_t keys) {
  filtered_keys_ = keys;
  filter_memory_.set(static_cast<std::size_t>(keys) * KeyFilter::bytes_per_key);
}

KeyFilter* SortedRuns::new_filter(const Run& run, std::int64_t keys) {
  if (!is_filtering_ || filtered_keys_ + keys > filtered_keys_max) return nullptr;
  if (filters_memory.is_used_up()) return nullptr;
  count_filtered(filtered_keys_ + keys);
  return &filters_.try_emplace(run.number, keys).first->second;
}

// NULL when it has none and gets none. Made of what the run holds when it is first asked for.
KeyFilter* SortedRuns::filter_of(const Run& run) {
  if (!is_filtering_) return nullptr;
  if (const auto known = filters_.find(run.number); known != filters_.end()) return &known->second;
  const bool grows = run.growing != Run::Growing::no;
  if (!grows && !run_reads_[run.number].are_mostly_in_vain()) return nullptr;
  std::int64_t keys = run.entries;
  for (const Run* input : merged_into(run)) keys += input->entries;
  KeyFilter* const filter = new_filter(run, keys);
  if (filter == nullptr) return nullptr;
  RunCursor cursor(db_, run);
  for (cursor.seek(run.first_key); cursor.valid(); cursor.next())
    filter->add(part_of_(cursor.key()));
  return filter;
}

bool SortedRuns::find(std::string_view key, std::string& value) {
  return find_between(key, Limits::min(), Limits::max(), value);
}

bool SortedRuns::find_at(std::string_view key, std::int64_t at_us, std::string& value) {
  return find_between(key, at_us, at_us, value);
}

bool SortedRuns::find_between(std::string_view key, std::int64_t first_us, std::int64_t last_us,
                              std::string& value) {
  load();
  ++reads_.lookups;
  for (const auto& run : runs_) {
    if (!run->spans(key) || !run->spans_time(first_us, last_us)) continue;
    const KeyFilter* filter = filter_of(*run);
    if (filter != nullptr && !filter->may_hold(part_of_(key))) continue;
    RunCursor& cursor = cursor_of(*run);
    const std::int64_t loads_before = cursor.loads();
    cursor.seek(key);
    const bool is_there = cursor.valid() && cursor.key() == key;
    note_reads(*run, {1, is_there ? 0 : cursor.loads() - loads_before}, is_there);
    if (!is_there) continue;
    value.assign(cursor.value());
    return !value.empty();
  }
  return false;
}

void SortedRuns::find(std::span<const KeyPlace> keys,
                      const std::function<void(const KeyPlace&, std::string_view)>& found) {
  load();
  reads_.lookups += std::ssize(keys);
  std::vector<const KeyPlace*> open;
  open.reserve(keys.size());
  for (const KeyPlace& key : keys) open.push_back(&key);
  for (const auto& run : runs_) {
    if (open.empty()) return;
    if (run->last_key < open.front()->key() || open.back()->key() < run->first_key) continue;
    RunCursor& cursor = cursor_of(*run);
    const KeyFilter* filter = filter_of(*run);
    Reads reads{std::ssize(open), 0};
    bool is_placed = false;
    bool any_found = false;
    for (const KeyPlace*& place : open) {
      const std::string_view key = place->key();
      if (key < run->first_key) continue;
      if (run->last_key < key) break;
      if (filter != nullptr && !filter->may_hold(part_of_(key))) continue;
      // The entry before was the first at or above a smaller key: it may answer this one as well.
      const std::int64_t loads_before = cursor.loads();
      if (!is_placed || cursor.key() < key) cursor.seek(key);
      if (!cursor.valid() || cursor.key() != key) {
        reads.loads_in_vain += cursor.loads() - loads_before;
      }
      if (!cursor.valid()) break;
      is_placed = true;
      if (cursor.key() != key) continue;
      if (!cursor.value().empty()) found(*place, cursor.value());
      place = nullptr;
      any_found = true;
    }
    if (any_found) std::erase(open, nullptr);
    note_reads(*run, reads, any_found);
  }
}

RunsCursor SortedRuns::cursor(std::string_view first, std::string_view last) {
  load();
  std::vector<const Run*> overlapping;
  for (const auto& run : runs_) {
    if (run->first_key <= last && first <= run->last_key) overlapping.push_back(run.get());
  }
  return RunsCursor(db_, overlapping);
}

std::string SortedRuns::last_key() {
  load();
  std::string_view last;
  for (const auto& run : runs_) last = std::max(last, std::string_view(run->last_key));
  return std::string(last);
}

// Its row is written when it is saved.
Run& SortedRuns::add_run(std::int64_t level) {
  Query query = db_.query("SELECT coalesce(max(run_no), 0) + 1 FROM run");
  query.step();
  Run& run = *runs_.emplace_back(std::make_unique<Run>());
  run.number = query.integer();
  run.level = level;
  sort_runs();
  return run;
}

void SortedRuns::save(const Run& run) {
  db_.put(tables::run)
      .bind(run.number)
      .bind(static_cast<std::int64_t>(tree_))
      .bind(run.level)
      .bind(run.entries)
      .bind(run.merged_into)
      .bind(static_cast<std::int64_t>(run.growing))
      .bind_blob(run.first_key)
      .bind_blob(run.last_key)
      .bind(run.first_at_us)
      .bind(run.last_at_us)
      .bind(run.first_place)
      .bind(run.blocks)
      .run();
}

void SortedRuns::erase(const Run& run) {
  db_.query("DELETE FROM fence WHERE run_no = ?").bind(run.number).run();
  db_.remove(tables::run).bind(run.number).run();
  cursors_.erase(run.number);
  run_reads_.erase(run.number);
  if (const auto filter = filters_.find(run.number); filter != filters_.end()) {
    count_filtered(filtered_keys_ - filter->second.keys());
    filters_.erase(filter);
  }
  std::erase_if(runs_, [&](const auto& known) { return known.get() == &run; });
}

void SortedRuns::put(RunEntries& entries) {
  if (entries.empty()) return;
  load();
  entries.sort();
  put_entries_ += static_cast<std::int64_t>(entries.size());
  Run& run = add_run(0);
  run.widen(entries.first_at_us(), entries.last_at_us());
  RunAppender appender(db_, run, new_filter(run, static_cast<std::int64_t>(entries.size())),
                       part_of_);
  for (std::size_t i = 0; i < entries.size(); ++i) appender.add(entries.key(i), entries.value(i));
  appender.flush();
  save(run);
  entries.clear();
}

}  // namespace message_history::sqlite
