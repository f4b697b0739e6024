// A damaged file never gives another answer: after a changed value, page or journal every view,
// export and digest says the same as before or fails by name; after a lost row the digest and the
// exports do. `check` names what is damaged, and makes anew what it can.
//
// CRM_DAMAGES  how many rows of each table, columns of each row and bits of each page are damaged
//              (default 1)

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "abi/export_request.h"
#include "abi/export_token.h"
#include "abi/loaded_plugin.h"
#include "abi/plugin_under_test.h"
#include "abi/recording_writer.h"
#include "abi/test_host.h"
#include "abi/view_request.h"
#include "support/event_list.h"
#include "support/every_kind.h"

namespace crm_tests {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view audience = "org.crm.message_history";
const std::string tenant = "mall-1";
constexpr std::size_t page_bytes = 8'192;
constexpr std::size_t page_checksum_bytes = 8;
constexpr std::size_t journal_page_bytes = 4'096;
constexpr std::int64_t feed_begins_us = 1'772'409'600'000'000;  // of every_kind()
constexpr std::int64_t day_us = std::int64_t{24} * 3'600 * 1'000'000;
constexpr std::int64_t age_us = 40 * day_us;
constexpr int days_kept = 90;
constexpr unsigned feed_seed = 2;
const std::vector<std::string> messages = {"M1", "M4", "M5"};

std::size_t damages() {
  const char* text = std::getenv("CRM_DAMAGES");
  return text == nullptr ? 1 : std::strtoul(text, nullptr, 10);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// What the plugin said, or why it did not.
struct Answer {
  std::int32_t status = CRM_OK;
  std::string text;
  friend bool operator==(const Answer&, const Answer&) = default;
};

using Answers = std::map<std::string, Answer>;  // by question

struct Checked {
  Answer answer;
  crm_check_result result{};
  bool is_sound() const {
    return answer.status == CRM_OK && result.damaged == 0 &&
           (result.differing == 0 || result.rebuilt != 0);
  }
  bool names(const std::string& thing) const {
    return answer.text.find(thing) != std::string::npos;
  }
};

// A plugin over a folder of its own.
class Shop {
 public:
  Shop() {
    host_.raw.log = [](const crm_host*, std::int32_t, crm_str) {};
  }
  explicit Shop(const fs::path& folder) : Shop() { copy(folder); }
  ~Shop() { end(); }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  fs::path folder() const { return host_.data_dir(); }
  fs::path file(const std::string& name) const {
    for (const auto& entry : fs::recursive_directory_iterator(host_.data_dir())) {
      if (entry.path().filename() == name) return entry.path();
    }
    throw std::runtime_error("no file " + name);
  }
  std::string database() const { return file("history.db"); }

  void copy(const fs::path& folder) {
    fs::copy(folder, host_.data_dir(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  void end() { instance_.reset(); }
  // From the next start on.
  void keep_days(int days) { host_.settings["retention.days"] = std::to_string(days); }

  // Everything that one source sends.
  void record(const std::vector<test::Event>& events, const std::string& source) {
    test::EventList list;
    for (const test::Event& event : events) list.add(event, list.size() + 1);
    record(list.batch(tenant, source));
  }
  // What the host does not know.
  void skip(const std::string& name, const std::string& source) {
    crm_event_refused skipped{};
    skipped.head = {sizeof(skipped), CRM_EVENT_REFUSED, CRM_REFUSED_IS_SKIPPED, 0, 1, clock_us};
    skipped.name = crm::str(name);
    const crm_event* const event = &skipped.head;
    crm_event_batch batch = test::EventList().batch(tenant, source);
    batch.events = &event;
    batch.count = 1;
    record(batch);
  }

  Answer digest() {
    std::string sha256(32, '\0');
    const std::int32_t status = plugin().events()->digest(
        plugin().raw(), crm::str(tenant), reinterpret_cast<std::uint8_t*>(sha256.data()));
    return answer(status, sha256);
  }
  Answer view(const std::string& id, std::vector<std::pair<std::string, std::string>> params = {}) {
    const ViewRequest request(tenant, id, std::move(params));
    RecordingWriter writer;
    return answer(plugin().views()->render(plugin().raw(), &request.raw, &writer.raw), writer.text);
  }
  Answer run_export(const std::string& message, const crm_writer* into = nullptr) {
    const std::string token = export_token(audience, tenant, message);
    ExportRequest request(tenant, token);
    RecordingWriter writer;
    const std::int32_t status = plugin().exports()->run(
        plugin().raw(), &request.raw, into == nullptr ? &writer.raw : into, &request.result);
    return answer(status, writer.text);
  }
  Checked check(std::uint32_t flags = 0) {
    Checked checked;
    const crm_check_request request{sizeof(request), flags, crm::str(tenant), 1'000};
    checked.result.size = sizeof(checked.result);
    RecordingWriter writer;
    const std::int32_t status =
        plugin().maintenance()->check(plugin().raw(), &request, &writer.raw, &checked.result);
    checked.answer = answer(status, writer.text);
    return checked;
  }

  Answers facts() {
    Answers answers;
    answers["digest"] = digest();
    for (const std::string& message : messages) {
      answers["export " + message] = run_export(message);
    }
    return answers;
  }
  Answers everything() {
    Answers answers;
    const auto ask = [&](const std::string& id,
                         std::vector<std::pair<std::string, std::string>> params = {}) {
      std::string name = id;
      for (const auto& [key, value] : params) name += ' ' + key + '=' + value;
      answers[name] = view(id, std::move(params));
    };
    ask("exports");
    ask("health");
    ask("settings.attribution");
    for (const char* list : {"messages.manual", "messages.automatic"}) {
      ask(list);
      ask(list, {{"sort", "net"}});
      ask(list, {{"q", "M"}, {"from", "2025-05-07"}, {"to", "2025-05-12"}});
    }
    for (const std::string& message : messages) {
      ask("message", {{"message_id", message}});
      ask("message.buyers", {{"message_id", message}});
      ask("message.recipients", {{"message_id", message}});
      ask("message.recipients", {{"message_id", message}, {"outcome", "failed"}});
    }
    for (const char* order : {"O1", "O7", "O20", "O33"}) ask("order", {{"order_id", order}});
    for (const char* member : {"회원 1", "회원 2", "회원 7"}) {
      ask("member", {{"member_id", member}});
    }
    answers.merge(facts());
    return answers;
  }

 private:
  void record(const crm_event_batch& batch) {
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    ASSERT_EQ(plugin().events()->on_batch(plugin().raw(), &batch, &ack), CRM_OK);
    ASSERT_EQ(ack.durable_seq, batch.count);
  }
  static const Library& library() {
    static const Library loaded(plugin_path());
    return loaded;
  }
  Instance& plugin() {
    if (!instance_) {
      instance_.emplace(library(), &host_.raw);
      if (!instance_->runs()) throw std::runtime_error("the plugin does not start");
    }
    return *instance_;
  }
  // The words of the failure in place of what was written.
  Answer answer(std::int32_t status, std::string text) {
    std::string explanation = TestHost::take_explanation();
    return {status, status == CRM_OK ? std::move(text) : std::move(explanation)};
  }

  TestHost host_;
  std::optional<Instance> instance_;
};

// A plain connection, as another program would have.
class Database {
 public:
  explicit Database(const std::string& file) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK)
      throw std::runtime_error("cannot open");
    sqlite3_create_function(database_, "damaged", 1, SQLITE_UTF8, nullptr, damage, nullptr,
                            nullptr);
  }
  ~Database() { sqlite3_close(database_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The first column of every row.
  std::vector<std::string> texts(const std::string& sql) {
    std::vector<std::string> texts;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
      texts.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return texts;
  }
  std::int64_t number(const std::string& sql) { return std::stoll(texts(sql).at(0)); }
  bool run(const std::string& sql) const {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  // False when the table itself refuses.
  bool change(const std::string& sql) {
    const int before = sqlite3_total_changes(database_);
    return run(sql) && sqlite3_total_changes(database_) > before;
  }

 private:
  // Another value of the same type.
  static void damage(sqlite3_context* context, int, sqlite3_value** values) {
    sqlite3_value* const value = values[0];
    switch (sqlite3_value_type(value)) {
      case SQLITE_INTEGER:
        return sqlite3_result_int64(context, sqlite3_value_int64(value) + 1);
      case SQLITE_NULL:
        return sqlite3_result_int64(context, 1);
      default:
        break;
    }
    const auto* data = static_cast<const char*>(sqlite3_value_blob(value));
    std::string bytes(data == nullptr ? "" : data,
                      static_cast<std::size_t>(sqlite3_value_bytes(value)));
    if (bytes.empty())
      bytes = "x";
    else
      bytes[bytes.size() / 2] ^= 1;
    const int size = static_cast<int>(bytes.size());
    if (sqlite3_value_type(value) == SQLITE_BLOB) {
      sqlite3_result_blob(context, bytes.data(), size, SQLITE_TRANSIENT);
    } else {
      sqlite3_result_text(context, bytes.data(), size, SQLITE_TRANSIENT);
    }
  }

  sqlite3* database_ = nullptr;
};

// Leaves rows to their own checksums: those of pages say that they were not verified.
void forget_page_checksums(const std::string& file) {
  std::string bytes = bytes_of(file);
  for (std::size_t end = page_bytes; end <= bytes.size(); end += page_bytes) {
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(end - page_checksum_bytes),
                page_checksum_bytes, '\0');
  }
  write_bytes(file, bytes);
}

// What is recorded once for all tests, and what is answered then.
class Sound {
 public:
  static Sound& instance() {
    static Sound sound;
    return sound;
  }

  Sound() {
    std::vector<test::Event> events = test::every_kind(feed_seed);
    for (test::Event& event : events) {
      std::visit([](auto& known) { known.at_us += clock_us - age_us - feed_begins_us; }, event);
    }
    test::Order refused{clock_us - age_us, "O-refused", "회원 1"};
    refused.amount_minor = -1;
    events.emplace_back(refused);
    Shop shop;
    shop.record({test::Order{clock_us - 2 * days_kept * day_us, "O-old", "회원 1"}}, "old");
    shop.end();
    shop.keep_days(days_kept);
    shop.record(events, "all");
    shop.skip("type survey", "unknown");
    EXPECT_EQ(shop.digest().status, CRM_OK);
    // What is too old is dropped a little with every batch.
    for (int i = 0; i < 200 && !drops_old_orders(shop); ++i) {
      shop.record({test::Order{clock_us - age_us, "O-new", "회원 1"}}, "new " + std::to_string(i));
    }
    EXPECT_EQ(shop.run_export("M1").status, CRM_OK);
    // The folder as it is while an export runs, which nobody ends.
    RecordingWriter stopped([&](std::uint64_t, std::uint64_t size) {
      if (!kept_) kept_ = std::make_unique<Shop>(shop.folder());
      return static_cast<std::int64_t>(size);
    });
    EXPECT_EQ(shop.run_export("M2", &stopped.raw).status, CRM_OK);
    EXPECT_EQ(kept_->digest().status, CRM_OK);
    kept_->end();  // moves the log into the file
    answers = Shop(kept_->folder()).everything();
    for (const auto& [question, answer] : answers) {
      EXPECT_EQ(answer.status, CRM_OK) << question << ": " << answer.text;
    }
    for (const auto& [question, answer] : Shop(kept_->folder()).everything()) {
      EXPECT_EQ(answer, answers[question]) << "two looks differ: " << question;
    }
    Database database(kept_->database());
    tables = database.texts(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY "
        "name");
  }

  fs::path folder() const { return kept_->folder(); }
  std::string database() const { return kept_->database(); }

  Answers answers;
  std::vector<std::string> tables;

 private:
  static bool drops_old_orders(Shop& shop) {
    EXPECT_EQ(shop.digest().status, CRM_OK);
    return Database(shop.database()).number("SELECT count(*) FROM past_order") > 0;
  }

  std::unique_ptr<Shop> kept_;
};

class Damage : public testing::Test {
 protected:
  Damage() : sound_(Sound::instance()) {}

  // Says of each answer that it is what it was, or a failure in words.
  void expect_no_lie(const Answers& answers) {
    for (const auto& [question, answer] : answers) {
      if (answer.status == CRM_OK) {
        EXPECT_TRUE(answer == sound_.answers.at(question)) << "another answer: " << question;
      } else {
        EXPECT_EQ(answer.status, CRM_ERR_CORRUPT) << question << ": " << answer.text;
        EXPECT_NE(answer.text, "") << question;
      }
    }
  }

  // A damage is named, facts are left as they are, and what is derived becomes what it was.
  void expect_check(Shop& shop, const std::string& thing) {
    const Checked found = shop.check();
    EXPECT_FALSE(found.is_sound());
    const bool in_index = thing == "fence" || thing == "block" || thing == "run";
    EXPECT_TRUE(found.names(thing) || (in_index && found.names("tree"))) << found.answer.text;
    if (found.answer.status != CRM_OK) {
      EXPECT_EQ(found.answer.status, CRM_ERR_CORRUPT) << found.answer.text;
      return;
    }
    const Checked rebuilt = shop.check(CRM_CHECK_REBUILD);
    if (found.result.damaged > 0) {
      EXPECT_FALSE(rebuilt.is_sound());
      EXPECT_EQ(rebuilt.result.rebuilt, 0U);
      return;
    }
    ++mended_;
    EXPECT_TRUE(rebuilt.is_sound()) << rebuilt.answer.text;
    EXPECT_EQ(rebuilt.result.rebuilt, 1U);
    const Checked again = shop.check();
    EXPECT_TRUE(again.is_sound() && again.result.rebuilt == 0) << again.answer.text;
    expect_mended(shop.facts());
  }

  void expect_mended(const Answers& answers) {
    for (const auto& [question, answer] : answers) {
      EXPECT_TRUE(answer == sound_.answers.at(question))
          << "after a rebuild: " << question << ": " << answer.text;
    }
  }

  // "rowid = 3", for some rows of the table; the same in every run.
  std::vector<std::string> rows_of(Database& database, const std::string& table) {
    const auto keys = database.texts("SELECT name FROM pragma_table_info('" + table +
                                     "') WHERE pk > 0 ORDER BY pk");
    std::string key;
    for (const std::string& name : keys) key += (key.empty() ? "" : ", ") + name;
    if (key.empty()) key = "rowid";
    const std::int64_t count = database.number("SELECT count(*) FROM " + table);
    std::set<std::int64_t> picked;
    for (std::size_t i = 0; i < damages() && count > 0; ++i) {
      picked.insert(std::uniform_int_distribution<std::int64_t>(0, count - 1)(random_));
    }
    std::vector<std::string> rows;
    for (const std::int64_t row : picked) {
      rows.push_back("(" + key + ") = (SELECT " + key + " FROM " + table + " ORDER BY " + key +
                     " LIMIT 1 OFFSET " + std::to_string(row) + ")");
    }
    return rows;
  }

  // A damaged copy; false when the table itself refuses.
  static bool change(Shop& shop, const std::string& sql) {
    const std::string file = shop.database();
    {
      Database database(file);
      if (!database.change(sql)) return false;
    }
    forget_page_checksums(file);
    return true;
  }

  Sound& sound_;
  std::mt19937_64 random_{14};
  int mended_ = 0;
};

TEST_F(Damage, everyTableHasRows) {
  Database database(sound_.database());
  for (const std::string& table : sound_.tables) {
    EXPECT_GT(database.number("SELECT count(*) FROM " + table), 0) << table;
  }
}

TEST_F(Damage, aSoundStoreIsSound) {
  Shop shop(sound_.folder());
  const Checked checked = shop.check(CRM_CHECK_REBUILD);
  EXPECT_TRUE(checked.is_sound()) << checked.answer.text;
  EXPECT_EQ(checked.result.rebuilt, 0U);
  EXPECT_EQ(checked.result.differing, 0U) << checked.answer.text;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(checked.result.sha256), 32),
            sound_.answers.at("digest").text);
}

TEST_F(Damage, aSoundStoreThatIsUsedIsSound) {
  Shop shop(sound_.folder());
  shop.everything();
  const Checked checked = shop.check();
  EXPECT_TRUE(checked.is_sound()) << checked.answer.text;
  EXPECT_EQ(shop.everything().at("digest"), sound_.answers.at("digest"));
}

TEST_F(Damage, aLostRowIsTold) {
  for (const std::string& table : sound_.tables) {
    Database database(sound_.database());
    for (const std::string& row : rows_of(database, table)) {
      SCOPED_TRACE("lost of " + table + ": " + row);
      Shop shop(sound_.folder());
      ASSERT_TRUE(change(shop, "DELETE FROM " + table + " WHERE " + row));
      expect_no_lie(shop.facts());
      expect_check(shop, table);
    }
  }
  EXPECT_GT(mended_, 15);  // counts of what is past retention cannot be made anew
}

// Another program gave the order or the member another id, in the index as well: nobody looks
// through all orders for the one that may have had an id which nobody has.
bool is_looked_up_by(const std::string& table, const std::string& column) {
  return (table == "orders" && column == "order_id") || (table == "member" && column == "member");
}

TEST_F(Damage, aChangedValueIsTold) {
  for (const std::string& table : sound_.tables) {
    Database database(sound_.database());
    const auto columns = database.texts("SELECT name FROM pragma_table_info('" + table + "')");
    for (const std::string& row : rows_of(database, table)) {
      for (std::size_t i = 0; i < std::min(columns.size(), damages() + 1); ++i) {
        const std::string& column =
            columns[std::uniform_int_distribution<std::size_t>(0, columns.size() - 1)(random_)];
        SCOPED_TRACE("changed in " + table + ": " + column + " where " + row);
        Shop shop(sound_.folder());
        if (!change(shop, "UPDATE " + table + " SET " + column + " = damaged(" + column +
                              ") WHERE " + row)) {
          continue;
        }
        Answers answers = shop.everything();
        if (is_looked_up_by(table, column)) {
          std::erase_if(answers, [](const auto& asked) {
            return asked.second.status == CRM_ERR_NOT_FOUND && !asked.first.starts_with("export");
          });
        }
        expect_no_lie(answers);
        expect_check(shop, table);
      }
    }
  }
}

// The order's id is read beside the credit.
TEST_F(Damage, ordersOfAnExportAreVerified) {
  Shop shop(sound_.folder());
  ASSERT_TRUE(change(shop, "UPDATE orders SET order_id = order_id || 'x'"));
  const Answers answers = shop.facts();
  expect_no_lie(answers);
  EXPECT_EQ(answers.at("export M1").status, CRM_ERR_CORRUPT);
}

// Bytes of the first page that checksums leave out, as copies of a database differ in them.
bool is_left_out(std::size_t at) {
  return (at >= 24 && at < 28) || (at >= 40 && at < 44) || (at >= 92 && at < 100);
}

TEST_F(Damage, aFlippedBitOfAPageIsTold) {
  const std::string whole = bytes_of(sound_.database());
  for (std::size_t page = 0; page < whole.size() / page_bytes; ++page) {
    for (std::size_t i = 0; i < damages(); ++i) {
      const std::size_t in_page =
          std::uniform_int_distribution<std::size_t>(0, page_bytes - 1)(random_);
      if (page == 0 && is_left_out(in_page)) continue;
      SCOPED_TRACE("page " + std::to_string(page + 1) + ", byte " + std::to_string(in_page));
      Shop shop(sound_.folder());
      std::string bytes = whole;
      bytes[page * page_bytes + in_page] ^= static_cast<char>(1U << (random_() % 8));
      write_bytes(shop.database(), bytes);
      expect_no_lie(shop.everything());
      expect_check(shop, "page");
    }
  }
}

// What was acknowledged, and is in the journal only.
TEST_F(Damage, aFlippedBitOfTheJournalIsTold) {
  Shop writing(sound_.folder());
  Shop left;
  {
    const Database locked(writing.database());
    ASSERT_TRUE(locked.run("BEGIN IMMEDIATE"));
    std::vector<test::Event> events;
    for (int i = 0; i < 40; ++i) {
      events.emplace_back(test::Order{clock_us - age_us, "late " + std::to_string(i), "회원 1"});
    }
    writing.record(events, "late");
    left.copy(writing.folder());
  }
  const Answer expected = Shop(left.folder()).digest();
  ASSERT_EQ(expected.status, CRM_OK);
  ASSERT_NE(expected, sound_.answers.at("digest"));
  for (const char* name : {"journal.a", "journal.b", "journal.mark"}) {
    const std::string whole = bytes_of(left.file(name));
    for (std::size_t begin = 0; begin < whole.size(); begin += journal_page_bytes) {
      const std::size_t size = std::min(journal_page_bytes, whole.size() - begin);
      for (std::size_t i = 0; i < 4 * damages(); ++i) {
        const std::size_t at =
            begin + std::uniform_int_distribution<std::size_t>(0, size - 1)(random_);
        SCOPED_TRACE(std::string(name) + ", byte " + std::to_string(at));
        Shop shop(left.folder());
        std::string bytes = whole;
        bytes[at] ^= static_cast<char>(1U << (random_() % 8));
        write_bytes(shop.file(name), bytes);
        const Answer digest = shop.digest();
        EXPECT_TRUE(digest == expected || digest.status == CRM_ERR_CORRUPT) << digest.text;
      }
    }
  }
}

}  // namespace
}  // namespace crm_tests
