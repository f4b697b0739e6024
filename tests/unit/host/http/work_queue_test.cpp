// Threads for requests: slow ones leave some to the others, and no more wait than may.
#include "http/work_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace host_stub::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Work that goes on until it is let go.
class HeldWork {
 public:
  WorkQueue::Work work() {
    return [this] {
      ++begun;
      open_.wait();
    };
  }
  void open() { opening_.set_value(); }
  bool has_begun(int count) const {
    for (int i = 0; i < 1000 && begun < count; ++i) std::this_thread::sleep_for(milliseconds(5));
    return begun == count;
  }
  std::atomic<int> begun = 0;

 private:
  std::promise<void> opening_;
  std::shared_future<void> open_{opening_.get_future()};
};

TEST(WorkQueue, KeepsWorkersForQuickRequestsFromSlowOnes) {
  HeldWork held;
  WorkQueue queue({.workers = 3, .slow_workers_max = 2, .waiting_max = 8});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(queue.add(Lane::slow, held.work()));
  EXPECT_TRUE(held.has_begun(2));
  std::promise<void> done;
  ASSERT_TRUE(queue.add(Lane::quick, [&] { done.set_value(); }));
  EXPECT_EQ(done.get_future().wait_for(seconds(10)), std::future_status::ready);
  EXPECT_EQ(held.begun, 2);
  held.open();
  EXPECT_TRUE(held.has_begun(5));
}

TEST(WorkQueue, TakesNoMoreThanMayWaitInALane) {
  HeldWork held;
  WorkQueue queue({.workers = 1, .slow_workers_max = 1, .waiting_max = 2});
  ASSERT_TRUE(queue.add(Lane::quick, held.work()));
  ASSERT_TRUE(held.has_begun(1));
  EXPECT_TRUE(queue.add(Lane::quick, [] {}));
  EXPECT_TRUE(queue.add(Lane::quick, [] {}));
  EXPECT_FALSE(queue.add(Lane::quick, [] {}));
  EXPECT_TRUE(queue.add(Lane::slow, [] {}));
  held.open();
}

TEST(WorkQueue, WorksOffWhatWaitsBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkQueue queue({.workers = 2, .slow_workers_max = 1, .waiting_max = 100});
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(queue.add(i % 2 == 0 ? Lane::quick : Lane::slow, [&] { ++done; }));
    }
  }
  EXPECT_EQ(done, 100);
}

TEST(WorkerThread, HasAStackOfItsOwnSizeWhateverTheLimitIs) {
  size_t stack_bytes = 0;
  {
    const WorkerThread thread([&] {
      pthread_attr_t attributes;
      pthread_getattr_np(pthread_self(), &attributes);
      void* address = nullptr;
      pthread_attr_getstack(&attributes, &address, &stack_bytes);
      pthread_attr_destroy(&attributes);
    });
  }
  EXPECT_GE(stack_bytes, worker_stack_bytes);
}

}  // namespace
}  // namespace host_stub::http
