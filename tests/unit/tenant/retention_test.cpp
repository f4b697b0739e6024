// Details older than the shop keeps them are dropped bit by bit; what was counted stays.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "export/audit/audit.h"
#include "store/sqlite/base/connection.h"
#include "support/recorder_fixture.h"
#include "tenant/retention_setting.h"

namespace message_history {
namespace {

using namespace std::chrono_literals;

using test::day_us;
using test::hour_us;
using test::minute_us;
using test::monday_us;

constexpr std::int64_t old_us = monday_us - 200 * day_us;
constexpr std::int64_t young_us = monday_us - 10 * day_us;
constexpr std::int32_t days = 90;
// 2025-12-02T00:00 in Seoul.
constexpr std::int64_t edge_us = 1'764'601'200'000'000;

class Retention : public testing::Test, public test::RecorderFixture {
 protected:
  bool sweep(std::optional<std::int32_t> kept = days) {
    const auto open = recorder.settled_tenant(tenant);
    const std::lock_guard writer(open->writer);
    return sweep_some(*open->store, open->zone, monday_us, kept);
  }
  void sweep_all() {
    while (sweep()) {
    }
  }
  // As by a new process, without a settler from now on.
  // With all applied: stopping leaves to the next start what would take long.
  void reopen() {
    recorder.settled_tenant(tenant);
    recorder.stop();
  }

  // Of these events, how many are too old to be applied.
  std::int64_t skipped(const std::vector<test::Event>& events) {
    const auto skipped_so_far = [this] { return snapshot()->sources().at(0).skipped; };
    const std::int64_t before = skipped_so_far();
    record(events);
    return skipped_so_far() - before;
  }

  std::int64_t count(const std::string& table) {
    sqlite::Connection db(sqlite::database_file(folder.path(), tenant),
                          sqlite::Connection::Mode::read);
    const std::string sql = "SELECT count(*) FROM " + table;
    sqlite::Query query = db.query(sql.c_str());
    query.step();
    return query.integer();
  }

