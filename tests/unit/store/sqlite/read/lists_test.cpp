// Snapshots of the SQLite engine: lists of messages, and deliveries.

#include <cctype>
#include <functional>

#include "unit/store/sqlite/sqlite_database.h"

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
      if (!report.known()) return {row.message.activity_at_us, ""};
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

// Manual messages full of ties over half a year, every fourth without attempts, one that nobody
// announced, and an automatic one, which must not be listed.
void fill_lists(Database& db, std::int64_t messages = 60) {
  std::mt19937 random(7);
  const auto few = [&random] { return static_cast<std::int64_t>(random() % 4); };
  const auto day = [&random] { return static_cast<std::int64_t>(random() % 12) * 15; };
  const char* names[] = {"", "Autumn sale", "autumn SALE", "\xEA\xB0\x80\xEC\x9D\x84 50%_off"};
  db.run("BEGIN");
  for (std::int64_t number = 1; number <= messages; ++number) {
    MessageRow row = manual(number, 1000 + few());
    row.report.facts.at_us = day() * day_us + few();
    row.report.facts.name = names[few()];
    row.report.facts.channel = few() == 0 ? Channel::email : Channel::sms;
    if (few() == 0) row.report.facts.state = MessageState::scheduled;
    if (few() == 0) row.report.audience = {5, few()};
    if (few() == 0) row.report.scheduled_at_us = {5, day() * day_us + few()};
    if (few() != 0) row.counts.recipients = {few(), few(), few(), few(), 0, 0, 0, 0};
    // A message with a delivery was sent, and none other.
    const RecipientCounts& recipients = row.counts.recipients;
    if (recipients.recipients() + recipients.excluded > 0) {
      row.sent_at_us = day() * day_us + few();
    }
    row.listed_day = static_cast<std::int32_t>(listed_at_us(row) / day_us);
    row.counts.clickers = few();
    row.counts.orders = few();
    db.message(row);
    db.money(row.number, "JPY", {});  // a change that was taken back
    if (row.counts.orders == 0) continue;
    db.money(row.number, "KRW", {1, 100 * few(), 50 * few(), few()});
    if (few() == 0) db.money(row.number, "USD", {1, 1'000'000, 0, 0});
  }
  MessageRow automatic = manual(messages + 1);
  automatic.report.facts.kind = MessageKind::automatic;
  db.message(automatic);
  MessageRow unknown;
  unknown.number = {messages + 2};
  unknown.message_id = "unknown";
  unknown.activity_at_us = 20 * day_us;
  unknown.listed_day = 20;
  db.message(unknown);
  db.run("COMMIT");
  db.fill_lists();
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
        std::vector<std::pair<std::pair<std::int64_t, std::string>, std::string>> keys;
        for (const auto& row : rows) {
          keys.emplace_back(sort_value(page.sort, row), row.message.message_id);
          EXPECT_EQ(row.money.count("JPY"), 0u);
        }
        auto ordered = keys;
        std::sort(ordered.begin(), ordered.end());
        if (descending) std::reverse(ordered.begin(), ordered.end());
        EXPECT_EQ(keys, ordered) << "sort " << sort << " descending " << descending;
        EXPECT_EQ(std::set(keys.begin(), keys.end()).size(), 61u);
        EXPECT_EQ(keys.size(), 61u);
      }
    }
  }
}

// What a list must show, from every row there is.
struct Expected {
  std::vector<std::string> ids;
  MessageTotals totals;
};

Expected expected_of(const std::vector<MessageListRow>& everything, const MessagePage& page,
                     const std::function<bool(const MessageListRow&)>& matches) {
  Expected expected;
  std::vector<std::pair<std::pair<std::int64_t, std::string>, std::string>> rows;
  for (const auto& row : everything) {
    if (!matches(row)) continue;
    rows.push_back({sort_value(page.sort, row), row.message.message_id});
    const RecipientCounts& recipients = row.message.counts.recipients;
    expected.totals.counts += ListCounts{1,
                                         recipients.success,
                                         recipients.failed,
                                         recipients.pending,
                                         recipients.excluded,
                                         row.message.counts.clickers,
                                         row.message.counts.orders};
    for (const auto& [currency, money] : row.money) {
      if (money.orders == 0) continue;
      ShopMoney& sum = expected.totals.money[currency];
      sum.orders += money.orders;
      sum.gross_minor += money.gross_minor;
      sum.refunded_minor += money.refunded_minor;
    }
  }
  std::ranges::sort(rows);
  if (page.descending) std::ranges::reverse(rows);
  for (auto& [rank, id] : rows) expected.ids.push_back(id);
  return expected;
}

