// Damage of a journal: what was acknowledged is found all the same, or the error says that it
// cannot be, and the files stay as they are. What was never acknowledged is no damage.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "unit/ingest/journal/journal_files.h"

namespace message_history {

namespace {

namespace fs = std::filesystem;

using testing::AnyOf;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> journal_names = {"journal.a", "journal.b", "journal.mark"};

class JournalDamage : public JournalFiles {
 protected:
  // Records of one page and of several, in the first file.
  void record_some() {
    auto journal = open();
    for (const std::string& payload : recorded_) journal->append(payload);
  }
  // The same over both files: the first three, too large for one turn, are not settled.
  void record_in_both() {
    recorded_ = {std::string(400'000, 'a'), std::string(700'000, 'b'), "c", "d"};
    auto journal = open();
    for (const std::string& payload : recorded_) journal->append(payload);
  }
  // Either all is found or the error is told; and nothing is changed.
  void expect_found_or_told(const std::string& what) {
    const auto before = all_bytes();
    const std::int32_t status = status_of_opening();
    if (status == CRM_OK) {
      EXPECT_TRUE(left_ == recorded_) << what << ": " << left_.size() << " records";
    } else {
      ++told_;
      EXPECT_EQ(status, CRM_ERR_CORRUPT) << what << ": " << why_;
      EXPECT_THAT(why_, HasSubstr("left as they are")) << what;
    }
    EXPECT_TRUE(all_bytes() == before) << what << " was changed";
  }
  void expect_corrupt(const std::string& what) {
    const auto before = all_bytes();
    EXPECT_EQ(status_of_opening(), CRM_ERR_CORRUPT) << what;
    EXPECT_THAT(why_, HasSubstr("Restore the tenant's whole folder")) << what;
    EXPECT_TRUE(all_bytes() == before) << what << " was changed";
  }
  void change(const std::string& name, const std::function<void(std::string&)>& damage) {
    std::string changed = bytes(name);
    damage(changed);
    put_bytes(name, changed);
  }

