// Merging the runs of one level into one of the next, a slice at a time.
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/lsm/run_appender.h"
#include "store/sqlite/lsm/sorted_runs.h"

namespace message_history::sqlite {

namespace {

// A slice begins in the middle of a block of every run, which is read again; below this that costs
// more than the merging.
constexpr std::int64_t slice_entries_min = 32'768;
// Entries merged for each entry put, per level: a little more than what comes in, so that a merge
// is over before the next one is due.
constexpr std::int64_t merged_per_put_num = 5;
constexpr std::int64_t merged_per_put_den = 4;
// Taking a block over as it is costs about as much as merging so many entries.
constexpr std::int64_t taken_block_cost = 20;

// A run being merged away: its cursor, and the blocks it has left behind.
class Input {
 public:
  // `number` is lower for newer runs.
  Input(Connection& db, Run& run, std::size_t number)
      : db_(db), run_(run), number_(number), cursor_(db, run) {
    cursor_.seek(run.first_key);
    note_key();
  }

  const RunCursor& cursor() const { return cursor_; }
  Run& run() { return run_; }
  std::size_t number() const { return number_; }
  bool valid() const { return cursor_.valid(); }
  std::string_view key() const { return cursor_.key(); }

  // The lower key does, of equal ones the newer; inputs at their end come last.
  bool comes_before(const Input& other) const {
    if (prefix_ != other.prefix_) return prefix_ < other.prefix_;
    if (!valid() || !other.valid()) return valid();
    const int order = key().compare(other.key());
    return order != 0 ? order < 0 : number_ < other.number_;
  }
  // `prefix` is the key's.
  bool is_at(std::uint64_t prefix, std::string_view key) const {
    return prefix_ == prefix && valid() && this->key() == key;
  }

  void next() {
    const std::int64_t block = cursor_.block_number();
    cursor_.next();
    ++passed_;
    if (!cursor_.valid() || cursor_.block_number() != block) delete_block(block);
    note_key();
  }

  void give_block_to(RunAppender& appender) {
    appender.take_block(cursor_);
    passed_ += static_cast<std::int64_t>(cursor_.block_entries());
    cursor_.next_block();
    note_key();
  }

  // All of the run was taken over: what a gap hides would be lost for good.
  void end() const {
    if (run_.entries != passed_) unsound();
  }

  // What is left of the run, after a slice.
  void cut() {
    if (run_.entries <= passed_) unsound();
    run_.entries -= passed_;
    run_.blocks = run_.end_place() - cursor_.block_place();
    run_.first_place = cursor_.block_place();
    run_.first_key.assign(cursor_.key());
    db_.query("DELETE FROM fence WHERE run_no = ? AND first_key < ?")
        .bind(run_.number)
        .bind_blob(cursor_.block_first_key())
        .run();
  }

 private:
  void note_key() {
    prefix_ = valid() ? key_prefix(key()) : std::numeric_limits<std::uint64_t>::max();
  }
  [[noreturn]] void unsound() const {
    damaged(db_.file(), "run " + std::to_string(run_.number) + " has another number of entries " +
                            "than it says");
  }
  void delete_block(std::int64_t block) {
    db_.query("DELETE FROM block WHERE block_no = ?").bind(block).run();
  }

  Connection& db_;
  Run& run_;
  std::size_t number_;
  RunCursor cursor_;
  std::uint64_t prefix_ = 0;  // of its key, which mostly decides a comparison
  std::int64_t passed_ = 0;
};

using Inputs = std::vector<std::unique_ptr<Input>>;  // newest first

// Which input comes first: a tournament, where one that has moved plays only on its way up again.
class Tournament {
 public:
  explicit Tournament(const Inputs& inputs) : waiting_(inputs.size(), nullptr) {
    for (const auto& input : inputs) first_ = play(input.get());
  }

  // At its end when all are; NULL when there are none.
  Input* first() { return first_; }
  // The first has moved.
  void play_again() { first_ = play(first_); }

 private:
  // Up to the top. In the first round, up to a match where nobody waits yet; the last one who plays
  // gets to the top.
  Input* play(Input* input) {
    for (std::size_t match = (input->number() + waiting_.size()) / 2; match > 0; match /= 2) {
      Input*& other = waiting_[match];
      if (other == nullptr) return std::exchange(other, input);
      if (other->comes_before(*input)) std::swap(other, input);
    }
    return input;
  }

