// The audit chain: its bytes, and every way of tampering with it.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "export/audit/aborted_exports.h"
#include "export/audit/audit.h"
#include "export/proof/sha256.h"
#include "unit/export/fake_store.h"

namespace message_history {
namespace {

AuditRow row_of(std::int64_t number) {
  AuditRow row;
  row.number = number;
  row.at_us = 1'795'402'800'000'000 + number;
  row.event = "completed";
  row.export_id = "e" + std::to_string(number);
  row.actor = "marketer-7";
  row.origin = "203.0.113.9";
  row.reason = "고객 문의 확인";
  row.message_id = "M-1";
  row.dialect = "raw-v1";
  row.columns = "sent,member_id";
  row.masked = true;
  row.rows = 12;
  row.csv_sha256 = std::string(64, 'a');
  row.detail = "";
  row.iss = "https://crm.example";
  row.jti = "AAECAwQFBgcICQoLDA0ODw";
  return row;
}

struct Chain {
  explicit Chain(int rows) {
    for (int i = 1; i <= rows; ++i) {
      AuditRow row = row_of(i);
      row.previous_sha256 = i == 1 ? Sha256{} : history.audit.back().sha256;
      row.sha256 = seal(row);
      history.audit.push_back(row);
    }
  }

  crm::Result<ChainHead> verify() {
    FakeSnapshot snapshot(history);
    return verify_chain(snapshot);
  }
  std::string fault() {
    const auto head = verify();
    if (head.ok()) return "none";
    EXPECT_EQ(head.error().status, CRM_ERR_CORRUPT);
    const std::string detail = head.error().detail;
    return detail.substr(0, detail.find(';'));
  }

