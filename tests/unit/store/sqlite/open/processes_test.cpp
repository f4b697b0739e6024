// Processes that make or migrate one tenant's database at the same time: each gets it, or is told
// that another one is at it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/open/opening_turn.h"
#include "store/sqlite/open/schema.h"
#include "support/temporary_folder.h"

namespace message_history::sqlite {
namespace {

constexpr int processes_at_once = 8;
constexpr int processes_rounds = 10;
constexpr std::int64_t released_version_before = 3;

TenantFacts facts_of_shop() {
  TenantFacts facts;
  facts.tenant = "shop";
  facts.time_zone = "Asia/Seoul";
  facts.currency = "KRW";
  return facts;
}

// What became of a call in a process of its own: "done", or what it threw.
std::string outcome_of(const std::function<void()>& call) {
  try {
    call();
    return "done";
  } catch (const crm::Failure& failure) {
    return failure.what();
  }
}

// Runs `call` in as many processes at once; how often each outcome occurred.
std::map<std::string, int> outcomes(int count, const std::function<void()>& call) {
  int begin[2];
  int answers[2];
  if (::pipe(begin) != 0 || ::pipe(answers) != 0) throw std::runtime_error("no pipe");
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(begin[1]);
      char byte = 0;
      [[maybe_unused]] auto got = ::read(begin[0], &byte, 1);  // returns when all are there
      const std::string line = outcome_of(call) + "\n";
      got = ::write(answers[1], line.data(), line.size());
      ::_exit(0);
    }
    children.push_back(child);
  }
  ::close(begin[1]);
  ::close(begin[0]);
  ::close(answers[1]);
  std::string text;
  char buffer[4'096];
  for (ssize_t got = 0; (got = ::read(answers[0], buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(answers[0]);
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  std::map<std::string, int> found;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    ++found[text.substr(at, end - at)];
  }
  return found;
}

// A tenant's file as an earlier release made it.
void make_old_file(const std::string& folder) {
  const std::filesystem::path file = database_file(folder, "shop");
  std::filesystem::create_directories(file.parent_path());
  Connection db(file, Connection::Mode::create);
  for (std::int64_t step = 0; step < released_version_before; ++step) {
    db.execute(schema_steps[static_cast<std::size_t>(step)]);
  }
  db.execute(
      "INSERT INTO meta (key, value) VALUES ('tenant', 'shop'), ('time_zone', 'Asia/Seoul'), "
      "('currency', 'KRW'), ('member_salt', zeroblob(32)), ('rule.version', '1'), "
      "('rule.click_window_us', '1'), ('rule.coupon_window_us', '1'), "
      "('rule.delivered_window_us', '1'), ('rule.open_window_us', '1'), "
      "('rule.conversion_window_us', '1')");
  db.execute("PRAGMA application_id=" + std::to_string(application_id));
  db.execute("PRAGMA user_version=3");
}

const std::map<std::string, int> all_done{{"done", processes_at_once}};

TEST(Processes, OneTenantIsMadeByManyAtOnce) {
  for (int round = 0; round < processes_rounds; ++round) {
    TemporaryFolder folder;
    EXPECT_EQ(outcomes(processes_at_once,
                       [&] {
                         const auto store = make_engine(folder.path())->create(facts_of_shop());
                         store->begin()->commit();
                       }),
              all_done);
    EXPECT_EQ(make_engine(folder.path())->open("shop")->facts().tenant, "shop");
  }
}

TEST(Processes, OneTenantIsMigratedByManyAtOnce) {
  for (int round = 0; round < processes_rounds; ++round) {
    TemporaryFolder folder;
    make_old_file(folder.path());
    EXPECT_EQ(outcomes(processes_at_once,
                       [&] {
                         const auto store = make_engine(folder.path())->open("shop");
                         store->begin()->commit();
                       }),
              all_done);
    Connection db(database_file(folder.path(), "shop"), Connection::Mode::read);
    EXPECT_EQ(db.pragma("user_version"), schema_version);
  }
}

TEST(Processes, OneThatWaitsTooLongIsToldThatAnotherIsAtIt) {
  TemporaryFolder folder;
  const OpeningTurn turn(folder.path());
  const auto found =
      outcomes(1, [&] { const OpeningTurn another(folder.path(), std::chrono::milliseconds(20)); });
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found.begin()->first.find("another process makes this tenant's database"),
            std::string::npos);
}

}  // namespace
}  // namespace message_history::sqlite