bool holds(const std::string& text, const std::string& part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) ==
                  std::tolower(static_cast<unsigned char>(b));
         }) != text.end();
}

// Few messages and many, so that pages are both looked up and walked to.
TEST(MessageList, AnyFilterAgreesWithItsDefinitionAndTotalsWithTheList) {
  for (const std::int64_t messages : {60, 1'500}) {
    Database db;
    fill_lists(db, messages);
    auto snapshot = db.snapshot();
    const auto everything = pages_of(snapshot, {}, {MessageSort::name, true, {}, 500});
    ASSERT_EQ(everything.size(), static_cast<std::size_t>(messages) + 1);
    std::mt19937 random(11);
    const auto one_in = [&random](unsigned n) { return random() % n == 0; };
    const char* texts[] = {"AUTUMN sAle", "0%_O", "M5", "unknown", "\xEA\xB0\x80", "m", "sale "};
    std::size_t shown = 0;
    for (int i = 0; i < 300; ++i) {
      MessageFilter filter;
      if (one_in(3)) filter.text = texts[random() % std::size(texts)];
      if (one_in(3)) filter.channel = one_in(2) ? Channel::email : Channel::sms;
      if (one_in(2)) filter.result = static_cast<MessageResult>(random() % message_results);
      const std::int64_t now_us = static_cast<std::int64_t>(random() % 14) * 15 * day_us + 2;
      const std::int64_t due_us = now_us - overdue_after_us;
      filter.overdue = {due_us, static_cast<std::int32_t>(due_us / day_us)};
      if (one_in(2)) filter.first_day = static_cast<std::int32_t>(random() % 200) - 5;
      if (one_in(2)) {
        filter.last_day = filter.first_day.value_or(0) + static_cast<std::int32_t>(random() % 130);
      }
      const MessagePage page{
          static_cast<MessageSort>(random() % message_sorts), one_in(2), {}, one_in(2) ? 3 : 200};
      const Expected expected = expected_of(everything, page, [&](const MessageListRow& row) {
        const MessageFacts& facts = row.message.report.facts;
        const std::int64_t day = sort_value(MessageSort::sent, row).first / day_us;
        return (!filter.channel || facts.channel == *filter.channel) &&
               (!filter.result || result_of(row.message.report, row.message.counts.recipients,
                                            now_us) == *filter.result) &&
               (!filter.first_day || day >= *filter.first_day) &&
               (!filter.last_day || day <= *filter.last_day) &&
               (holds(facts.name, filter.text) || holds(row.message.message_id, filter.text));
      });
      ASSERT_EQ(ids_of(pages_of(snapshot, filter, page)), expected.ids) << "filter " << i;
      ASSERT_EQ(snapshot.totals(filter), expected.totals) << "filter " << i;
      shown += expected.ids.size();
    }
    EXPECT_GT(shown, static_cast<std::size_t>(10 * messages));
  }
}

TEST(MessageList, HoldsMessagesOfItsKindOnly) {
  Database db;
  fill_lists(db);
  auto snapshot = db.snapshot();
  MessageFilter filter;
  filter.kind = MessageKind::automatic;
  EXPECT_EQ(ids_of(snapshot.messages(filter, {})), std::vector<std::string>{"m61"});
  EXPECT_EQ(snapshot.totals(filter).counts.messages, 1);
  filter.kind = MessageKind::unknown;
  EXPECT_TRUE(snapshot.messages(filter, {}).empty());
  EXPECT_EQ(snapshot.totals(filter), MessageTotals{});
  EXPECT_EQ(snapshot.held_messages(), 1);
}

TEST(MessageList, HoldsWhatNobodyAnnouncedAmongTheManualOnes) {
  Database db;
  fill_lists(db);
  auto snapshot = db.snapshot();
  MessageFilter filter;
  filter.result = MessageResult::unannounced;
  EXPECT_EQ(ids_of(snapshot.messages(filter, {})), std::vector<std::string>{"unknown"});
  EXPECT_EQ(snapshot.totals(filter).counts.messages, 1);
}

TEST(MessageList, ResultsAreThoseOfTheModel) {
  Database db;
  std::vector<MessageRow> rows;
  for (int kind = 1; kind <= 2; ++kind) {
    for (int state = 0; state <= 4; ++state) {
      for (int mask = 0; mask < 32; ++mask) {
        MessageRow row = manual(static_cast<std::int64_t>(rows.size()) + 1);
        row.report.facts.kind = static_cast<MessageKind>(kind);
        row.report.facts.state = static_cast<MessageState>(state);
        row.counts.recipients = {
            mask & 1, (mask >> 1) & 1, (mask >> 2) & 1, (mask >> 3) & 1, 0, 0, 0, 0};
        row.report.scheduled_at_us = {5, 100};
        if ((mask & 16) != 0) row.report.audience = {5, 2};
        db.message(row);
        rows.push_back(row);
      }
    }
  }
  db.fill_lists();
  auto snapshot = db.snapshot();
  for (const MessageKind kind : {MessageKind::automatic, MessageKind::manual}) {
    for (std::size_t result = 0; result < message_results; ++result) {
      MessageFilter filter;
      filter.kind = kind;
      filter.overdue = {100, 0};
      filter.result = static_cast<MessageResult>(result);
      std::vector<std::string> expected;
      for (const MessageRow& row : rows) {
        const std::int64_t now_us = 100 + overdue_after_us;
        if (row.report.facts.kind == kind &&
            result_of(row.report, row.counts.recipients, now_us) == *filter.result) {
          expected.push_back(row.message_id);
        }
      }
      std::ranges::sort(expected);
      EXPECT_EQ(ids_of(snapshot.messages(filter, {MessageSort::activity, false, {}, 1'000})),
                expected);
    }
  }
}

// Messages of two channels and results; activity is that far apart from one to the next.
void fill_many(Database& db, std::int64_t messages, std::int64_t apart_us) {
  db.run("BEGIN");
  for (std::int64_t number = 1; number <= messages; ++number) {
    MessageRow row = manual(number, 1000 + number * apart_us);
    if (number % 2 == 0) row.report.facts.channel = Channel::email;
    row.counts.recipients.success = number % 4 < 2 ? number * apart_us + 1 : 0;
    row.counts.orders = 1;
    db.message(row);
    db.money({number}, "KRW", {1, 100, 0, 0});
  }
  db.run("COMMIT");
  db.fill_lists();
}

// Of the first two pages and the totals.
std::int64_t steps_of_a_list(Database& db, MessagePage page) {
  auto snapshot = db.snapshot();
  const std::int64_t before = snapshot.steps();
  page.after = snapshot.messages({}, page).back().key;
  EXPECT_EQ(snapshot.messages({}, page).size(), 20u);
  EXPECT_GT(snapshot.totals({}).counts.messages, 0);
  return snapshot.steps() - before;
}

TEST(MessageList, TheFirstPagesCostTheSameHoweverManyMessagesThereAre) {
  for (const std::int64_t apart_us : {0, 1}) {
    Database few;
    Database many;
    fill_many(few, 200, apart_us);
    fill_many(many, 5'000, apart_us);
    for (std::size_t sort = 0; sort < message_sorts; ++sort) {
      for (const bool descending : {false, true}) {
        const MessagePage page{static_cast<MessageSort>(sort), descending, {}, 20};
        const auto expected = static_cast<double>(steps_of_a_list(few, page));
        EXPECT_NEAR(static_cast<double>(steps_of_a_list(many, page)), expected, expected / 20)
            << "sort " << sort;
      }
    }
  }
}

TEST(Message, CountersByMoneyFailureAndDay) {
  Database db;
  db.message(manual(1));
  db.message(manual(2));
  db.route(1, Channel::sms, "carrier");
  db.route(2, Channel::alimtalk, "kakao");
  db.run("INSERT INTO failure VALUES (1,1,'4100',3,2,0), (1,2,'3018',9,1,0), (1,2,'0',0,0,0)");
  db.run(
      "INSERT INTO message_day VALUES (1,10,5,1,0,0,2,0), (1,11,1,1,1,1,1,0), (2,11,0,0,0,0,0,0)");
  db.run(
      "INSERT INTO revenue_day VALUES (1,11,'KRW',1,100,0,0), (1,11,'USD',0,0,0,0), "
      "(2,12,'KRW',2,300,50,0)");
  db.run("INSERT INTO shop VALUES ('KRW',9,1000,10,0), ('USD',0,0,0,0)");
  auto snapshot = db.snapshot();

  const auto failures = snapshot.failures({1}, 10);
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].code, "3018");
  EXPECT_EQ(failures[0].route.channel, Channel::alimtalk);
  EXPECT_EQ(failures[1].route.provider, "carrier");
  EXPECT_EQ(failures[1].counts, (FailureCounts{3, 2}));
  EXPECT_EQ(snapshot.route({2}).provider, "kakao");
  EXPECT_THROW(snapshot.route({3}), crm::Failure);

  EXPECT_EQ(snapshot.failures({1}, 1).size(), 1u);

  const auto days = snapshot.revenue_days({1}, 10);
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].money, (ShopMoney{1, 100, 0}));
  EXPECT_EQ(snapshot.shop(), (std::map<std::string, ShopMoney>{{"KRW", {9, 1000, 10}}}));

  EXPECT_EQ(snapshot.message("m2")->number, MessageNo{2});
  EXPECT_EQ(snapshot.message(MessageNo{2})->message_id, "m2");
  EXPECT_FALSE(snapshot.message("m3"));
}

TEST(Shop, AddsUpTheDaysOfAPeriod) {
  Database db;
  db.run(
      "INSERT INTO shop_day VALUES (10,'KRW',1,100,0,0), (11,'KRW',2,300,50,0), "
      "(11,'USD',1,7,0,0), (12,'KRW',9,9000,0,0)");
  db.run("INSERT INTO bought_by VALUES (1,3,4,0), (1,5,2,0), (1,4,0,0), (2,1,1,0)");
  auto snapshot = db.snapshot();
  EXPECT_EQ(snapshot.shop({10, 11}),
            (std::map<std::string, ShopMoney>{{"KRW", {3, 400, 50}}, {"USD", {1, 7, 0}}}));
  EXPECT_TRUE(snapshot.shop({13, 99}).empty());
  EXPECT_EQ(
      snapshot.orders_by_touch({1}),
      (std::map<TouchKind, std::int64_t>{{TouchKind::click, 4}, {TouchKind::explicit_message, 2}}));
}

TEST(Shop, KnowsMessagesWithRefundsInOtherCurrencies) {
  Database db;
  db.run("INSERT INTO other_refund VALUES (7,0)");
  db.credit(credit(7, {1}, {}, ""));
  db.credit(credit(8, {2}, {}, ""));
  auto snapshot = db.snapshot();
  EXPECT_TRUE(snapshot.has_other_refunds({1}));
  EXPECT_FALSE(snapshot.has_other_refunds({2}));
}

TEST(Period, AddsUpTheDaysOfManualMessagesAndListsWhatIsDue) {
  Database db;
  for (std::int64_t number = 1; number <= 4; ++number) {
    MessageRow row = manual(number);
    row.listed_day = number == 4 ? 12 : 5;
    if (number == 3) row.report.facts.kind = MessageKind::automatic;
    db.message(row);
  }
  db.run(
      "INSERT INTO message_day VALUES (1,5,9,0,0,0,0,0), (1,10,5,1,0,0,2,0), (1,11,1,1,1,1,1,0), "
      "(2,11,0,0,0,0,0,0), (3,11,1,0,0,0,0,0)");
  db.run(
      "INSERT INTO revenue_day VALUES (1,11,'KRW',1,100,0,0), (1,11,'USD',0,0,0,0), "
      "(2,12,'KRW',2,300,50,0), (3,12,'KRW',1,1,0,0)");
  db.fill_lists();
  auto snapshot = db.snapshot();
  const auto rows = [&](std::int32_t first_day, std::int32_t last_day) {
    auto found = snapshot.period(MessageKind::manual, {first_day, last_day}, 10);
    std::ranges::sort(found, {}, &PeriodRow::message);
    return found;
  };
  const auto some = rows(10, 12);
  ASSERT_EQ(some.size(), 3u);
  EXPECT_EQ(some[0].counts, (DayCounts{6, 2, 1, 1, 3}));
  EXPECT_EQ(some[0].money, (MoneyByCurrency{{"KRW", {1, 100, 0, 0}}}));
  EXPECT_EQ(some[1].message, MessageNo{2});
  EXPECT_EQ(some[1].money.at("KRW").net_minor(), 250);
  EXPECT_EQ(some[2].message, MessageNo{4}) << "listed on day 12, though it did nothing yet";
  EXPECT_EQ(some[2].counts, DayCounts{});
  EXPECT_EQ(rows(10, 11).size(), 1u);
  EXPECT_EQ(rows(0, 84'000)[0].counts.success, 15);
  EXPECT_TRUE(rows(13, 84'000).empty());
  EXPECT_EQ(snapshot.period(MessageKind::manual, {0, 84'000}, 1).size(), 1u);
}

TEST(Period, AddsUpTheDaysOfAutomaticMessages) {
  Database db;
  for (std::int64_t number = 1; number <= 3; ++number) {
    MessageRow row = manual(number);
    row.listed_day = 12;
    if (number < 3) row.report.facts.kind = MessageKind::automatic;
    db.message(row);
  }
  db.run(
      "INSERT INTO message_day VALUES (1,-1,1,0,0,0,0,0), (1,10,5,1,0,0,2,0), (1,11,1,1,1,1,1,0), "
      "(1,40,3,0,0,0,0,0), (1,60,4,0,0,0,0,0), (2,11,0,0,0,0,0,0), (3,11,1,0,0,0,0,0)");
  db.run(
      "INSERT INTO revenue_day VALUES (1,11,'KRW',1,100,0,0), (1,11,'USD',0,0,0,0), "
      "(2,12,'KRW',2,300,50,0), (1,33,'KRW',1,7,0,0), (3,12,'KRW',1,1,0,0)");
  db.fill_lists();
  auto snapshot = db.snapshot();
  const auto rows = [&](std::int32_t first_day, std::int32_t last_day) {
    auto found = snapshot.period(MessageKind::automatic, {first_day, last_day}, 10);
    std::ranges::sort(found, {}, &PeriodRow::message);
    return found;
  };
  const auto both = rows(10, 12);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].counts, (DayCounts{6, 2, 1, 1, 3}));
  EXPECT_EQ(both[0].money.at("KRW").gross_minor, 100);
  EXPECT_EQ(both[1].money.at("KRW").net_minor(), 250);
  ASSERT_EQ(rows(11, 11).size(), 1u);
  EXPECT_TRUE(rows(13, 32).empty());
  // Over whole spans, and cut at either end of one.
  EXPECT_EQ(rows(-1, 84'000)[0].counts, (DayCounts{14, 2, 1, 1, 3}));
  EXPECT_EQ(rows(-1, 84'000)[0].money.at("KRW").gross_minor, 107);
  EXPECT_EQ(rows(0, 59)[0].counts.success, 9);
  EXPECT_EQ(rows(11, 40)[0].counts.success, 4);
  EXPECT_EQ(rows(16, 63)[0].counts.success, 7);
  EXPECT_EQ(snapshot.period(MessageKind::automatic, {0, 84'000}, 1).size(), 1u);
}

TEST(Deliveries, PagesFailuresChainsAndTheStream) {
  Database db;
  const MessageNo message = db.message(manual(1));
  std::vector<Delivery> rows;
  for (int i = 0; i < 25; ++i) {
    Delivery row = sent(message, "d" + std::to_string(100 + i), {i + 1}, 1000 + i);
    if (i % 3 == 0) {
      row.state.merge(StatusMark{DeliveryStatus::failed, 2000, "3018", "blocked", {1}},
                      std::less<>());
    }
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
