// Snapshots of the SQLite engine against a database filled by hand, table by table.
#include "store/sqlite/snapshot.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/codec.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/schema.h"

namespace message_history::sqlite {
namespace {

constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();

struct Blob {
  std::string bytes;
};

// A tenant's database in a folder of its own, written row by row.
class Database {
 public:
  Database() : folder_(std::filesystem::temp_directory_path() / "snapshot_test_XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    db_ = std::make_unique<Connection>(file(), Connection::Mode::create);
    for (const char* step : schema_steps) db_->execute(step);
  }
  ~Database() {
    db_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string file() const { return folder_ + "/history.db"; }
  void run(const std::string& sql) { db_->execute(sql); }
  SqliteSnapshot snapshot() const { return SqliteSnapshot(file(), facts()); }

  template <class... Values>
  void put(const char* sql, const Values&... values) {
    Query query = db_->query(sql);
    (bind(query, values), ...);
    query.run();
  }

  MemberNo member(std::int64_t number, std::string_view id, bool erased = false) {
    put("INSERT INTO member VALUES (?, ?, ?)", number, id, erased ? 1 : 0);
    return {number};
  }
  RouteNo route(std::int64_t number, Channel channel, std::string_view provider) {
    put("INSERT INTO route VALUES (?, ?, ?)", number, static_cast<int>(channel), provider);
    return {number};
  }
  MessageNo message(const MessageRow& row) {
    const MessageReport& report = row.report;
    const RecipientCounts& counts = row.counts.recipients;
    put("INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        row.number.value, row.message_id, report.facts.at_us, static_cast<int>(report.facts.state),
        static_cast<int>(report.facts.kind), static_cast<int>(report.facts.channel),
        report.facts.name, report.scheduled_at_us.at_us, report.scheduled_at_us.value,
        report.audience.at_us, report.audience.value, row.sent_at_us, row.activity_at_us,
        counts.success, counts.failed, counts.pending, counts.excluded, counts.delivered,
        counts.held_out, counts.converted_reached, counts.converted_held_out, row.counts.clickers,
        row.counts.openers, row.counts.redeemers, row.counts.buyers, row.counts.orders);
    return row.number;
  }
  void money(MessageNo message, std::string_view currency, const MessageMoney& row) {
    put("INSERT INTO message_money VALUES (?,?,?,?,?,?)", message.value, currency, row.orders,
        row.gross_minor, row.refunded_minor, row.cost_minor);
  }
  void delivery(const Delivery& row) {
    const std::string marks = encode_marks(row.state);
    put("INSERT INTO delivery VALUES (?,?,?,?,?,?,nullif(?, 0),?,?,?)", row.message.value,
        row.delivery_id, row.state.member.value, row.state.route.value,
        static_cast<int>(row.state.status()), row.state.first_at_us(), row.state.chain.value,
        row.state.converted ? 1 : 0, Blob{marks}, checksum_of(row, marks));
    if (!is_person(row.state.member)) return;
    put("INSERT INTO member_delivery VALUES (?,?,?,?)", row.state.member.value,
        row.state.timeline_at_us(), row.message.value, row.delivery_id);
  }
  void touch(const TouchRow& row) {
    put("INSERT INTO touch VALUES (?,?,?,?,?,?)", row.member.value, row.at_us,
        static_cast<int>(row.kind), row.message.value, row.delivery_id, checksum_of(row));
  }
  void order(const Order& row) {
    const std::string lines = encode_lines(row.version.lines);
    put("INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", row.number.value, row.order_id,
        row.member.value, row.placed_at_us, row.version.revision, row.version.at_us,
        row.version.currency, row.version.amount_minor, row.version.message.value,
        row.version.message_id, row.refunded_minor, Blob{lines}, checksum_of(row, lines));
  }
  void refund(const Refund& row) {
    put("INSERT INTO refund VALUES (?,?,?,?,?,?)", row.refund_id, row.order_id, row.at_us,
        row.currency, row.amount_minor, checksum_of(row));
  }
  void credit(const CreditRow& row) {
    put("INSERT INTO credit VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row.order.value, row.message.value,
        row.ordered_at_us, row.member.value, row.currency, row.gross_minor, row.refunded_minor,
        static_cast<int>(row.touch), row.touch_at_us, row.delivery_id, row.rule_version,
        checksum_of(row));
  }

 private:
  static TenantFacts facts() {
    TenantFacts facts;
    facts.currency = "KRW";
    return facts;
  }
  static void bind(Query& query, const Blob& blob) { query.bind_blob(blob.bytes); }
  static void bind(Query& query, std::string_view text) { query.bind(text); }
  static void bind(Query& query, std::int64_t value) { query.bind(value); }
  static void bind(Query& query, const std::optional<std::int64_t>& value) { query.bind(value); }

  std::string folder_;
  std::unique_ptr<Connection> db_;
};

MessageRow manual(std::int64_t number, std::int64_t activity_at_us = 0) {
  MessageRow row;
  row.number = {number};
  row.message_id = "m" + std::to_string(number);
  row.report.facts = {1000, MessageState::completed, MessageKind::manual, Channel::sms, "Sale"};
  row.activity_at_us = activity_at_us;
  return row;
}

Delivery sent(MessageNo message, std::string id, MemberNo member, std::int64_t at_us) {
  Delivery row{message, std::move(id), {}};
  row.state.member = member;
  row.state.route = {1};
  row.state.merge(StatusMark{DeliveryStatus::sent, at_us, "", ""});
  return row;
}

Order order(std::int64_t number, MemberNo member, std::int64_t placed_at_us) {
  Order row;
  row.number = {number};
  row.order_id = "o" + std::to_string(number);
  row.member = member;
  row.placed_at_us = placed_at_us;
  row.version = {1, placed_at_us, "KRW", 5000, {}, "", {{"p", "Shirt", "", 5000, 0, 1}}};
  return row;
}

CreditRow credit(std::int64_t order, MessageNo message, MemberNo member, std::string delivery_id) {
  CreditRow row;
  row.order = {order};
  row.message = message;
  row.ordered_at_us = 500 + order % 3;
  row.member = member;
  row.currency = "KRW";
  row.gross_minor = 5000;
  row.delivery_id = std::move(delivery_id);
  row.rule_version = 1;
  return row;
}

// How a page of this sort is ordered, by the definitions of MessageSort.
std::pair<std::int64_t, std::string> sort_value(MessageSort sort, const MessageListRow& row) {
  const MessageReport& report = row.message.report;
  const MessageCounts& counts = row.message.counts;
  switch (sort) {
    case MessageSort::activity:
      return {row.message.activity_at_us, ""};
    case MessageSort::sent:
      if (row.message.sent_at_us) return {*row.message.sent_at_us, ""};
      return {report.scheduled_at_us.known() ? report.scheduled_at_us.value : report.facts.at_us,
              ""};
    case MessageSort::name:
      return {0, report.facts.name};
    case MessageSort::recipients:
      return {counts.recipients.recipients(), ""};
    case MessageSort::success:
      return {counts.recipients.success, ""};
    case MessageSort::failed:
      return {counts.recipients.failed, ""};
    case MessageSort::clicks:
      return {counts.clickers, ""};
    case MessageSort::orders:
      return {counts.orders, ""};
    case MessageSort::net:
      return {row.money.contains("KRW") ? row.money.at("KRW").net_minor() : 0, ""};
  }
  return {};
}

std::vector<MessageListRow> pages_of(SqliteSnapshot& snapshot, const MessageFilter& filter,
                                     MessagePage page) {
  std::vector<MessageListRow> rows;
  while (true) {
    const auto part = snapshot.messages(filter, page);
    EXPECT_LE(part.size(), static_cast<std::size_t>(page.limit));
    if (part.empty()) return rows;
    rows.insert(rows.end(), part.begin(), part.end());
    page.after = part.back().key;
  }
}

std::vector<std::string> ids_of(const std::vector<MessageListRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.message.message_id);
  return ids;
}

// Sixty manual messages full of ties, every fourth without attempts, and others that must not be
// listed.
void fill_lists(Database& db) {
  std::mt19937 random(7);
  const auto few = [&random] { return static_cast<std::int64_t>(random() % 4); };
  const char* names[] = {"", "Autumn sale", "autumn SALE", "\xEA\xB0\x80\xEC\x9D\x84 50%_off"};
  for (std::int64_t number = 1; number <= 60; ++number) {
    MessageRow row = manual(number, 1000 + few());
    row.report.facts.at_us = 1000 + few();
    row.report.facts.name = names[few()];
    row.report.facts.channel = few() == 0 ? Channel::email : Channel::sms;
    if (few() == 0) row.report.scheduled_at_us = {5, 1000 + few()};
    if (few() != 0) row.sent_at_us = 1000 + few();
    row.counts.recipients = {few(), few(), few(), few(), 0, 0, 0, 0};
    row.counts.clickers = few();
    row.counts.orders = few();
    db.message(row);
    if (few() != 0) db.money(row.number, "KRW", {1, 100 * few(), 50 * few(), few()});
    if (few() == 0) db.money(row.number, "USD", {1, 1'000'000, 0, 0});
    db.money(row.number, "JPY", {});  // a change that was taken back
  }
  MessageRow automatic = manual(61);
  automatic.report.facts.kind = MessageKind::automatic;
  db.message(automatic);
  MessageRow unknown;
  unknown.number = {62};
  unknown.message_id = "m62";
  db.message(unknown);
}

TEST(MessageList, PagesHoldEveryMessageOnceInOrderForEverySortAndDirection) {
  Database db;
  fill_lists(db);
  auto snapshot = db.snapshot();
  for (int sort = 0; sort <= static_cast<int>(MessageSort::net); ++sort) {
    for (const bool descending : {true, false}) {
      for (const std::int64_t limit : {1, 7, 1000}) {
        MessagePage page{static_cast<MessageSort>(sort), descending, {}, limit};
        const auto rows = pages_of(snapshot, {}, page);
        std::vector<std::pair<std::pair<std::int64_t, std::string>, std::int64_t>> keys;
        for (const auto& row : rows) {
          keys.emplace_back(sort_value(page.sort, row), row.message.number.value);
          EXPECT_EQ(row.money.count("JPY"), 0u);
        }
        auto ordered = keys;
        std::sort(ordered.begin(), ordered.end());
        if (descending) std::reverse(ordered.begin(), ordered.end());
        EXPECT_EQ(keys, ordered) << "sort " << sort << " descending " << descending;
        EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), 60u);
        EXPECT_EQ(keys.size(), 60u);
      }
    }
  }
}

