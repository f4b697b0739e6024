#include <gmock/gmock.h>

#include "console/sign_ins.h"

namespace host_stub {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::AllOf;
using testing::Gt;
using testing::Le;

const SessionClock::time_point start = SessionClock::time_point(hours(1000));
const Account viewer{"viewer", Role::viewer, "", ""};
constexpr auto by_person = SignIns::Use::of_a_person;
constexpr auto by_page = SignIns::Use::of_the_page;

TEST(SignIns, AreFoundByTheirTokenAlone) {
  SignIns sign_ins(seconds(60));
  const auto begun = sign_ins.begin(viewer, start);
  const auto found = sign_ins.find(begun.token, by_person, start);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "viewer");
  EXPECT_EQ(found->csrf, begun.sign_in.csrf);
  EXPECT_NE(begun.token, begun.sign_in.csrf);
  EXPECT_FALSE(sign_ins.find(begun.token + "A", by_person, start));
  EXPECT_FALSE(sign_ins.find("", by_person, start));
}

TEST(SignIns, EndWhenNobodyUsedThemForAsLongAsIsAllowed) {
  SignIns sign_ins(seconds(60));
  const auto begun = sign_ins.begin(viewer, start);
  EXPECT_TRUE(sign_ins.find(begun.token, by_person, start + seconds(59)));
  EXPECT_TRUE(sign_ins.find(begun.token, by_page, start + seconds(118)));
  EXPECT_FALSE(sign_ins.find(begun.token, by_page, start + seconds(119)));
  EXPECT_FALSE(sign_ins.find(begun.token, by_person, start + seconds(60)));
}

TEST(SignIns, EndAfterTheirLifeHoweverBusy) {
  SignIns sign_ins(hours(2));
  const auto begun = sign_ins.begin(viewer, start);
  for (auto at = start; at < start + sign_in_life; at += hours(1)) {
    EXPECT_TRUE(sign_ins.find(begun.token, by_person, at));
  }
  EXPECT_FALSE(sign_ins.find(begun.token, by_person, start + sign_in_life));
}

TEST(SignIns, EndWhenTheyAreEnded) {
  SignIns sign_ins(hours(2));
  const auto one = sign_ins.begin(viewer, start);
  const auto other = sign_ins.begin(viewer, start);
  sign_ins.end(one.token);
  EXPECT_FALSE(sign_ins.find(one.token, by_person, start));
  EXPECT_TRUE(sign_ins.find(other.token, by_person, start));
}

TEST(SignIns, BeyondTheMaximumTheLongestUnusedEnds) {
  SignIns sign_ins(hours(2));
  const auto first = sign_ins.begin(viewer, start);
  const auto second = sign_ins.begin(viewer, start + seconds(1));
  for (size_t i = 2; i < sign_ins_max; ++i) sign_ins.begin(viewer, start + seconds(2));
  EXPECT_TRUE(sign_ins.find(first.token, by_person, start + seconds(3)));
  sign_ins.begin(viewer, start + seconds(4));
  EXPECT_TRUE(sign_ins.find(first.token, by_person, start + seconds(4)));
  EXPECT_FALSE(sign_ins.find(second.token, by_person, start + seconds(4)));
}

TEST(AttemptLimit, OfOneNameLeavesTheOthersAlone) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_a_name_max; ++i) {
    EXPECT_EQ(limit.wait("viewer", start), seconds(0));
    limit.failed("viewer", start);
  }
  EXPECT_THAT(limit.wait("viewer", start + seconds(1)), AllOf(Gt(seconds(0)), Le(seconds(59))));
  EXPECT_EQ(limit.wait("exporter", start + seconds(1)), seconds(0));
  EXPECT_EQ(limit.wait("viewer", start + AttemptLimit::window), seconds(0));
}

TEST(AttemptLimit, OfAllNamesHoldsGuessersWithManyNames) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_all_max; ++i) {
    EXPECT_EQ(limit.wait(std::to_string(i), start), seconds(0));
    limit.failed(std::to_string(i), start);
  }
  EXPECT_EQ(limit.wait("viewer", start), AttemptLimit::window);
  EXPECT_EQ(limit.wait("viewer", start + AttemptLimit::window), seconds(0));
}

}  // namespace
}  // namespace host_stub
