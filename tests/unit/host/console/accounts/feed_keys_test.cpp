// Keys of feeds: several for a tenant, by name.
#include "console/accounts/feed_keys.h"

#include <crm/base.h>
#include <gmock/gmock.h>

#include <fstream>

#include "files/random_bytes.h"
#include "keys/sha256.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class FeedKeysFile : public testing::Test {
 protected:
  std::string issue(const FeedStream& stream, std::string_view name) {
    const auto key = keys_.issue(stream, name);
    EXPECT_TRUE(key) << key.error().detail;
    return key ? key.value() : "";
  }
  bool opens(std::string_view key) const { return keys_.find(key).value().has_value(); }
  std::string path() const { return folder_.path() + "/feed_keys.json"; }

  const TemporaryFolder folder_;
  FeedKeys keys_{folder_.path()};
  const FeedStream shop_{"shop", "orders"};
};

TEST_F(FeedKeysFile, SeveralOfASourceOpenUntilTheyAreRevoked) {
  const std::string one = issue(shop_, "one");
  const std::string two = issue(shop_, "two");
  const std::string elsewhere = issue({"other", "orders"}, "one");
  ASSERT_TRUE(keys_.revoke("shop", "one"));
  EXPECT_FALSE(opens(one));
  EXPECT_TRUE(opens(two));
  EXPECT_TRUE(opens(elsewhere));
  EXPECT_EQ(keys_.find(two).value()->source, "orders");
}

TEST_F(FeedKeysFile, OneOfTheSameNameTakesThePlaceOfTheOther) {
  const std::string old = issue(shop_, "one");
  const std::string next = issue(shop_, "one");
  EXPECT_FALSE(opens(old));
  EXPECT_TRUE(opens(next));
  const auto refused = keys_.issue({"shop", "clicks"}, "one");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("is of source orders; choose another --name"));
  EXPECT_TRUE(opens(next));
}

TEST_F(FeedKeysFile, AreListedByNameWithTheirTimeAndWithoutTheSecret) {
  issue(shop_, "two");
  issue(shop_, "one");
  issue({"other", "orders"}, "three");
  const auto listed = keys_.list("shop").value();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].name, "one");
  EXPECT_EQ(listed[1].name, "two");
  EXPECT_EQ(listed[0].stream.source, "orders");
  EXPECT_THAT(listed[0].made_at, MatchesRegex("20[0-9-]+T[0-9:]+Z"));
}

TEST_F(FeedKeysFile, OfATenantAreBounded) {
  for (size_t i = 0; i < feed_keys_of_a_tenant_max; ++i) issue(shop_, std::to_string(i));
  const auto refused = keys_.issue(shop_, "one-more");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, CRM_ERR_FULL);
  EXPECT_THAT(refused.error().detail, HasSubstr("revoke one first"));
  issue(shop_, "0");
  issue({"other", "orders"}, "one-more");
}

TEST_F(FeedKeysFile, FromBeforeTheyHadNamesHaveThatOfTheirSource) {
  std::ofstream(path()) << "{\"keys\": {\"" << to_hex(sha256("secret"))
                        << R"(": {"tenant": "shop", "source": "orders"}}})";
  EXPECT_TRUE(opens("secret"));
  ASSERT_EQ(keys_.list("shop").value().size(), 1U);
  ASSERT_TRUE(keys_.revoke("shop", "orders"));
  EXPECT_FALSE(opens("secret"));
}

TEST_F(FeedKeysFile, NamesAKeyThatIsNotThereAndAFileThatIsDamaged) {
  issue(shop_, "one");
  for (const auto& [tenant, name] : {std::pair("shop", "two"), std::pair("other", "one")}) {
    const auto refused = keys_.revoke(tenant, name);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("--list"));
  }
  for (const char* entry : {"1", R"({"tenant": 1, "source": "orders"})", R"({"tenant": "shop"})"}) {
    std::ofstream(path()) << R"({"keys": {"00": )" << entry << "}}";
    EXPECT_EQ(keys_.find("secret").error().status, CRM_ERR_CORRUPT) << entry;
    EXPECT_EQ(keys_.revoke("shop", "one").error().status, CRM_ERR_CORRUPT) << entry;
  }
}

}  // namespace
}  // namespace host_stub
