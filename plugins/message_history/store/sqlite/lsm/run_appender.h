// Adds blocks to the end of a run, inside a transaction.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/lsm/block.h"
#include "store/sqlite/lsm/key_filter.h"
#include "store/sqlite/lsm/run_cursor.h"

namespace message_history::sqlite {

// Keeps `run` up to date with what is written; saving it is the caller's business.
class RunAppender {
 public:
  // `filter`, which may be NULL, gets what `part_of` says of the keys.
  RunAppender(Connection& db, Run& run, KeyFilter* filter, PartOf part_of)
      : db_(db), run_(run), filter_(filter), part_of_(part_of) {}

  // Keys rise.
  void add(std::string_view key, std::string_view value) {
    if (!builder_.add(key, value)) {
      flush();
      builder_.add(key, value);
    }
    if (filter_ != nullptr) filter_->add(part_of_(key));
  }

  // Whether a whole block can follow without leaving a small one behind.
  bool can_take_block() const {
    return builder_.empty() || builder_.bytes() >= block_bytes_max / 2;
  }
  // Takes over the block that the cursor stands at the beginning of, as it is.
  void take_block(const RunCursor& cursor);

  // Writes what is gathered.
  void flush();

 private:
  struct AddedBlock {
    std::string_view first_key;
    std::string_view last_key;
    std::int64_t number = 0;
    std::size_t entries = 0;
    std::int64_t crc = 0;
  };
  void extend(const AddedBlock& block);

  Connection& db_;
  Run& run_;
  KeyFilter* filter_;
  PartOf part_of_;
  BlockBuilder builder_;
};

}  // namespace message_history::sqlite
