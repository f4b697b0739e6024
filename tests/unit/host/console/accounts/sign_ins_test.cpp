#include <gmock/gmock.h>

#include <fstream>

#include "console/accounts/known_browsers.h"
#include "console/accounts/sign_ins.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::AllOf;
using testing::Gt;
using testing::Le;

const SessionClock::time_point start = SessionClock::time_point(hours(1000));
const Account viewer{"viewer", Role::viewer, "", "", {}};
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

TEST(SignIns, DoNotExpireWhileALongAnswerIsUnderWay) {
  SignIns sign_ins(seconds(60));
  const auto now = SessionClock::now();
  const auto begun = sign_ins.begin(viewer, now);
  {
    const SignIns::Hold hold(sign_ins, begun.token);
    EXPECT_TRUE(hold.is_valid(now + seconds(500)));
    EXPECT_TRUE(sign_ins.find(begun.token, by_page, now + seconds(500)));
    const SignIns::Hold second(sign_ins, begun.token);
  }
  // From its end on there is as much time as after any request.
  const auto ended = SessionClock::now();
  EXPECT_TRUE(sign_ins.find(begun.token, by_page, ended + seconds(30)));
  EXPECT_FALSE(sign_ins.find(begun.token, by_page, ended + seconds(60)));
}

TEST(SignIns, EndWithTheirLifeOrBySigningOutThoughTheyAreHeld) {
  SignIns sign_ins(seconds(60));
  const auto one = sign_ins.begin(viewer, start);
  const SignIns::Hold of_one(sign_ins, one.token);
  EXPECT_FALSE(of_one.is_valid(start + sign_in_life));
  const auto other = sign_ins.begin(viewer, start);
  const SignIns::Hold of_other(sign_ins, other.token);
  sign_ins.end(other.token);
  EXPECT_FALSE(of_other.is_valid(start));
  EXPECT_FALSE(SignIns::Hold(sign_ins, "nothing").is_valid(start));
}

void fail(AttemptLimit& limit, const AttemptLimit::Caller& caller, SessionClock::time_point now) {
  EXPECT_TRUE(limit.begin(caller, now).attempt) << caller.name << " " << caller.browser;
}

TEST(AttemptLimit, OfOneNameLeavesTheOthersAlone) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_a_name_max; ++i) fail(limit, {"viewer"}, start);
  const auto refused = limit.begin({"viewer"}, start + seconds(1));
  EXPECT_FALSE(refused.attempt);
  EXPECT_THAT(refused.wait, AllOf(Gt(seconds(0)), Le(seconds(59))));
  fail(limit, {"exporter"}, start + seconds(1));
  fail(limit, {"viewer"}, start + AttemptLimit::window);
}

TEST(AttemptLimit, OfAllNamesHoldsGuessersWithManyNames) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_all_max; ++i) fail(limit, {std::to_string(i)}, start);
  EXPECT_EQ(limit.begin({"viewer"}, start).wait, AttemptLimit::window);
  fail(limit, {"viewer"}, start + AttemptLimit::window);
}

TEST(AttemptLimit, CountsAnAttemptBeforeItsPasswordIsChecked) {
  AttemptLimit limit;
  for (size_t i = 1; i < AttemptLimit::of_a_name_max; ++i) fail(limit, {"viewer"}, start);
  auto under_way = limit.begin({"viewer"}, start);
  ASSERT_TRUE(under_way.attempt);
  EXPECT_GT(limit.begin({"viewer"}, start).wait, seconds(0));
  under_way.attempt->succeed();
  under_way.attempt.reset();
  fail(limit, {"viewer"}, start);
}

TEST(AttemptLimit, TurnsAwayWhatWouldWaitForTheOthersPasswords) {
  AttemptLimit limit;
  std::vector<AttemptLimit::Admission> under_way;
  for (size_t i = 0; i < AttemptLimit::at_once_max; ++i) {
    under_way.push_back(limit.begin({std::to_string(i)}, start));
    EXPECT_TRUE(under_way.back().attempt);
  }
  const auto refused = limit.begin({"viewer"}, start);
  EXPECT_FALSE(refused.attempt);
  EXPECT_EQ(refused.wait, seconds(0));
  under_way.clear();
  fail(limit, {"viewer"}, start);
}

TEST(AttemptLimit, OfStrangersKeepsNoKnownBrowserOut) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_a_name_max; ++i) fail(limit, {"viewer"}, start);
  for (size_t i = AttemptLimit::of_a_name_max; i < AttemptLimit::of_all_max; ++i) {
    fail(limit, {std::to_string(i)}, start);
  }
  EXPECT_FALSE(limit.begin({"viewer"}, start).attempt);
  fail(limit, {"viewer", "known"}, start);
}

TEST(AttemptLimit, OfAKnownBrowserIsItsOwn) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_a_browser_max; ++i) {
    fail(limit, {"viewer", "known"}, start);
  }
  const auto refused = limit.begin({"viewer", "known"}, start + seconds(1));
  EXPECT_FALSE(refused.attempt);
  EXPECT_THAT(refused.wait, AllOf(Gt(seconds(0)), Le(seconds(59))));
  fail(limit, {"viewer"}, start);
  fail(limit, {"viewer", "other"}, start);
  fail(limit, {"viewer", "known"}, start + AttemptLimit::window);
}

