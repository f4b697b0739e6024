// Members' cells by number: read in pages, shared, and bounded.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "export/csv/member_texts.h"
#include "unit/export/fake_store.h"

namespace message_history {
namespace {

// Counts what is asked for.
class CountingSnapshot : public FakeSnapshot {
 public:
  using FakeSnapshot::FakeSnapshot;
  void each_member(MemberNo first, std::int64_t count,
                   const std::function<void(const MemberRow&)>& visit) override {
    ++calls;
    numbers += count;
    FakeSnapshot::each_member(first, count, visit);
  }

  int calls = 0;
  std::int64_t numbers = 0;
};

class MemberCells : public testing::Test {
 protected:
  MemberCells() {
    for (std::int64_t number = 1; number <= 1'000; ++number) {
      if (number % 10 == 7) continue;
      history.members[number] = {MemberNo{number}, id_of(number), number % 100 == 1};
    }
  }

  static std::string id_of(std::int64_t number) { return "m-" + std::to_string(number); }
  std::string expected(std::int64_t number) {
    return history.members.contains(number) ? id_of(number) + ',' : ",";
  }

  FakeHistory history;
  CountingSnapshot snapshot{history};
};

TEST_F(MemberCells, AreMaskedUnlessTheShapeSaysOtherwise) {
  history.members[2].member = "a,b\"c-longer";
  const auto cells = [&](const MemberTexts::Shape& shape) {
    MemberTexts texts(shape, snapshot.last_member());
    MemberTexts::Reader reader(texts, snapshot);
    std::string all;
    for (const std::int64_t number : {2, 3, 1, 7}) all += reader.cell(MemberNo{number});
    return all;
  };
  EXPECT_EQ(cells({Locale::ko, true}), "\"a,***\",m***,탈퇴한 회원,,");
  EXPECT_EQ(cells({Locale::en, true}), "\"a,***\",m***,Erased member,,");
  EXPECT_EQ(cells({Locale::en, false}), "\"a,b\"\"c-longer\",m-3,m-1,,");
}

TEST_F(MemberCells, AreOfTheDialect) {
  history.members[2].member = "=1+23456789";
  history.members[3].member = "00123";
  MemberTexts::Shape shape;
  shape.dialect = Dialect::spreadsheet_v1;
  const auto cells = [&] {
    MemberTexts texts(shape, snapshot.last_member());
    MemberTexts::Reader reader(texts, snapshot);
    std::string all;
    for (const std::int64_t number : {2, 3, 1, 7, 0}) all += reader.cell(MemberNo{number});
    return all;
  };
  EXPECT_EQ(cells(), R"("'=1***","0***","탈퇴한 회원","","",)");
  shape.masked = false;
  EXPECT_EQ(cells(), R"("'=1+23456789","'00123","m-1","","",)");
}

TEST_F(MemberCells, OfNobodyAreEmpty) {
  MemberTexts texts({}, snapshot.last_member());
  MemberTexts::Reader reader(texts, snapshot);
  for (const std::int64_t number : {0, -1, 7, 1'001, 1'024, 1'000'000}) {
    EXPECT_EQ(reader.cell(MemberNo{number}), ",") << number;
  }
  FakeHistory empty;
  FakeSnapshot without(empty);
  MemberTexts none({}, without.last_member());
  MemberTexts::Reader reader_of_none(none, without);
  EXPECT_EQ(reader_of_none.cell(MemberNo{1}), ",");
}

TEST_F(MemberCells, AreReadOnceForAllReaders) {
  MemberTexts texts({Locale::ko, false}, snapshot.last_member());
  for (int i = 0; i < 3; ++i) {
    MemberTexts::Reader reader(texts, snapshot);
    for (std::int64_t number = 1'000; number > 0; --number) {
      ASSERT_EQ(reader.cell(MemberNo{number}), expected(number));
    }
  }
  EXPECT_EQ(snapshot.calls, 1'000 / 64 + 1);
}

TEST_F(MemberCells, OfTheLongestIdsFitAPage) {
  for (auto& [number, row] : history.members) row.member = '\'' + std::string(255, '"');
  for (const Dialect dialect : {Dialect::raw_v1, Dialect::spreadsheet_v1}) {
    MemberTexts texts({Locale::ko, false, dialect}, snapshot.last_member());
    MemberTexts::Reader reader(texts, snapshot);
    const std::string begin = dialect == Dialect::raw_v1 ? "\"'" : "\"''";
    for (const std::int64_t number : {64, 126, 128}) {
      EXPECT_EQ(reader.cell(MemberNo{number}), begin + std::string(511, '"') + ',') << number;
    }
  }
}

TEST_F(MemberCells, AreRightWithoutRoom) {
  for (const std::size_t bytes_max : {0, 1, 1'000, 5'000}) {
    MemberTexts texts({Locale::ko, false, Dialect::raw_v1, bytes_max}, snapshot.last_member());
    MemberTexts::Reader reader(texts, snapshot);
    for (std::int64_t i = 0; i < 5'000; ++i) {
      const std::int64_t number = i * 617 % 1'003;
      ASSERT_EQ(reader.cell(MemberNo{number}), expected(number));
      ASSERT_EQ(reader.cell(MemberNo{number}), expected(number));
    }
  }
}

TEST_F(MemberCells, WithoutRoomArePagesOnlyForMembersInARow) {
  MemberTexts texts({Locale::ko, false, Dialect::raw_v1, 0}, snapshot.last_member());
  MemberTexts::Reader reader(texts, snapshot);
  reader.cell(MemberNo{1'000});  // the first finds out
  snapshot.calls = 0;
  snapshot.numbers = 0;
  for (std::int64_t number = 64; number < 64 * 3; ++number) reader.cell(MemberNo{number});
  EXPECT_EQ(snapshot.calls, 2 * 2);
  EXPECT_EQ(snapshot.numbers, 2 * (1 + 64));
  snapshot.numbers = 0;
  for (std::int64_t i = 0; i < 100; ++i) reader.cell(MemberNo{1 + i * 617 % 1'000});
  EXPECT_LE(snapshot.numbers, 200);
}

TEST_F(MemberCells, AreTheSameForReadersBesideEachOther) {
  MemberTexts texts({Locale::ko, false, Dialect::raw_v1, 4'000}, snapshot.last_member());
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
      threads.emplace_back([&, t] {
        FakeHistory own = history;
        FakeSnapshot own_snapshot(own);
        MemberTexts::Reader reader(texts, own_snapshot);
        for (std::int64_t i = 0; i < 20'000; ++i) {
          const std::int64_t number = i * (t % 2 == 0 ? 1 : 617) % 1'003;
          if (reader.cell(MemberNo{number}) != expected(number)) ++wrong[t];
        }
      });
    }
  }
  EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace message_history