TEST(MessageList, FiltersAgreeWithTheirDefinitionAndTotalsWithTheList) {
  Database db;
  fill_lists(db);
  auto snapshot = db.snapshot();
  const auto everything = pages_of(snapshot, {}, {});
  const auto check = [&](const MessageFilter& filter, auto&& matches) {
    std::vector<std::string> expected;
    MessageTotals totals;
    for (const auto& row : everything) {
      if (!matches(row)) continue;
      expected.push_back(row.message.message_id);
      ++totals.messages;
      RecipientCounts& recipients = totals.counts.recipients;
      recipients.success += row.message.counts.recipients.success;
      recipients.failed += row.message.counts.recipients.failed;
      recipients.pending += row.message.counts.recipients.pending;
      recipients.excluded += row.message.counts.recipients.excluded;
      totals.counts.clickers += row.message.counts.clickers;
      totals.counts.orders += row.message.counts.orders;
      for (const auto& [currency, money] : row.money) {
        MessageMoney& sum = totals.money[currency];
        sum.orders += money.orders;
        sum.gross_minor += money.gross_minor;
        sum.refunded_minor += money.refunded_minor;
        sum.cost_minor += money.cost_minor;
      }
    }
    EXPECT_EQ(ids_of(pages_of(snapshot, filter, {})), expected);
    const MessageTotals have = snapshot.totals(filter);
    EXPECT_EQ(have.messages, totals.messages);
    EXPECT_EQ(have.counts, totals.counts);
    EXPECT_EQ(have.money, totals.money);
    return expected.size();
  };
  const auto named = [](const char* a, const char* b) {
    return [=](const MessageListRow& row) {
      return row.message.report.facts.name == a || row.message.report.facts.name == b;
    };
  };
  MessageFilter filter;
  filter.text = "AUTUMN sAle";
  EXPECT_GT(check(filter, named("Autumn sale", "autumn SALE")), 0u);
  filter.text = "0%_O";  // no wildcards
  EXPECT_GT(check(filter, named("\xEA\xB0\x80\xEC\x9D\x84 50%_off", "-")), 0u);
  filter.text = "M59";
  EXPECT_EQ(check(filter, [](const auto& row) { return row.message.message_id == "m59"; }), 1u);
  filter.text = "m62";
  EXPECT_EQ(check(filter, [](const auto&) { return false; }), 0u);
  filter = {};
  filter.channel = Channel::email;
  EXPECT_GT(
      check(filter,
            [](const auto& row) { return row.message.report.facts.channel == Channel::email; }),
      0u);
  filter.from_us = 1001;
  filter.until_us = 1003;
  EXPECT_GT(check(filter,
                  [](const auto& row) {
                    const std::int64_t at_us = sort_value(MessageSort::sent, row).first;
                    return row.message.report.facts.channel == Channel::email && at_us >= 1001 &&
                           at_us < 1003;
                  }),
            0u);
  filter = {};
  filter.kind = MessageKind::automatic;
  EXPECT_EQ(ids_of(snapshot.messages(filter, {})), std::vector<std::string>{"m61"});
  filter.kind = MessageKind::unknown;
  EXPECT_TRUE(snapshot.messages(filter, {}).empty());
  EXPECT_EQ(snapshot.held_messages(), 1);
}