  FakeHistory history;
};

struct Change {
  const char* field;
  std::function<void(AuditRow&)> apply;
};

std::vector<Change> changes() {
  return {
      {"at_us", [](AuditRow& row) { ++row.at_us; }},
      {"event", [](AuditRow& row) { row.event = "granted"; }},
      {"export_id", [](AuditRow& row) { row.export_id += '0'; }},
      {"actor", [](AuditRow& row) { row.actor = "marketer-8"; }},
      {"origin", [](AuditRow& row) { row.origin.clear(); }},
      {"reason", [](AuditRow& row) { row.reason.back() = 'x'; }},
      {"message_id", [](AuditRow& row) { row.message_id = "M-2"; }},
      {"dialect", [](AuditRow& row) { row.dialect = "raw-v2"; }},
      {"columns", [](AuditRow& row) { row.columns = "sent"; }},
      {"masked", [](AuditRow& row) { row.masked = false; }},
      {"rows", [](AuditRow& row) { row.rows = 13; }},
      {"csv_sha256", [](AuditRow& row) { row.csv_sha256[0] = 'b'; }},
      {"detail", [](AuditRow& row) { row.detail = "x"; }},
      {"iss", [](AuditRow& row) { row.iss += '/'; }},
      {"jti", [](AuditRow& row) { row.jti[0] = 'B'; }},
      {"previous_sha256", [](AuditRow& row) { row.previous_sha256[31] ^= 1; }},
      {"sha256", [](AuditRow& row) { row.sha256[0] ^= 1; }},
  };
}

TEST(AuditSeal, HasTheDocumentedBytes) {
  AuditRow row = row_of(1);
  row.previous_sha256.fill(0xAB);
  EXPECT_EQ(hex(seal(row)), "572958b9ef27d05b8432058b64d59bc1a6d014b074e10eceaabded339f42039b");
}

TEST(AuditSeal, CoversTheNumber) {
  AuditRow row = row_of(1), other = row_of(1);
  other.number = 2;
  EXPECT_NE(seal(row), seal(other));
}

TEST(AuditSeal, NeighbouringTextsDoNotRunTogether) {
  AuditRow row = row_of(1), other = row_of(1);
  row.actor = "ab";
  row.origin = "c";
  other.actor = "a";
  other.origin = "bc";
  EXPECT_NE(seal(row), seal(other));
}

TEST(AuditChain, SoundOneGivesItsHead) {
  for (const int rows : {0, 1, 2, 499, 500, 501, 1000, 1001}) {
    Chain chain(rows);
    const auto head = chain.verify();
    ASSERT_TRUE(head.ok()) << head.error().detail;
    EXPECT_EQ(head.value().rows, rows);
    EXPECT_EQ(head.value().sha256, rows == 0 ? Sha256{} : chain.history.audit.back().sha256);
  }
}

TEST(AuditChain, EveryChangedFieldOfEveryRowIsFound) {
  for (std::size_t place = 0; place < 5; ++place) {
    for (const Change& change : changes()) {
      Chain chain(5);
      change.apply(chain.history.audit[place]);
      EXPECT_EQ(chain.fault(), "audit row " + std::to_string(place + 1) + " was changed")
          << change.field;
    }
  }
}

TEST(AuditChain, ChangedRowThatWasSealedAnewIsFoundByTheNext) {
  for (std::size_t place = 0; place < 4; ++place) {
    for (const Change& change : changes()) {
      if (std::string(change.field) == "sha256") continue;
      Chain chain(5);
      AuditRow& row = chain.history.audit[place];
      change.apply(row);
      row.sha256 = seal(row);
      const bool own = std::string(change.field) == "previous_sha256";
      EXPECT_EQ(chain.fault(), "audit row " + std::to_string(place + (own ? 1 : 2)) +
                                   " does not follow the row before it")
          << change.field;
    }
  }
}

TEST(AuditChain, RemovedRowIsFound) {
  for (std::size_t place = 0; place < 4; ++place) {
    Chain chain(5);
    chain.history.audit.erase(chain.history.audit.begin() + static_cast<std::ptrdiff_t>(place));
    EXPECT_EQ(chain.fault(), "audit row " + std::to_string(place + 1) + " is missing");
  }
}

TEST(AuditChain, RemovedRowBehindRenumberedOnesIsFound) {
  Chain chain(5);
  chain.history.audit.erase(chain.history.audit.begin() + 1);
  for (std::size_t i = 1; i < 4; ++i) {
    chain.history.audit[i].number = static_cast<std::int64_t>(i) + 1;
    chain.history.audit[i].sha256 = seal(chain.history.audit[i]);
  }
  EXPECT_EQ(chain.fault(), "audit row 2 does not follow the row before it");
}

TEST(AuditChain, InsertedRowIsFound) {
  for (std::size_t place = 0; place < 5; ++place) {
    Chain chain(5);
    AuditRow forged = row_of(static_cast<std::int64_t>(place) + 1);
    forged.actor = "nobody";
    forged.previous_sha256 = place == 0 ? Sha256{} : chain.history.audit[place - 1].sha256;
    forged.sha256 = seal(forged);
    for (std::size_t i = place; i < 5; ++i) ++chain.history.audit[i].number;
    chain.history.audit.insert(chain.history.audit.begin() + static_cast<std::ptrdiff_t>(place),
                               forged);
    EXPECT_EQ(chain.fault(), "audit row " + std::to_string(place + 2) + " was changed");
  }
}

TEST(AuditChain, RowInsertedBeforeTheFirstNumberIsFound) {
  Chain chain(2);
  AuditRow forged = row_of(0);
  forged.sha256 = seal(forged);
  chain.history.audit.insert(chain.history.audit.begin(), forged);
  EXPECT_EQ(chain.fault(), "audit row 0 was inserted");
}

TEST(AuditChain, SwappedRowsAreFound) {
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = a + 1; b < 5; ++b) {
      Chain chain(5);
      auto& rows = chain.history.audit;
      std::swap(rows[a], rows[b]);
      std::swap(rows[a].number, rows[b].number);
      EXPECT_EQ(chain.fault(), "audit row " + std::to_string(a + 1) + " was changed");
    }
  }
}

