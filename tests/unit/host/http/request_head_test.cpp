// Heads of requests: what is understood, and that everything else is refused by its name.
#include "http/request_head.h"

#include <gmock/gmock.h>

#include <string>

#include "http/target.h"

namespace host_stub::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr Limits bounds;

int status_of(const std::string& lines) {
  RequestHead head;
  const auto fault = parse_head(lines + "\r\n\r\n", bounds, head);
  return fault ? fault->status : 200;
}

TEST(RequestHead, IsReadWithItsPathParametersAndHeaders) {
  RequestHead head;
  const auto fault = parse_head(
      "POST /t/a%20b?q=%EA%B0%80+x&p.k=1&p.k=2 HTTP/1.1\r\nHost: here\r\ncontent-LENGTH: 12\r\n"
      "Expect: 100-Continue\r\nX-Twice: a\r\nX-Twice: b\r\n\r\n",
      bounds, head);
  ASSERT_FALSE(fault) << fault->detail;
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.path, "/t/a b");
  EXPECT_THAT(head.request.params,
              ElementsAre(Pair("q", "가 x"), Pair("p.k", "1"), Pair("p.k", "2")));
  EXPECT_EQ(head.request.param("p.k"), "1");
  EXPECT_EQ(head.request.param("none"), "");
  EXPECT_EQ(head.request.headers.get("HOST"), "here");
  EXPECT_EQ(head.request.headers.count("x-twice"), 2u);
  EXPECT_EQ(head.body_bytes, 12u);
  EXPECT_TRUE(head.expects_continue);
}

TEST(RequestHead, WithoutALengthHasNone) {
  RequestHead head;
  ASSERT_FALSE(parse_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n", bounds, head));
  EXPECT_FALSE(head.body_bytes);
  EXPECT_FALSE(head.expects_continue);
}

TEST(RequestHead, AtEveryMaximumIsRead) {
  EXPECT_EQ(status_of("GET /" + std::string(bounds.target_bytes_max - 1, 'a') + " HTTP/1.1"), 200);
  std::string lines = "GET / HTTP/1.1";
  for (size_t i = 0; i < bounds.header_count_max; ++i) lines += "\r\nx: y";
  EXPECT_EQ(status_of(lines), 200);
}

TEST(RequestHead, AboveAMaximumIsRefused) {
  EXPECT_EQ(status_of("GET /" + std::string(bounds.target_bytes_max, 'a') + " HTTP/1.1"), 414);
  std::string lines = "GET / HTTP/1.1";
  for (size_t i = 0; i <= bounds.header_count_max; ++i) lines += "\r\nx: y";
  EXPECT_EQ(status_of(lines), 431);
}

TEST(RequestHead, ThatCouldBeUnderstoodInTwoWaysIsRefused) {
  for (const char* lines : {"GET / HTTP/1.1\r\nHost: a\r\nHost: b",
                            "GET / HTTP/1.1\r\nOrigin: a\r\nORIGIN: a",
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1",
                            "POST / HTTP/1.1\r\nContent-Length: -1",
                            "POST / HTTP/1.1\r\nContent-Length: 0x10",
                            "POST / HTTP/1.1\r\nContent-Length: 18446744073709551616",
                            "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
                            "GET / HTTP/1.1\r\nCookie: a=1\r\nCookie: a=2",
                            "GET / HTTP/1.1\r\nHost : a",
                            "GET / HTTP/1.1\r\n: a",
                            "GET http://a/ HTTP/1.1",
                            "GET * HTTP/1.1",
                            "GET  / HTTP/1.1",
                            "GET / HTTP/1.1\nHost: a",
                            "GET /",
                            "/",
                            "",
                            "\x16\x03\x01",
                            "GET /\x01 HTTP/1.1"}) {
    EXPECT_EQ(status_of(lines), 400) << lines;
  }
}

TEST(RequestHead, OfAnotherVersionOrExpectationIsRefused) {
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a"), 505);
  EXPECT_EQ(status_of("POST / HTTP/1.1\r\nExpect: a miracle"), 417);
}

TEST(RequestHead, WithoutAnEndIsRefusedByItsLongestPart) {
  EXPECT_EQ(fault_of_endless_head("GET /aaaa", bounds).status, 414);
  const Fault fault = fault_of_endless_head("GET / HTTP/1.1\r\nX: a", bounds);
  EXPECT_EQ(fault.status, 431);
  EXPECT_THAT(fault.detail, HasSubstr("16384"));
}

TEST(Target, KeepsWhatIsNoEscape) {
  EXPECT_EQ(parse_target("/100%").path, "/100%");
  EXPECT_EQ(parse_target("/%zz%4").path, "/%zz%4");
  EXPECT_EQ(parse_target("/a+b").path, "/a+b");
  EXPECT_EQ(parse_target("/%00").path, std::string("/\0", 2));
  EXPECT_THAT(parse_target("/?a=50%&b&&=c&d==").params,
              ElementsAre(Pair("a", "50%"), Pair("b", ""), Pair("", "c"), Pair("d", "=")));
  EXPECT_THAT(parse_target("/?").params, IsEmpty());
  EXPECT_EQ(parse_target("/a#b?c=d").path, "/a");
}

}  // namespace
}  // namespace host_stub::http
