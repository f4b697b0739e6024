// The first and the last entry of a range: what is asked of ranges that may be large.

#include "store/sqlite/lsm/sorted_runs.h"

namespace message_history::sqlite {

void SortedRuns::note_search(const RunCursor& cursor, std::string_view key, bool is_found,
                             std::int64_t loads_before) {
  const bool is_there = is_found || is_beside(cursor, key);
  note_reads(cursor.run(), {1, is_there ? 0 : cursor.loads() - loads_before}, is_there);
}

bool SortedRuns::first(KeyRange range, RunEntry& entry) {
  load();
  ++reads_.lookups;
  while (true) {
    const RunCursor* lowest = nullptr;
    for (const auto& run : runs_) {  // newer ones first: of one key, theirs stands
      RunCursor* const cursor = cursor_into(*run, range);
      if (cursor == nullptr) continue;
      const std::int64_t loads_before = cursor->loads();
      cursor->seek(range.begin);
      const bool is_found = cursor->valid() && cursor->key() < range.end;
      note_search(*cursor, range.begin, is_found, loads_before);
      if (is_found && (lowest == nullptr || cursor->key() < lowest->key())) lowest = cursor;
    }
    if (lowest == nullptr) return false;
    entry.key.assign(lowest->key());
    entry.value.assign(lowest->value());
    if (!entry.value.empty()) return true;
    range.begin.assign(entry.key).push_back('\0');  // the next key there can be
  }
}

bool SortedRuns::last(KeyRange range, RunEntry& entry) {
  load();
  ++reads_.lookups;
  while (true) {
    const RunCursor* highest = nullptr;
    for (const auto& run : runs_) {
      RunCursor* const cursor = cursor_into(*run, range);
      if (cursor == nullptr) continue;
      const std::int64_t loads_before = cursor->loads();
      cursor->seek_below(range.end);
      const bool is_found = cursor->valid() && range.begin <= cursor->key();
      note_search(*cursor, range.begin, is_found, loads_before);
      if (is_found && (highest == nullptr || highest->key() < cursor->key())) highest = cursor;
    }
    if (highest == nullptr) return false;
    entry.key.assign(highest->key());
    entry.value.assign(highest->value());
    if (!entry.value.empty()) return true;
    range.end = entry.key;
  }
}

}  // namespace message_history::sqlite
