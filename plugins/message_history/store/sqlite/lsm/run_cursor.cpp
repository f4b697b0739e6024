#include "store/sqlite/lsm/run_cursor.h"

#include <algorithm>
#include <utility>

#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

// One query for where a block is and what is in it: an export spends a seventh of its time on them.
#define MH_BLOCK_OF_RUN                                                                   \
  "SELECT run_no, first_key, block_no, place, entries, block_crc, crc, bytes FROM fence " \
  "LEFT JOIN block USING (block_no) WHERE run_no = ?"

void decode_block(const Connection& db, std::int64_t number, std::string_view bytes, Block& block) {
  const std::string name = "block " + std::to_string(number);
  if (bytes.empty()) damaged(db.file(), name + " is missing");
  try {
    block.decode(bytes);
  } catch (const crm::Failure&) {
    damaged(db.file(), name + " does not match its checksum or cannot be decoded");
  }
}

void RunCursor::missing_block() const {
  damaged(db_->file(), "run " + std::to_string(run_->number) + " misses a block");
}

void RunCursor::check_block(std::string_view first_key, std::int64_t entries) const {
  if (block_.size() != 0 && block_.key(0) == first_key && std::cmp_equal(block_.size(), entries) &&
      run_->first_place <= place_ && place_ < run_->end_place()) {
    return;
  }
  damaged(db_->file(), "block " + std::to_string(block_number_) + " is not the one that run " +
                           std::to_string(run_->number) + " names");
}

bool RunCursor::load(Query& query) {
  if (!query.step()) return false;
  query.skip(1);
  const std::string_view first_key = query.bytes();
  const std::int64_t number = query.integer();
  place_ = query.integer();
  const std::int64_t entries = query.integer();
  const std::int64_t block_crc = query.integer();
  query.skip(1);
  if (!loaded_ || number != block_number_ || block_crc != block_crc_) {
    const std::string_view bytes = query.bytes();
    loaded_ = false;  // unless it is the one and can be decoded
    block_number_ = number;
    block_crc_ = block_crc;
    if (!bytes.empty() && checksum_of_block(bytes) != block_crc_) {
      damaged(db_->file(), "block " + std::to_string(number) + " is not the one that run " +
                               std::to_string(run_->number) + " names");
    }
    decode_block(*db_, number, bytes, block_);
    loaded_ = true;
    ++loads_;
  }
  check_block(first_key, entries);
  return true;
}

bool RunCursor::load_at_or_below(std::string_view key) {
  Query query = db_->verified(tables::fence, MH_BLOCK_OF_RUN
                              " AND first_key <= ? "
                              "ORDER BY first_key DESC LIMIT 1");
  query.bind(run_->number).bind_blob(key);
  return load(query);
}

bool RunCursor::load_above(std::string_view key) {
  Query query = db_->verified(tables::fence, MH_BLOCK_OF_RUN
                              " AND first_key > ? "
                              "ORDER BY first_key LIMIT 1");
  query.bind(run_->number).bind_blob(key);
  return load(query);
}

bool RunCursor::load_below(std::string_view key) {
  Query query = db_->verified(tables::fence, MH_BLOCK_OF_RUN
                              " AND first_key < ? "
                              "ORDER BY first_key DESC LIMIT 1");
  query.bind(run_->number).bind_blob(key);
  return load(query);
}

void RunCursor::check_place(std::int64_t place) const {
  if (place_ != place) missing_block();
}

// Whoever goes on from the end of a block by keys alone would not notice that the next is missing.
void RunCursor::check_next_place() const {
  if (place_ + 1 == run_->end_place()) {
    if (block_last_key() != run_->last_key) missing_block();
    return;
  }
  Query next =
      db_->rows(tables::fence, "WHERE run_no = ? AND first_key > ? ORDER BY first_key LIMIT 1");
  if (!next.bind(run_->number).bind_blob(block_last_key()).step()) missing_block();
  next.skip(3);
  if (next.integer() != place_ + 1) missing_block();
}

