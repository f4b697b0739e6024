// Refused requests in the audit chain: a few have rows, the others are counted.
#include "export/audit/refusal_limit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/export/audit/appended_rows.h"

namespace message_history {
namespace {

using namespace std::chrono_literals;

class RefusalLimitTest : public AppendedRowsTest {
 protected:
  int admitted(int requests, const std::string& actor = "kim") {
    int rows = 0;
    for (int i = 0; i < requests; ++i) rows += limit_.admits("mall-1", actor, now_) ? 1 : 0;
    return rows;
  }

  RefusalLimit limit_;
};

TEST_F(RefusalLimitTest, TenWithinTenMinutesHaveRows) {
  EXPECT_EQ(admitted(1'500), refusal_rows_max);
  now_ += 9min;
  EXPECT_EQ(admitted(5), 0);
  now_ += 1min;
  EXPECT_EQ(admitted(5), 5);
}

TEST_F(RefusalLimitTest, EachActorHasTen) {
  EXPECT_EQ(admitted(20), refusal_rows_max);
  EXPECT_EQ(admitted(20, "lee"), refusal_rows_max);
}

TEST_F(RefusalLimitTest, OneRowTellsOfTheOthersOnce) {
  admitted(1'500);
  admitted(3, "lee");
  EXPECT_EQ(limit_.tenants(), std::vector<std::string>{"mall-1"});
  limit_.add_rows("another", 7, append_);
  EXPECT_TRUE(rows_.empty());
  limit_.add_rows("mall-1", 7, append_);
  ASSERT_EQ(rows_.size(), 1U);
  EXPECT_EQ(rows_[0].event, "refused");
  EXPECT_EQ(rows_[0].actor, "kim");
  EXPECT_EQ(rows_[0].at_us, 7);
  EXPECT_TRUE(rows_[0].detail.starts_with("1490 more requests")) << rows_[0].detail;
  limit_.add_rows("mall-1", 8, append_);
  EXPECT_EQ(rows_.size(), 1U);
  EXPECT_TRUE(limit_.tenants().empty());
}

TEST_F(RefusalLimitTest, WhatCouldNotBeToldIsStillCounted) {
  admitted(15);
  is_full_ = true;
  EXPECT_THROW(limit_.add_rows("mall-1", 7, append_), std::runtime_error);
  is_full_ = false;
  limit_.add_rows("mall-1", 7, append_);
  ASSERT_EQ(rows_.size(), 1U);
  EXPECT_TRUE(rows_[0].detail.starts_with("5 more requests")) << rows_[0].detail;
}

TEST_F(RefusalLimitTest, MoreActorsThanAreRememberedShareOneCount) {
  for (int i = 0; i < 5'000; ++i) limit_.admits("mall-1", "actor " + std::to_string(i), now_);
  limit_.add_rows("mall-1", 7, append_);
  ASSERT_EQ(rows_.size(), 1U);
  EXPECT_EQ(rows_[0].actor, "");
}

}  // namespace
}  // namespace message_history
