// The bytes of a journal's files: golden vectors, and any bytes in their place.

#include "ingest/journal/journal_format.h"

#include <gtest/gtest.h>

#include <string>

#include "export/proof/sha256.h"
#include "unit/ingest/journal/journal_files.h"

namespace message_history {

namespace {

const JournalTurn golden_turn{false, "0123456789abcdef", 7, journal_test_owner};

// CRMJRNL2, the salt, the first number 7, the owner, a checksum.
constexpr const char* golden_head =
    "43524d4a524e4c32"
    "30313233343536373839616263646566"
    "0700000000000000"
    "8877665544332211"
    "5ec162c0";
// JREC, the number 7, the size 7, the checksums of payload and head, "payload".
constexpr const char* golden_record =
    "4a524543"
    "0700000000000000"
    "07000000"
    "a9c04e49"
    "6859901d"
    "7061796c6f6164";
// CRMJACK1, the number 7, the owner, a checksum.
constexpr const char* golden_mark =
    "43524d4a41434b31"
    "0700000000000000"
    "8877665544332211"
    "fc265efb";
// What releases before wrote: CRMJRNL1, the salt, the first number 7, a checksum; records without
// a magic, "first" and "second".
constexpr const char* golden_old_head =
    "43524d4a524e4c31"
    "30313233343536373839616263646566"
    "0700000000000000"
    "ad372875";
constexpr const char* golden_old_records[] = {
    "0700000000000000"
    "05000000"
    "a700ceaf"
    "6669727374",
    "0800000000000000"
    "06000000"
    "f043d716"
    "7365636f6e64"};

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string page_of(std::string bytes) {
  bytes.resize(journal_page_bytes);
  return bytes;
}

TEST(JournalFormat, headsAreTheGoldenBytesTwice) {
  const std::string head = page_of(from_hex(golden_head));
  EXPECT_EQ(hex(heads_of(golden_turn)), hex(head + head));
}

TEST(JournalFormat, recordIsTheGoldenBytes) {
  std::string bytes;
  put_record(bytes, golden_turn, 7, "payload");
  EXPECT_EQ(hex(bytes), golden_record);
  const auto record = record_at(bytes, 0, golden_turn);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->is_whole);
  EXPECT_EQ(record->payload, "payload");
}

TEST(JournalFormat, markIsTheGoldenBytes) {
  EXPECT_EQ(hex(bytes_of(JournalMark{7, journal_test_owner})), golden_mark);
  EXPECT_EQ(bytes_of(JournalMark{}).size(), journal_mark_bytes);
  const auto mark = mark_in(from_hex(golden_mark));
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->acknowledged, 7u);
  EXPECT_EQ(mark->owner, journal_test_owner);
}

TEST(JournalFormat, ownersOfTwoTenantsDiffer) {
  Sha256 salt{};
  const JournalOwner one = journal_owner(salt);
  salt[0] = 1;
  EXPECT_NE(one, journal_owner(salt));
}

TEST(JournalFormat, recordWhoseHeadCanBeReadTellsItsNumberWhateverFollows) {
  std::string bytes;
  put_record(bytes, golden_turn, 7, "payload");
  bytes.back() = 'x';
  const auto changed = record_at(bytes, 0, golden_turn);
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->is_whole);
  bytes.pop_back();
  const auto cut = record_at(bytes, 0, golden_turn);
  ASSERT_TRUE(cut);
  EXPECT_FALSE(cut->is_whole);
  EXPECT_EQ(cut->number, 7u);
}

class OldJournal : public JournalFiles {
 protected:
  OldJournal() {
    put_bytes("journal.a", page_of(from_hex(golden_old_head)) +
                               page_of(from_hex(golden_old_records[0])) +
                               page_of(from_hex(golden_old_records[1])));
  }
};

TEST_F(OldJournal, isRead) {
  EXPECT_EQ(left(6), (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(left(7), (std::vector<std::string>{"second"}));
}

TEST_F(OldJournal, isGoneOnWithAndThenBegunAnewInTheNewFormat) {
  auto journal = open(6);
  EXPECT_EQ(journal->append("third"), 9u);
  journal.reset();
  EXPECT_EQ(left(6), (std::vector<std::string>{"first", "second", "third"}));
  journal = open(6);
  journal->settled(9);
  journal->clear();
  journal->append("fourth");
  journal.reset();
  EXPECT_TRUE(bytes("journal.a").starts_with("CRMJRNL2"));
  EXPECT_EQ(left(9), (std::vector<std::string>{"fourth"}));
}

TEST_F(OldJournal, whoseHeadIsDamagedIsCorruptAndStaysAsItIs) {
  const std::string whole = bytes("journal.a");
  for (std::size_t at = 0; at < 36; ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put_bytes("journal.a", changed);
    EXPECT_EQ(status_of_opening(6), CRM_ERR_CORRUPT) << at;
    EXPECT_EQ(bytes("journal.a"), changed);
  }
  const std::string zeroed =
      std::string(journal_page_bytes, '\0') + whole.substr(journal_page_bytes);
  put_bytes("journal.a", zeroed);
  EXPECT_EQ(status_of_opening(6), CRM_ERR_CORRUPT);
  EXPECT_EQ(bytes("journal.a"), zeroed);
}

}  // namespace

}  // namespace message_history