void RunCursor::seek(std::string_view key) {
  const std::string_view from = std::max(key, std::string_view(run_->first_key));
  valid_ = run_->blocks > 0 && from <= run_->last_key;
  if (!valid_) return;
  const bool in_block = loaded_ && block_first_key() <= from && from <= block_last_key();
  if (!in_block) {
    if (!load_at_or_below(from)) {
      if (!load_above(from)) missing_block();
      check_place(run_->first_place);
    }
    at_ = 0;
  } else if (at_ >= block_.size() || from < block_.key(at_)) {
    at_ = 0;
  }
  at_ = block_.lower_bound(from, at_);
  if (at_ == block_.size()) next_block();
}

void RunCursor::seek_below(std::string_view key) {
  valid_ = false;
  if (run_->blocks == 0 || key <= run_->first_key) return;
  const bool in_block = loaded_ && block_first_key() < key && key <= block_last_key();
  if (!in_block && !load_below(key)) missing_block();
  const std::size_t above = block_.lower_bound(key);
  if (above == block_.size()) check_next_place();
  at_ = above - 1;  // the block begins below the key
  valid_ = std::string_view(run_->first_key) <= this->key();
}

void RunCursor::next() {
  if (++at_ == block_.size()) next_block();
}

void RunCursor::next_block() {
  const std::string last(block_last_key());
  const std::int64_t place = place_ + 1;
  valid_ = last < run_->last_key;
  at_ = 0;
  if (valid_ && !load_above(last)) missing_block();
  if (valid_ ? place_ != place : place != run_->end_place()) missing_block();
}

void RunCursor::previous() {
  if (at_ > 0) {
    --at_;
  } else {
    valid_ = place_ != run_->first_place;
    if (!valid_) return;
    const std::string first(block_first_key());
    const std::int64_t place = place_ - 1;
    if (!load_below(first)) missing_block();
    check_place(place);
    at_ = block_.size() - 1;
  }
  valid_ = std::string_view(run_->first_key) <= key();
}

RunsCursor::RunsCursor(Connection& db, const std::vector<const Run*>& runs) {
  cursors_.reserve(runs.size());
  for (const Run* run : runs) cursors_.emplace_back(db, *run);
}

bool RunsCursor::comes_first(std::size_t a, std::size_t b) const {
  const int order = cursors_[a].key().compare(cursors_[b].key());
  if (order == 0) return a < b;  // the newer one
  return backward_ ? order > 0 : order < 0;
}

void RunsCursor::build() {
  heap_.clear();
  for (std::size_t i = 0; i < cursors_.size(); ++i) {
    if (cursors_[i].valid()) heap_.push_back(i);
  }
  std::make_heap(heap_.begin(), heap_.end(),
                 [this](std::size_t a, std::size_t b) { return comes_first(b, a); });
  skip_removed();
}

void RunsCursor::seek(std::string_view key) {
  backward_ = false;
  for (RunCursor& cursor : cursors_) cursor.seek(key);
  build();
}

void RunsCursor::seek_below(std::string_view key) {
  backward_ = true;
  for (RunCursor& cursor : cursors_) cursor.seek_below(key);
  build();
}

// The top has moved: brings the heap in order again, mostly at the cost of one comparison.
void RunsCursor::sift() {
  std::size_t at = 0;
  const std::size_t moved = heap_[0];
  while (true) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && comes_first(heap_[child + 1], heap_[child])) ++child;
    if (!comes_first(heap_[child], moved)) break;
    heap_[at] = heap_[child];
    at = child;
  }
  heap_[at] = moved;
}

void RunsCursor::move_top() {
  RunCursor& top = cursors_[heap_.front()];
  backward_ ? top.previous() : top.next();
  if (!top.valid()) {
    heap_.front() = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return;
  }
  sift();
}

// Past this key in all runs.
void RunsCursor::step() {
  if (heap_.size() == 1) return move_top();
  passed_.assign(key());
  do {
    move_top();
  } while (valid() && key() == passed_);
}

void RunsCursor::skip_removed() {
  while (valid() && value().empty()) step();
}

void RunsCursor::next() {
  step();
  skip_removed();
}

void RunsCursor::previous() {
  next();
}

}  // namespace message_history::sqlite
