// Readings of members as rows of the audit chain.
#include "export/audit/read_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/export/audit/appended_rows.h"

namespace message_history {
namespace {

using namespace std::chrono_literals;

const Sha256 tenant_key{7};

class ReadLogTest : public AppendedRowsTest {
 protected:
  void read(std::vector<std::string> member_ids, std::string actor = "kim",
            std::string view = "message.recipients") {
    log_.record({"mall-1", std::move(actor), std::move(view), "M-1", std::move(member_ids)},
                tenant_key, 42, append_, now_);
  }

  ReadLog log_;
};

TEST_F(ReadLogTest, ARowSaysWhoSawHowManyOfWhichMessageInWhichView) {
  read({"a", "b", "a"});
  ASSERT_EQ(rows_.size(), 1U);
  const AuditRow& row = rows_[0];
  EXPECT_EQ(row.at_us, 42);
  EXPECT_EQ(row.event, "read");
  EXPECT_EQ(row.actor, "kim");
  EXPECT_EQ(row.columns, "message.recipients");
  EXPECT_EQ(row.message_id, "M-1");
  EXPECT_EQ(row.rows, 2);
  EXPECT_FALSE(row.masked);
}

TEST_F(ReadLogTest, WhoHasTheKeyCanTellWhetherAMemberWasAmongThem) {
  read({"member-1", "member-2"});
  const std::string& detail = rows_[0].detail;
  EXPECT_NE(detail.find(member_digest(tenant_key, "member-1")), std::string::npos);
  EXPECT_EQ(detail.find(member_digest(tenant_key, "member-3")), std::string::npos);
  EXPECT_EQ(detail.find(member_digest(Sha256{8}, "member-1")), std::string::npos);
  EXPECT_EQ(detail.find("member-1"), std::string::npos);
}

TEST_F(ReadLogTest, ASecondLookWithinTenMinutesIsOnRecordAlready) {
  read({"a", "b"});
  now_ += 9min;
  read({"b", "a"});
  EXPECT_EQ(rows_.size(), 1U);
  now_ += 1min;
  read({"a", "b"});
  EXPECT_EQ(rows_.size(), 2U);
}

TEST_F(ReadLogTest, WhoCameNewIsRecordedAlone) {
  read({"a", "b"});
  read({"b", "c"});
  ASSERT_EQ(rows_.size(), 2U);
  EXPECT_EQ(rows_[1].rows, 1);
  EXPECT_EQ(rows_[1].detail, member_digest(tenant_key, "c"));
}

TEST_F(ReadLogTest, AnotherActorOrViewHasRowsOfItsOwn) {
  read({"a"});
  read({"a"}, "lee");
  read({"a"}, "kim", "message.buyers");
  EXPECT_EQ(rows_.size(), 3U);
}

TEST_F(ReadLogTest, ManyMembersTakeSeveralRowsWithinTheBoundOfATextsSize) {
  std::vector<std::string> ids;
  for (int i = 0; i < 130; ++i) ids.push_back("member-" + std::to_string(i));
  read(ids);
  ASSERT_EQ(rows_.size(), 3U);
  std::int64_t members = 0;
  for (const AuditRow& row : rows_) {
    members += row.rows;
    EXPECT_LE(row.detail.size(), 1'024U);
  }
  EXPECT_EQ(members, 130);
}

TEST_F(ReadLogTest, WhatCouldNotBeStoredIsNotTakenForStored) {
  is_full_ = true;
  EXPECT_THROW(read({"a"}), std::runtime_error);
  is_full_ = false;
  read({"a"});
  EXPECT_EQ(rows_.size(), 1U);
}

}  // namespace
}  // namespace message_history