TEST(MessageList, ResultsAreThoseOfTheModel) {
  Database db;
  std::vector<MessageRow> rows;
  for (int kind = 1; kind <= 2; ++kind) {
    for (int state = 0; state <= 4; ++state) {
      for (int mask = 0; mask < 8; ++mask) {
        MessageRow row = manual(static_cast<std::int64_t>(rows.size()) + 1);
        row.report.facts.kind = static_cast<MessageKind>(kind);
        row.report.facts.state = static_cast<MessageState>(state);
        row.counts.recipients = {mask & 1, (mask >> 1) & 1, (mask >> 2) & 1, 1, 0, 0, 0, 0};
        db.message(row);
        rows.push_back(row);
      }
    }
  }
  auto snapshot = db.snapshot();
  for (const MessageKind kind : {MessageKind::automatic, MessageKind::manual}) {
    for (int result = 0; result <= static_cast<int>(MessageResult::empty); ++result) {
      MessageFilter filter;
      filter.kind = kind;
      filter.result = static_cast<MessageResult>(result);
      std::vector<std::string> expected;
      for (const MessageRow& row : rows) {
        const MessageFacts& facts = row.report.facts;
        if (facts.kind == kind &&
            result_of(kind, facts.state, row.counts.recipients) == *filter.result) {
          expected.push_back(row.message_id);
        }
      }
      EXPECT_EQ(ids_of(snapshot.messages(filter, {MessageSort::activity, false, {}, 100})),
                expected);
    }
  }
}