  // Everything a member can do, at a time, under ids that end in `name`.
  std::vector<test::Event> life(const std::string& name, std::int64_t at_us) {
    return {
        test::Delivery{at_us, "M", "sent-" + name, "member-" + name, CRM_DELIVERY_DELIVERED},
        test::Delivery{at_us, "M", "lost-" + name, "member-" + name, CRM_DELIVERY_FAILED, "3018"},
        test::Delivery{at_us, "M", "next-" + name, "member-" + name, CRM_DELIVERY_ACCEPTED, "",
                       "lost-" + name},
        test::Touch{at_us + minute_us, "M", "sent-" + name, "member-" + name},
        test::Order{.at_us = at_us + hour_us,
                    .id = "order-" + name,
                    .member = "member-" + name,
                    .lines = {{"p", "line-" + name, "", 10000}}},
        test::Refund{at_us + 2 * hour_us, "refund-" + name, "order-" + name},
        test::Refund{at_us + 2 * hour_us, "held-" + name, "nowhere-" + name},
    };
  }
  void record_two_lives() {
    record({test::Message{old_us, "M"}});
    record(life("old", old_us));
    record(life("young", young_us));
  }
  std::set<std::string> delivery_ids() {
    std::set<std::string> ids;
    for (const Delivery& row : snapshot()->deliveries(message("M").number, {}, 100)) {
      ids.insert(row.delivery_id);
    }
    return ids;
  }
  // All bytes of the tenant's files.
  std::string bytes() {
    std::string bytes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (!entry.is_regular_file() || entry.path().extension() == ".db-shm") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }
};

// However old: they are kept for good, which is more than the 730 days that they must be.
TEST_F(Retention, NeverTouchesTheAuditChain) {
  record_two_lives();
  const auto open = recorder.settled_tenant(tenant);
  const AuditAppender append = audit_appender(*open->store, open->writer);
  const auto grant = [&](const char* jti, std::int64_t at_us) {
    AuditRow row;
    row.at_us = at_us;
    row.event = "granted";
    row.export_id = row.jti = jti;
    row.iss = "host";
    return append(row);
  };
  ASSERT_TRUE(grant("ancient", monday_us - 3'000 * day_us));
  ASSERT_TRUE(grant("old", monday_us - 729 * day_us));
  ASSERT_TRUE(grant("young", monday_us));
  const auto before = verify_chain(*open->store->snapshot());
  sweep_all();
  EXPECT_EQ(delivery_ids().count("sent-old"), 0U);
  EXPECT_EQ(verify_chain(*open->store->snapshot()).value(), before.value());
  EXPECT_EQ(count("audit"), 3);
  for (const char* used : {"ancient", "old", "young"}) EXPECT_FALSE(grant(used, monday_us)) << used;
}

TEST_F(Retention, DropsDetailsAndKeepsWhatWasCounted) {
  record_two_lives();
  const MessageRow before = message("M");
  const MessageMoney money_before = money("M");
  const auto shop_before = snapshot()->shop();
  const auto days_before = snapshot()->revenue_days(before.number, 100);
  const auto failures_before = snapshot()->failures(before.number, 100);
  sweep_all();

  EXPECT_EQ(delivery_ids(), (std::set<std::string>{"sent-young", "lost-young", "next-young"}));
  const auto read = snapshot();
  EXPECT_EQ(read->failed_deliveries(before.number, {}, 100).size(), 1u);
  EXPECT_FALSE(read->order("order-old"));
  EXPECT_TRUE(read->order("order-young"));
  EXPECT_EQ(read->refunds_of("order-old").size() + read->refunds_of("nowhere-old").size(), 0u);
  EXPECT_EQ(read->refunds_of("order-young").size() + read->refunds_of("nowhere-young").size(), 2u);
  EXPECT_EQ(read->held_refunds(), 1);
  EXPECT_EQ(read->buyers(before.number, {}, 100).size(), 1u);
  EXPECT_FALSE(read->member("member-old"));
  const auto young = read->member("member-young");
  ASSERT_TRUE(young);
  EXPECT_EQ(read->touches_of(young->number, 0, monday_us, 100).size(), 1u);
  for (const char* table : {"touch", "orders", "credit", "message_member", "member"}) {
    EXPECT_EQ(count(table), 1) << table;
  }
  EXPECT_EQ(count("refund"), 2);

  EXPECT_EQ(message("M"), before);
  EXPECT_EQ(money("M"), money_before);
  EXPECT_EQ(read->shop(), shop_before);
  EXPECT_EQ(read->revenue_days(before.number, 100).size(), days_before.size());
  const auto failures = read->failures(before.number, 100);
  ASSERT_EQ(failures.size(), failures_before.size());
  EXPECT_EQ(failures[0].counts, failures_before[0].counts);
  EXPECT_EQ(read->kept_from_us(), edge_us);
}

TEST_F(Retention, DropsWhatIsOlderThanTheDaysEdgeAndNothingElse) {
  record(
      {test::Delivery{edge_us - 1, "M", "before", "a"}, test::Delivery{edge_us, "M", "at", "b"}});
  // Its success, not its first report, is its place in time.
  record({test::Delivery{edge_us - day_us, "M", "late", "c", CRM_DELIVERY_ACCEPTED},
          test::Delivery{edge_us + day_us, "M", "late", "c"}});
  sweep_all();
  EXPECT_EQ(delivery_ids(), (std::set<std::string>{"at", "late"}));
}

TEST_F(Retention, QuarantineGoesByWhenItWasRefused) {
  host_.now_us = old_us;
  const crm_event_ack ack =
      record({test::Delivery{old_us, "M", "", "secret-person"}});  // no delivery_id
  ASSERT_EQ(ack.rejected, 1u);
  host_.now_us = young_us;
  record({test::Delivery{young_us, "M", "", "another-person"}});
  ASSERT_NE(bytes().find("secret-person"), std::string::npos);
  snapshot();
  sweep_all();
  EXPECT_EQ(snapshot()->quarantine_count(), 1);
  reopen();
  EXPECT_EQ(bytes().find("secret-person"), std::string::npos);
  EXPECT_NE(bytes().find("another-person"), std::string::npos);
}

TEST_F(Retention, LeavesNoIdInTheFiles) {
  std::vector<test::Event> events;
  for (int i = 0; i < 2'000; ++i) {
    events.push_back(test::Delivery{old_us + i, "M", "d" + std::to_string(i),
                                    "gone-person-" + std::to_string(i)});
  }
  record(events);
  record({test::Delivery{young_us, "M", "young", "gone-person-7"}});
  sweep_all();
  EXPECT_EQ(count("member"), 1);
  const std::string all = bytes();
  std::size_t found = 0;
  for (int i = 1'000; i < 2'000; ++i) {
    found += all.find("gone-person-" + std::to_string(i)) != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(found, 0u);
  EXPECT_NE(all.find("gone-person-7"), std::string::npos);
}

// More members than one slice looks at.
TEST_F(Retention, KeepsTheMembersWhomSomethingYoungNames) {
  std::vector<test::Event> events;
  std::set<std::string> named;
  for (int i = 0; i < 1'800; ++i) {
    const std::string id = std::to_string(i);
    const std::string who = "member-" + id;
    events.push_back(test::Delivery{old_us + i, "M", "old-" + id, who});
    if (i % 7 == 1) {
      events.push_back(test::Delivery{young_us + i, "M", "young-" + id, who});
    } else if (i % 11 == 2) {
      events.push_back(test::Order{.at_us = young_us + i, .id = "order-" + id, .member = who});
    } else if (i % 13 == 3) {
      events.push_back(test::Touch{young_us + i, "M", "old-" + id, who});
    } else {
      continue;
    }
    named.insert(who);
  }
  record(events);
  sweep_all();
  sqlite::Connection db(sqlite::database_file(folder.path(), tenant),
                        sqlite::Connection::Mode::read);
  sqlite::Query query = db.query("SELECT member FROM member");
  std::set<std::string> left;
  while (query.step()) left.insert(query.text());
  EXPECT_EQ(left, named);
}

TEST_F(Retention, AMemberWhoComesBackIsNew) {
  record(life("old", old_us));
  sweep_all();
  EXPECT_FALSE(snapshot()->member("member-old"));
  record({test::Delivery{young_us, "M", "again", "member-old"}});
  EXPECT_TRUE(snapshot()->member("member-old"));
  sweep_all();
  EXPECT_TRUE(snapshot()->member("member-old"));
}

TEST_F(Retention, PseudonymsStay) {
  record(life("old", old_us));
  record({test::Erased{young_us, "member-old"}});
  sweep_all();
  EXPECT_EQ(count("member"), 1);
  EXPECT_EQ(count("erasure"), 1);
  // The erasure is still known: what comes late is the erased member's.
  record({test::Delivery{young_us - 1, "M", "late", "member-old"}});
  EXPECT_FALSE(snapshot()->member("member-old"));
}

TEST_F(Retention, LateEventsAreSkippedAndCountNothing) {
  record_two_lives();
  sweep_all();
  const std::string digest_before = digest();
  EXPECT_EQ(skipped(life("old", old_us)), 7);
  // Of an order that is gone, also what happened later.
  EXPECT_EQ(
      skipped({
          test::Order{.at_us = young_us, .id = "order-old", .member = "member-old", .revision = 7},
          test::Refund{young_us, "refund-new", "order-old"},
      }),
      2);
  EXPECT_EQ(digest(), digest_before);
  reopen();
  EXPECT_EQ(skipped(life("old", old_us)), 7);
}

TEST_F(Retention, LateEventsLeaveNothingOfWhatOnlyTheyName) {
  record_two_lives();
  sweep_all();
  const auto rows = [this] {
    std::map<std::string, std::int64_t> counts;
    for (const char* table :
         {"message", "message_words", "message_place", "shelf", "message_day", "message_member",
          "failure", "route", "member", "touch", "orders", "refund", "refund_sum", "held_refund",
          "credit", "quarantine", "past_order"}) {
      counts[table] = count(table);
    }
    counts["held messages"] = snapshot()->held_messages();
    return counts;
  };
  const auto rows_before = rows();
  const std::string digest_before = digest();
  const std::vector<test::Event> late = {
      test::Delivery{old_us, "unknown-1", "d-1", "nobody-1", CRM_DELIVERY_DELIVERED},
      test::Delivery{old_us, "unknown-2", "d-2", "nobody-2", CRM_DELIVERY_FAILED, "3018"},
      test::Delivery{old_us, "unknown-2", "d-3", "nobody-2", CRM_DELIVERY_ACCEPTED, "", "d-2"},
      test::Touch{old_us, "unknown-3", "d-4", "nobody-3"},
      test::Order{.at_us = old_us, .id = "o-1", .member = "nobody-4", .message = "unknown-4"},
      test::Refund{old_us, "r-1", "o-1"},
      test::Refund{old_us, "r-2", "o-2"},
  };
  EXPECT_EQ(skipped(late), std::ssize(late));
  EXPECT_EQ(rows(), rows_before);
  EXPECT_EQ(digest(), digest_before);
  // Beside one that is young enough, in one batch.
  std::vector<test::Event> mixed = late;
  mixed.push_back(test::Delivery{young_us, "M", "d-5", "member-young"});
  EXPECT_EQ(skipped(mixed), std::ssize(late));
  EXPECT_EQ(rows(), rows_before);
}

TEST_F(Retention, LateEventsAreSkippedFromTheFirstSliceOn) {
  record_two_lives();
  ASSERT_TRUE(sweep());
  EXPECT_EQ(skipped(life("old", old_us)), 7);
  EXPECT_EQ(
      skipped({test::Order{.at_us = young_us, .id = "order-old", .member = "x", .revision = 7}}),
      1);
}

// So many that a sweep takes many steps, in every table.
void record_many(test::RecorderFixture& shop) {
  for (int batch = 0; batch < 12; ++batch) {
    std::vector<test::Event> events;
    for (int i = 0; i < 1'000; ++i) {
      const std::string name = std::to_string(batch) + "-" + std::to_string(i);
      const std::int64_t at_us = edge_us + (i % 10 < 7 ? -1 : 1) * (i + 1) * minute_us;
      const bool fails = i % 10 == 1 || i % 10 == 8;
      events.push_back(test::Delivery{at_us, "M" + std::to_string(i % 7), "d" + name, "p" + name,
                                      fails ? CRM_DELIVERY_FAILED : CRM_DELIVERY_SENT});
      if (i % 3 == 0) events.push_back(test::Touch{at_us, "M", "d" + name, "p" + name});
      if (i % 5 == 3) events.push_back(test::Order{at_us + 1, "o" + name, "p" + name});
      if (i % 50 == 0) events.push_back(test::Refund{at_us, "r" + name, "nowhere" + name});
    }
    shop.record(events);
  }
}

TEST_F(Retention, GoesOnAfterACrashBetweenAnyTwoSteps) {
  record_many(*this);
  int steps = 1;
  while (sweep()) {
    reopen();
    ++steps;
    ASSERT_LT(steps, 1'000);
  }
  EXPECT_GT(steps, 8);
  test::RecorderFixture whole;
  record_many(whole);
  while (whole.sweep_to(edge_us)) {
  }
  EXPECT_EQ(digest(), whole.digest());
  EXPECT_EQ(count("member"), 12 * 300);
  EXPECT_EQ(count("orders"), 12 * 100);
}

TEST_F(Retention, BatchesGoOnWhileItSweeps) {
  record_many(*this);
  const MessageCounts before = message("M3").counts;
  ASSERT_TRUE(sweep());
  int steps = 0;
  for (bool more = true; more; ++steps) {
    // The one is gone and comes again, as does a member's click; the other is still there.
    const std::string at = std::to_string(steps % 100 * 10);
    const crm_event_ack ack = record({
        test::Delivery{young_us, "M3", "d0-3", "p0-3", CRM_DELIVERY_FAILED, "3018"},
        test::Delivery{young_us, "M3", "new" + std::to_string(steps), "p1-" + at},
        test::Touch{young_us, "M", "", "p1-" + at},
    });
    ASSERT_EQ(ack.accepted, 3u);
    more = sweep();
  }
  EXPECT_GT(steps, 3);
  const MessageCounts after = message("M3").counts;
  EXPECT_EQ(after.recipients.success, before.recipients.success + steps);
  EXPECT_EQ(after.recipients.failed, before.recipients.failed + 1);
  // An index names nothing that is gone.
  const auto read = snapshot();
  std::int64_t failed = 0;
  for (const auto& id : {"M0", "M1", "M2", "M3", "M4", "M5", "M6"}) {
    failed += std::ssize(read->failed_deliveries(message(id).number, {}, 100'000));
  }
  EXPECT_EQ(failed, 12 * 100 + 1);
}

TEST_F(Retention, NeverGoesBack) {
  record_two_lives();
  sweep_all();
  EXPECT_FALSE(sweep(36'500));
  EXPECT_FALSE(sweep({}));
  EXPECT_EQ(snapshot()->kept_from_us(), edge_us);
  EXPECT_EQ(skipped({test::Delivery{edge_us - 1, "M", "late", "x"}}), 1);
  // And a sweep under way keeps its time; the settler would end it.
  reopen();
  ASSERT_TRUE(sweep_to(edge_us + day_us));
  ASSERT_TRUE(sweep_to(edge_us + 9 * day_us));
  EXPECT_EQ(snapshot()->kept_from_us(), edge_us + day_us);
}

TEST_F(Retention, AnOrderKeepsItsCreditWhenTheTouchIsGone) {
  record({test::Message{edge_us - day_us, "M"}, test::Touch{edge_us - hour_us, "M", "", "buyer"},
          test::Order{.at_us = edge_us + hour_us, .id = "o", .member = "buyer"}});
  ASSERT_EQ(money("M").orders, 1);
  sweep_all();
  ASSERT_EQ(count("touch"), 0);
  record({test::Refund{edge_us + 2 * hour_us, "r", "o", 4'000}});
  EXPECT_EQ(money("M").orders, 1);
  EXPECT_EQ(money("M").refunded_minor, 4'000);
  // A better touch still wins, and somebody else's order is not this member's.
  record({test::Touch{edge_us + minute_us, "N", "", "buyer"}});
  EXPECT_EQ(money("M").orders, 0);
  EXPECT_EQ(money("N").orders, 1);
}

TEST_F(Retention, AnOrderThatTurnsOutToBeSomebodyElsesLosesItsCredit) {
  record({test::Touch{edge_us - hour_us, "M", "", "buyer"},
          test::Order{.at_us = edge_us + hour_us, .id = "o", .member = "buyer"}});
  sweep_all();
  record(
      {test::Order{.at_us = edge_us + 2 * hour_us, .id = "o", .member = "other", .revision = 1}});
  EXPECT_EQ(money("M").orders, 0);
}

TEST_F(Retention, AnErasureDuringASweepLeavesNothingOfThePast) {
  record_two_lives();
  ASSERT_TRUE(sweep());
  record({test::Erased{monday_us, "member-old"}});
  for (const char* table : {"touch", "orders"}) EXPECT_EQ(count(table), 1) << table;
  sweep_all();
  EXPECT_EQ(bytes().find("member-old"), std::string::npos);
}

TEST_F(Retention, TheSettingBeginsASweepAfterABatch) {
  record_two_lives();
  set("retention.days", "90");
  host_.now_us += 2 * minute_us;
  record({test::Message{young_us, "M"}});
  EXPECT_TRUE(test::comes_true([this] { return delivery_ids().size() == 3; }));
  EXPECT_EQ(snapshot()->kept_from_us(), edge_us);
}

TEST_F(Retention, AWrongSettingIsLoggedOnceAndKeepsEverything) {
  set("retention.days", "89");
  KeptDays kept;
  EXPECT_EQ(kept.at(host, tenant, monday_us), std::nullopt);
  EXPECT_EQ(kept.at(host, tenant, monday_us + 2 * minute_us), std::nullopt);
  ASSERT_EQ(host_.lines.size(), 1u);
  EXPECT_NE(host_.lines[0].find("retention.days"), std::string::npos);
  for (const char* wrong : {"36501", "-1", "90 days", "ninety", "99999999999"}) {
    set("retention.days", wrong);
    EXPECT_THROW(retention_days(host, tenant), crm::Failure) << wrong;
  }
  set("retention.days", "36500");
  EXPECT_EQ(retention_days(host, tenant), 36'500);
  set("retention.days", "");
  EXPECT_FALSE(retention_days(host, tenant));
}

TEST_F(Retention, TheSettingIsReadOnceAMinuteWhicheverWayTheClockGoes) {
  const KeptDays::Clock::time_point now{};
  KeptDays kept;
  EXPECT_EQ(kept.at(host, tenant, monday_us, now), std::nullopt);
  set("retention.days", "90");
  EXPECT_EQ(kept.at(host, tenant, monday_us + 1, now + 59s), std::nullopt);
  EXPECT_EQ(kept.at(host, tenant, monday_us + 1, now + 60s), 90);  // the host's clock stands still
  set("retention.days", "100");
  EXPECT_EQ(kept.at(host, tenant, monday_us - hour_us, now + 61s), 100);  // it went back
  set("retention.days", "110");
  EXPECT_EQ(kept.at(host, tenant, monday_us + 9'000 * day_us, now + 62s), 110);  // and ahead
  set("retention.days", "120");
  EXPECT_EQ(kept.at(host, tenant, monday_us + 9'000 * day_us, now + 63s), 110);
}

TEST_F(Retention, GivesTheDiskBack) {
  const std::string long_name(1'000, 'x');
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<test::Event> events;
    for (int i = 0; i < 100; ++i) {
      events.push_back(
          test::Order{.at_us = old_us + i,
                      .id = std::to_string(batch) + "-" + std::to_string(i),
                      .member = "m",
                      .lines = std::vector<test::Line>(20, {"p", long_name, "", 500})});
    }
    record(events);
  }
  reopen();
  const auto file_bytes = [this] {
    return std::filesystem::file_size(sqlite::database_file(folder.path(), tenant));
  };
  ASSERT_GT(file_bytes(), 40'000'000U);
  sweep_all();
  EXPECT_LT(file_bytes(), 20'000'000u);
  EXPECT_EQ(std::filesystem::file_size(sqlite::database_file(folder.path(), tenant) + "-wal"), 0u);
}

}  // namespace
}  // namespace message_history
