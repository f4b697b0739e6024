// Between the journal and the database: nothing acknowledged is lost, doubled or hidden.

#include "tenant/settling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <thread>

#include "store/sqlite/base/connection.h"
#include "support/recorder_fixture.h"

namespace message_history {

namespace {

using test::hour_us;
using test::minute_us;
using test::monday_us;

std::uintmax_t journal_bytes(const std::string& folder) {
  return std::filesystem::file_size(folder + "/journal.a") +
         std::filesystem::file_size(folder + "/journal.b");
}

class SettlingTest : public testing::Test {
 protected:
  // The tenant's files as they would be found if the process ended now.
  std::unique_ptr<test::RecorderFixture> after_a_crash() {
    auto next = std::make_unique<test::RecorderFixture>();
    const auto tenant = shop_.tenants.open_existing(shop_.tenant);
    const crm::Lock intake(tenant->intake);  // no file is cut while it is copied
    std::filesystem::copy(shop_.folder.path(), next->folder.path(),
                          std::filesystem::copy_options::recursive);
    return next;
  }
  std::string folder() { return shop_.tenants.open_existing(shop_.tenant)->store->folder(); }

  // Long enough ago, events waited for the settler; now they do not, and nothing was read.
  bool settles_by_itself() {
    const auto tenant = shop_.tenants.open_existing(shop_.tenant);
    return test::comes_true(
        [&] { return tenant->backlog.empty() && journal_bytes(folder()) == 0; });
  }

  std::vector<test::Event> deliveries(int first, int count) {
    std::vector<test::Event> events;
    for (int i = first; i < first + count; ++i) {
      events.push_back(
          test::Delivery{monday_us + i, "M", "d" + std::to_string(i), "m" + std::to_string(i)});
    }
    return events;
  }
  std::int64_t recipients(test::RecorderFixture& shop) {
    return shop.message("M").counts.recipients.recipients();
  }

