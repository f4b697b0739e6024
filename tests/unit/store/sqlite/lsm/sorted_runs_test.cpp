// Sorted runs against std::map: any sequence of puts, removals and merges, read in every way.
#include "store/sqlite/lsm/sorted_runs.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "store/sqlite/index/trees.h"
#include "unit/store/sqlite/sqlite_database.h"

namespace message_history::sqlite {
namespace {

using Model = std::map<std::string, std::string>;

constexpr const char* above_all = "\xFF";

class SortedRunsTest : public testing::Test {
 protected:
  SortedRunsTest() : db_(database_.file(), Connection::Mode::write), runs_(db_, Tree::delivery) {}

  void put(std::vector<RunEntry> entries) {
    for (const RunEntry& entry : entries) {
      entry.value.empty() ? void(model_.erase(entry.key)) : void(model_[entry.key] = entry.value);
    }
    db_.execute("BEGIN IMMEDIATE");
    add(entries);
    runs_.merge_some();
    db_.execute("COMMIT");
  }

  void add(const std::vector<RunEntry>& entries) {
    RunEntries gathered;
    for (const RunEntry& entry : entries) gathered.add(entry.key, entry.value);
    runs_.put(gathered);
  }

  std::vector<RunEntry> random_entries(std::size_t count_max, std::uint64_t keys) {
    std::vector<RunEntry> entries;
    for (std::size_t count = 1 + random_() % count_max; count > 0; --count) {
      RunEntry& entry = entries.emplace_back();
      entry.key = "key-" + std::to_string(random_() % keys);
      if (random_() % 5 != 0) entry.value.assign(1 + random_() % 20, 'a' + random_() % 26);
    }
    return entries;
  }

  void expect_same(SortedRuns& runs) {
    Model seen;
    RunsCursor forward = runs.cursor("", above_all);
    for (forward.seek(""); forward.valid(); forward.next()) {
      ASSERT_TRUE(seen.emplace(forward.key(), forward.value()).second) << "twice";
    }
    ASSERT_EQ(seen, model_);
    seen.clear();
    RunsCursor backward = runs.cursor("", above_all);
    for (backward.seek_below(above_all); backward.valid(); backward.previous()) {
      seen.emplace(backward.key(), backward.value());
    }
    ASSERT_EQ(seen, model_);
  }

  void expect_found(SortedRuns& runs, std::uint64_t keys) {
    std::vector<std::string> wanted(50);
    for (std::string& key : wanted) key = "key-" + std::to_string(random_() % (2 * keys));
    std::vector<KeyPlace> places;
    for (const std::string& key : wanted) {
      places.emplace_back(key, static_cast<std::uint32_t>(places.size()));
    }
    sort_keys(places);
    std::map<std::uint32_t, std::string> found;
    runs.find(places, [&](const KeyPlace& place, std::string_view value) {
      ASSERT_TRUE(found.emplace(place.number, value).second) << "twice";
    });
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
      const auto known = model_.find(wanted[i]);
      ASSERT_EQ(found.contains(i), known != model_.end()) << wanted[i];
      std::string value;
      ASSERT_EQ(runs.find(wanted[i], value), found.contains(i));
      if (!found.contains(i)) continue;
      ASSERT_EQ(found[i], known->second);
      ASSERT_EQ(value, known->second);
    }
  }

