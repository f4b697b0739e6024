// A thread that makes parts of an export into bytes, ahead of the thread that writes them.
//
// Owns its thread; the destructor stops it, whatever it is doing, and joins it. What reading throws
// comes out of next(), where the rows are missing.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <thread>
#include <vector>

#include "export/csv/row_writer.h"

namespace message_history {

// Chunks of one worker that wait to be written: more than most parts have, so that a whole part is
// made while the one before it is written.
inline constexpr std::size_t chunks_waiting_max = 6;

class RowWorker {
 public:
  // Snapshot and texts as of RowWriter; the snapshot is the worker's alone until the destructor
  // returns. Throws std::system_error when there is no thread to be had.
  RowWorker(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
            MemberTexts& members);
  ~RowWorker();
  RowWorker(const RowWorker&) = delete;
  RowWorker& operator=(const RowWorker&) = delete;

  // For the thread that writes.
  void give(RowPart part);
  // Waits for the next chunk of the oldest part given; false after the part's last.
  bool next(RowChunk& chunk);
  // Sums of the parts whose last chunk was taken, once no other one was given.
  const RowTally& tally() const { return rows_.tally(); }

 private:
  // A chunk, or the end of a part.
  struct Piece {
    RowChunk chunk;
    bool ends_part = false;
    std::exception_ptr failure;
  };
  struct Stopped {};

  void run() noexcept;
  RowPart wait_for_part();
  void put(Piece piece);
  void put_chunk(RowChunk& chunk);

  RowWriter rows_;  // of the thread alone
  crm::Mutex mutex_;
  crm::Condition changed_;
  bool stopping_ CRM_GUARDED_BY(mutex_) = false;
  std::deque<RowPart> parts_ CRM_GUARDED_BY(mutex_);
  // Oldest first; never grows, so that putting cannot fail.
  std::vector<Piece> pieces_ CRM_GUARDED_BY(mutex_);
  std::vector<RowChunk> spare_ CRM_GUARDED_BY(mutex_);  // written, to be filled again
  std::jthread thread_;                                 // last, since it uses the others
};

}  // namespace message_history