// Activity is that far apart from one message to the next.
std::int64_t steps_of_two_pages(std::int64_t messages, std::int64_t apart_us) {
  Database db;
  db.run("BEGIN");
  for (std::int64_t number = 1; number <= messages; ++number) {
    db.message(manual(number, 1000 + number * apart_us));
    db.money({number}, "KRW", {1, 100, 0, 0});
    db.delivery(sent({number}, "d", {}, 1000));
  }
  db.run("COMMIT");
  auto snapshot = db.snapshot();
  const std::int64_t before = snapshot.steps();
  MessagePage page{MessageSort::activity, true, {}, 20};
  page.after = snapshot.messages({}, page).back().key;
  EXPECT_EQ(snapshot.messages({}, page).size(), 20u);
  return snapshot.steps() - before;
}

TEST(MessageList, TheFirstPagesCostTheSameHoweverManyMessagesThereAre) {
  EXPECT_EQ(steps_of_two_pages(100, 1), steps_of_two_pages(10'000, 1));
  EXPECT_EQ(steps_of_two_pages(100, 0), steps_of_two_pages(10'000, 0));
}

TEST(Message, CountersByMoneyFailureAndDay) {
  Database db;
  db.message(manual(1));
  db.message(manual(2));
  db.route(1, Channel::sms, "carrier");
  db.route(2, Channel::alimtalk, "kakao");
  db.run("INSERT INTO failure VALUES (1,1,'4100',3,2), (1,2,'3018',9,1), (1,2,'0',0,0)");
  db.run("INSERT INTO message_day VALUES (1,10,5,1,0,0,2), (1,11,1,1,1,1,1), (2,11,0,0,0,0,0)");
  db.run(
      "INSERT INTO revenue_day VALUES (1,11,'KRW',1,100,0), (1,11,'USD',0,0,0), "
      "(2,12,'KRW',2,300,50)");
  db.run("INSERT INTO shop VALUES ('KRW',9,1000,10), ('USD',0,0,0)");
  auto snapshot = db.snapshot();

  const auto failures = snapshot.failures({1});
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].code, "3018");
  EXPECT_EQ(failures[0].route.channel, Channel::alimtalk);
  EXPECT_EQ(failures[1].route.provider, "carrier");
  EXPECT_EQ(failures[1].counts, (FailureCounts{3, 2}));
  EXPECT_EQ(snapshot.route({2}).provider, "kakao");
  EXPECT_THROW(snapshot.route({3}), crm::Failure);

  const auto days = snapshot.revenue_days({1});
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].money, (ShopMoney{1, 100, 0}));
  EXPECT_EQ(snapshot.shop(), (std::map<std::string, ShopMoney>{{"KRW", {9, 1000, 10}}}));

  const auto both = snapshot.period(MessageKind::manual, 10, 12);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].counts, (DayCounts{6, 2, 1, 1, 3}));
  EXPECT_EQ(both[0].money.at("KRW").gross_minor, 100);
  EXPECT_EQ(both[1].money.at("KRW").net_minor(), 250);
  ASSERT_EQ(snapshot.period(MessageKind::manual, 11, 11).size(), 1u);
  EXPECT_TRUE(snapshot.period(MessageKind::automatic, 10, 12).empty());
  EXPECT_EQ(snapshot.message("m2")->number, MessageNo{2});
  EXPECT_EQ(snapshot.message(MessageNo{2})->message_id, "m2");
  EXPECT_FALSE(snapshot.message("m3"));
}