  void expect_ranges(SortedRuns& runs, std::uint64_t keys) {
    for (int i = 0; i < 10; ++i) {
      KeyRange range{"key-" + std::to_string(random_() % keys),
                     "key-" + std::to_string(random_() % keys), 0, 0};
      const auto begin = model_.lower_bound(range.begin);
      const auto end = range.end < range.begin ? begin : model_.lower_bound(range.end);
      std::vector<RunEntry> entries;
      runs.gather(range, entries);
      ASSERT_EQ(entries.size(), static_cast<std::size_t>(std::distance(begin, end)));
      auto at = begin;
      for (const RunEntry& entry : entries) {
        ASSERT_EQ(entry.key, at->first);
        ASSERT_EQ(entry.value, at->second);
        ++at;
      }
      RunEntry entry;
      ASSERT_EQ(runs.first(range, entry), begin != end);
      if (begin != end) {
        ASSERT_EQ(std::tie(entry.key, entry.value), std::tie(begin->first, begin->second));
      }
      ASSERT_EQ(runs.last(range, entry), begin != end);
      if (begin != end) {
        ASSERT_EQ(std::tie(entry.key, entry.value),
                  std::tie(std::prev(end)->first, std::prev(end)->second));
      }
      RunsCursor cursor = runs.cursor(range.begin, above_all);
      cursor.seek(range.begin);
      ASSERT_EQ(cursor.valid(), begin != model_.end());
      if (begin != model_.end()) {
        ASSERT_EQ(cursor.key(), begin->first);
      }
      RunsCursor below = runs.cursor("", range.begin);
      below.seek_below(range.begin);
      ASSERT_EQ(below.valid(), begin != model_.begin());
      if (begin != model_.begin()) {
        ASSERT_EQ(below.key(), std::prev(begin)->first);
      }
    }
  }