  // By match, who lost it. The winner of match n plays in match n / 2.
  std::vector<Input*> waiting_;
  Input* first_ = nullptr;
};

// Whether the block that `input` stands at the beginning of lies below everything else there is.
bool is_apart(const Inputs& inputs, const Input& input) {
  if (!input.cursor().is_at_block_start()) return false;
  if (input.cursor().block_bytes() < block_bytes_max / 2) return false;
  for (const auto& other : inputs) {
    if (other.get() == &input || !other->valid()) continue;
    if (other->key() <= input.cursor().block_last_key()) return false;
  }
  return true;
}

bool keeps_block(const RunCursor& cursor, const SortedRuns::Dropped& dropped) {
  for (std::size_t i = 0; i < cursor.block_entries(); ++i) {
    const std::string_view value = cursor.block_value(i);
    if (!value.empty() && dropped(cursor.block_key(i), value)) return false;
  }
  return true;
}

}  // namespace

// Newest first.
std::vector<Run*> SortedRuns::merged_into(const Run& into) {
  std::vector<Run*> runs;
  for (const auto& run : runs_) {
    if (run->merged_into == into.number) runs.push_back(run.get());
  }
  return runs;
}

std::vector<Run*> SortedRuns::growing_runs() {
  std::vector<Run*> growing;
  for (const auto& run : runs_) {
    if (run->growing != Run::Growing::no) growing.push_back(run.get());
  }
  return growing;
}

void SortedRuns::begin_merge(std::int64_t level, std::size_t runs_min) {
  std::vector<Run*> whole;
  for (const auto& run : runs_) {
    if (run->level == level && run->merged_into == 0 && run->growing == Run::Growing::no) {
      whole.push_back(run.get());
    }
    // One at a time, so that what a level merges is older than what it gets meanwhile.
    if (run->level == level + 1 && run->growing == Run::Growing::by_level) return;
    // Nor past all that is older, which is being gathered there.
    if (run->level <= level && run->growing == Run::Growing::by_rewrite) return;
  }
  if (whole.size() < runs_min) return;
  Run& into = add_run(level + 1);
  into.growing = Run::Growing::by_level;
  for (Run* run : whole) {
    run->merged_into = into.number;
    into.widen(run->first_at_us, run->last_at_us);
    save(*run);
  }
  save(into);
}

bool SortedRuns::is_rewriting() {
  load();
  return std::any_of(runs_.begin(), runs_.end(),
                     [](const auto& run) { return run->growing == Run::Growing::by_rewrite; });
}

void SortedRuns::begin_rewrite() {
  if (is_rewriting() || runs_.empty()) return;
  // Not a level more each time; which of it and what goes into it comes first makes no difference.
  Run& into = add_run(std::max<std::int64_t>(runs_.back()->level, 1));
  for (const auto& run : runs_) {
    if (run.get() == &into) continue;
    run->growing = Run::Growing::no;  // what it was being given goes to the new one as well
    run->merged_into = into.number;
    into.widen(run->first_at_us, run->last_at_us);
    save(*run);
  }
  into.growing = Run::Growing::by_rewrite;
  save(into);
}

void SortedRuns::merge_some() {
  const std::int64_t entries = std::exchange(put_entries_, 0);
  if (entries == 0 && !is_rewriting()) return;
  const Fanin fanin = fanin_of(tree_);
  for (std::int64_t level = 0; level <= runs_.back()->level; ++level) {
    begin_merge(level, level == 0 ? fanin.new_runs : fanin.runs);
  }
  for (Run* into : growing_runs()) {
    std::int64_t& owed = owed_[into->number];
    owed += entries * merged_per_put_num / merged_per_put_den + 1;
    if (into->growing == Run::Growing::by_rewrite) owed += slice_entries_min;
    std::int64_t left = 0;
    for (const Run* run : merged_into(*into)) left += run->entries;
    if (owed < slice_entries_min && owed < left) continue;
    const std::int64_t entries_max = std::exchange(owed, 0);
    merge_slice(*into, entries_max);
  }
}

bool SortedRuns::merge_when_quiet() {
  load();
  if (runs_.empty()) return false;
  std::vector<Run*> growing = growing_runs();
  for (std::int64_t level = 0; growing.empty() && level <= runs_.back()->level; ++level) {
    begin_merge(level, quiet_fanin);
    growing = growing_runs();
  }
  if (growing.empty()) return false;
  merge_slice(*growing.front(), slice_entries_min);
  return true;
}

void SortedRuns::merge_slice(Run& into, std::int64_t entries_max) {
  Inputs inputs;
  for (Run* run : merged_into(into)) {
    inputs.push_back(std::make_unique<Input>(db_, *run, inputs.size()));
  }
  const bool drops = into.growing == Run::Growing::by_rewrite && dropped_;
  // Where nothing older is left, what was removed need not be remembered.
  const bool is_oldest = into.growing == Run::Growing::by_rewrite || &into == runs_.back().get();
  RunAppender appender(db_, into, filter_of(into), part_of_);
  Tournament tournament(inputs);
  std::string key;
  for (std::int64_t merged = 0; merged < entries_max;) {
    Input* const input = tournament.first();
    if (input == nullptr || !input->valid()) break;
    if (appender.can_take_block() && is_apart(inputs, *input) &&
        (!drops || keeps_block(input->cursor(), dropped_))) {
      if (drops) merged += static_cast<std::int64_t>(input->cursor().block_entries()) / 2;
      input->give_block_to(appender);
      tournament.play_again();
      merged += taken_block_cost;
      continue;
    }
    key.assign(input->key());
    const std::string_view value = input->cursor().value();
    const bool removed = value.empty() && is_oldest;
    if (drops && !value.empty() && dropped_(key, value)) {
      if (keeps_dropped_) dropped_entries_.push_back({key, std::string(value)});
    } else if (!removed) {
      appender.add(key, value);
    }
    // Past it in the older ones as well.
    const std::uint64_t prefix = key_prefix(key);
    do {
      tournament.first()->next();
      tournament.play_again();
      ++merged;
    } while (tournament.first()->is_at(prefix, key));
  }
  appender.flush();
  for (const auto& input : inputs) {
    if (input->valid()) {
      input->cut();
      save(input->run());
    } else {
      input->end();
      erase(input->run());
    }
  }
  const bool done = merged_into(into).empty();
  if (done) {
    into.growing = Run::Growing::no;
    owed_.erase(into.number);
  }
  if (done && into.entries == 0) {
    erase(into);
  } else {
    save(into);
  }
}

}  // namespace message_history::sqlite
