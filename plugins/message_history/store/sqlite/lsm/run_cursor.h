// Walking one run, and several runs as if they were one, in the order of keys and back.
//
// Belongs to one connection and one transaction or snapshot; not thread-safe. Views of keys and
// values are valid until the next move. Throws crm::Failure as the connection does, and CORRUPT for
// a block that is missing, damaged or not the one the run names: a move never passes over a gap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/lsm/block.h"

namespace message_history::sqlite {

// A sorted sequence of blocks. What its keys are is up to the tree it belongs to.
struct Run {
  std::int64_t number = 0;
  std::int64_t level = 0;
  std::int64_t entries = 0;  // those at or above first_key
  std::int64_t merged_into =
      0;  // the run that takes its entries over, from the lowest key on; or 0
  // Is being merged into: by a merge of one level, or one of all there was.
  enum class Growing : std::uint8_t { no = 0, by_level = 1, by_rewrite = 2 };
  Growing growing = Growing::no;
  std::string first_key;  // entries below were taken over
  std::string last_key;
  // Between which times its entries lie, so that a search for a time can pass a run by; a merged
  // run's are those of all that went into it.
  std::int64_t first_at_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_at_us = std::numeric_limits<std::int64_t>::min();
  // Its blocks are numbered without gaps, so that a walk notices one that is missing.
  std::int64_t first_place = 0;
  std::int64_t blocks = 0;

  std::int64_t end_place() const { return first_place + blocks; }
  bool spans_time(std::int64_t first_us, std::int64_t last_us) const {
    return first_at_us <= last_us && first_us <= last_at_us;
  }
  void widen(std::int64_t first_us, std::int64_t last_us) {
    first_at_us = std::min(first_at_us, first_us);
    last_at_us = std::max(last_at_us, last_us);
  }

  bool spans(std::string_view key) const { return first_key <= key && key <= last_key; }
};

// Decodes the bytes of a block; CORRUPT, by its number, when they are missing or damaged.
void decode_block(const Connection& db, std::int64_t number, std::string_view bytes, Block& block);

class RunCursor {
 public:
  RunCursor(Connection& db, const Run& run) : db_(&db), run_(&run) {}

  // To the first entry at or above the key. Cheap when that is a little further on.
  void seek(std::string_view key);
  // To the last entry below the key. Cheap when that is in the same block.
  void seek_below(std::string_view key);
  bool valid() const { return valid_; }
  std::string_view key() const { return block_.key(at_); }
  std::string_view value() const { return block_.value(at_); }
  void next();
  void previous();

  const Run& run() const { return *run_; }
  // Of the block the cursor stands in.
  std::int64_t block_number() const { return block_number_; }
  std::int64_t block_place() const { return place_; }
  std::int64_t block_crc() const { return block_crc_; }
  std::string_view block_first_key() const { return block_.key(0); }
  std::string_view block_last_key() const { return block_.key(block_.size() - 1); }
  std::size_t block_entries() const { return block_.size(); }
  std::string_view block_key(std::size_t i) const { return block_.key(i); }
  std::string_view block_value(std::size_t i) const { return block_.value(i); }
  // Blocks read so far.
  std::int64_t loads() const { return loads_; }
  std::size_t block_bytes() const { return block_.bytes(); }
  bool is_at_block_start() const { return at_ == 0; }
  // The key before the cursor's in the same block; empty when there is none.
  std::string_view key_before() const {
    return at_ == 0 ? std::string_view() : block_.key(at_ - 1);
  }
  std::string_view key_after() const {
    return at_ + 1 == block_.size() ? std::string_view() : block_.key(at_ + 1);
  }
  // To the first entry of the block after this one.
  void next_block();

 private:
  bool load(Query& query);
  bool load_at_or_below(std::string_view key);
  bool load_above(std::string_view key);
  bool load_below(std::string_view key);
  void check_block(std::string_view first_key, std::int64_t entries) const;
  // That the block the cursor stands in is the one with this place.
  void check_place(std::int64_t place) const;
  void check_next_place() const;
  [[noreturn]] void missing_block() const;

  Connection* db_;
  const Run* run_;
  Block block_;
  std::int64_t block_number_ = 0;
  std::int64_t place_ = 0;
  std::int64_t block_crc_ = 0;
  std::size_t at_ = 0;
  std::int64_t loads_ = 0;
  bool loaded_ = false;
  bool valid_ = false;
};

// The newest version of every key in several runs; removed keys are left out.
class RunsCursor {
 public:
  // `runs` newest first; they outlive the cursor.
  RunsCursor(Connection& db, const std::vector<const Run*>& runs);

  void seek(std::string_view key);        // then next()
  void seek_below(std::string_view key);  // then previous()
  bool valid() const { return !heap_.empty(); }
  std::string_view key() const { return cursors_[heap_.front()].key(); }
  std::string_view value() const { return cursors_[heap_.front()].value(); }
  void next();
  void previous();

 private:
  bool comes_first(std::size_t a, std::size_t b) const;
  void build();
  void move_top();
  void sift();
  void skip_removed();
  void step();

  std::vector<RunCursor> cursors_;  // newest first
  std::vector<std::size_t> heap_;   // indexes of valid ones
  std::string passed_;              // the key that older runs may repeat
  bool backward_ = false;
};

}  // namespace message_history::sqlite