TEST(Deliveries, PagesFailuresChainsAndTheStream) {
  Database db;
  const MessageNo message = db.message(manual(1));
  std::vector<Delivery> rows;
  for (int i = 0; i < 25; ++i) {
    Delivery row = sent(message, "d" + std::to_string(100 + i), {i + 1}, 1000 + i);
    if (i % 3 == 0) row.state.merge(StatusMark{DeliveryStatus::failed, 2000, "3018", "blocked"});
    if (i < 2) row.state.chain = {7};
    if (i == 4) row.state.merge(Cost{1500, "KRW", 9});
    db.delivery(row);
    rows.push_back(row);
  }
  db.delivery(sent({2}, "d100", {1}, 1000));
  auto snapshot = db.snapshot();
  const auto paged = [&](auto&& page) {
    std::vector<Delivery> have;
    for (std::vector<Delivery> part = page(""); !part.empty();
         part = page(have.back().delivery_id)) {
      have.insert(have.end(), part.begin(), part.end());
    }
    return have;
  };
  EXPECT_EQ(paged([&](std::string_view after) { return snapshot.deliveries(message, after, 4); }),
            rows);
  std::vector<Delivery> failed;
  for (std::size_t i = 0; i < rows.size(); i += 3) failed.push_back(rows[i]);
  EXPECT_EQ(
      paged([&](std::string_view after) { return snapshot.failed_deliveries(message, after, 4); }),
      failed);
  EXPECT_EQ(snapshot.chain({7}), std::vector<Delivery>(rows.begin(), rows.begin() + 2));
  EXPECT_EQ(snapshot.delivery(message, "d104"), rows[4]);
  EXPECT_FALSE(snapshot.delivery(message, "d1"));
  std::vector<Delivery> streamed;
  snapshot.each_delivery(message, [&](const Delivery& row) {
    streamed.push_back(row);
    return streamed.size() < 10;
  });
  EXPECT_EQ(streamed, std::vector<Delivery>(rows.begin(), rows.begin() + 10));
}

// A member with forty things at four different times, beside another member with the same.
int fill_timeline(Database& db) {
  int things = 0;
  for (const std::int64_t person : {1, 2}) {
    const MemberNo member = db.member(person, "member-" + std::to_string(person));
    things = 0;
    for (int i = 0; i < 10; ++i) {
      const std::int64_t at_us = 1000 + i % 4;
      const std::int64_t number = 100 * person + i;
      db.delivery(sent({1 + i % 2}, "d" + std::to_string(number), member, at_us));
      db.touch({member,
                at_us,
                i % 3 == 0 ? TouchKind::coupon : TouchKind::click,
                {1 + i % 2},
                i % 5 == 0 ? "" : "d" + std::to_string(i)});
      db.order(order(number, member, at_us));
      db.refund(
          {"r" + std::to_string(number), "o" + std::to_string(number), at_us + i % 2, "KRW", 100});
      things += 4;
    }
  }
  db.order(order(7, member_ambiguous, 1000));
  db.refund({"lost", "unknown", 1000, "KRW", 100});
  return things;
}

TEST(Timeline, PagesHoldEverythingOfTheMemberOnceNewestFirst) {
  Database db;
  const auto things = static_cast<std::size_t>(fill_timeline(db));
  auto snapshot = db.snapshot();
  std::vector<std::string> whole;
  for (const std::int64_t limit : {1000, 1, 2, 3, 7}) {
    std::vector<std::string> seen;
    std::optional<TimelineKey> after;
    std::int64_t at_us = all;
    for (auto part = snapshot.timeline({1}, after, limit); !part.empty();
         part = snapshot.timeline({1}, after, limit)) {
      EXPECT_LE(part.size(), static_cast<std::size_t>(limit));
      for (const TimelineRow& row : part) {
        EXPECT_LE(row.at_us, at_us);
        EXPECT_EQ(row.delivery.has_value(), row.what == TimelineRow::What::delivery);
        EXPECT_EQ(row.touch.has_value(), row.what == TimelineRow::What::touch);
        EXPECT_EQ(row.order.has_value(), row.what == TimelineRow::What::order);
        EXPECT_EQ(row.refund.has_value(), row.what == TimelineRow::What::refund);
        at_us = row.at_us;
        seen.push_back(row.key.tie);
      }
      after = part.back().key;
    }
    if (whole.empty()) whole = seen;
    EXPECT_EQ(seen, whole) << "pages of " << limit;
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), things);
    EXPECT_EQ(seen.size(), things);
  }
  EXPECT_TRUE(snapshot.timeline(member_ambiguous, {}, 10).empty());
  for (const char* tie : {"", "1", "x:1:2:", "1:2", "9999999999999999999:0:0:"}) {
    EXPECT_THROW(snapshot.timeline({1}, TimelineKey{1000, tie}, 10), crm::Failure) << tie;
  }
}

