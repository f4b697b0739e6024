// What the writer knows without reading the store is what the store says.
#include "store/sqlite/write/writer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "unit/store/sqlite/sqlite_database.h"

namespace message_history::sqlite {
namespace {

class SqliteWriterTest : public testing::Test {
 protected:
  SqliteWriterTest() : db_(database_.file(), Connection::Mode::write), state_(db_, Sha256{}) {}

  static void commit(SqliteWriter& writer) { static_cast<WriteTransaction&>(writer).commit(); }

  Database database_;
  Connection db_;
  WriterState state_;
};

std::string id_of(std::uint64_t number) {
  char text[16];
  std::snprintf(text, sizeof(text), "d-%06u", static_cast<unsigned>(number));
  return text;
}

TEST_F(SqliteWriterTest, KeepsTheNewestOfTheQuarantineWithinItsBytes) {
  const std::int64_t before = quarantine_bytes_max / quarantine_event_bytes_max;
  const auto bytes = [this] {
    Query query =
        db_.query("SELECT sum(length(CAST(kind || reason || event AS BLOB))) FROM quarantine");
    query.step();
    return query.integer();
  };
  QuarantineRow row;
  row.kind = "order";
  row.reason = "wrong";
  for (std::int64_t seq = 1; seq <= 2 * before;) {
    SqliteWriter writer(state_);
    row.source = writer.source("orders").number;
    for (const std::int64_t until = seq + before / 4; seq < until; ++seq) {
      row.seq = seq;
      row.event =
          std::string(quarantine_event_bytes_max - 8, 'x') + id_of(static_cast<std::uint64_t>(seq));
      writer.add_quarantine(row);
    }
    commit(writer);
    EXPECT_LE(bytes(), quarantine_bytes_max);
    Query newest = db_.query("SELECT max(seq), min(seq) FROM quarantine");
    newest.step();
    EXPECT_EQ(newest.integer(), seq - 1);
  }
  EXPECT_GT(bytes(), quarantine_bytes_max / 2) << "it keeps what it may";
}

TEST_F(SqliteWriterTest, ReadsNoOtherMembersWhenItErasesOne) {
  constexpr std::uint64_t members = 5'000;
  {
    SqliteWriter writer(state_);
    for (std::uint64_t i = 0; i < members; ++i) writer.add_member(id_of(i));
    commit(writer);
  }
  SqliteWriter writer(state_);
  ASSERT_TRUE(writer.live_member(id_of(0)));  // now all of them are in memory
  const std::int64_t steps_before = db_.steps();
  for (std::uint64_t i = 0; i < members; i += members / 10) {
    writer.pseudonymize(writer.live_member(id_of(i)), "erased-" + std::to_string(i));
    writer.remove_member(writer.live_member(id_of(i + 1)));
    EXPECT_FALSE(writer.live_member(id_of(i)));
    EXPECT_FALSE(writer.live_member(id_of(i + 1)));
    EXPECT_TRUE(writer.live_member(id_of(i + 2)));
  }
  EXPECT_LT(db_.steps() - steps_before, std::int64_t{members});
  commit(writer);
}

// Transactions of some deliveries each, a third of them taken back, some by another process; ids
// rise in some messages and come in any order in others.
TEST_F(SqliteWriterTest, FindsTheDeliveriesThatWereStoredAndNoOthers) {
  using Name = std::pair<MessageNo, std::string>;
  std::mt19937_64 random(1);
  std::vector<MessageNo> messages;
  std::map<Name, MemberNo> stored;
  std::uint64_t next = 0;
  Connection other_db(database_.file(), Connection::Mode::write);
  WriterState other(other_db, Sha256{});
  for (int round = 0; round < 300; ++round) {
    const bool kept = random() % 3 != 0;
    WriterState& state = round >= 200 && random() % 5 == 0 ? other : state_;
    if (random() % 20 == 0) state.highest_ids.clear();  // as after a restart
    std::map<Name, MemberNo> now = stored;
    std::vector<MessageNo> in_use = messages;
    SqliteWriter writer(state);
    if (round % 10 == 0) in_use.push_back(writer.add_message("m-" + std::to_string(round)));
    std::set<Name> names;
    for (std::uint64_t count = random() % 200; count > 0; --count) {
      const MessageNo message = in_use[random() % in_use.size()];
      names.emplace(message, id_of(message.value % 2 == 0 ? ++next : random() % 2'000));
    }
    for (int half = 0; half < 2; ++half) {
      std::vector<DeliveryName> lookups;
      for (const auto& [message, id] : names) lookups.push_back({message, id});
      std::map<std::size_t, Delivery> found;
      writer.find_deliveries(lookups, [&](std::size_t place, Delivery row) {
        ASSERT_TRUE(found.emplace(place, std::move(row)).second) << "twice";
      });
      for (std::size_t i = 0; i < lookups.size(); ++i) {
        const DeliveryName& lookup = lookups[i];
        const auto known = now.find({lookup.message, std::string(lookup.delivery_id)});
        ASSERT_EQ(found.contains(i), known != now.end()) << lookup.delivery_id;
        if (found.contains(i)) {
          ASSERT_EQ(found.at(i).state.member, known->second);
        }
        if (random() % 2 == 0) continue;
        const Delivery row = sent(lookup.message, std::string(lookup.delivery_id),
                                  {static_cast<std::int64_t>(1 + random() % 100)}, 1'000 + round);
        std::optional<FiledDelivery> before;
        if (found.contains(i)) before = filed(found.at(i).state);
        writer.put_delivery(row, before ? &*before : nullptr);
        now[{row.message, row.delivery_id}] = row.state.member;
      }
    }
    if (!kept) continue;
    commit(writer);
    stored = std::move(now);
    messages = std::move(in_use);
  }
}

// Loading a million members again takes a second.
TEST_F(SqliteWriterTest, ForgetsOnlyWhenAnotherConnectionHasWritten) {
  const auto commit_a_member = [](WriterState& state, const char* id) {
    SqliteWriter writer(state);
    if (!writer.live_member(id)) writer.add_member(id);
    commit(writer);
  };
  commit_a_member(state_, "kim");
  commit_a_member(state_, "lee");
  SqliteSnapshot(database_.file(), TenantFacts{}).sources();
  ASSERT_TRUE(db_.try_truncate_log());
  state_.refresh();
  EXPECT_TRUE(state_.members_loaded);

  Connection other_db(database_.file(), Connection::Mode::write);
  WriterState other(other_db, Sha256{});
  commit_a_member(other, "park");
  state_.refresh();
  EXPECT_FALSE(state_.members_loaded);
}

std::vector<std::string> open_temporary_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // that of the directory itself
    const std::string file = std::filesystem::read_symlink(entry, gone).string();
    if (file.find("/etilqs_") != std::string::npos) files.push_back(file);
  }
  return files;
}

// SQLite's own journal of a statement that changes many pages. It would lie elsewhere on the disk,
// where an erased member's events have no business, and takes a call for each page.
TEST_F(SqliteWriterTest, WritesNoTemporaryFiles) {
  SqliteWriter writer(state_);
  QuarantineRow row;
  row.source = writer.source("shop").number;
  row.event = std::string(1'000, 'e');
  row.member.emplace();
  for (row.seq = 1; row.seq <= 200; ++row.seq) writer.add_quarantine(row);
  writer.redact_quarantine(*row.member);
  EXPECT_EQ(open_temporary_files(), std::vector<std::string>{});
  commit(writer);
}

TEST_F(SqliteWriterTest, MembersOfATransactionThatWasTakenBackAreUnknown) {
  for (const int members : {1, 31, 32, 33, 100}) {
    const auto id = [&](int i) {
      return "of " + std::to_string(members) + ": " + std::to_string(i);
    };
    const auto add = [&](SqliteWriter& writer, int i) {
      return i % 2 == 0 ? writer.member(id(i)) : writer.add_member(id(i));
    };
    {
      SqliteWriter writer(state_);
      for (int i = 0; i < members; ++i) add(writer, i);
    }
    SqliteWriter writer(state_);
    for (int i = 0; i < members; ++i) ASSERT_FALSE(writer.live_member(id(i)));
    for (int i = 0; i < members; ++i) {
      const MemberNo number = add(writer, i);
      ASSERT_EQ(writer.live_member(id(i)), number);
      ASSERT_EQ(writer.member(id(i)), number);
      ASSERT_EQ(i % 7 != 0 ? id(i) : writer.live_member_id(number), id(i));
    }
    commit(writer);
    SqliteWriter after(state_);
    for (int i = 0; i < members; ++i) {
      ASSERT_EQ(after.live_member_id(after.live_member(id(i))), id(i));
    }
  }
}

// In memory is a part of them only, in most transactions.
TEST_F(SqliteWriterTest, FindsEachMemberOfAShopThatIsLargerThanWhatIsKeptInMemory) {
  constexpr std::size_t bytes_max = 100'000;  // about two thousand
  WriterState state(db_, Sha256{}, bytes_max);
  std::mt19937_64 random(7);
  std::map<std::string, MemberNo> stored;
  bool was_large = false;
  bool was_oversized = false;
  for (int round = 0; round < 300; ++round) {
    was_large |= state.members.is_full();
    was_oversized |= state.members.is_oversized();
    std::map<std::string, MemberNo> now = stored;
    SqliteWriter writer(state);
    std::vector<std::string> ids(random() % 200);
    for (std::string& id : ids) id = "member-" + std::to_string(random() % 20'000);
    std::vector<MemberLookup> lookups;
    for (const std::string& id : ids) lookups.push_back({id, {}});
    writer.find_members(lookups);
    for (const MemberLookup& lookup : lookups) {
      const auto known = now.find(std::string(lookup.member_id));
      ASSERT_EQ(lookup.found, known == now.end() ? MemberNo{} : known->second);
    }
    for (const std::string& id : ids) {
      const MemberNo member = writer.member(id);
      const auto [known, is_new] = now.emplace(id, member);
      ASSERT_EQ(member, known->second) << id;
      ASSERT_EQ(writer.live_member(id), member);
    }
    if (random() % 40 == 0) continue;  // taken back
    commit(writer);
    stored = std::move(now);
  }
  EXPECT_GT(stored.size(), 10'000U);
  EXPECT_TRUE(was_large);
  EXPECT_TRUE(was_oversized);
}

}  // namespace
}  // namespace message_history::sqlite