  Database database_;
  Connection db_;
  SortedRuns runs_;
  Model model_;
  std::mt19937_64 random_{1};
};

TEST_F(SortedRunsTest, SayWhatAMapSaysAfterAnyPutsAndMerges) {
  for (const std::uint64_t keys : {20, 3'000, 1'000'000}) {
    for (int round = 0; round < 250; ++round) {
      put(random_entries(round % 10 == 0 ? 2'000 : 40, keys));
      if (round % 25 != 0) continue;
      expect_same(runs_);
      expect_found(runs_, keys);
      expect_ranges(runs_, keys);
      SortedRuns other(db_, Tree::delivery);  // as after a restart
      expect_same(other);
    }
  }
  expect_same(runs_);
}

TEST_F(SortedRunsTest, TellsWhichTimesAreNotThere) {
  EXPECT_FALSE(runs_.may_tell_time(0, 1'000));
  db_.execute("BEGIN IMMEDIATE");
  RunEntries early;
  early.add_at(100, "a", "1");
  early.add_at(200, "b", "1");
  runs_.put(early);
  RunEntries late;
  late.add_at(900, "c", "1");
  runs_.put(late);
  EXPECT_TRUE(runs_.may_tell_time(200, 300));
  EXPECT_TRUE(runs_.may_tell_time(0, 100));
  EXPECT_FALSE(runs_.may_tell_time(201, 899));
  EXPECT_FALSE(runs_.may_tell_time(901, 1'000));
  RunEntries of_any_time;
  of_any_time.add("d", "1");
  runs_.put(of_any_time);
  EXPECT_TRUE(runs_.may_tell_time(201, 899));
  db_.execute("COMMIT");
}

TEST_F(SortedRunsTest, RisingKeysAreMergedWithoutBeingWrittenAgain) {
  std::int64_t next = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<RunEntry> entries;
    for (int i = 0; i < 500; ++i) {
      entries.push_back({"d-" + std::to_string(1'000'000'000 + next++), "a value of some bytes"});
    }
    put(entries);
  }
  expect_same(runs_);
}

TEST_F(SortedRunsTest, NoBlockIsLostOrLeftBehindByMerges) {
  for (int round = 0; round < 500; ++round) put(random_entries(200, 100'000));
  Query orphans = db_.query(
      "SELECT (SELECT count(*) FROM block WHERE block_no NOT IN (SELECT block_no FROM fence)), "
      "(SELECT count(*) FROM fence WHERE block_no NOT IN (SELECT block_no FROM block)), "
      "(SELECT count(*) FROM fence WHERE run_no NOT IN (SELECT run_no FROM run)), "
      "(SELECT count(*) FROM fence) - (SELECT count(DISTINCT block_no) FROM fence), "
      "(SELECT count(*) FROM run)");
  ASSERT_TRUE(orphans.step());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(orphans.integer(), 0) << i;
  EXPECT_LT(orphans.integer(), 200);
}

TEST_F(SortedRunsTest, AreAsBeforeWhenTheTransactionIsRolledBack) {
  for (int round = 0; round < 100; ++round) put(random_entries(200, 5'000));
  for (int round = 0; round < 30; ++round) {
    db_.execute("BEGIN IMMEDIATE");
    add(random_entries(300, 5'000));
    runs_.merge_some();
    db_.execute("ROLLBACK");
    runs_.forget();
    expect_same(runs_);
    put(random_entries(200, 5'000));
  }
  expect_same(runs_);
}

TEST_F(SortedRunsTest, BecomeFewWhileItIsQuietAndSayTheSame) {
  const auto merge_when_quiet = [this] {
    db_.execute("BEGIN IMMEDIATE");
    const bool has_merged = runs_.merge_when_quiet();
    db_.execute("COMMIT");
    return has_merged;
  };
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < round % 13; ++i) put(random_entries(3'000, 200'000));
    for (int slices = round % 4; slices > 0 && merge_when_quiet(); --slices) expect_same(runs_);
  }
  int slices = 0;
  while (merge_when_quiet()) ASSERT_LT(++slices, 1'000);
  expect_same(runs_);
  Query query =
      db_.query("SELECT max(runs) FROM (SELECT count(*) AS runs FROM run GROUP BY level)");
  query.step();
  EXPECT_LT(query.integer(), static_cast<std::int64_t>(quiet_fanin));
  SortedRuns reopened(db_, Tree::delivery);
  expect_same(reopened);
}

TEST_F(SortedRunsTest, LeaveOutWhatWasDropped) {
  for (int round = 0; round < 60; ++round) put(random_entries(200, 5'000));
  runs_.set_dropped([](std::string_view key, std::string_view) { return key.ends_with("7"); });
  std::erase_if(model_, [](const auto& entry) { return entry.first.ends_with("7"); });
  db_.execute("BEGIN IMMEDIATE");
  runs_.begin_rewrite();
  db_.execute("COMMIT");
  for (int round = 0; round < 60; ++round) {
    std::vector<RunEntry> entries = random_entries(200, 5'000);
    std::erase_if(entries, [](const RunEntry& entry) { return entry.key.ends_with("7"); });
    put(entries);
  }
  EXPECT_FALSE(runs_.is_rewriting());
  expect_same(runs_);
}

TEST_F(SortedRunsTest, AreRewrittenTimeAndAgainWithoutMoreLevels) {
  const auto level = [this] {
    Query query = db_.query("SELECT max(level) FROM run");
    query.step();
    return query.integer();
  };
  for (int round = 0; round < 100; ++round) put(random_entries(200, 5'000));
  const std::int64_t before = level();
  for (int time = 0; time < 10; ++time) {
    db_.execute("BEGIN IMMEDIATE");
    runs_.begin_rewrite();
    db_.execute("COMMIT");
    for (int round = 0; round < 20; ++round) put(random_entries(200, 5'000));
    EXPECT_FALSE(runs_.is_rewriting());
    expect_same(runs_);
  }
  EXPECT_LE(level(), before + 1);
}

TEST_F(SortedRunsTest, NewerRunsStayNewerHoweverManyComeDuringARewrite) {
  for (int round = 0; round < 10; ++round) put(random_entries(5'000, 100'000));
  db_.execute("BEGIN IMMEDIATE");
  runs_.begin_rewrite();
  db_.execute("COMMIT");
  for (int round = 0; round < 150; ++round) put(random_entries(3, 100'000));
  expect_same(runs_);
}

// Of even members, twenty times each, in one run.
class MemberRunsTest : public SortedRunsTest {
 protected:
  MemberRunsTest() : members_(db_, Tree::member_delivery, member_part) {
    members_.use_filters();
    RunEntries entries;
    for (std::int64_t member = 2; member <= 4'000; member += 2) {
      for (std::int64_t at_us = 1; at_us <= 20; ++at_us) {
        entries.add(member_time_key({member}, at_us), "x");
      }
    }
    db_.execute("BEGIN IMMEDIATE");
    members_.put(entries);
    db_.execute("COMMIT");
  }

  // Three times each, in a run of their own.
  void put_odd_members() {
    RunEntries entries;
    for (std::int64_t member = 1; member < 4'000; member += 2) {
      for (std::int64_t at_us = 1; at_us <= 3; ++at_us) {
        entries.add(member_time_key({member}, at_us), "x");
      }
    }
    db_.execute("BEGIN IMMEDIATE");
    members_.put(entries);
    db_.execute("COMMIT");
  }

  std::size_t count(std::int64_t member, std::int64_t first_us, std::int64_t last_us) {
    std::vector<RunEntry> entries;
    members_.gather({member_time_key({member}, first_us), member_time_key({member}, last_us + 1),
                     first_us, last_us},
                    entries);
    return entries.size();
  }

  SortedRuns members_;
};

TEST_F(MemberRunsTest, GetNoFilterWhereItWouldSpareNothing) {
  for (int i = 0; i < 5'000; ++i) {
    const std::int64_t member = 2 * (1 + static_cast<std::int64_t>(random_() % 2'000));
    ASSERT_EQ(count(member, 21, 30), 0U);
  }
  EXPECT_EQ(members_.filtered_keys(), 0);
}

TEST_F(MemberRunsTest, GetAFilterOnlyWhereTheyAreReadInVain) {
  put_odd_members();
  for (int i = 0; i < 5'000; ++i) {
    const std::int64_t member = 2 * (1 + static_cast<std::int64_t>(random_() % 1'999));
    ASSERT_EQ(count(member, 5, 8), 4U);
  }
  EXPECT_EQ(members_.filtered_keys(), 6'000);
}

TEST_F(MemberRunsTest, GetAFilterWhenSomeOfWhatIsLookedUpTogetherIsThere) {
  put_odd_members();
  for (int i = 0; i < 200; ++i) {
    std::vector<std::string> keys(50);
    for (std::string& key : keys) {
      key = member_time_key({1 + static_cast<std::int64_t>(random_() % 4'000)}, 7);
    }
    std::vector<KeyPlace> places;
    for (const std::string& key : keys) {
      places.emplace_back(key, static_cast<std::uint32_t>(places.size()));
    }
    sort_keys(places);
    int found = 0;
    members_.find(places, [&found](const KeyPlace&, std::string_view) { ++found; });
    ASSERT_GT(found, 0);
    ASSERT_LT(found, 50);
  }
  EXPECT_EQ(members_.filtered_keys(), 46'000);
}

TEST_F(MemberRunsTest, GetAFilterWhenTheyAreReadInVainAndSayTheSame) {
  for (int i = 0; i < 5'000; ++i) {
    const std::int64_t member = 1 + static_cast<std::int64_t>(random_() % 4'000);
    ASSERT_EQ(count(member, 5, 8), member % 2 == 0 ? 4U : 0U);
  }
  EXPECT_EQ(members_.filtered_keys(), 40'000);
}

TEST_F(SortedRunsTest, AMissingOrExchangedBlockIsCorrupt) {
  for (int round = 0; round < 3; ++round) put(random_entries(2'000, 100'000));
  db_.execute("UPDATE fence SET block_no = (SELECT max(block_no) FROM block) - block_no + 1");
  SortedRuns exchanged(db_, Tree::delivery);
  EXPECT_THROW(expect_same(exchanged), crm::Failure);
  db_.execute("DELETE FROM block WHERE block_no = (SELECT max(block_no) FROM block)");
  SortedRuns missing(db_, Tree::delivery);
  EXPECT_THROW(expect_same(missing), crm::Failure);
}

}  // namespace
}  // namespace message_history::sqlite
