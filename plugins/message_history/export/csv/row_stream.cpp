#include "export/csv/row_stream.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "export/csv/row_worker.h"

namespace message_history {

namespace {

constexpr std::size_t threads_min = 2;
constexpr std::size_t threads_max = 4;
constexpr std::size_t parts_ahead = 2;  // of each worker: the one it makes, and the next

// Workers in turn: part n is worker n's, modulo their number.
class WorkerRing {
 public:
  WorkerRing(const RowSource& source, MemberTexts& members) {
    for (const auto& snapshot : source.snapshots.subspan(1)) {
      try {
        workers_.push_back(
            std::make_unique<RowWorker>(*snapshot, source.message, source.shape, members));
      } catch (const std::system_error&) {
        break;  // the process has no thread left to give: fewer do as well
      }
    }
  }

  bool empty() const { return workers_.empty(); }

  void run(RowParts& parts, RowPart first, RowTally& tally, const ChunkSink& sink) {
    give(std::move(first));
    while (true) {
      while (!failure_ && !parts.done() && given_ < taken_ + workers_.size() * parts_ahead) {
        try {
          give(parts.next());
        } catch (...) {
          failure_ = std::current_exception();  // after the rows before it
        }
      }
      if (taken_ == given_) break;
      RowWorker& worker = *workers_[taken_ % workers_.size()];
      while (worker.next(chunk_)) sink(chunk_);
      ++taken_;
    }
    if (failure_) std::rethrow_exception(failure_);
    for (const auto& worker : workers_) tally.join(worker->tally());
  }

 private:
  void give(RowPart part) {
    workers_[given_ % workers_.size()]->give(std::move(part));
    ++given_;
  }

  std::vector<std::unique_ptr<RowWorker>> workers_;
  std::size_t given_ = 0;
  std::size_t taken_ = 0;
  RowChunk chunk_;
  std::exception_ptr failure_;
};

}  // namespace

std::size_t row_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), threads_min, threads_max);
}

void each_chunk(const RowSource& source, RowTally& tally, const ChunkSink& sink) {
  Snapshot& snapshot = *source.snapshots.front();
  const ExportShape& shape = source.shape;
  MemberTexts members({shape.locale, shape.masked, shape.dialect}, snapshot.last_member());
  RowParts parts(snapshot, source.message.number, source.part_size);
  RowPart part = parts.next();
  if (!parts.done()) {
    WorkerRing workers(source, members);
    if (!workers.empty()) {
      workers.run(parts, std::move(part), tally, sink);
      return;
    }
  }
  RowWriter rows(snapshot, source.message, shape, members);
  rows.write(part, sink);
  while (!parts.done()) rows.write(parts.next(), sink);
  tally.join(rows.tally());
}

}  // namespace message_history