TEST(Members, AreFoundByIdAndNumberAndListedNewestFirst) {
  Database db;
  fill_timeline(db);
  db.member(3, "tombstone", true);
  auto snapshot = db.snapshot();
  EXPECT_EQ(snapshot.member("member-2")->number, MemberNo{2});
  EXPECT_TRUE(snapshot.member(MemberNo{3})->erased);
  EXPECT_FALSE(snapshot.member("member-3"));
  const auto deliveries = snapshot.deliveries_of({1}, 1001, 1002, 100);
  EXPECT_EQ(deliveries.size(), 5u);
  EXPECT_EQ(deliveries.front().state.timeline_at_us(), 1002);
  EXPECT_EQ(snapshot.deliveries_of({1}, 0, all, 3).size(), 3u);
  const auto touches = snapshot.touches_of({2}, 1003, 1003, 100);
  EXPECT_EQ(touches.size(), 2u);
  EXPECT_EQ(snapshot.touches_of({2}, 0, all, 100).front().at_us, 1003);
  db.run("DELETE FROM delivery WHERE delivery_id = 'd103'");
  auto damaged = db.snapshot();
  EXPECT_THROW(damaged.deliveries_of({1}, 0, all, 100), crm::Failure);
  EXPECT_THROW(damaged.timeline({1}, {}, 100), crm::Failure);
}

TEST(Orders, AreFoundWithTheirRefundsAndCredit) {
  Database db;
  fill_timeline(db);
  db.refund({"again", "o100", 900, "KRW", 5});
  db.credit(credit(100, {1}, {1}, ""));
  auto snapshot = db.snapshot();
  EXPECT_EQ(snapshot.order("o100")->version.lines.at(0).name, "Shirt");
  EXPECT_EQ(snapshot.order(OrderNo{100})->order_id, "o100");
  EXPECT_FALSE(snapshot.order("o"));
  const auto refunds = snapshot.refunds_of("o100");
  ASSERT_EQ(refunds.size(), 2u);
  EXPECT_EQ(refunds[0].refund_id, "again");
  EXPECT_EQ(*snapshot.credit({100}), credit(100, {1}, {1}, ""));
  EXPECT_FALSE(snapshot.credit({101}));
  EXPECT_EQ(snapshot.held_refunds(), 1);
}

// What each sale of the message is shown beside, as "delivery/order".
std::vector<std::string> sales_of(SqliteSnapshot& snapshot, MessageNo message) {
  std::vector<std::string> sales;
  snapshot.each_sale(message, [&](const Snapshot::Sale& sale) {
    sales.push_back(sale.delivery_id + "/" + sale.order_id);
    return true;
  });
  return sales;
}

TEST(Sales, StandBesideTheDeliveryOfTheCreditElseTheMembersFirst) {
  Database db;
  const MemberNo one = db.member(1, "one");
  db.member(2, "two");
  db.delivery(sent({1}, "b", one, 100));
  db.delivery(sent({1}, "a", one, 200));  // later, but the smallest
  db.delivery(sent({1}, "c", {2}, 100));
  db.delivery(sent({1}, "amb", member_ambiguous, 100));
  db.delivery(sent({2}, "A", one, 50));  // of another message
  const MemberNo stranger = db.member(3, "three");
  const std::pair<MemberNo, const char*> credits[] = {
      {one, "b"}, {one, ""}, {one, "A"}, {stranger, ""}, {{}, ""}, {member_ambiguous, ""},
      {{}, "c"}};
  std::int64_t number = 10;
  for (const auto& [member, delivery_id] : credits) {
    db.order(order(number, member, 400));
    db.credit(credit(number++, {1}, member, delivery_id));
  }
  db.order(order(99, one, 400));
  db.credit(credit(99, {2}, one, "b"));
  auto snapshot = db.snapshot();
  EXPECT_EQ(sales_of(snapshot, {1}),
            (std::vector<std::string>{"/o13", "/o14", "/o15", "a/o11", "a/o12", "b/o10", "c/o16"}));
  EXPECT_EQ(sales_of(snapshot, {2}), std::vector<std::string>{"A/o99"});
  int visited = 0;
  snapshot.each_sale({1}, [&](const Snapshot::Sale&) { return ++visited < 3; });
  EXPECT_EQ(visited, 3);
}

