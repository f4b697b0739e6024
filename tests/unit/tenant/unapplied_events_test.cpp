// Events that were acknowledged and cannot be applied are told of, and nobody who states that
// nothing is missing goes on without them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <vector>

#include "support/recorder_fixture.h"
#include "tenant/settling.h"

namespace message_history {

namespace {

using test::minute_us;
using test::monday_us;
using testing::HasSubstr;

// Another program has the database locked for writing, which stands for a disk that takes nothing.
class Unapplied : public testing::Test, public test::RecorderFixture {
 protected:
  ~Unapplied() override { unlock(); }

  void lock() {
    const std::string file = tenants.open_existing(tenant)->reader().folder() + "/history.db";
    ASSERT_EQ(sqlite3_open(file.c_str(), &other_), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  void unlock() {
    sqlite3_close(other_);
    other_ = nullptr;
  }
  void record_deliveries(int first, int count) {
    std::vector<test::Event> events;
    for (int i = first; i < first + count; ++i) {
      const std::string name = std::to_string(i);
      events.push_back(test::Delivery{monday_us + i, "M", "d" + name, "m" + name});
    }
    record(events);
  }
  crm::Error error_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const crm::Failure& failure) {
      return {failure.status(), failure.what()};
    }
    return {CRM_OK, "it was done"};
  }

 private:
  sqlite3* other_ = nullptr;
};

TEST_F(Unapplied, AreToldOfUntilTheyAreApplied) {
  record_deliveries(0, 10);
  const auto open = recorder.settled_tenant(tenant);
  EXPECT_FALSE(unapplied_events(*open));
  EXPECT_NO_THROW(recorder.applied_tenant(tenant));
  lock();
  record_deliveries(10, 25);
  EXPECT_EQ(recorder.settled_tenant(tenant), open) << "a page of before is better than none";
  const auto waiting = unapplied_events(*open);
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->events, 25U);
  EXPECT_EQ(waiting->why.status, CRM_ERR_BUSY);
  EXPECT_THAT(waiting->why.text, HasSubstr("history.db"));
  EXPECT_EQ(waiting->why.since_us, monday_us);
  EXPECT_EQ(open->reader().snapshot()->sources().at(0).accepted, 10);

  host_.now_us += minute_us;
  recorder.settled_tenant(tenant);
  EXPECT_EQ(unapplied_events(*open)->why.since_us, monday_us) << "of the first failure";

  unlock();
  recorder.settled_tenant(tenant);
  EXPECT_FALSE(unapplied_events(*open));
  EXPECT_EQ(open->reader().snapshot()->sources().at(0).accepted, 35);
}

TEST_F(Unapplied, WhoStatesThatNothingIsMissingFailsByName) {
  record_deliveries(0, 10);
  const auto open = recorder.settled_tenant(tenant);
  lock();
  record_deliveries(10, 25);
  const crm::Error exported = error_of([this] { recorder.applied_tenant(tenant); });
  EXPECT_EQ(exported.status, CRM_ERR_BUSY);
  EXPECT_THAT(exported.detail, HasSubstr("tenant \"mall\": 25 recorded events are not applied"));
  EXPECT_THAT(exported.detail, HasSubstr("history.db"));
  EXPECT_EQ(error_of([this] { digest(); }).status, CRM_ERR_BUSY);
  unlock();
  EXPECT_EQ(error_of([this] { recorder.applied_tenant(tenant); }).status, CRM_OK);
  EXPECT_EQ(error_of([this] { digest(); }).status, CRM_OK);
}

}  // namespace

}  // namespace message_history
