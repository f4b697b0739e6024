// Recounting what is derived from the facts gives what recording counted, whatever the events,
// their order, and however far a sweep of old details has come; what was damaged is found, and a
// rebuild brings the digest back.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "ingest/check/store_check.h"
#include "support/every_kind.h"
#include "support/recorder_fixture.h"

namespace {

using message_history::CheckTotals;
using message_history::Finding;
using message_history::Rebuild;

constexpr std::uint64_t checked_feeds = 8;

class Checking : public test::RecorderFixture {
 public:
  CheckTotals check(Rebuild rebuild = Rebuild::no) {
    const auto open = recorder.settled_tenant(tenant);
    const crm::Lock writer(open->writer);
    findings.clear();
    return message_history::check_store(
        *open->store, open->zone, rebuild, [this](const Finding& finding) {
          findings += finding.table + ' ' + finding.row + ": " + finding.what + '\n';
        });
  }
  void damage(const std::string& sql) {
    const std::string file = message_history::sqlite::database_file(folder.path(), tenant);
    constexpr int settler_wait_ms = 10'000;  // it may have something to tidy up
    SQLite::Database(file, SQLite::OPEN_READWRITE, settler_wait_ms).exec(sql);
  }
  std::string findings;
};

std::int64_t time_of(const test::Event& event) {
  return std::visit([](const auto& known) { return known.at_us; }, event);
}

// A time that about a fourth of the events lie before.
std::int64_t early_us(const std::vector<test::Event>& events) {
  std::vector<std::int64_t> times;
  for (const test::Event& event : events) times.push_back(time_of(event));
  std::ranges::sort(times);
  return times[times.size() / 4];
}

class CheckOfFeed : public testing::TestWithParam<std::uint64_t> {};

TEST_P(CheckOfFeed, findsNothingInASoundStore) {
  const std::vector<test::Event> events = test::every_kind(GetParam());
  std::mt19937_64 random(GetParam());
  const auto permuted = test::permuted(events, random());
  Checking fixture;
  for (std::size_t begin = 0; begin < permuted.size(); begin += 150) {
    test::EventList list;
    for (std::size_t i = begin; i < std::min(permuted.size(), begin + 150); ++i) {
      list.add(*permuted[i], ++fixture.seq);
    }
    fixture.record(list);
  }
  const CheckTotals totals = fixture.check();
  EXPECT_TRUE(totals.is_sound()) << fixture.findings;
  EXPECT_GT(totals.rows, 100);
}

TEST_P(CheckOfFeed, findsNothingHoweverFarASweepIs) {
  const std::vector<test::Event> events = test::every_kind(GetParam());
  Checking fixture;
  fixture.record(events);
  const std::int64_t kept_from_us = early_us(events);
  for (int sweeps = 0; sweeps < 20; ++sweeps) {
    const bool goes_on = fixture.sweep_to(kept_from_us);
    const CheckTotals totals = fixture.check(Rebuild::yes);
    ASSERT_TRUE(totals.is_sound()) << "after " << sweeps << " sweeps\n" << fixture.findings;
    ASSERT_FALSE(totals.is_rebuilt) << fixture.findings;
    if (!goes_on) break;
  }
}

TEST_P(CheckOfFeed, makesAnewWhatIsDerived) {
  Checking fixture;
  fixture.record(test::every_kind(GetParam()));
  const std::string digest = fixture.digest();
  for (const char* table :
       {"message_money", "message_day", "revenue_day", "failure", "message_member", "shop",
        "message_place", "message_words", "shelf", "shelf_day", "shelf_money", "shelf_day_money",
        "period_day", "period_money", "credit", "held_refund", "refund_sum"}) {
    const std::string all = table;
    fixture.damage("DELETE FROM " + all);
    const CheckTotals totals = fixture.check();
    EXPECT_EQ(totals.damaged, 0) << fixture.findings;
    if (totals.differing > 0) {
      EXPECT_NE(fixture.findings.find(all + ' '), std::string::npos) << fixture.findings;
    }
    EXPECT_TRUE(fixture.check(Rebuild::yes).is_sound()) << table;
    EXPECT_EQ(fixture.check().differing, 0) << table << '\n' << fixture.findings;
    EXPECT_EQ(fixture.digest(), digest) << table;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CheckOfFeed, testing::Range<std::uint64_t>(1, 1 + checked_feeds));

}  // namespace