  std::vector<std::string> recorded_ = {"one", std::string(5'000, 'x'), "", "the last"};
  int told_ = 0;
};

TEST_F(JournalDamage, everyFlippedBitLeavesTheRecordsOrIsTold) {
  record_some();
  const bool every_bit = std::getenv("CRM_EVERY_BIT") != nullptr;
  for (const std::string& name : journal_names) {
    const std::string whole = bytes(name);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      const std::size_t in_page = at % journal_page_bytes;
      // Heads of pages byte by byte, what fills them here and there.
      if (!every_bit && in_page > 48 && in_page % 97 != 0) continue;
      for (int bit = 0; bit < 8; bit += every_bit || in_page <= 48 ? 1 : 3) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
        put_bytes(name, changed);
        expect_found_or_told(name + " at " + std::to_string(at) + " bit " + std::to_string(bit));
      }
    }
    put_bytes(name, whole);
  }
  EXPECT_GT(told_, 0);
  EXPECT_EQ(left(), recorded_);
}

TEST_F(JournalDamage, everyBlankPageLeavesTheRecordsOrIsTold) {
  record_in_both();
  for (const std::string& name : journal_names) {
    const std::string whole = bytes(name);
    for (std::size_t at = 0; at < whole.size(); at += journal_page_bytes) {
      const std::size_t page = at / journal_page_bytes;
      if (page > 4 && page % 20 != 0) continue;  // in the middle of a long record
      for (const char filling : {'\0', '\xff'}) {
        std::string changed = whole;
        const std::size_t size = std::min(journal_page_bytes, changed.size() - at);
        changed.replace(at, size, size, filling);
        put_bytes(name, changed);
        expect_found_or_told(name + " page " + std::to_string(page));
      }
    }
    put_bytes(name, whole);
  }
  EXPECT_GT(told_, 0);
}

TEST_F(JournalDamage, everyLostEndIsTold) {
  record_some();
  for (const std::string& name : journal_names) {
    const std::string whole = bytes(name);
    for (std::size_t size = 0; size < whole.size(); size += 512) {
      put_bytes(name, whole.substr(0, size));
      expect_found_or_told(name + " cut to " + std::to_string(size));
    }
    put_bytes(name, whole);
  }
  EXPECT_GT(told_, 0);
}

TEST_F(JournalDamage, lostFileIsTold) {
  record_in_both();
  for (const std::string& name : journal_names) {
    const std::string whole = bytes(name);
    fs::remove(path(name));
    const std::int32_t status = status_of_opening();
    EXPECT_THAT(status, AnyOf(Eq(CRM_OK), Eq(CRM_ERR_CORRUPT))) << name;
    if (status == CRM_OK) {
      EXPECT_EQ(left_, recorded_) << name;
    }
    put_bytes(name, whole);
  }
}

TEST_F(JournalDamage, twoDamagedHeadsAreTold) {
  record_some();
  for (const std::size_t at : {std::size_t{0}, journal_page_bytes}) {
    change("journal.a", [at](std::string& file) { file[at + 20] ^= 1; });
  }
  expect_corrupt("two heads");
  EXPECT_THAT(why_, HasSubstr("journal.a: neither of the file's two heads can be read"));
}

TEST_F(JournalDamage, twoDamagedFilesAreTold) {
  record_in_both();
  for (const char* name : {"journal.a", "journal.b"}) {
    change(name, [](std::string& file) { file.assign(file.size(), 'x'); });
  }
  expect_corrupt("both files");
}

TEST_F(JournalDamage, emptiedFilesAreToldByTheMark) {
  record_some();
  for (const char* name : {"journal.a", "journal.b"}) put_bytes(name, "");
  EXPECT_NE(Journal::open_left_behind(folder_.path(), journal_test_owner, 0), nullptr);
  EXPECT_EQ(Journal::open_left_behind(folder_.path(), journal_test_owner, recorded_.size()),
            nullptr);
  expect_corrupt("emptied files");
  EXPECT_THAT(why_, HasSubstr("record 1 of the journal"));
}

TEST_F(JournalDamage, ofWhatIsSettledDoesNotMatter) {
  record_some();
  change("journal.a", [](std::string& file) {
    for (std::size_t i = 0; i < 3 * journal_page_bytes; ++i) file[2 * journal_page_bytes + i] = 'x';
  });
  EXPECT_EQ(status_of_opening(1), CRM_ERR_CORRUPT);
  EXPECT_THAT(left(2), ElementsAre("", "the last"));
  open(2)->append("and on");
  EXPECT_THAT(left(2), ElementsAre("", "the last", "and on"));
}

TEST_F(JournalDamage, journalOfAnotherTenantIsNamed) {
  record_some();
  const auto open_as = [this](std::uint64_t owner) {
    return status_of([&] { Journal::open(folder_.path(), JournalOwner{owner})->unsettled(0); });
  };
  EXPECT_EQ(open_as(1), CRM_ERR_CORRUPT);
  EXPECT_THAT(why_, HasSubstr("journal.a: this is the journal of another tenant"));
  put_bytes("journal.a", "");
  EXPECT_EQ(open_as(1), CRM_ERR_CORRUPT);
  EXPECT_THAT(why_, HasSubstr("journal.mark: this is the journal of another tenant"));
}

TEST_F(JournalDamage, folderOrLinkInAFilesPlaceIsNamed) {
  const std::string other = path("elsewhere");
  for (const std::string& name : journal_names) {
    fs::create_directory(path(name));
    EXPECT_EQ(status_of_opening(), CRM_ERR_CORRUPT) << name;
    EXPECT_THAT(why_, HasSubstr(name + ": a folder, a link or a device"));
    fs::remove(path(name));
    fs::create_symlink(other, path(name));
    EXPECT_EQ(status_of_opening(), CRM_ERR_CORRUPT) << name;
    EXPECT_EQ(status_of([&] { Journal::open_left_behind(folder_.path(), journal_test_owner, 0); }),
              CRM_ERR_CORRUPT)
        << name;
    EXPECT_FALSE(fs::exists(other)) << "a link was followed";
    fs::remove(path(name));
  }
  EXPECT_EQ(status_of_opening(), CRM_OK);
}

// Torn writes ------------------------------------------------------------------------------------

// The first record of a turn over an earlier one, of which any sectors reached the disk.
TEST_F(JournalDamage, tornBeginningOfATurnIsNoDamage) {
  auto journal = open();
  const std::string large(journal_turn_bytes, 'p');
  journal->append(large);
  journal->settled(journal->append(large));
  const auto before = all_bytes();
  journal->append(std::string(9'000, 'n'));
  journal.reset();
  const auto after = all_bytes();
  const std::size_t begun = before[0] != after[0] ? 0 : 1;
  const std::string name = journal_names[begun];
  put_bytes("journal.mark", before[2]);
  for (unsigned kept = 0; kept < 1u << 5; ++kept) {
    std::string torn = before[begun];
    torn.resize(after[begun].size());
    for (std::size_t page = 0; page < 5; ++page) {
      if ((kept >> page & 1) == 0) continue;
      const std::size_t at = page * journal_page_bytes;
      torn.replace(at, journal_page_bytes, after[begun], at, journal_page_bytes);
    }
    put_bytes(name, torn);
    ASSERT_EQ(status_of_opening(2), CRM_OK) << kept << ": " << why_;
    if (kept == 31) {
      EXPECT_EQ(left_.size(), 1u);
    } else {
      EXPECT_LE(left_.size(), 1u);
    }
  }
}

// Failed appends ---------------------------------------------------------------------------------

class WritesFail {
 public:
  explicit WritesFail(std::uint64_t from_byte) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit small = limit_;
    small.rlim_cur = from_byte;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~WritesFail() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, handler_);
  }
  WritesFail(const WritesFail&) = delete;
  WritesFail& operator=(const WritesFail&) = delete;

 private:
  void (*const handler_)(int);
  rlimit limit_{};
};

TEST_F(JournalDamage, recordThatCouldNotBeAppendedIsCutBack) {
  auto journal = open();
  journal->append("one");
  const std::string before = bytes("journal.a");
  {
    const WritesFail from(before.size() + journal_page_bytes);
    EXPECT_NE(status_of([&] { journal->append(std::string(20'000, 'x')); }), CRM_OK);
  }
  EXPECT_EQ(bytes("journal.a"), before);
}

TEST_F(JournalDamage, retryGoesToTheFileThatFailed) {
  auto journal = open();
  const std::string large(journal_turn_bytes, 'p');
  journal->append(large);
  journal->append(large);
  const std::string before = bytes("journal.b");
  {
    const WritesFail from(before.size() + journal_page_bytes);
    EXPECT_NE(status_of([&] { journal->append(std::string(20'000, 'f')); }), CRM_OK);
  }
  const std::string first = bytes("journal.a");
  journal->settled(1);  // now the other file would be free
  journal->append("retried");
  EXPECT_TRUE(bytes("journal.a") == first);
  journal.reset();
  EXPECT_THAT(left(2), ElementsAre("retried"));
}

// As a release before left it: the sync of a record failed, and the retry went to the other file.
TEST_F(JournalDamage, recordInBothFilesIsTheOneThatWasAcknowledged) {
  for (const char* retried : {"failed", "retried"}) {
    for (const char* name : {"journal.a", "journal.b"}) {
      for (const std::string& file : journal_names) put_bytes(file, "");
      JournalFile failed(path(name));
      JournalFile next(path(std::string(name) == "journal.a" ? "journal.b" : "journal.a"));
      failed.open();
      next.open();
      failed.append(journal_test_owner, 1, "one", true);
      failed.append(journal_test_owner, 2, "failed", false);
      next.append(journal_test_owner, 2, retried, true);
      next.append(journal_test_owner, 3, "three", false);
      EXPECT_EQ(status_of_opening(), CRM_OK) << why_;
      EXPECT_THAT(left_, ElementsAre("one", retried, "three"));
    }
  }
}

TEST_F(JournalDamage, clearedJournalHoldsNothingOfAFailedRecord) {
  auto journal = open();
  {
    const WritesFail from(journal_page_bytes);
    EXPECT_NE(status_of([&] { journal->append(std::string(20'000, 'x')); }), CRM_OK);
  }
  journal->clear();
  EXPECT_THAT(bytes("journal.a") + bytes("journal.b"), IsEmpty());
}

}  // namespace

}  // namespace message_history
