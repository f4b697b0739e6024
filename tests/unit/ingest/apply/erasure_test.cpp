// An erased member's id leaves every file: at once where nobody reads an earlier state, else as
// soon as the reader has ended, also in the next process; until then the store says that it is
// pending.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ingest/admission/intake.h"
#include "store/sqlite/base/connection.h"
#include "support/recorder_fixture.h"

namespace message_history {
namespace {

using test::day_us;
using test::hour_us;
using test::minute_us;
using test::monday_us;

const std::string secret_id = "kim-the-secret-member";

class ErasureTest : public testing::Test, public test::RecorderFixture {
 protected:
  // The names of files below the tenants' folder that hold the text.
  std::string files_with(const std::string& text) const {
    std::string names;
    for (const auto& [name, bytes] : files()) {
      if (bytes.find(text) != std::string::npos) names += name + " ";
    }
    return names;
  }
  // Everything of this length that begins so, in whatever file.
  std::set<std::string> texts_in_files(const std::string& beginning, std::size_t size) const {
    std::set<std::string> texts;
    for (const auto& [name, bytes] : files()) {
      for (std::size_t at = 0; (at = bytes.find(beginning, at)) != std::string::npos; ++at) {
        texts.insert(bytes.substr(at, size));
      }
    }
    return texts;
  }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().filename().string()].assign(std::istreambuf_iterator<char>(file), {});
    }
    return files;
  }

  std::vector<test::Event> life(const std::string& id, std::int64_t at_us = monday_us) {
    return {test::Message{at_us, "M"},
            test::Delivery{at_us, "M", "to-" + id.substr(0, 3), id, CRM_DELIVERY_DELIVERED},
            test::Touch{at_us + minute_us, "M", "to-" + id.substr(0, 3), id},
            test::Order{at_us + hour_us, "O-" + id.substr(0, 3), id, 8000},
            test::Order{at_us + hour_us, "refused", id, -1}};
  }

  PendingScrub pending() {
    return tenants.open_existing(tenant)->store->snapshot()->pending_scrub();
  }
  std::unique_ptr<Snapshot> reader() { return tenants.open_existing(tenant)->store->snapshot(); }
};

TEST_F(ErasureTest, IsCompleteWhenItIsAcknowledgedAndNobodyReads) {
  record(life(secret_id));
  ASSERT_NE(files_with(secret_id), "");
  record({test::Erased{monday_us + day_us, secret_id}});
  EXPECT_EQ(files_with(secret_id), "");
  EXPECT_EQ(pending(), PendingScrub{});
}

TEST_F(ErasureTest, BesideALongReaderIsAcknowledgedAtOnceAndPendingUntilTheReaderEnds) {
  record(life(secret_id));
  snapshot();
  auto long_reader = reader();
  host_.now_us = monday_us + 2 * day_us;
  const auto began = std::chrono::steady_clock::now();
  record({test::Erased{monday_us + day_us, secret_id}, test::Erased{monday_us + day_us, "nobody"}});
  // SQLite would wait for readers for 5 s.
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(4));
  EXPECT_FALSE(snapshot()->member(secret_id));
  EXPECT_TRUE(long_reader->member(secret_id));
  EXPECT_NE(files_with(secret_id), "");
  EXPECT_EQ(pending().erasures, 2);
  EXPECT_EQ(pending().since_us, monday_us + 2 * day_us);
  EXPECT_GT(pending().since_record, 0);
  // More of them wait together, counted from the first.
  host_.now_us = monday_us + 3 * day_us;
  record({test::Erased{monday_us + day_us, "somebody"}});
  EXPECT_EQ(pending().erasures, 3);
  EXPECT_EQ(pending().since_us, monday_us + 2 * day_us);
  long_reader.reset();
  EXPECT_TRUE(test::comes_true([this] { return pending() == PendingScrub{}; }));
  EXPECT_EQ(files_with(secret_id), "");
}

TEST_F(ErasureTest, BesideALongReaderIsCompletedWhenTheTenantIsClosed) {
  record(life(secret_id));
  snapshot();
  {
    const auto long_reader = reader();
    record({test::Erased{monday_us + day_us, secret_id}});
    EXPECT_EQ(pending().erasures, 1);
  }
  recorder.stop();
  EXPECT_EQ(files_with(secret_id), "");
  EXPECT_EQ(pending(), PendingScrub{});
}

