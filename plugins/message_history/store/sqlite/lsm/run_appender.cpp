#include "store/sqlite/lsm/run_appender.h"

#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

void RunAppender::extend(const AddedBlock& block) {
  const auto entries = static_cast<std::int64_t>(block.entries);
  db_.add(tables::fence)
      .bind(run_.number)
      .bind_blob(block.first_key)
      .bind(block.number)
      .bind(run_.end_place())
      .bind(entries)
      .bind(block.crc)
      .run();
  if (run_.blocks == 0) run_.first_key.assign(block.first_key);
  run_.last_key.assign(block.last_key);
  run_.entries += entries;
  ++run_.blocks;
}

void RunAppender::flush() {
  if (builder_.empty()) return;
  AddedBlock block{builder_.first_key(), builder_.last_key(), 0, builder_.count(), 0};
  const std::string_view bytes = builder_.finish();
  block.crc = checksum_of_block(bytes);
  db_.query("INSERT INTO block (bytes) VALUES (?)").bind_blob(bytes).run();
  block.number = db_.last_insert();
  extend(block);
}

void RunAppender::take_block(const RunCursor& cursor) {
  flush();
  for (std::size_t i = 0; filter_ != nullptr && i < cursor.block_entries(); ++i) {
    filter_->add(part_of_(cursor.block_key(i)));
  }
  db_.remove(tables::fence).bind(cursor.run().number).bind_blob(cursor.block_first_key()).run();
  extend({cursor.block_first_key(), cursor.block_last_key(), cursor.block_number(),
          cursor.block_entries(), cursor.block_crc()});
}

}  // namespace message_history::sqlite