  test::RecorderFixture shop_;
};

TEST_F(SettlingTest, acknowledgedBatchesThatWereNotSettledSurviveACrash) {
  for (int i = 0; i < 5; ++i) {
    shop_.record(deliveries(i * 10, 10));
    const auto next = after_a_crash();
    EXPECT_EQ(recipients(*next), (i + 1) * 10);
    EXPECT_EQ(next->recorder.position(crm::str(next->tenant), crm::str(next->source)), shop_.seq);
    EXPECT_EQ(next->digest(), after_a_crash()->digest());
  }
}

TEST_F(SettlingTest, aSettledTenantCanBeClosed) {
  shop_.record(deliveries(0, 3));
  ASSERT_TRUE(settles_by_itself());
  const std::string log = folder() + "/history.db-wal";
  ASSERT_TRUE(std::filesystem::exists(log));
  shop_.tenants.close_all();
  // A thread may have it once more, when nothing was recorded for a while.
  EXPECT_TRUE(test::comes_true([&] { return !std::filesystem::exists(log); }));
}

// An error after the commit, as of the checkpoint that follows it, leaves the batches waiting.
TEST_F(SettlingTest, whatTheDatabaseHoldsIsNotAppliedAgain) {
  shop_.record(deliveries(0, 10));
  shop_.snapshot();
  const auto tenant = shop_.tenants.open_existing(shop_.tenant);
  const auto wait_again = [&](const Backlog::Batches& batches) {
    for (const auto& batch : batches) {
      tenant->backlog.add(PlacedBatch(batch->events, batch->payload), batch->number);
    }
  };
  Backlog::Batches applied;
  {
    const std::lock_guard writer(tenant->writer);
    shop_.record(deliveries(10, 10));
    applied = tenant->backlog.oldest(settled_events_max);
  }
  shop_.snapshot();
  wait_again(applied);
  EXPECT_EQ(recipients(shop_), 20) << "with nothing new behind them";
  wait_again(applied);
  shop_.record(deliveries(20, 5));
  EXPECT_EQ(recipients(shop_), 25);
  const SourceRow source = shop_.snapshot()->sources().at(0);
  EXPECT_EQ(source.accepted, 25);
  EXPECT_EQ(source.batches, 3);
}

TEST_F(SettlingTest, positionIsKnownBeforeAnythingIsSettled) {
  const auto ack = shop_.record(deliveries(0, 3));
  EXPECT_EQ(shop_.recorder.position(crm::str(shop_.tenant), crm::str(shop_.source)),
            ack.durable_seq);
}

TEST_F(SettlingTest, whatIsReadHoldsAllThatWasAcknowledged) {
  for (int i = 0; i < 20; ++i) {
    shop_.record(deliveries(i * 7, 7));
    EXPECT_EQ(recipients(shop_), (i + 1) * 7);
  }
}

TEST_F(SettlingTest, batchesAreSettledAndTheJournalEmptiedWithoutAnyoneReading) {
  shop_.record(deliveries(0, 10));
  EXPECT_TRUE(settles_by_itself());
}

TEST_F(SettlingTest, whenItIsQuietWhatWasStoredIsMergedAndSaysTheSame) {
  const auto runs = [this] {
    sqlite::Connection db(sqlite::database_file(shop_.folder.path(), shop_.tenant),
                          sqlite::Connection::Mode::read);
    sqlite::Query query =
        db.query("SELECT max(runs) FROM (SELECT count(*) AS runs FROM run GROUP BY tree, level)");
    query.step();
    return query.integer();
  };
  for (int i = 0; i < 10; ++i) {
    shop_.record(deliveries(i * 10, 10));
    recipients(shop_);  // settled: a run of its own
  }
  ASSERT_GE(runs(), 10);
  const auto digest = shop_.digest();
  for (int i = 0; i < 1'000 && runs() >= 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_LT(runs(), 4);
  EXPECT_EQ(shop_.digest(), digest);
}

TEST_F(SettlingTest, moreThanMayWaitIsSettledByWhoRecords) {
  const auto tenant = [&] { return shop_.tenants.open_existing(shop_.tenant); };
  for (int i = 0; i < 20; ++i) {
    shop_.record(deliveries(i * 8'000, 8'000));
    EXPECT_LT(tenant()->backlog.events(), backlog_events_max + 8'000);
  }
  EXPECT_EQ(recipients(shop_), 160'000);
}

TEST_F(SettlingTest, groupOfBatchesGivesTheSameStateAsEachByItself) {
  test::RecorderFixture one_by_one;
  const auto events = deliveries(0, 300);
  for (std::size_t i = 0; i < events.size(); i += 30) {
    const std::vector<test::Event> batch(events.begin() + static_cast<std::ptrdiff_t>(i),
                                         events.begin() + static_cast<std::ptrdiff_t>(i + 30));
    shop_.record(batch);
    one_by_one.record(batch);
    one_by_one.snapshot();
  }
  EXPECT_EQ(shop_.digest(), one_by_one.digest());
}

// Each batch reports on what those before it, of other chunks, were about.
TEST_F(SettlingTest, transactionOfManyChunksGivesTheSameStateAsEachBatchByItself) {
  constexpr int batch_deliveries = 4'000;
  test::RecorderFixture one_by_one;
  const auto record = [&](const std::vector<test::Event>& batch) {
    shop_.record(batch);
    one_by_one.record(batch);
    one_by_one.snapshot();
  };
  record(deliveries(0, 1));
  const auto tenant = shop_.tenants.open_existing(shop_.tenant);
  {
    const std::lock_guard writer(tenant->writer);  // nothing is settled meanwhile
    for (int round = 0; round < 6; ++round) {
      std::vector<test::Event> batch;
      for (int i = 0; i < batch_deliveries; ++i) {
        const auto id = [](int number) { return std::to_string(number); };
        const int now = round * batch_deliveries + i;
        const std::string message = "M" + id(now % 7);
        const std::int64_t at_us = monday_us + round * hour_us + i;
        batch.push_back(test::Delivery{at_us, message, "d" + id(now), "m" + id(now % 5'000),
                                       CRM_DELIVERY_ACCEPTED});
        if (round == 0) continue;
        const int before = now - batch_deliveries;
        const std::string message_before = "M" + id(before % 7);
        const std::string member_before = "m" + id(before % 5'000);
        if (i % 10 == 0) {
          batch.push_back(test::Delivery{at_us, message_before, "f" + id(before), member_before,
                                         CRM_DELIVERY_SENT, "", "d" + id(before)});
        } else {
          batch.push_back(test::Delivery{at_us, message_before, "d" + id(before), member_before,
                                         i % 3 == 0 ? CRM_DELIVERY_FAILED : CRM_DELIVERY_SENT});
        }
        if (i % 20 == 1) batch.push_back(test::Order{at_us, "o" + id(before), member_before});
        if (i % 40 == 1) {
          batch.push_back(test::Touch{at_us - 1, message_before, "d" + id(before), member_before});
        }
        if (i % 60 == 1) {
          const std::string order = "o" + id(before - batch_deliveries);
          batch.push_back(test::Refund{at_us, "r" + id(before), order, 100});
        }
      }
      record(batch);
    }
    ASSERT_GT(tenant->backlog.events(), 2 * settled_chunk_events);
    ASSERT_LT(tenant->backlog.events(), settled_events_max);
  }
  EXPECT_EQ(shop_.digest(), one_by_one.digest());
  EXPECT_GT(shop_.message("M1").counts.orders, 0);
  EXPECT_EQ(shop_.message("M1").counts, one_by_one.message("M1").counts);
}

TEST_F(SettlingTest, countsOfASourceAreThoseOfItsAcknowledgements) {
  shop_.record(
      {test::Delivery{monday_us, "M", "a", "kim"}, test::Order{monday_us, "bad", "kim", -1}});
  shop_.seq = 1;
  shop_.record({test::Order{monday_us, "bad", "kim", -1}, test::Order{monday_us, "O", "kim", 9}});
  const SourceRow source = shop_.snapshot()->sources().at(0);
  EXPECT_EQ(source.accepted, 2);
  EXPECT_EQ(source.rejected, 1);
  EXPECT_EQ(source.duplicates, 1);
  EXPECT_EQ(source.batches, 2);
  EXPECT_EQ(shop_.snapshot()->quarantine_count(), 1);
}

// The journal's files of one tenant are put in the place of another's.
TEST_F(SettlingTest, journalThatCannotBeReadStopsItsTenantAloneAndNothingOfItIsLost) {
  namespace fs = std::filesystem;
  shop_.record(deliveries(0, 10));
  shop_.snapshot();
  const std::string mall = folder();
  shop_.tenant = "other";
  shop_.seq = 0;
  shop_.record(deliveries(0, 10));
  shop_.snapshot();
  const auto other = shop_.tenants.open_existing("other");
  std::unique_ptr<test::RecorderFixture> next;
  {
    const std::lock_guard writer(other->writer);  // what is recorded stays in the journal
    shop_.record(deliveries(10, 10));
    next = after_a_crash();
  }
  const fs::path copied = next->folder.path();
  const fs::path damaged = copied / fs::relative(mall, shop_.folder.path());
  const fs::path sound = copied / fs::relative(other->store->folder(), shop_.folder.path());
  const auto bytes_of_journal = [&] { return fs::file_size(damaged / "journal.a"); };
  const auto options = fs::copy_options::overwrite_existing;
  fs::copy(sound / "journal.a", damaged / "journal.a", options);
  const auto bytes_before = bytes_of_journal();
  next->tenant = "mall";
  for (int i = 0; i < 2; ++i) {
    try {
      next->snapshot();
      FAIL() << "the journal of another tenant was taken";
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
      EXPECT_THAT(failure.what(), testing::HasSubstr("journal.a: this is the journal of another"));
    }
    EXPECT_THROW(next->record(deliveries(20, 1)), crm::Failure);
  }
  EXPECT_EQ(bytes_of_journal(), bytes_before);
  next->tenant = "other";
  EXPECT_EQ(recipients(*next), 20);

  // The remedy that the error names.
  for (const char* name : {"journal.a", "journal.b", "journal.mark"}) fs::remove(damaged / name);
  next->tenant = "mall";
  next->seq = next->recorder.position(crm::str(next->tenant), crm::str(next->source));
  EXPECT_EQ(next->seq, 10u);
  next->record(deliveries(10, 10));
  EXPECT_EQ(recipients(*next), 20);
}

// The database is locked by somebody else, which stands for any reason not to take a transaction.
TEST_F(SettlingTest, whatCannotBeSettledWaitsAndTheNextBatchIsRefused) {
  shop_.record(deliveries(0, 10));
  ASSERT_TRUE(settles_by_itself());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder() + "/history.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto tenant = shop_.tenants.open_existing(shop_.tenant);

  shop_.record(deliveries(10, 10));  // durable: the journal is not locked
  EXPECT_THROW(settle_all(*tenant), crm::Failure);
  tenant->is_stuck = true;
  const std::uint64_t seq = shop_.seq;
  EXPECT_THROW(shop_.record(deliveries(20, 10)), crm::Failure);
  EXPECT_EQ(shop_.recorder.position(crm::str(shop_.tenant), crm::str(shop_.source)), seq);

  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  shop_.seq = seq;
  shop_.record(deliveries(20, 10));
  EXPECT_EQ(recipients(shop_), 30);
}

TEST_F(SettlingTest, anotherProcessThatRecordsForTheTenantIsRefused) {
  shop_.record(deliveries(0, 10));
  Tenants others(shop_.host, sqlite::make_engine(shop_.folder.path()));
  Recorder other(shop_.host, others);
  test::EventList list;
  const auto events = deliveries(10, 1);
  list.add(events[0], 1'000);
  const std::string source = "another source";
  const crm_event_batch batch = list.batch(shop_.tenant, source);
  crm_event_ack ack{};
  ack.size = sizeof(ack);
  try {
    other.record(&batch, &ack);
    FAIL() << "two processes record for one tenant";
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_BUSY);
  }
  EXPECT_EQ(recipients(shop_), 10);
}

TEST_F(SettlingTest, erasureIsSettledBeforeItIsAcknowledged) {
  shop_.record({test::Delivery{monday_us, "M", "a", "kim"}});
  shop_.record({test::Erased{monday_us + hour_us, "kim"}});
  EXPECT_EQ(journal_bytes(folder()), 0u);
  EXPECT_TRUE(shop_.tenants.open_existing(shop_.tenant)->backlog.empty());
}

// What was recorded while nothing was settled, as it waits in a process that has just opened it.
TEST_F(SettlingTest, transactionThatIsBrokenOffHoldsWholeChunksAndTheRestWaits) {
  constexpr int batch_deliveries = 4'000;
  constexpr int batches = 10;
  shop_.record({test::Message{monday_us, "M"}});
  std::unique_ptr<test::RecorderFixture> next;
  {
    const auto tenant = shop_.tenants.open_existing(shop_.tenant);
    const crm::Lock writer(tenant->writer);
    for (int i = 0; i < batches; ++i) {
      shop_.record(deliveries(i * batch_deliveries, batch_deliveries));
    }
    next = after_a_crash();
  }
  {
    Tenant tenant(sqlite::make_engine(next->folder.path())->open(next->tenant), next->host,
                  system_steady_clock());
    auto journal = open_journal_left_behind(tenant);
    ASSERT_NE(journal, nullptr);
    {
      const crm::Lock intake(tenant.intake);
      take_up(tenant, std::move(journal));
    }
    const std::size_t waiting = tenant.backlog.events();
    const std::uint64_t settled = tenant.backlog.settled_number();
    settle_some(tenant, {.breaks_off = [] { return true; }});
    const std::size_t first_chunk = waiting - tenant.backlog.events();
    EXPECT_GE(first_chunk, settled_chunk_events);
    EXPECT_LT(first_chunk, settled_chunk_events + batch_deliveries);
    const crm::Lock writer(tenant.writer);
    EXPECT_EQ(tenant.backlog.settled_number(), tenant.store->settled_record());
    EXPECT_GT(tenant.backlog.settled_number(), settled);
  }
  EXPECT_EQ(next->digest(), shop_.digest());
  EXPECT_EQ(recipients(*next), batches * batch_deliveries);
}

// A pool without a settler: what its tenant has waits until somebody sees to it.
TEST_F(SettlingTest, whatThereIsNoTimeForWhenItStopsIsAppliedAtTheNextStart) {
  Backlog::Batches recorded;
  {
    const auto tenant = shop_.tenants.open_or_create(shop_.tenant);
    test::open_for_recording(*tenant);
    const crm::Lock writer(tenant->writer);
    shop_.record(deliveries(0, 10));
    recorded = tenant->backlog.oldest(settled_events_max);
  }
  ASSERT_EQ(recorded.size(), 1u);
  const auto settled_after = [&](Tenants::Clock::time_point settles_until) {
    test::RecorderFixture stopped;
    std::string folder;
    {
      const auto tenant = stopped.tenants.open_or_create(stopped.tenant);
      const crm::Lock intake(tenant->intake);
      folder = tenant->reader().folder();
      take_up(*tenant, open_journal(tenant->reader()));
      const auto number = tenant->journal->append(recorded.front()->payload);
      tenant->backlog.add(PlacedBatch(recorded.front()->events, recorded.front()->payload), number);
    }
    stopped.tenants.close_all(settles_until);
    const std::uint64_t settled =
        sqlite::make_engine(stopped.folder.path())->open(stopped.tenant)->settled_record();
    EXPECT_EQ(settled == 0, journal_bytes(folder) > 0);
    EXPECT_EQ(recipients(stopped), 10);
    EXPECT_EQ(stopped.digest(), shop_.digest());
    return settled;
  };
  EXPECT_EQ(settled_after(Tenants::Clock::time_point::max()), 1u);
  EXPECT_EQ(settled_after(Tenants::Clock::time_point::min()), 0u);
}

TEST_F(SettlingTest, stoppedRecorderLeavesNothingWaiting) {
  shop_.record(deliveries(0, 10));
  const std::string tenant_folder = folder();
  shop_.recorder.stop();
  EXPECT_EQ(journal_bytes(tenant_folder), 0u);
  EXPECT_EQ(recipients(*after_a_crash()), 10);
}

}  // namespace

}  // namespace message_history
