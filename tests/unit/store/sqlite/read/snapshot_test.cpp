// Snapshots of the SQLite engine: members, orders, audit, health, and the facts of the digest.

#include "unit/store/sqlite/sqlite_database.h"

namespace message_history::sqlite {
namespace {

// A member with forty things at four different times, beside another member with the same.
int fill_timeline(Database& db) {
  for (const std::int64_t message : {1, 2}) db.message(manual(message));
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
  for (const char* tie : {"", "1", "x:1:2:", "1:2", "9999999999999999999:0:0:", "0:0:5:abcd"}) {
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
  db.lose_delivery({2}, "d103");
  auto damaged = db.snapshot();
  EXPECT_THROW(damaged.deliveries_of({1}, 0, all, 100), crm::Failure);
  EXPECT_THROW(damaged.timeline({1}, {}, 100), crm::Failure);
}

TEST(Orders, AreFoundWithTheirRefundsAndCredit) {
  Database db;
  fill_timeline(db);
  db.refund({"again", "o100", 900, "KRW", 5});
  db.credit(credit(100, {1}, {1}, ""));
  db.put(tables::held_refund, "o9", "r9");
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

TEST(Sales, StandBesideTheDeliveryOfTheCreditElseOneThatReachedTheMember) {
  Database db;
  const MemberNo one = db.member(1, "one");
  db.member(2, "two");
  db.delivery(sent({1}, "b", one, 100));
  db.delivery(sent({1}, "a", one, 200));  // later, though its id is smaller
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
            (std::vector<std::string>{"/o13", "/o14", "/o15", "b/o10", "b/o11", "b/o12", "c/o16"}));
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
  std::vector<std::pair<std::int64_t, std::string>> keys;
  std::optional<BuyerKey> after;
  for (auto part = snapshot.buyers({1}, after, 3); !part.empty();
       part = snapshot.buyers({1}, after, 3)) {
    for (const BuyerRow& row : part) {
      keys.emplace_back(row.credit.ordered_at_us, row.order_id);
      EXPECT_EQ(row.order_id, "o" + std::to_string(row.credit.order.value));
      EXPECT_EQ(row.member, row.credit.order.value == 5 ? "" : "one");
    }
    after = BuyerKey{part.back().credit.ordered_at_us, part.back().order_id};
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
  db.fill_lists();
  EXPECT_TRUE(before.messages({}, {}).empty());
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
  db.damage(
      "UPDATE block SET bytes = x'00' || bytes; UPDATE touch SET at = 101; "
      "UPDATE orders SET amount = 50000; UPDATE refund SET amount = 1; "
      "UPDATE credit SET gross = gross + 1");
  auto snapshot = db.snapshot();
  const auto names = [](const std::string& text, const char* name) {
    EXPECT_NE(text.find(name), std::string::npos) << text;
  };
  names(corrupt([&] { snapshot.delivery({1}, "d-1"); }), "block");
  names(corrupt([&] { snapshot.each_delivery({1}, [](const auto&) { return true; }); }), "block");
  names(corrupt([&] { snapshot.touches_of(one, 0, all, 10); }), "touch row 1, 101, 3, 1, d-2");
  names(corrupt([&] { snapshot.order("o1"); }), "orders row 1, o1");
  names(corrupt([&] { snapshot.refunds_of("o1"); }), "refund row r-1");
  names(corrupt([&] { snapshot.credit({1}); }), "credit row 1");
  names(corrupt([&] { sales_of(snapshot, {1}); }), "checksum");
}

TEST(Health, SourcesQuarantineAuditAndSize) {
  Database db;
  db.run("INSERT INTO source VALUES (1,'shop',7,6,1,0,0,2,99,0), (2,'email',3,3,0,0,0,1,98,0)");
  db.run(
      "INSERT INTO quarantine (source_no,seq,at,kind,reason,event,member_key) VALUES "
      "(1,5,100,'delivery','no id','{}',NULL), (2,6,101,'order','no id','{}',zeroblob(32))");
  for (int number = 1; number <= 5; ++number) {
    db.put(tables::audit, number, 9, "granted", "e", "kim", "ip", "why", "m", "raw-v1", "a,b", 1, 3,
           "ff", "", "iss", std::to_string(number), Blob{std::string(32, '\0')},
           Blob{std::string(32, '\0')});
  }
  db.run("CREATE TABLE gone (bytes); DROP TABLE gone");
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
  EXPECT_GT(snapshot.size().file_bytes, 8'192);
  EXPECT_EQ(snapshot.size().free_bytes, 8'192);
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
      delivery.state.marks.front().route = {1 + shift};
      delivery.state.chain = {5 * number + shift};
      db.delivery(delivery);
    }
    db.touch({gone, 200, TouchKind::click, row.number, "d2"});
    db.touch({also, 200, TouchKind::click, row.number, ""});
    db.put(tables::message_member, row.number.value, gone.value, 1, 0, 0, 0);
    db.put(tables::message_member, row.number.value, also.value, 2, 0, 0, 0);
    db.put(tables::failure, row.number.value, 1 + shift, "3018", 1, 1);
  }
  Order sold = order(9, ann, 300);
  sold.number.value += shift;
  db.order(sold);
  db.refund({"r", sold.order_id, 400, "KRW", 10});
  CreditRow row = credit(9, {20 + flip}, ann, "d1");
  row.order = sold.number;
  row.ordered_at_us = 300;
  db.credit(row);
  db.put(tables::shop, "KRW", 1, 5000, 0);
  db.put(tables::erasure, Blob{std::string(32, tombstone[0])}, gone.value, 1, -1);
  db.put(tables::erasure, Blob{std::string(32, 'x')}, also.value, 2, -1);
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
