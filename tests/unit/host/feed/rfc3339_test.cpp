// RFC 3339 times as a feed may write them.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "feed/feed_header.h"
#include "feed/rfc3339.h"

namespace host_stub {
namespace {

constexpr int64_t second_us = 1'000'000;

struct GoodTime {
  const char* text;
  int64_t time_us;
};

void PrintTo(const GoodTime& time, std::ostream* out) {
  *out << time.text;
}

class Rfc3339Accepts : public testing::TestWithParam<GoodTime> {};

TEST_P(Rfc3339Accepts, TheTime) {
  EXPECT_EQ(parse_rfc3339(GetParam().text), GetParam().time_us);
}

INSTANTIATE_TEST_SUITE_P(
    Feed, Rfc3339Accepts,
    testing::Values(
        GoodTime{"1970-01-01T00:00:00Z", 0}, GoodTime{"1970-01-01T09:00:00+09:00", 0},
        GoodTime{"1969-12-31T16:00:00-08:00", 0}, GoodTime{"1970-01-01t00:00:01z", second_us},
        GoodTime{"1970-01-01T00:00:00-00:00", 0}, GoodTime{"1969-12-31T23:59:59Z", -second_us},
        GoodTime{"1969-12-31T23:59:59.25Z", -750'000}, GoodTime{"1970-01-01T00:00:00.1Z", 100'000},
        GoodTime{"1970-01-01T00:00:00.000001Z", 1},
        GoodTime{"1970-01-01T00:00:00.123456789Z", 123'456},
        GoodTime{"1970-01-01T00:00:00.999999999Z", 999'999},
        GoodTime{"2000-02-29T00:00:00Z", 951'782'400 * second_us},
        GoodTime{"2010-12-01T08:26:00Z", 1'291'191'960 * second_us},
        GoodTime{"2200-01-01T00:00:00Z", 7'258'118'400 * second_us},
        GoodTime{"0001-01-01T00:00:00Z", -62'135'596'800 * second_us},
        GoodTime{"9999-12-31T23:59:59Z", 253'402'300'799 * second_us},
        // The examples of RFC 3339, section 5.8.
        GoodTime{"1985-04-12T23:20:50.52Z", 482'196'050 * second_us + 520'000},
        GoodTime{"1996-12-19T16:39:57-08:00", 851'042'397 * second_us},
        GoodTime{"1990-12-31T23:59:60Z", 662'688'000 * second_us},
        GoodTime{"1990-12-31T15:59:60-08:00", 662'688'000 * second_us},
        GoodTime{"1937-01-01T12:00:27.87+00:20", -1'041'337'172 * second_us - 130'000},
        GoodTime{"2016-12-31T23:59:60.5Z", 1'483'228'800 * second_us + 500'000},
        GoodTime{"2017-01-01T08:59:60+09:00", 1'483'228'800 * second_us}));

class Rfc3339Refuses : public testing::TestWithParam<const char*> {};

TEST_P(Rfc3339Refuses, TheText) {
  EXPECT_EQ(parse_rfc3339(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Feed, Rfc3339Refuses,
    testing::Values("", "yesterday", "2025", "2025-01-01", "2025-01-01T00:00:00",
                    "2025-01-01T00:00Z", "2025-01-01 00:00:00Z", "2025-1-01T00:00:00Z",
                    "20250101T000000Z", "2025-02-30T00:00:00Z", "2025-02-29T00:00:00Z",
                    "1900-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z",
                    "2025-01-00T00:00:00Z", "2025-01-32T00:00:00Z", "2025-01-01T24:00:00Z",
                    "2025-01-01T00:60:00Z", "2025-01-01T00:00:61Z", "2025-01-01T12:30:60Z",
                    "2016-12-31T23:59:60+09:00", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
                    "-001-01-01T00:00:00Z", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00,5Z",
                    "2025-01-01T00:00:00.1234567890Z", "2025-01-01T00:00:00+9:00",
                    "2025-01-01T00:00:00+0900", "2025-01-01T00:00:00+24:00",
                    "2025-01-01T00:00:00+09:60", "2025-01-01T00:00:00ZZ", "2025-01-01T00:00:00Z ",
                    " 2025-01-01T00:00:00Z", "2025-01-01T00:00:00\xEF\xBC\xBA"));

TEST(Rfc3339, RefusesEveryCutOffTime) {
  const std::string whole = "2025-01-01T00:00:00.5+09:00";
  ASSERT_TRUE(parse_rfc3339(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_rfc3339(whole.substr(0, size)), std::nullopt) << whole.substr(0, size);
  }
}

TEST(TimeZone, KnowsTheZonesOfTheSystem) {
  for (const char* name : {"UTC", "Asia/Seoul", "Europe/London", "America/Port-au-Prince",
                           "America/Argentina/Buenos_Aires", "Etc/GMT+9"}) {
    EXPECT_TRUE(is_time_zone(name)) << name;
  }
}

TEST(TimeZone, RefusesWhatIsNoZone) {
  for (const char* name : {"", "Mars/Olympus", "Asia", "Asia/", "/etc/passwd", "../zoneinfo/UTC",
                           "Asia/../UTC", "Asia//Seoul", "posix/UTC", "right/UTC", "zone.tab",
                           "tzdata.zi", "+09:00", "9", "asia/seoul\n"}) {
    EXPECT_FALSE(is_time_zone(name)) << name;
  }
  EXPECT_FALSE(is_time_zone(std::string(65, 'A')));
}

}  // namespace
}  // namespace host_stub
