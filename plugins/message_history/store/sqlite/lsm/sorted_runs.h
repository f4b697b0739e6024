// Sorted runs: an ordered map from keys to values for rows that arrive in no useful order, in three
// tables of the tenant's database (a log-structured merge tree).
//
// Every transaction adds what it puts as one more run of level 0. When a level has
// runs enough (fanin_of), they are merged into one of the next level, a slice with each
// transaction, so that no transaction waits for a whole merge. A slice leaves the merged runs
// without the entries it took over, so that at every commit the runs say the same as before and a
// crash needs no repair. Newer runs win: level by level upwards, and by number within one.
//
// STORE.md says why this structure and what it costs. One connection, one thread. Throws
// crm::Failure as the connection does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/memory_budget.h"
#include "store/sqlite/base/connection.h"
#include "store/sqlite/lsm/key_filter.h"
#include "store/sqlite/lsm/key_sort.h"
#include "store/sqlite/lsm/run_cursor.h"
#include "store/sqlite/lsm/run_entries.h"

namespace message_history::sqlite {

// What a tree holds; stored, so values never change. Keys and values: see trees.h.
enum class Tree : std::uint8_t {
  delivery = 1,
  member_delivery = 2,
  failed_delivery = 3,
  chain = 4,
  member_hash = 5,
  member_order = 6,
};

inline constexpr std::size_t tree_count = 6;

// How many runs of one level are merged: few are quick to search, many cost each entry less
// writing.
struct Fanin {
  std::size_t new_runs = 8;
  std::size_t runs = 8;
};
constexpr Fanin fanin_of(Tree tree) {
  switch (tree) {
    case Tree::delivery:  // rising ids are mostly taken over without being written again
      return {12, 12};
    case Tree::member_delivery:  // never
      return {24, 12};
    case Tree::failed_delivery:
    case Tree::chain:
    case Tree::member_hash:
    case Tree::member_order:
      break;
  }
  return {};
}
// While nothing is put, so few runs of a level are merged: there is time to make searching quick.
inline constexpr std::size_t quiet_fanin = 4;
// A tree's filters take 64 MB at most, and those of all trees their share of the memory budget;
// runs beyond that are read.
inline constexpr std::int64_t filtered_keys_max = 32'000'000;

struct RunEntry {
  std::string key;
  std::string value;
};

// Keys in [begin, end); the tree's keys tell times in [first_at_us, last_at_us].
struct KeyRange {
  std::string begin;
  std::string end;
  std::int64_t first_at_us = 0;
  std::int64_t last_at_us = 0;
};

class SortedRuns {
 public:
  // `part_of` says what of a key it is looked for by.
  SortedRuns(Connection& db, Tree tree, PartOf part_of = whole_key)
      : db_(db), tree_(tree), part_of_(part_of) {}

  // For one who looks up much: filters may be made, which take memory.
  void use_filters() { uses_filters_ = true; }
  // Of all runs that have a filter.
  std::int64_t filtered_keys() const { return filtered_keys_; }
  Tree tree() const { return tree_; }

  // After a transaction was rolled back: which runs there are is read again when it is needed.
  void forget() {
    loaded_ = false;
    put_entries_ = 0;
    dropped_entries_.clear();
  }

  // False when the key is absent or removed.
  bool find(std::string_view key, std::string& value);
  // The same, cheaper, for a key whose entry is known to tell this time.
  bool find_at(std::string_view key, std::int64_t at_us, std::string& value);
  // The same for several at once, which are sorted; much cheaper for keys that are near each other.
  // The value that `found` gets is valid until it returns.
  void find(std::span<const KeyPlace> keys,
            const std::function<void(const KeyPlace& key, std::string_view value)>& found);

