#include "store/sqlite/run_appender.h"

namespace message_history::sqlite {

void RunAppender::extend(std::string_view first_key, std::string_view last_key,
                         std::size_t entries) {
  if (run_.entries == 0) run_.first_key.assign(first_key);
  run_.last_key.assign(last_key);
  run_.entries += static_cast<std::int64_t>(entries);
}

void RunAppender::flush() {
  if (builder_.empty()) return;
  extend(builder_.first_key(), builder_.last_key(), builder_.count());
  db_.query("INSERT INTO block (bytes) VALUES (?)").bind_blob(builder_.finish()).run();
  db_.query("INSERT INTO fence (run_no, first_key, block_no) VALUES (?, ?, ?)")
      .bind(run_.number)
      .bind_blob(builder_.first_key())
      .bind(db_.last_insert())
      .run();
}

void RunAppender::take_block(const RunCursor& cursor) {
  flush();
  for (std::size_t i = 0; filter_ != nullptr && i < cursor.block_entries(); ++i) {
    filter_->add(part_of_(cursor.block_key(i)));
  }
  extend(cursor.block_first_key(), cursor.block_last_key(), cursor.block_entries());
  db_.query("UPDATE fence SET run_no = ?3 WHERE run_no = ?1 AND first_key = ?2")
      .bind(cursor.run().number)
      .bind_blob(cursor.block_first_key())
      .bind(run_.number)
      .run();
}

}  // namespace message_history::sqlite
