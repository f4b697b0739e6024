// The pool of open tenants: opened once, each by itself, and kept while somebody uses it.

#include "tenant/tenants.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "ingest/journal/backlog.h"
#include "platform/fair_mutex.h"
#include "support/recorder_fixture.h"

namespace message_history {

namespace {

using test::monday_us;

// The SQLite engine, with somebody who watches what is opened.
class WatchedEngine : public Engine {
 public:
  using Watch = std::function<void(std::string_view tenant)>;
  WatchedEngine(const std::string& folder, Watch before_open)
      : engine_(sqlite::make_engine(folder)), before_open_(std::move(before_open)) {}

  std::unique_ptr<Store> open(std::string_view tenant) override {
    before_open_(tenant);
    return engine_->open(tenant);
  }
  std::unique_ptr<Store> create(const TenantFacts& facts) override {
    return engine_->create(facts);
  }
  std::vector<std::string> tenants() override { return engine_->tenants(); }

 private:
  std::unique_ptr<Engine> engine_;
  Watch before_open_;
};

class TenantsTest : public testing::Test {
 protected:
  std::unique_ptr<Tenants> pool(WatchedEngine::Watch before_open, std::size_t open_max = 64) {
    return std::make_unique<Tenants>(
        host_, std::make_unique<WatchedEngine>(folder_.path(), std::move(before_open)), open_max);
  }
  void make(const std::string& name) {
    pool([](auto) {})->open_or_create(name);
  }