  // Whether any entry may tell a time in [first_us, last_us].
  bool may_tell_time(std::int64_t first_us, std::int64_t last_us);
  // The entries of a range, in the order of keys. For small ranges; cheap when they are asked for
  // in rising order.
  void gather(const KeyRange& range, std::vector<RunEntry>& entries);
  // The first or the last entry of a range, however large that is. False when it holds none.
  bool first(KeyRange range, RunEntry& entry);
  bool last(KeyRange range, RunEntry& entry);

  // Walks the keys in [first, last], and others.
  RunsCursor cursor(std::string_view first, std::string_view last);

  // The highest key ever put that is still there, removed or not; empty when there is none.
  std::string last_key();

  // Adds a run and clears the entries; inside a transaction.
  void put(RunEntries& entries);
  // Goes on with merges that are due, as much as what was put since the last time calls for. Inside
  // a transaction.
  void merge_some();
  // While nothing is put: goes on with a merge, or begins one that is not due yet. False when there
  // is nothing worth merging. Inside a transaction.
  bool merge_when_quiet();

  // Begins to merge all runs there are into one, without the keys that are dropped then; merge_some
  // goes on with it. Inside a transaction. Nothing happens while an earlier one is under way.
  void begin_rewrite();
  bool is_rewriting();
  // Asked about the newest version of an entry; never about one that was removed.
  using Dropped = std::function<bool(std::string_view key, std::string_view value)>;
  void set_dropped(Dropped dropped) { dropped_ = std::move(dropped); }
  // What rewriting has dropped since the last time, in the order of keys; kept when it is wanted.
  void keep_dropped() { keeps_dropped_ = true; }
  std::vector<RunEntry> take_dropped() { return std::exchange(dropped_entries_, {}); }

 private:
  void load();
  bool find_between(std::string_view key, std::int64_t first_us, std::int64_t last_us,
                    std::string& value);
  // What was looked up in a run, or in all of them, and how much was read without finding it.
  struct Reads {
    std::int64_t lookups = 0;
    std::int64_t loads_in_vain = 0;

    bool are_mostly_in_vain() const;
  };
  bool is_beside(const RunCursor& cursor, std::string_view key) const;
  // `any_found`: of what was looked up in the run together.
  void note_reads(const Run& run, const Reads& reads, bool any_found);
  KeyFilter* filter_of(const Run& run);
  KeyFilter* new_filter(const Run& run, std::int64_t keys);
  void count_filtered(std::int64_t keys);
  RunCursor& cursor_of(const Run& run);
  RunCursor* cursor_into(const Run& run, const KeyRange& range);
  void note_search(const RunCursor& cursor, std::string_view key, bool is_found,
                   std::int64_t loads_before);
  Run& add_run(std::int64_t level);
  void save(const Run& run);
  void erase(const Run& run);
  void begin_merge(std::int64_t level, std::size_t runs_min);
  std::vector<Run*> growing_runs();
  std::vector<Run*> merged_into(const Run& run);
  void merge_slice(Run& into, std::int64_t entries_max);
  void sort_runs();

  Connection& db_;
  Tree tree_;
  PartOf part_of_;
  bool loaded_ = false;
  std::int64_t put_entries_ = 0;            // since the last merge_some
  std::vector<std::unique_ptr<Run>> runs_;  // newest first; addresses stay
  // Where look-ups ended, by run: the next ones are often near.
  std::unordered_map<std::int64_t, RunCursor> cursors_;
  // By run, once look-ups were seen to read much in vain, as those of random ids do.
  std::unordered_map<std::int64_t, KeyFilter> filters_;
  std::int64_t filtered_keys_ = 0;
  MemoryPart filter_memory_{filters_memory};
  bool uses_filters_ = false;
  bool is_filtering_ = false;
  Reads reads_;
  std::unordered_map<std::int64_t, Reads> run_reads_;  // by run, of those without a filter
  std::map<std::int64_t, std::int64_t> owed_;          // entries to merge, by the run that grows
  Dropped dropped_;
  bool keeps_dropped_ = false;
  std::vector<RunEntry> dropped_entries_;
};

}  // namespace message_history::sqlite
