// Snapshots of the SQLite engine: lists of messages, and deliveries.

#include "sqlite_database.h"

namespace message_history::sqlite {
namespace {

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

}  // namespace
}  // namespace message_history::sqlite