TEST(AttemptLimit, OfAllKnownBrowsersOfOneAccountIsBounded) {
  AttemptLimit limit;
  for (size_t i = 0; i < AttemptLimit::of_known_browsers_max; ++i) {
    fail(limit, {"viewer", std::to_string(i)}, start);
  }
  EXPECT_EQ(limit.begin({"viewer", "one more"}, start).wait, AttemptLimit::window);
  fail(limit, {"exporter", "known"}, start);
  fail(limit, {"viewer", "one more"}, start + AttemptLimit::window);
}

TEST(AttemptLimit, HasPlacesForKnownBrowsersWhileStrangersFillTheirs) {
  AttemptLimit limit;
  std::vector<AttemptLimit::Admission> under_way;
  for (size_t i = 0; i < AttemptLimit::at_once_max; ++i) {
    under_way.push_back(limit.begin({std::to_string(i)}, start));
  }
  EXPECT_FALSE(limit.begin({"viewer"}, start).attempt);
  for (size_t i = 0; i < AttemptLimit::known_at_once_max; ++i) {
    under_way.push_back(limit.begin({"viewer", std::to_string(i)}, start));
    EXPECT_TRUE(under_way.back().attempt);
  }
  const auto refused = limit.begin({"viewer", "known"}, start);
  EXPECT_FALSE(refused.attempt);
  EXPECT_EQ(refused.wait, seconds(0));
  under_way.clear();
  fail(limit, {"viewer", "known"}, start);
}

class KnownBrowser : public testing::Test {
 protected:
  // A copy with one character another one.
  static std::string altered(std::string value, size_t at) {
    value[at] = value[at] == 'A' ? 'B' : 'A';
    return value;
  }

  const KnownBrowsers::Clock::time_point now_{hours(500'000)};
  const Account account_{"viewer", Role::viewer, "salt", "hash", {}};
  const KnownBrowsers browsers_{"a key"};
  const std::string value_ = browsers_.cookie_value(account_, now_);
};

TEST_F(KnownBrowser, IsKnownAgainByItsCookie) {
  const auto browser = browsers_.browser_of(value_, account_, now_);
  ASSERT_TRUE(browser);
  EXPECT_NE(*browser, "");
  EXPECT_NE(browser, browsers_.browser_of(browsers_.cookie_value(account_, now_), account_, now_));
}

TEST_F(KnownBrowser, IsNoneByAnAlteredCookie) {
  for (size_t i = 0; i < value_.size(); ++i) {
    EXPECT_FALSE(browsers_.browser_of(altered(value_, i), account_, now_)) << i;
    EXPECT_FALSE(browsers_.browser_of(value_.substr(0, i), account_, now_)) << i;
  }
  for (const std::string& value : {value_ + "A", value_ + ".", "." + value_, std::string("..")}) {
    EXPECT_FALSE(browsers_.browser_of(value, account_, now_)) << value;
  }
  EXPECT_FALSE(KnownBrowsers("another key").browser_of(value_, account_, now_));
}

TEST_F(KnownBrowser, IsNoneToAnotherAccountOrAfterAnotherPassword) {
  EXPECT_FALSE(browsers_.browser_of(value_, {"other", Role::viewer, "salt", "hash", {}}, now_));
  EXPECT_FALSE(browsers_.browser_of(value_, {"viewer", Role::viewer, "new", "hash", {}}, now_));
  EXPECT_FALSE(browsers_.browser_of(value_, {"viewer", Role::viewer, "salt", "new", {}}, now_));
  EXPECT_TRUE(browsers_.browser_of(value_, {"viewer", Role::privacy, "salt", "hash", {}}, now_));
}

TEST_F(KnownBrowser, IsNoneAfterItsLifeAndBeforeItsTime) {
  EXPECT_TRUE(browsers_.browser_of(value_, account_, now_ + known_browser_life - seconds(1)));
  EXPECT_FALSE(browsers_.browser_of(value_, account_, now_ + known_browser_life));
  EXPECT_FALSE(browsers_.browser_of(value_, account_, now_ - seconds(1)));
}

TEST_F(KnownBrowser, IsKnownAfterARestartByTheKeyOfTheFolder) {
  const TemporaryFolder folder;
  const auto first = KnownBrowsers::open(folder.path());
  ASSERT_TRUE(first) << first.error().detail;
  const std::string value = first.value().cookie_value(account_, now_);
  EXPECT_TRUE(KnownBrowsers::open(folder.path()).value().browser_of(value, account_, now_));
  EXPECT_FALSE(browsers_.browser_of(value, account_, now_));
  std::ofstream(folder.path() + "/known_browsers.json") << R"({"key": "AAAA"})";
  const auto damaged = KnownBrowsers::open(folder.path());
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().detail, testing::HasSubstr("known_browsers.json is damaged"));
}

}  // namespace
}  // namespace host_stub
