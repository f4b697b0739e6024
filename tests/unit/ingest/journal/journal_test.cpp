// The journal: what was appended comes back after any end, and nothing else does.

#include "ingest/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <crm/cpp/failure.hpp>

#include <csignal>
#include <string>
#include <vector>

#include "unit/ingest/journal/journal_files.h"

namespace message_history {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using JournalTest = JournalFiles;

TEST_F(JournalTest, keepsWhatWasAppendedInOrder) {
  auto journal = open();
  EXPECT_THAT(left_, IsEmpty());
  EXPECT_EQ(journal->append("one"), 1u);
  EXPECT_EQ(journal->append(std::string(10'000, 'x')), 2u);
  EXPECT_EQ(journal->append(""), 3u);
  journal.reset();
  EXPECT_THAT(left(), ElementsAre("one", std::string(10'000, 'x'), ""));
}

TEST_F(JournalTest, goesOnAfterTheLastRecordOfTheProcessBefore) {
  open()->append("one");
  EXPECT_EQ(open()->append("two"), 2u);
  EXPECT_THAT(left(), ElementsAre("one", "two"));
}

TEST_F(JournalTest, leavesOutWhatIsSettled) {
  auto journal = open();
  for (const char* text : {"one", "two", "three"}) journal->append(text);
  journal.reset();
  EXPECT_THAT(left(2), ElementsAre("three"));
  EXPECT_EQ(open(3)->append("four"), 4u);
}

TEST_F(JournalTest, filesTakeTurnsAndStaySmallWhileRecordsAreSettled) {
  auto journal = open();
  const std::string payload(100'000, 'p');
  for (int i = 0; i < 200; ++i) journal->settled(journal->append(payload) - 1);
  journal.reset();
  for (const char* name : {"journal.a", "journal.b"}) {
    EXPECT_LE(bytes(name).size(), journal_turn_bytes + 2 * payload.size()) << name;
  }
  EXPECT_THAT(left(199), ElementsAre(payload));
}

TEST_F(JournalTest, nothingUnsettledIsOverwritten) {
  auto journal = open();
  const std::string payload(300'000, 'p');
  for (int i = 0; i < 20; ++i) journal->append(payload);
  journal.reset();
  EXPECT_EQ(left().size(), 20u);
}

TEST_F(JournalTest, recordsOfAnEarlierTurnDoNotComeBack) {
  auto journal = open();
  const std::string payload(300'000, 'p');
  for (int i = 0; i < 8; ++i) journal->settled(journal->append(payload));
  const std::uint64_t last = journal->append("short");
  journal.reset();
  EXPECT_THAT(left(last - 1), ElementsAre("short"));
}

TEST_F(JournalTest, emptiedJournalGoesOnNumbering) {
  auto journal = open();
  journal->settled(journal->append("one"));
  journal->clear();
  EXPECT_EQ(bytes("journal.a") + bytes("journal.b"), "");
  EXPECT_EQ(journal->append("two"), 2u);
  journal.reset();
  EXPECT_THAT(left(1), ElementsAre("two"));
}

TEST_F(JournalTest, recordTornAnywhereIsNotThereAndTheOnesBeforeAre) {
  auto journal = open();
  journal->append("one");
  journal->append(std::string(9'000, 'x'));
  journal.reset();
  put_bytes("journal.mark", "");  // which a power cut may take as well
  const std::string whole = bytes("journal.a");
  for (std::size_t size = 3 * journal_page_bytes; size < whole.size(); size += 500) {
    put_bytes("journal.a", whole.substr(0, size));
    const bool is_whole = size >= 3 * journal_page_bytes + 24 + 9'000;
    EXPECT_EQ(left().size(), is_whole ? 2u : 1u) << size;
  }
}

TEST_F(JournalTest, missingRecordIsAnErrorThatSaysWhatToDo) {
  auto journal = open();
  journal->append("one");
  journal.reset();
  put_bytes("journal.a", "");
  journal = open(1);
  journal->append("two");
  journal.reset();
  // As after restoring an older database beside a newer journal.
  EXPECT_EQ(status_of_opening(0), CRM_ERR_CORRUPT);
  EXPECT_THAT(why_, HasSubstr("record 1 of the journal"));
  EXPECT_THAT(why_, HasSubstr("Restore the tenant's whole folder from one backup"));
}

TEST_F(JournalTest, textThatLooksLikeARecordIsNone) {
  auto journal = open();
  journal->append("one");
  journal->append("two");
  const std::string page = bytes("journal.a").substr(3 * journal_page_bytes, journal_page_bytes);
  journal->settled(2);
  journal->clear();
  // Records of another salt, on the very places where the next would be.
  std::string forged(journal_page_bytes - 24, 'x');
  for (int i = 0; i < 3; ++i) forged += page;
  journal->append(forged);
  journal.reset();
  std::string file = bytes("journal.a");
  put_bytes("journal.a", file + page);
  EXPECT_EQ(left(2).size(), 1u);
}

TEST_F(JournalTest, onlyOneAtATimeRecords) {
  const auto journal = open();
  EXPECT_EQ(status_of([&] { open(); }), CRM_ERR_BUSY);
}

TEST_F(JournalTest, whatIsLeftBehindIsFoundUnlessSomebodyIsAtIt) {
  EXPECT_EQ(Journal::open_left_behind(folder_.path(), journal_test_owner, 0), nullptr);
  auto journal = open();
  EXPECT_EQ(Journal::open_left_behind(folder_.path(), journal_test_owner, 0), nullptr)
      << "nothing is in it";
  journal->append("one");
  EXPECT_EQ(Journal::open_left_behind(folder_.path(), journal_test_owner, 0), nullptr)
      << "it is another's";
  journal.reset();
  journal = Journal::open_left_behind(folder_.path(), journal_test_owner, 0);
  ASSERT_NE(journal, nullptr);
  EXPECT_THAT(payloads(journal->unsettled(0)), ElementsAre("one"));
}

// A limit on the size of files stands in for a full disk.
TEST_F(JournalTest, recordThatTheDiskDoesNotTakeIsReplacedByTheNext) {
  auto journal = open();
  journal->append("one");
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  rlimit small = old;
  small.rlim_cur = 4 * journal_page_bytes;
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_NE(status_of([&] { journal->append(std::string(20'000, 'x')); }), CRM_OK);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(journal->append("two"), 2u);
  journal.reset();
  EXPECT_THAT(left(), ElementsAre("one", "two"));
}

TEST_F(JournalTest, folderThatIsNotThereIsNamed) {
  try {
    Journal::open(folder_.path() + "/missing", journal_test_owner);
    FAIL();
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_IO);
    EXPECT_THAT(failure.what(), HasSubstr("missing/journal.a"));
  }
}

}  // namespace

}  // namespace message_history
