#include "export/row_worker.h"

#include <signal.h>

#include <utility>

namespace message_history {

namespace {

// Signals are the host's: its handlers run on its own threads. A new thread inherits the mask.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

RowWorker::RowWorker(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
                     MemberTexts& members)
    : rows_(snapshot, message, shape, members) {
  pieces_.reserve(chunks_waiting_max);
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

RowWorker::~RowWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void RowWorker::give(RowPart part) {
  {
    const std::lock_guard lock(mutex_);
    parts_.push_back(std::move(part));
  }
  changed_.notify_one();
}

bool RowWorker::next(RowChunk& chunk) {
  Piece piece;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !pieces_.empty(); });
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
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !parts_.empty(); });
  if (stopping_) throw Stopped();
  RowPart part = std::move(parts_.front());
  parts_.pop_front();
  return part;
}

void RowWorker::put(Piece piece) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || pieces_.size() < chunks_waiting_max; });
    if (stopping_) throw Stopped();
    pieces_.push_back(std::move(piece));
  }
  changed_.notify_one();
}

void RowWorker::put_chunk(RowChunk& chunk) {
  put({std::exchange(chunk, RowChunk()), false, nullptr});
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return;
  chunk = std::move(spare_.back());
  spare_.pop_back();
}

}  // namespace message_history