// A process that is killed leaves its journal and the database's log as they are.
class KilledWhilePending {
 public:
  template <class Work>
  explicit KilledWhilePending(Work&& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      work();
      ::_exit(0);  // no destructor, as by a kill
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
};

TEST_F(ErasureTest, StaysPendingOverAKillAndIsCompletedByTheNextProcess) {
  const std::string file = sqlite::database_file(folder.path(), tenant);
  KilledWhilePending([&] {
    record(life(secret_id));
    snapshot();
    const auto long_reader = reader();
    record({test::Erased{monday_us + day_us, secret_id}});
    ::_exit(pending().erasures == 1 ? 0 : 1);  // while the reader lives
  });
  ASSERT_NE(files_with(secret_id), "");
  {
    // The reader of another process lives on while the next one opens the tenant.
    sqlite::Connection other(file, sqlite::Connection::Mode::read);
    other.execute("BEGIN");
    other.query("SELECT 1 FROM meta").step();
    EXPECT_FALSE(snapshot()->member(secret_id));
    EXPECT_EQ(pending().erasures, 1);
    EXPECT_NE(files_with(secret_id), "");
  }
  EXPECT_TRUE(test::comes_true([this] { return pending() == PendingScrub{}; }));
  EXPECT_EQ(files_with(secret_id), "");
}

TEST_F(ErasureTest, ThatWasOnlyInTheJournalIsCompletedByTheNextProcess) {
  KilledWhilePending([&] {
    record(life(secret_id));
    snapshot();
    record({test::Touch{monday_us + hour_us, "M", "", secret_id}});
    // Made durable, and not yet in the database: as if killed between the two.
    const test::Event erased = test::Erased{monday_us + day_us, secret_id};
    test::EventList list;
    list.add(erased, ++seq);
    const auto open = tenants.open_existing(tenant);
    const std::lock_guard intake(open->intake);
    const std::lock_guard writer(open->writer);
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    const crm_event_batch batch = list.batch(tenant, source);
    Intake intaken(seq - 1, ack);
    intaken.take({batch.events, batch.count});
    open->journal->append(std::move(intaken).record(source, monday_us));
    ::_exit(0);  // before the settler finds nothing waiting
  });
  ASSERT_NE(files_with(secret_id), "");
  EXPECT_FALSE(snapshot()->member(secret_id));
  EXPECT_TRUE(test::comes_true([this] { return files_with(secret_id).empty(); }))
      << files_with(secret_id);
  EXPECT_EQ(pending(), PendingScrub{});
}

TEST_F(ErasureTest, OfWhatArrivesLaterIsCompleteWithoutAnotherEvent) {
  record(life(secret_id));
  record({test::Erased{monday_us + day_us, secret_id}});
  record({test::Delivery{monday_us + minute_us, "M", "late", secret_id, CRM_DELIVERY_FAILED},
          test::Order{monday_us + hour_us, "refused-too", secret_id, -1}});
  EXPECT_TRUE(test::comes_true([this] { return files_with(secret_id).empty(); }))
      << files_with(secret_id);
  EXPECT_TRUE(test::comes_true([this] { return pending() == PendingScrub{}; }));
}

TEST_F(ErasureTest, LeavesNothingOfManyNeighbours) {
  const auto id_of = [](int i) { return "neighbour-" + std::to_string(100'000 + i); };
  constexpr int members = 3'000;
  std::vector<test::Event> events = {test::Message{monday_us, "M"}};
  for (int i = 0; i < members; ++i) {
    events.push_back(test::Delivery{monday_us, "M", "d-" + std::to_string(i), id_of(i)});
    if (i % 3 == 0) {
      events.push_back(test::Order{monday_us + hour_us, "refused", id_of(i), -1});
    }
  }
  record(events);
  // In an order of their own, some at a time, so that rows move while others go.
  std::vector<int> order(members);
  for (int i = 0; i < members; ++i) order[static_cast<std::size_t>(i)] = i * 1'009 % members;
  for (std::size_t begin = 0; begin < order.size() / 2; begin += 250) {
    std::vector<test::Event> erased;
    for (std::size_t i = begin; i < begin + 250; ++i) {
      erased.push_back(test::Erased{monday_us + day_us, id_of(order[i])});
    }
    record(erased);
    const std::set<std::string> found = texts_in_files("neighbour-", id_of(0).size());
    for (std::size_t i = 0; i < begin + 250; ++i) {
      ASSERT_FALSE(found.contains(id_of(order[i]))) << id_of(order[i]) << " after " << begin + 250;
    }
    ASSERT_TRUE(found.contains(id_of(order.back())));
  }
  EXPECT_EQ(pending(), PendingScrub{});
  EXPECT_TRUE(snapshot()->member(id_of(order.back())));
}

}  // namespace
}  // namespace message_history