TEST(Sales, BuyersComeNewestFirstPageByPage) {
  Database db;
  const MemberNo one = db.member(1, "one");
  for (std::int64_t number = 1; number <= 20; ++number) {
    db.order(order(number, one, 400));
    db.credit(credit(number, {1}, number == 5 ? MemberNo{} : one, ""));
  }
  auto snapshot = db.snapshot();
  std::vector<std::pair<std::int64_t, std::int64_t>> keys;
  std::optional<BuyerKey> after;
  for (auto part = snapshot.buyers({1}, after, 3); !part.empty();
       part = snapshot.buyers({1}, after, 3)) {
    for (const BuyerRow& row : part) {
      keys.emplace_back(row.credit.ordered_at_us, row.credit.order.value);
      EXPECT_EQ(row.order_id, "o" + std::to_string(row.credit.order.value));
      EXPECT_EQ(row.member, row.credit.order.value == 5 ? "" : "one");
    }
    after = BuyerKey{part.back().credit.ordered_at_us, part.back().credit.order};
  }
  EXPECT_EQ(keys.size(), 20u);
  EXPECT_TRUE(std::is_sorted(keys.rbegin(), keys.rend()));
}

TEST(Snapshot, SeesWhatWasCommittedWhenItWasTaken) {
  Database db;
  db.message(manual(1, 10));
  auto before = db.snapshot();
  db.message(manual(2, 20));
  db.run("UPDATE message SET success = 5 WHERE message_no = 1");
  EXPECT_EQ(ids_of(before.messages({}, {})), std::vector<std::string>{"m1"});
  EXPECT_EQ(before.message("m1")->counts.recipients.success, 0);
  db.run("PRAGMA wal_checkpoint");
  EXPECT_FALSE(before.message("m2"));
  auto after = db.snapshot();
  EXPECT_EQ(ids_of(after.messages({}, {})), (std::vector<std::string>{"m2", "m1"}));
}

// The failure that `read` ends in.
template <class Read>
std::string corrupt(Read&& read) {
  try {
    read();
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
    return failure.what();
  }
  return "nothing was thrown";
}

TEST(Snapshot, ARowThatDoesNotMatchItsChecksumIsCorruptAndNamed) {
  Database db;
  const MemberNo one = db.member(1, "one");
  db.delivery(sent({1}, "d-1", one, 100));
  db.touch({one, 100, TouchKind::click, {1}, "d-2"});
  db.order(order(1, one, 100));
  db.refund({"r-1", "o1", 100, "KRW", 10});
  db.credit(credit(1, {1}, one, ""));
  db.run(
      "UPDATE delivery SET member_no = 2; UPDATE touch SET at = 101; "
      "UPDATE orders SET amount = 50000; UPDATE refund SET amount = 1; "
      "UPDATE credit SET gross = gross + 1");
  auto snapshot = db.snapshot();
  const auto names = [](const std::string& text, const char* name) {
    EXPECT_NE(text.find(name), std::string::npos) << text;
  };
  names(corrupt([&] { snapshot.delivery({1}, "d-1"); }), "delivery \"d-1\"");
  names(corrupt([&] { snapshot.each_delivery({1}, [](const auto&) { return true; }); }), "d-1");
  names(corrupt([&] { snapshot.touches_of(one, 0, all, 10); }), "\"d-2\"");
  names(corrupt([&] { snapshot.order("o1"); }), "order \"o1\"");
  names(corrupt([&] { snapshot.refunds_of("o1"); }), "refund \"r-1\"");
  names(corrupt([&] { snapshot.credit({1}); }), "\"1\"");
  names(corrupt([&] { sales_of(snapshot, {1}); }), "\"1\"");
  db.run("UPDATE delivery SET member_no = 1, status = 7");
  auto other = db.snapshot();
  names(corrupt([&] { other.delivery({1}, "d-1"); }), "\"d-1\"");
}

