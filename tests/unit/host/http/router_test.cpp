// Which route a path and a method lead to.
#include "http/router.h"

#include <gmock/gmock.h>

#include <string>

namespace host_stub::http {
namespace {

using testing::ElementsAre;

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    const Handler handle = [](const Request&, Response&) {};
    for (const char* pattern : {"/", "/api/menu", "/api/views/{}/{}", "/t/{...}", "/feed"}) {
      router_.get(pattern, handle);
    }
    router_.post("/feed", {}, handle);
    router_.post("/api/sign-in", {}, handle);
  }

  std::string pattern_of(std::string_view method, std::string_view path) const {
    const auto found = router_.find(method, path);
    return found.route == nullptr ? "none" : found.route->pattern;
  }

  Router router_;
};

TEST_F(RouterTest, FindsAPathByItsParts) {
  EXPECT_EQ(pattern_of("GET", "/"), "/");
  EXPECT_EQ(pattern_of("GET", "/api/menu"), "/api/menu");
  EXPECT_THAT(router_.find("GET", "/api/views/a.b/c").matches, ElementsAre("a.b", "c"));
  EXPECT_THAT(router_.find("GET", "/t/a/b/").matches, ElementsAre("a/b/"));
  EXPECT_THAT(router_.find("GET", "/t/").matches, ElementsAre(""));
}

TEST_F(RouterTest, FindsNothingElse) {
  for (const char* path : {"", "//", "/api", "/api/", "/api/menu/", "/api/menus", "/api/views/a",
                           "/api/views//b", "/api/views/a/", "/api/views/a/b/c", "/t", "/tt/a",
                           "/feed/", "api/menu", "/{}", "/API/menu"}) {
    EXPECT_EQ(pattern_of("GET", path), "none") << path;
    EXPECT_EQ(router_.find("GET", path).allow, "") << path;
  }
}

TEST_F(RouterTest, SaysWhichMethodsAPathTakes) {
  EXPECT_EQ(pattern_of("HEAD", "/api/menu"), "/api/menu");
  EXPECT_EQ(router_.find("DELETE", "/feed").allow, "GET, HEAD, POST");
  EXPECT_EQ(router_.find("get", "/").allow, "GET, HEAD");
  EXPECT_EQ(router_.find("HEAD", "/api/sign-in").allow, "POST");
  EXPECT_EQ(pattern_of("POST", "/feed"), "/feed");
}

// The server before matched regular expressions, whose recursion ended the process here.
TEST_F(RouterTest, TakesNoStackForALongPath) {
  const std::string parts(1u << 20, '/');
  EXPECT_EQ(pattern_of("GET", "/t" + parts), "/t/{...}");
  EXPECT_EQ(pattern_of("GET", "/api/views/" + std::string(1u << 20, 'a') + "/b"),
            "/api/views/{}/{}");
}

}  // namespace
}  // namespace host_stub::http