  TemporaryFolder folder_;
  test::SmallHost small_host_;
  crm::Host host_{small_host_.raw()};
};

TEST_F(TenantsTest, threadsThatAskForOneTenantOpenItOnce) {
  constexpr int threads = 8;
  std::atomic<int> opened = 0;
  const auto tenants = pool([&](auto) { ++opened; });
  std::barrier together(threads);
  std::vector<std::shared_ptr<Tenant>> leases(threads);
  {
    std::vector<std::jthread> all;
    for (auto& lease : leases) {
      all.emplace_back([&] {
        together.arrive_and_wait();
        lease = tenants->open_or_create("mall");
      });
    }
  }
  EXPECT_EQ(opened, 1);
  for (const auto& lease : leases) EXPECT_EQ(lease.get(), leases.front().get());
}

TEST_F(TenantsTest, openingOneTenantHoldsUpNoOther) {
  make("slow");
  std::latch is_opening(1);
  std::latch may_go_on(1);
  const auto tenants = pool([&](std::string_view tenant) {
    if (tenant != "slow") return;
    is_opening.count_down();
    may_go_on.wait();
  });
  auto slow = std::async(std::launch::async, [&] { return tenants->open("slow"); });
  is_opening.wait();
  EXPECT_TRUE(tenants->open_or_create("quick"));
  EXPECT_FALSE(tenants->open("nobody"));
  EXPECT_FALSE(tenants->if_open("slow"));
  may_go_on.count_down();
  EXPECT_TRUE(slow.get());
  EXPECT_TRUE(tenants->if_open("slow"));
}

// What a crash left in a journal is applied while another process holds the database, so that it
// takes as long as that does.
TEST_F(TenantsTest, tenantThatIsRecoveredHoldsUpNoOther) {
  test::RecorderFixture shop;
  shop.tenant = "slow";
  std::string left;
  TemporaryFolder crashed;
  {
    const auto tenant = shop.tenants.open_or_create("slow");
    left = std::filesystem::relative(tenant->reader().folder(), shop.folder.path());
    test::open_for_recording(*tenant);
    const crm::Lock writer(tenant->writer);  // nothing is settled
    shop.record({test::Delivery{monday_us, "M", "d", "kim"}});
    std::filesystem::copy(shop.folder.path(), crashed.path(),
                          std::filesystem::copy_options::recursive);
  }
  sqlite3* other = nullptr;
  const std::string file = crashed.path() + "/" + left + "/history.db";
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::latch is_opening(1);
  Tenants tenants(host_,
                  std::make_unique<WatchedEngine>(crashed.path(), [&](std::string_view name) {
                    if (name == "slow") is_opening.count_down();
                  }));
  auto slow = std::async(std::launch::async, [&] { return tenants.open("slow"); });
  is_opening.wait();
  EXPECT_TRUE(tenants.open_or_create("quick"));
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(slow.get()->backlog.settled_number(), 1u);
}

TEST_F(TenantsTest, tenantThatCannotBeOpenedIsAnErrorToAllAndIsTriedAgain) {
  make("mall");
  std::atomic<bool> is_broken = true;
  const auto tenants = pool([&](auto) {
    if (is_broken) throw crm::Failure(CRM_ERR_IO, "the disk is gone");
  });
  std::vector<std::future<bool>> opens;
  for (int i = 0; i < 4; ++i) {
    opens.push_back(std::async(std::launch::async, [&] {
      try {
        tenants->open("mall");
        return true;
      } catch (const crm::Failure&) {
        return false;
      }
    }));
  }
  for (auto& open : opens) EXPECT_FALSE(open.get());
  is_broken = false;
  EXPECT_TRUE(tenants->open("mall"));
}

TEST_F(TenantsTest, leasedTenantIsKeptWhateverElseIsOpened) {
  const auto tenants = pool([](auto) {}, 2);
  const auto leased = tenants->open_or_create("leased");
  for (const char* name : {"a", "b", "c", "d"}) tenants->open_or_create(name);
  EXPECT_EQ(tenants->if_open("leased"), leased);
  EXPECT_FALSE(tenants->if_open("a"));
  EXPECT_FALSE(tenants->if_open("b"));
  EXPECT_TRUE(tenants->if_open("d"));
}

// Of more threads than tenants that may be open, each gets its tenant, and all of them an own one.
TEST_F(TenantsTest, tenantsAreOpenedAndClosedByManyThreadsAtOnce) {
  constexpr int threads = 6;
  constexpr int rounds = 40;
  const auto tenants = pool([](auto) {}, 3);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        for (int round = 0; round < rounds; ++round) {
          const std::string name = "mall-" + std::to_string((thread + round) % 5);
          if (tenants->open_or_create(name)->reader().facts().tenant != name) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(TenantsTest, leaseMayOutliveThePool) {
  auto tenants = pool([](auto) {});
  const auto leased = tenants->open_or_create("mall");
  tenants->close_all();
  tenants.reset();
  EXPECT_EQ(leased->reader().facts().tenant, "mall");
}

TEST(FairMutex, isGivenToWhoWaitedLongest) {
  FairMutex mutex;
  std::vector<int> order;
  std::vector<std::jthread> waiting;
  mutex.lock();
  for (int i = 0; i < 5; ++i) {
    waiting.emplace_back([&, i] {
      const crm::Lock lock(mutex);
      order.push_back(i);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // its turn is behind the others'
  }
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock();
  waiting.clear();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
}

PlacedBatch placed(std::size_t events) {
  return {events, "payload"};
}

TEST(Backlog, whatWasRecordedLaterIsLeftToOthers) {
  Backlog backlog;
  for (std::uint64_t number = 1; number <= 4; ++number) backlog.add(placed(10), number);
  EXPECT_EQ(backlog.oldest(1'000, 2).size(), 2u);
  EXPECT_EQ(backlog.oldest(10, 4).size(), 1u);
  backlog.remove_oldest(2);
  EXPECT_EQ(backlog.settled_number(), 2u);
  EXPECT_TRUE(backlog.oldest(1'000, 2).empty());
}

TEST(Backlog, waitsForRoomNoLongerThanItIsTold) {
  using Clock = std::chrono::steady_clock;
  Backlog backlog;
  backlog.add(placed(backlog_events_soft_max - 1), 1);
  backlog.wait_for_room(Clock::time_point::max());  // returns: there is room
  backlog.add(placed(1), 2);
  const auto end = Clock::now() + std::chrono::milliseconds(20);
  backlog.wait_for_room(end);
  EXPECT_GE(Clock::now(), end);
  auto waits = std::async(std::launch::async,
                          [&] { backlog.wait_for_room(Clock::now() + std::chrono::hours(1)); });
  backlog.remove_oldest(1);
  waits.get();
}

// The threads of the pool settle one tenant while another's writer is held by somebody else.
TEST_F(TenantsTest, tenantThatIsHeldUpHoldsUpNoOther) {
  test::RecorderFixture shop;
  const auto record = [&](const std::string& name) {
    shop.tenant = name;
    shop.record({test::Delivery{monday_us, "M", "d" + std::to_string(shop.seq), "kim"}});
    return shop.tenants.open_existing(name);
  };
  const auto is_settled = [](const std::shared_ptr<Tenant>& tenant) {
    return test::comes_true([&] { return tenant->backlog.empty(); });
  };
  const auto held = record("held");
  ASSERT_TRUE(is_settled(held));
  {
    const crm::Lock writer(held->writer);
    record("held");
    for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(is_settled(record(name))) << name;
    EXPECT_FALSE(held->backlog.empty());
  }
  EXPECT_TRUE(is_settled(held));
}

}  // namespace

}  // namespace message_history
