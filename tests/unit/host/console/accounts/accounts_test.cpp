// The console's accounts: what their file says, and which tenants they see.
#include "console/accounts/accounts.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "support/temporary_folder.h"

namespace host_stub {
namespace {

using testing::HasSubstr;

class AccountsFile : public testing::Test {
 protected:
  void write(std::string_view text) { std::ofstream(path()) << text; }
  std::string path() const { return folder_.path() + "/accounts.json"; }
  // With a member of its only account in the place of "tenants".
  void write_with(std::string_view member) {
    std::ostringstream text;
    text << R"({"accounts": [{"name": "viewer", "role": "viewer", "salt": "c2FsdA", "scrypt": ")"
         << std::string(43, 'A') << "\"" << member << "}]}";
    write(text.str());
  }

  const TemporaryFolder folder_;
  const Accounts accounts_{folder_.path()};
};

TEST_F(AccountsFile, WithoutAListSeesEveryTenant) {
  write_with("");
  const auto account = accounts_.find("viewer");
  ASSERT_TRUE(account && account.value());
  EXPECT_TRUE(is_listed(account.value()->tenants, "any"));
}

TEST_F(AccountsFile, OfAnEmptyListSeesNone) {
  write_with(R"(, "tenants": [])");
  EXPECT_FALSE(is_listed(accounts_.find("viewer").value()->tenants, "any"));
}

TEST_F(AccountsFile, BindsAnAccountForThoseWhoAskNextAndLeavesItsPassword) {
  write_with("");
  const auto before = accounts_.find("viewer").value();
  const Accounts other_process(folder_.path());
  ASSERT_TRUE(other_process.bind("viewer", TenantList({"one", "two"})));
  const auto bound = accounts_.find("viewer").value();
  EXPECT_TRUE(is_listed(bound->tenants, "two"));
  for (const char* tenant : {"", "on", "one ", "ONE", "three"}) {
    EXPECT_FALSE(is_listed(bound->tenants, tenant)) << tenant;
  }
  EXPECT_EQ(password_version(*bound), password_version(*before));
  ASSERT_TRUE(other_process.bind("viewer", {}));
  EXPECT_TRUE(is_listed(accounts_.find("viewer").value()->tenants, "three"));
}

TEST_F(AccountsFile, NamesAnAccountThatIsNotThere) {
  const auto none = accounts_.bind("viewer", {});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().detail, HasSubstr("start crm-host serve"));
  write_with("");
  const auto unknown = accounts_.bind("owner", {});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().detail, HasSubstr("there is no account owner"));
}

// Otherwise a damaged list would open every tenant.
TEST_F(AccountsFile, RefusesAListThatIsNone) {
  std::string many = "\"t\"";
  for (size_t i = 1; i < account_tenants_max; ++i) many += ",\"t\"";
  write_with(", \"tenants\": [" + many + "]");
  EXPECT_TRUE(accounts_.find("viewer"));
  for (const std::string& list :
       {std::string("null"), std::string("\"one\""), std::string("{}"), std::string("[1]"),
        std::string("[[\"one\"]]"), "[\"t\"," + many + "]"}) {
    write_with(", \"tenants\": " + list);
    const auto refused = accounts_.find("viewer");
    ASSERT_FALSE(refused) << list;
    EXPECT_THAT(refused.error().detail, HasSubstr("tenants of account viewer")) << list;
  }
}

}  // namespace
}  // namespace host_stub
