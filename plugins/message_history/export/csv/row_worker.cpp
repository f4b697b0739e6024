#include "export/csv/row_worker.h"

#include <utility>

#include "platform/quiet_thread.h"

namespace message_history {

RowWorker::RowWorker(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
                     MemberTexts& members)
    : rows_(snapshot, message, shape, members) {
  pieces_.reserve(chunks_waiting_max);
  thread_ = quiet_thread([this] { run(); });
}

RowWorker::~RowWorker() {
  {
    const crm::Lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
}

void RowWorker::give(RowPart part) {
  {
    const crm::Lock lock(mutex_);
    parts_.push_back(std::move(part));
  }
  changed_.notify_one();
}

bool RowWorker::next(RowChunk& chunk) {
  Piece piece;
  {
    const crm::Lock lock(mutex_);
    while (pieces_.empty()) changed_.wait(mutex_);
    piece = std::move(pieces_.front());
    pieces_.erase(pieces_.begin());
    if (!piece.ends_part) spare_.push_back(std::exchange(chunk, std::move(piece.chunk)));
  }
  changed_.notify_one();
  if (piece.failure) std::rethrow_exception(piece.failure);
  return !piece.ends_part;
}

void RowWorker::run() noexcept {
  try {
    while (true) {
      const RowPart part = wait_for_part();
      Piece end;
      end.ends_part = true;
      try {
        rows_.write(part, [this](RowChunk& chunk) { put_chunk(chunk); });
      } catch (const Stopped&) {
        throw;
      } catch (...) {
        end.failure = std::current_exception();
      }
      put(std::move(end));
    }
  } catch (const Stopped&) {  // nobody wants the rest
  }
}

RowPart RowWorker::wait_for_part() {
  const crm::Lock lock(mutex_);
  while (!stopping_ && parts_.empty()) changed_.wait(mutex_);
  if (stopping_) throw Stopped();
  RowPart part = std::move(parts_.front());
  parts_.pop_front();
  return part;
}

void RowWorker::put(Piece piece) {
  {
    const crm::Lock lock(mutex_);
    while (!stopping_ && pieces_.size() >= chunks_waiting_max) changed_.wait(mutex_);
    if (stopping_) throw Stopped();
    pieces_.push_back(std::move(piece));
  }
  changed_.notify_one();
}

void RowWorker::put_chunk(RowChunk& chunk) {
  put({std::exchange(chunk, RowChunk()), false, nullptr});
  const crm::Lock lock(mutex_);
  if (spare_.empty()) return;
  chunk = std::move(spare_.back());
  spare_.pop_back();
}

}  // namespace message_history