TEST(Health, SourcesQuarantineAuditAndSize) {
  Database db;
  db.run("INSERT INTO source VALUES (1,'shop',7,6,1,0,0,2,99), (2,'email',3,3,0,0,0,1,98)");
  db.run(
      "INSERT INTO quarantine (source_no,seq,at,kind,reason,event,member_key) VALUES "
      "(1,5,100,'delivery','no id','{}',NULL), (2,6,101,'order','no id','{}',zeroblob(32))");
  for (int number = 1; number <= 5; ++number) {
    db.put(
        "INSERT INTO audit VALUES (?,9,'granted','e','kim','ip','why','m','raw-v1','a,b',1,3,"
        "'ff','','iss',?,zeroblob(32),zeroblob(32))",
        number, std::to_string(number));
  }
  auto snapshot = db.snapshot();
  const auto sources = snapshot.sources();
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[0].name, "email");
  EXPECT_EQ(sources[1].position, 7);
  EXPECT_EQ(snapshot.quarantine_count(), 2);
  const auto newest = snapshot.quarantine(all, 1);
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0].source, "email");
  EXPECT_TRUE(newest[0].row.member);
  EXPECT_EQ(snapshot.quarantine(newest[0].number, 5).at(0).row.kind, "delivery");
  EXPECT_EQ(snapshot.audit_newest(all, 2).at(1).jti, "4");
  EXPECT_EQ(snapshot.audit_newest(4, 9).size(), 3u);
  const auto oldest = snapshot.audit_oldest(2, 2);
  EXPECT_EQ(oldest.at(0).number, 3);
  EXPECT_EQ(oldest.at(0).rows, 3);
  EXPECT_EQ(oldest.at(0).columns, "a,b");
  EXPECT_GT(snapshot.size().file_bytes, 4096);
  EXPECT_EQ(snapshot.size().free_bytes, 0);
}

// One state under two ways of numbering it; `tombstone` stands for an erased member.
std::string facts_of(std::int64_t shift, const char* tombstone, bool zeros) {
  Database db;
  const std::int64_t flip = shift == 0 ? 1 : -1;
  const MemberNo ann = db.member(50 + flip, "ann");
  const MemberNo gone = db.member(50 - flip, tombstone, true);
  const MemberNo also = db.member(50 + 2 * flip, std::string(tombstone) + "2", true);
  db.route(1 + shift, Channel::sms, "carrier");
  for (const std::int64_t number : {1, 2}) {
    MessageRow row = manual(number);
    row.number.value = 20 + flip * number;
    db.message(row);
    db.money(row.number, "KRW", {1, 5000, 0, 0});
    if (zeros) db.money(row.number, "USD", {});
    for (const char* id : {"d1", "d2"}) {
      Delivery delivery = sent(row.number, id, id[1] == '1' ? ann : gone, 100);
      delivery.state.route = {1 + shift};
      delivery.state.chain = {5 * number + shift};
      db.delivery(delivery);
    }
    db.touch({gone, 200, TouchKind::click, row.number, "d2"});
    db.touch({also, 200, TouchKind::click, row.number, ""});
    db.put("INSERT INTO message_member VALUES (?,?,1,0,0,0)", row.number.value, gone.value);
    db.put("INSERT INTO message_member VALUES (?,?,2,0,0,0)", row.number.value, also.value);
    db.put("INSERT INTO failure VALUES (?,?,'3018',1,1)", row.number.value, 1 + shift);
  }
  Order sold = order(9, ann, 300);
  sold.number.value += shift;
  db.order(sold);
  db.refund({"r", sold.order_id, 400, "KRW", 10});
  CreditRow row = credit(9, {20 + flip}, ann, "d1");
  row.order = sold.number;
  row.ordered_at_us = 300;
  db.credit(row);
  db.run("INSERT INTO shop VALUES ('KRW',1,5000,0)");
  db.put("INSERT INTO erasure VALUES (?,?,1)", Blob{std::string(32, tombstone[0])}, gone.value);
  db.put("INSERT INTO erasure VALUES (?,?,2)", Blob{std::string(32, 'x')}, also.value);
  std::string lines;
  db.snapshot().each_fact([&](std::string_view line) { lines += line; });
  return lines;
}

TEST(Facts, DependNeitherOnTheStoresNumbersNorOnTombstonesNorOnRowsOfZeros) {
  const std::string lines = facts_of(0, "t", false);
  EXPECT_EQ(facts_of(3, "u", true), lines);
  EXPECT_NE(lines.find("delivery 2:m1 2:d2 6:erased 7:carrier 4 2:d1 0 1 5 100 0: 0: -\n"),
            std::string::npos)
      << lines;
  EXPECT_NE(lines.find("touch 6:erased 2:m2 2:d2 200 3\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("credit 2:o9 2:m1 4:=ann 3:KRW 2:d1 300 5000 0 1 0 1\n"), std::string::npos)
      << lines;
  EXPECT_EQ(lines.find("USD"), std::string::npos);
  EXPECT_TRUE(lines.ends_with("erasure 1\nerasure 2\n"));
}

}  // namespace
}  // namespace message_history::sqlite