TEST(AuditChain, CutEndGivesAnotherHead) {
  Chain whole(5), cut(5);
  cut.history.audit.pop_back();
  EXPECT_NE(whole.verify().value(), cut.verify().value());
}

TEST(AuditChain, EndThatWasCutOffIsMissed) {
  for (std::size_t kept = 0; kept < 5; ++kept) {
    Chain chain(5);
    auto& audit = chain.history.audit;
    chain.history.audit_head = {5, audit.back().sha256};
    audit.resize(kept);
    EXPECT_EQ(chain.fault(), "audit row " + std::to_string(kept + 1) + " is missing");
  }
}

TEST(AuditChain, EndThatIsNotTheNotedOneIsFound) {
  Chain longer(5);
  longer.history.audit_head = {4, longer.history.audit[3].sha256};
  EXPECT_EQ(longer.fault(), "audit row 5 was inserted");
  Chain other(5);
  other.history.audit_head = {5, Sha256{}};
  EXPECT_EQ(other.fault(), "audit row 5 was changed");
}

// A chain of these events, each of an export of its own id.
struct Story {
  void add(const char* event, const char* export_id) {
    AuditRow row = row_of(0);
    row.event = event;
    row.export_id = row.jti = export_id;
    append(row);
  }
  std::string events() const {
    std::string text;
    for (const AuditRow& row : history.audit) text += row.event + " " + row.export_id + ", ";
    return text;
  }
  void record_aborted(const std::string& running = "") {
    FakeSnapshot snapshot(history);
    message_history::record_aborted(snapshot, append,
                                    {77, [&](std::string_view id) { return id == running; }});
  }
  ChainHead head() {
    FakeSnapshot snapshot(history);
    return verify_chain(snapshot).value();
  }

  FakeHistory history;
  AuditAppender append = fake_appender(history);
};

TEST(AuditChain, CountsWhatIsRunningAndWhatWasCutOff) {
  Story story;
  for (const char* id : {"a", "b", "c", "d", "e"}) story.add("granted", id);
  story.add("completed", "b");
  story.add("failed", "c");
  story.add("aborted", "d");
  story.add("refused", "");
  EXPECT_EQ(story.head().running, 2);
  EXPECT_EQ(story.head().aborted, 1);
}

TEST(AbortedExports, AreThoseThatHaveNoOutcomeAndRunNowhere) {
  Story story;
  for (const char* id : {"done", "gone", "alive"}) story.add("granted", id);
  story.add("completed", "done");
  story.record_aborted("alive");
  EXPECT_EQ(story.events(),
            "granted done, granted gone, granted alive, completed done, aborted gone, ");
  const AuditRow& row = story.history.audit.back();
  EXPECT_EQ(row.at_us, 77);
  EXPECT_EQ(row.actor, "marketer-7");
  EXPECT_NE(row.detail.find("no end was recorded"), std::string::npos);
  EXPECT_EQ(row.csv_sha256, "");
}

TEST(AbortedExports, AreRecordedOnce) {
  Story story;
  story.add("granted", "gone");
  story.record_aborted();
  story.record_aborted();
  EXPECT_EQ(story.events(), "granted gone, aborted gone, ");
}

TEST(AuditChain, NewestExportIsTheLastCompletedOne) {
  Chain chain(1200);
  FakeSnapshot snapshot(chain.history);
  for (AuditRow& row : chain.history.audit) row.event = "refused";
  EXPECT_EQ(newest_export_sha256(snapshot), "");
  chain.history.audit[3].event = "completed";
  chain.history.audit[3].csv_sha256 = "old";
  EXPECT_EQ(newest_export_sha256(snapshot), "old");
  chain.history.audit[900].event = "completed";
  chain.history.audit[900].csv_sha256 = "new";
  EXPECT_EQ(newest_export_sha256(snapshot), "new");
}

}  // namespace
}  // namespace message_history
