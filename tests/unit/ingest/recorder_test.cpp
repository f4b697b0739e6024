// Recording: what a batch changes, what is refused, what is held, and what is never counted twice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/recorder_fixture.h"

namespace {

using test::day_us;
using test::hour_us;
using test::minute_us;
using test::monday_us;
using namespace message_history;

class RecorderTest : public testing::Test, public test::RecorderFixture {
 protected:
  RecipientCounts recipients(const std::string& id) { return message(id).counts.recipients; }
};

TEST_F(RecorderTest, countsRecipientsByTheHighestReportedStatus) {
  record({test::Delivery{monday_us, "M", "a", "kim", CRM_DELIVERY_ACCEPTED},
          test::Delivery{monday_us, "M", "b", "lee", CRM_DELIVERY_SENT},
          test::Delivery{monday_us, "M", "c", "park", CRM_DELIVERY_FAILED, "3018"},
          test::Delivery{monday_us, "M", "d", "choi", CRM_DELIVERY_SKIPPED},
          test::Delivery{monday_us, "M", "e", "jung", CRM_DELIVERY_UNCERTAIN}});
  EXPECT_EQ(recipients("M"), (RecipientCounts{1, 1, 2, 1, 0, 0, 0, 0}));
  record({test::Delivery{monday_us + minute_us, "M", "a", "kim", CRM_DELIVERY_DELIVERED},
          test::Delivery{monday_us + minute_us, "M", "c", "park", CRM_DELIVERY_SENT}});
  EXPECT_EQ(recipients("M"), (RecipientCounts{2, 1, 1, 1, 1, 0, 0, 0}));
}

TEST_F(RecorderTest, chainOfFallbacksIsOneRecipientWhicheverComesFirst) {
  record({test::Delivery{monday_us + minute_us, "M", "sms", "kim", CRM_DELIVERY_DELIVERED, "",
                         "talk", CRM_CHANNEL_SMS}});
  EXPECT_EQ(recipients("M").success, 1);
  record({test::Delivery{monday_us, "M", "talk", "kim", CRM_DELIVERY_FAILED, "3018"}});
  EXPECT_EQ(recipients("M").recipients(), 1);
  EXPECT_EQ(recipients("M").success, 1);
  EXPECT_EQ(recipients("M").failed, 0);
}

TEST_F(RecorderTest, failedChainShowsTheReasonOfItsLastAttempt) {
  record({test::Delivery{monday_us, "M", "talk", "kim", CRM_DELIVERY_FAILED, "3018"},
          test::Delivery{monday_us + minute_us, "M", "sms", "kim", CRM_DELIVERY_FAILED, "S31",
                         "talk", CRM_CHANNEL_SMS, "mts-sms"}});
  EXPECT_EQ(recipients("M").failed, 1);
  std::map<std::string, FailureCounts> by_code;
  const auto read = snapshot();
  for (const FailureRow& row : read->failures(read->message("M")->number, 10)) {
    by_code[row.code] = row.counts;
  }
  EXPECT_EQ(by_code["3018"], (FailureCounts{1, 0}));
  EXPECT_EQ(by_code["S31"], (FailureCounts{1, 1}));
}

TEST_F(RecorderTest, ringOfFallbacksIsOneRecipient) {
  record({test::Delivery{monday_us, "M", "a", "kim", CRM_DELIVERY_FAILED, "", "c"},
          test::Delivery{monday_us, "M", "b", "kim", CRM_DELIVERY_FAILED, "", "a"},
          test::Delivery{monday_us, "M", "c", "kim", CRM_DELIVERY_ACCEPTED, "", "b"}});
  EXPECT_EQ(recipients("M").recipients(), 1);
  EXPECT_EQ(recipients("M").pending, 1);
}

TEST_F(RecorderTest, chainTakesItsMaximumAndRefusesOneMore) {
  std::vector<test::Event> events;
  for (unsigned i = 0; i < CRM_CHAIN_ATTEMPTS_MAX; ++i) {
    events.push_back(test::Delivery{monday_us, "M", "d" + std::to_string(i), "kim",
                                    CRM_DELIVERY_FAILED, "",
                                    i == 0 ? "" : "d" + std::to_string(i - 1)});
  }
  record(events);
  EXPECT_EQ(recipients("M").recipients(), 1);
  EXPECT_EQ(snapshot()->quarantine_count(), 0);
  record({test::Delivery{monday_us, "M", "more", "kim", CRM_DELIVERY_SENT, "", "d3"}});
  EXPECT_EQ(recipients("M").recipients(), 1);
  // Only the state tells, so it is refused after it was acknowledged.
  const auto refused = snapshot()->quarantine(std::numeric_limits<std::int64_t>::max(), 10);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_THAT(refused[0].row.reason, testing::HasSubstr("more than 256 deliveries"));
  EXPECT_EQ(snapshot()->sources()[0].rejected, 1);
  EXPECT_EQ(snapshot()->sources()[0].accepted, CRM_CHAIN_ATTEMPTS_MAX);
}

TEST_F(RecorderTest, redeliveredBatchChangesNothingAndIsCountedAsDuplicates) {
  const std::vector<test::Event> events = {test::Delivery{monday_us, "M", "a", "kim"},
                                           test::Order{monday_us + hour_us, "O", "kim", 9900}};
  record(events);
  const std::string before = digest();
  seq = 0;
  const crm_event_ack again = record(events);
  EXPECT_EQ(again.duplicates, 2u);
  EXPECT_EQ(again.accepted, 0u);
  EXPECT_EQ(again.durable_seq, 2u);
  EXPECT_EQ(digest(), before);
}

TEST_F(RecorderTest, sourcesHavePositionsOfTheirOwn) {
  record({test::Delivery{monday_us, "M", "a", "kim"}});
  source = "shop";
  seq = 0;
  EXPECT_EQ(record({test::Order{monday_us, "O", "kim"}}).accepted, 1u);
  EXPECT_EQ(recorder.position(crm::str("mall"), crm::str("test")), 1u);
  EXPECT_EQ(recorder.position(crm::str("mall"), crm::str("shop")), 1u);
  EXPECT_EQ(recorder.position(crm::str("mall"), crm::str("other")), 0u);
  EXPECT_EQ(recorder.position(crm::str("nobody"), crm::str("test")), 0u);
}

TEST_F(RecorderTest, refusesSingleEventsAndKeepsTheRest) {
  const auto ack = record(
      {test::Delivery{monday_us, "M", "a", "kim"}, test::Order{monday_us, "O1", "kim", -5},
       test::Delivery{monday_us, "M", "self", "kim", CRM_DELIVERY_SENT, "", "self"},
       test::Touch{monday_us, "M", "", std::string(10'000, 'x')},
       test::Order{CRM_TIME_US_MAX, "O2", "kim"}, test::Order{monday_us, "O3", "bad \xff utf8"},
       test::Order{monday_us, "O4", "kim", 100, "", "won"},
       test::Order{monday_us + hour_us, "O5", "kim", 5000}});
  EXPECT_EQ(ack.accepted, 2u);
  EXPECT_EQ(ack.rejected, 6u);
  EXPECT_THAT(rejections[0].reason, testing::HasSubstr("amount_minor is -5"));
  EXPECT_THAT(rejections[1].reason, testing::HasSubstr("fallback_of names the delivery itself"));
  EXPECT_THAT(rejections[2].reason, testing::HasSubstr("member_id has 10000 bytes, at most 256"));
  EXPECT_THAT(rejections[3].reason, testing::HasSubstr("at is outside 1970 to 2199"));
  EXPECT_THAT(rejections[4].reason, testing::HasSubstr("member_id is not valid UTF-8"));
  EXPECT_THAT(rejections[5].reason, testing::HasSubstr("currency must be an ISO 4217 code"));
  EXPECT_EQ(rejections[5].seq, 7u);
  EXPECT_EQ(money("M").gross_minor, 5000);

  const auto quarantined = snapshot()->quarantine(INT64_MAX, 10);
  ASSERT_EQ(quarantined.size(), 6u);
  EXPECT_EQ(quarantined.front().row.seq, 7);
  EXPECT_EQ(quarantined.back().row.kind, "order");
  EXPECT_THAT(quarantined.back().row.event, testing::HasSubstr("\"amount_minor\": -5"));
}

// A report of the host, as crm_event_refused.
crm_event_refused report(std::uint64_t seq, std::uint32_t flags, const char* name,
                         const char* reason, std::uint64_t line = 0) {
  return {{sizeof(crm_event_refused), CRM_EVENT_REFUSED, flags, 0, seq, 0},
          crm::str(name),
          crm::str(reason),
          line};
}

class ReportTest : public RecorderTest {
 protected:
  crm_event_ack send(std::initializer_list<const crm_event*> events) {
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    const std::vector<const crm_event*> list(events);
    const crm_event_batch batch{sizeof(batch),    0,           crm::str(tenant),
                                crm::str(source), list.data(), list.size()};
    recorder.record(&batch, &ack);
    return ack;
  }

  std::vector<std::uint64_t> refused(std::uint64_t after = 0, std::size_t capacity = 10) {
    std::vector<std::uint64_t> seqs(capacity);
    seqs.resize(recorder.refused(crm::str(tenant), crm::str(source), after, seqs));
    return seqs;
  }
};

TEST_F(ReportTest, whatTheHostRefusedMovesThePositionAndIsInQuarantine) {
  const crm_event_refused first = report(3, 0, "order", "no amount; send one", 17);
  const crm_event_refused skipped = report(5, CRM_REFUSED_IS_SKIPPED, "type survey", "");
  const crm_event_refused more = report(6, CRM_REFUSED_IS_SKIPPED, "type survey", "");
  const auto ack = send({&first.head, &skipped.head, &more.head});
  EXPECT_EQ(ack.rejected, 1u);
  EXPECT_EQ(ack.skipped, 2u);
  EXPECT_EQ(ack.durable_seq, 6u);
  EXPECT_EQ(recorder.position(crm::str("mall"), crm::str("test")), 6u);
  const auto quarantined = snapshot()->quarantine(INT64_MAX, 10);
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_EQ(quarantined[0].row.seq, 3);
  EXPECT_EQ(quarantined[0].row.kind, "order");
  EXPECT_EQ(quarantined[0].row.reason, "line 17: no amount; send one");
  const auto names = snapshot()->skipped_by_name();
  ASSERT_EQ(names.size(), 1u);
  EXPECT_EQ(names[0].row.name, "type survey");
  EXPECT_EQ(names[0].row.events, 2);
  EXPECT_EQ(send({&first.head, &skipped.head}).duplicates, 2u);
  EXPECT_EQ(snapshot()->quarantine_count(), 1);
}

TEST_F(ReportTest, duplicatesAndNothingElseAreToldUntilSomethingNewComes) {
  const auto send_clicks = [this](std::uint64_t first, std::uint64_t count) {
    test::EventList list;
    const std::vector<test::Event> clicks(count, test::Touch{monday_us, "M", "", "kim"});
    for (std::uint64_t i = 0; i < count; ++i) list.add(clicks[i], first + i);
    return record(list);
  };
  const auto repeated = [this] { return snapshot()->repeated(snapshot()->sources()[0].number); };
  send_clicks(1, 99);
  EXPECT_EQ(send_clicks(1, 99).duplicates, 99u);
  EXPECT_EQ(repeated().events, 0) << "a few come again after every restart";
  host_.now_us += minute_us;
  send_clicks(1, 1);
  EXPECT_EQ(repeated().events, 100);
  EXPECT_EQ(repeated().since_us, host_.now_us.load());
  for (int i = 0; i < 50; ++i) send_clicks(1, 99);
  EXPECT_GE(repeated().events, 100 + 50 * 99 / 2) << "at least a half of them";
  EXPECT_LT(snapshot()->sources()[0].batches, 12) << "not every one was worth a write";
  EXPECT_EQ(send_clicks(100, 1).accepted, 1u);
  EXPECT_EQ(repeated().events, 0);
  EXPECT_EQ(snapshot()->sources()[0].duplicates, 100 + 50 * 99);
}

// The journal's copy and what SQLite makes of it, whatever the umask.
TEST_F(ReportTest, whatIsStoredMayBeReadByItsOwnerOnly) {
  const mode_t before = ::umask(0);
  record({test::Touch{monday_us, "M", "", "kim"}});
  snapshot();
  ::umask(before);
  namespace fs = std::filesystem;
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    const auto others =
        entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all);
    EXPECT_EQ(others, fs::perms::none) << entry.path();
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_GE(files, 4) << "database, log, its index, journal";
}

TEST_F(ReportTest, oneWithoutANumberIsKeptOnceAndMovesNothing) {
  const crm_event_refused unreadable = report(0, 0, "", "not valid JSON", 4);
  const crm_event_refused another = report(0, 0, "", "not valid JSON", 5);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send({&unreadable.head}).rejected, 1u);
    EXPECT_EQ(send({&another.head}).durable_seq, 0u);
  }
  EXPECT_EQ(snapshot()->quarantine_count(), 2);
  EXPECT_TRUE(refused().empty());
}

TEST_F(ReportTest, refusedSequencesAreListedRisingAndInPages) {
  const crm_event_refused reports[] = {report(4, 0, "order", "a"), report(6, 0, "order", "b"),
                                       report(9, 0, "order", "c")};
  send({&reports[0].head, &reports[1].head, &reports[2].head});
  EXPECT_EQ(refused(), (std::vector<std::uint64_t>{4, 6, 9}));
  EXPECT_EQ(refused(4), (std::vector<std::uint64_t>{6, 9}));
  EXPECT_EQ(refused(0, 2), (std::vector<std::uint64_t>{4, 6}));
  EXPECT_TRUE(refused(9).empty());
  EXPECT_TRUE(refused(UINT64_MAX).empty());
  EXPECT_TRUE(refused(0, 0).empty());
  EXPECT_EQ(recorder.refused(crm::str("nobody"), crm::str("test"), 0, {}), 0u);
}

TEST_F(ReportTest, aCorrectedEventIsTakenAgainAndLeavesTheQuarantine) {
  const crm_event_refused wrong = report(3, 0, "delivery", "no member", 5);
  send({&wrong.head});
  const test::Event corrected = test::Delivery{monday_us, "M", "a", "kim"};
  test::EventList list;
  list.add(corrected, 3);
  EXPECT_EQ(record(list).duplicates, 1u);
  const_cast<crm_event*>(list.batch(tenant, source).events[0])->flags |= CRM_EVENT_AGAIN;
  for (int i = 0; i < 2; ++i) {
    const auto ack = record(list);
    EXPECT_EQ(ack.accepted, 1u);
    EXPECT_EQ(ack.durable_seq, 3u);
    EXPECT_EQ(snapshot()->quarantine_count(), 0);
    EXPECT_EQ(recipients("M").recipients(), 1);
  }
}

TEST_F(ReportTest, aWrongCorrectionTakesThePlaceOfWhatWasRefused) {
  const crm_event_refused wrong = report(3, 0, "order", "no amount", 5);
  const crm_event_refused still = report(3, CRM_EVENT_AGAIN, "order", "no currency", 5);
  send({&wrong.head});
  send({&still.head});
  const test::Event still_wrong = test::Order{monday_us, "O1", "kim", -5};
  test::EventList list;
  list.add(still_wrong, 3);
  const_cast<crm_event*>(list.batch(tenant, source).events[0])->flags |= CRM_EVENT_AGAIN;
  EXPECT_EQ(record(list).rejected, 1u);
  const auto quarantined = snapshot()->quarantine(INT64_MAX, 10);
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_THAT(quarantined[0].row.reason, testing::HasSubstr("amount_minor is -5"));
}

TEST_F(ReportTest, oneTakenAgainAboveThePositionDoesNotMoveIt) {
  const test::Event delivery = test::Delivery{monday_us, "M", "a", "kim"};
  test::EventList list;
  list.add(delivery, 9);
  const_cast<crm_event*>(list.batch(tenant, source).events[0])->flags |= CRM_EVENT_AGAIN;
  EXPECT_EQ(record(list).durable_seq, 0u);
  EXPECT_EQ(record({test::Delivery{monday_us, "M", "b", "lee"}}).accepted, 1u);
  EXPECT_EQ(recipients("M").recipients(), 2);
}

TEST_F(ReportTest, namesOfSkippedEventsAreBounded) {
  std::vector<std::string> names;
  for (int i = 0; i < 150; ++i) names.push_back("type t" + std::to_string(i));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const crm_event_refused one = report(i + 1, CRM_REFUSED_IS_SKIPPED, names[i].c_str(), "");
    send({&one.head});
  }
  const auto known = snapshot()->skipped_by_name();
  ASSERT_EQ(known.size(), skipped_names_max + 1);
  EXPECT_EQ(known[0].row.name, "");
  EXPECT_EQ(known[0].row.events, 50);
}

TEST_F(ReportTest, hostileReportsAreRefusedLikeEvents) {
  crm_event_refused cut = report(1, 0, "order", "x");
  cut.head.size = sizeof(crm_event);
  crm_event_refused unreadable = report(1, 0, "order", "x");
  unreadable.reason = {nullptr, 5};
  const std::string long_text(CRM_DETAIL_BYTES_MAX + 1, 'x');
  const crm_event_refused too_long = report(1, 0, "order", long_text.c_str());
  const crm_event_refused no_text = report(1, 0, "order", "\xff");
  const crm_event_refused no_seq = report(UINT64_MAX, 0, "order", "x");
  const auto ack = send({&cut.head, &unreadable.head, &too_long.head, &no_text.head, &no_seq.head});
  EXPECT_EQ(ack.rejected, 5u);
  EXPECT_EQ(ack.durable_seq, 0u);
}

TEST_F(RecorderTest, takesFieldsAtTheirMaximumAndRefusesOneAbove) {
  const std::string id(CRM_ID_BYTES_MAX, 'i');
  EXPECT_EQ(record({test::Order{monday_us, id, id, CRM_AMOUNT_MINOR_MAX},
                    test::Order{CRM_TIME_US_MIN, "first", "kim"},
                    test::Order{CRM_TIME_US_MAX - 1, "last", "kim"}})
                .accepted,
            3u);
  EXPECT_EQ(record({test::Order{monday_us, id + "i", "kim"},
                    test::Order{monday_us, "O", "kim", CRM_AMOUNT_MINOR_MAX + 1},
                    test::Order{CRM_TIME_US_MIN - 1, "first", "kim"}})
                .rejected,
            3u);
}

TEST_F(RecorderTest, refusesASequenceThatDoesNotRiseInsteadOfLosingIt) {
  const test::Event first = test::Order{monday_us, "O1", "kim"};
  const test::Event second = test::Order{monday_us, "O2", "kim"};
  test::EventList list;
  list.add(first, 5);
  list.add(second, 4);
  const auto ack = record(list);
  EXPECT_EQ(ack.accepted, 1u);
  EXPECT_EQ(ack.rejected, 1u);
  EXPECT_THAT(rejections[0].reason, testing::HasSubstr("seq does not rise: 4 after 5"));
}

TEST_F(RecorderTest, holdsEventsUntilTheirMessageAndOrderArrive) {
  record({test::Delivery{monday_us, "M", "a", "kim"}, test::Refund{monday_us, "R", "O", 400}});
  EXPECT_FALSE(message("M").report.known());
  EXPECT_EQ(snapshot()->held_messages(), 1);
  EXPECT_EQ(snapshot()->held_refunds(), 1);
  record({test::Message{monday_us, "M"}, test::Order{monday_us + hour_us, "O", "kim", 1000}});
  EXPECT_TRUE(message("M").report.known());
  EXPECT_EQ(money("M"), (MessageMoney{1, 1000, 400, 0}));
  EXPECT_EQ(snapshot()->held_messages(), 0);
  EXPECT_EQ(snapshot()->held_refunds(), 0);
}

TEST_F(RecorderTest, lateClickTakesTheOrderFromADelivery) {
  record({test::Delivery{monday_us, "delivered", "a", "kim"},
          test::Order{monday_us + 2 * hour_us, "O", "kim", 7000}});
  EXPECT_EQ(money("delivered").orders, 1);
  record({test::Touch{monday_us + hour_us, "clicked", "", "kim"}});
  EXPECT_EQ(money("delivered"), MessageMoney{});
  EXPECT_EQ(money("clicked"), (MessageMoney{1, 7000, 0, 0}));
  EXPECT_EQ(message("delivered").counts.buyers, 0);
  EXPECT_EQ(message("clicked").counts.buyers, 1);
}

TEST_F(RecorderTest, lateFailureReceiptTakesTheOrderAway) {
  record({test::Delivery{monday_us, "M", "a", "kim", CRM_DELIVERY_SENT},
          test::Order{monday_us + hour_us, "O", "kim", 7000}});
  EXPECT_EQ(money("M").orders, 1);
  record({test::Delivery{monday_us + minute_us, "M", "a", "kim", CRM_DELIVERY_FAILED, "3018"}});
  EXPECT_EQ(money("M").orders, 0);
}

TEST_F(RecorderTest, editedOrderKeepsItsPlaceInTimeAndChangesItsAmount) {
  record({test::Delivery{monday_us, "M", "a", "kim"},
          test::Order{monday_us + hour_us, "O", "kim", 7000},
          test::Touch{monday_us + 3 * hour_us, "later", "", "kim"},
          test::Order{monday_us + 5 * hour_us, "O", "kim", 6000, "", "KRW", 1}});
  EXPECT_EQ(money("M"), (MessageMoney{1, 6000, 0, 0}));
  EXPECT_EQ(money("later"), MessageMoney{});
}

TEST_F(RecorderTest, refundsNeverTakeMoreThanTheOrderAndCountOnce) {
  record({test::Delivery{monday_us, "M", "a", "kim"},
          test::Order{monday_us + hour_us, "O", "kim", 1000},
          test::Refund{monday_us + 2 * hour_us, "R", "O", 600},
          test::Refund{monday_us + 2 * hour_us, "R", "O", 600}});
  EXPECT_EQ(money("M").net_minor(), 400);
  record({test::Refund{monday_us + 3 * hour_us, "R2", "O", 900},
          test::Refund{monday_us + 3 * hour_us, "R3", "O", 900, "USD"}});
  EXPECT_EQ(money("M").net_minor(), 0);
  EXPECT_EQ(snapshot()->shop()["KRW"], (ShopMoney{1, 1000, 1000}));
  EXPECT_EQ(snapshot()->refunds_of("O").size(), 3u);
}

TEST_F(RecorderTest, namedMessageGetsAnOrderWithoutAMember) {
  record({test::Order{monday_us, "O", "", 3000, "M"}});
  EXPECT_EQ(money("M").gross_minor, 3000);
  EXPECT_EQ(message("M").counts.buyers, 0);
  EXPECT_EQ(message("M").counts.orders, 1);
}

TEST_F(RecorderTest, countsAMemberOnceHoweverOftenItClicksAndBuys) {
  record({test::Touch{monday_us, "M", "", "kim"}, test::Touch{monday_us + 1, "M", "", "kim"},
          test::Touch{monday_us, "M", "", "lee"}, test::Order{monday_us + hour_us, "O1", "kim"},
          test::Order{monday_us + hour_us, "O2", "kim"}});
  EXPECT_EQ(message("M").counts.clickers, 2);
  EXPECT_EQ(message("M").counts.buyers, 1);
  EXPECT_EQ(message("M").counts.orders, 2);
}

TEST_F(RecorderTest, comparesTheControlGroupAlsoWhenItIsReportedLate) {
  std::vector<test::Event> events;
  for (int i = 0; i < 6; ++i) {
    events.push_back(
        test::Delivery{monday_us, "M", "d" + std::to_string(i), "m" + std::to_string(i)});
  }
  events.push_back(test::Order{monday_us + 2 * day_us, "O0", "m0"});
  events.push_back(test::Order{monday_us + 2 * day_us, "O1", "control"});
  record(events);
  EXPECT_EQ(recipients("M").converted_reached, 0);  // no control group, nothing to compare
  record({test::Delivery{monday_us, "M", "h", "control", CRM_DELIVERY_HELD_OUT}});
  EXPECT_EQ(recipients("M").converted_reached, 1);
  EXPECT_EQ(recipients("M").converted_held_out, 1);
  record({test::Order{monday_us + day_us, "O2", "m1"},
          test::Order{monday_us + 8 * day_us, "O3", "m2"}});
  EXPECT_EQ(recipients("M").converted_reached, 2);
}

std::string bytes_below(const std::string& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

TEST_F(RecorderTest, erasedMemberLeavesNoTraceOfItsIdAndAllOfItsNumbers) {
  const std::string id = "kim-the-secret-member";
  record({test::Message{monday_us, "M"}, test::Delivery{monday_us, "M", "a", id},
          test::Touch{monday_us + minute_us, "M", "a", id},
          test::Order{monday_us + hour_us, "O", id, 8000},
          test::Order{monday_us + hour_us, "bad", id, -1}});
  ASSERT_NE(bytes_below(folder.path()).find(id), std::string::npos);
  record({test::Erased{monday_us + day_us, id}});
  EXPECT_EQ(bytes_below(folder.path()).find(id), std::string::npos);
  EXPECT_EQ(money("M").gross_minor, 8000);
  EXPECT_EQ(message("M").counts.clickers, 1);
  EXPECT_FALSE(snapshot()->member(id));

  // A receipt and an order from before the erasure still arrive.
  record({test::Delivery{monday_us + 2 * minute_us, "M", "a", id, CRM_DELIVERY_SENT},
          test::Order{monday_us + 2 * hour_us, "O2", id, 500},
          test::Order{monday_us + 2 * hour_us, "bad2", id, -1}});
  snapshot();  // settles, and empties the journal
  EXPECT_EQ(bytes_below(folder.path()).find(id), std::string::npos);
  EXPECT_EQ(money("M").gross_minor, 8500);
  EXPECT_EQ(message("M").counts.buyers, 1);
}

TEST_F(RecorderTest, memberErasedASecondTimeLeavesNoTraceEither) {
  const std::string id = "kim-the-secret-member";
  record({test::Touch{monday_us, "M", "", id}, test::Erased{monday_us + hour_us, id},
          test::Touch{monday_us + 2 * hour_us, "M", "", id}});
  ASSERT_NE(bytes_below(folder.path()).find(id), std::string::npos);
  record({test::Erased{monday_us + 3 * hour_us, id}});
  EXPECT_EQ(bytes_below(folder.path()).find(id), std::string::npos);
  EXPECT_EQ(message("M").counts.clickers, 1);
  record({test::Touch{monday_us + 4 * hour_us, "M", "", id}});
  EXPECT_EQ(message("M").counts.clickers, 2);
}

TEST_F(RecorderTest, whoComesBackAfterAnErasureIsSomebodyNew) {
  record({test::Touch{monday_us, "M", "", "kim"}, test::Erased{monday_us + hour_us, "kim"},
          test::Order{monday_us + 2 * hour_us, "O", "kim", 8000}});
  EXPECT_EQ(money("M"), MessageMoney{});
  EXPECT_TRUE(snapshot()->member("kim"));
}

TEST_F(RecorderTest, windowsComeFromTheHostsSettings) {
  set("attribution.click_window_hours", "1");
  record({test::Touch{monday_us, "M", "", "kim"},
          test::Order{monday_us + 2 * hour_us, "O", "kim", 8000}});
  EXPECT_EQ(money("M"), MessageMoney{});
  set("attribution.click_window_hours", "soon");
  tenant = "other";
  EXPECT_THROW(record({test::Order{monday_us, "O", "kim"}}), crm::Failure);
}

TEST_F(RecorderTest, tenantsNeverSeeEachOtherWhateverTheirNames) {
  for (const std::string name : {"mall", "..", ".", "a/b", "a%2Fb", "쇼핑몰", "A"}) {
    tenant = name;
    seq = 0;
    EXPECT_EQ(record({test::Order{monday_us, "O", "kim", 1000}}).accepted, 1u) << name;
    EXPECT_EQ(snapshot()->shop()["KRW"].orders, 1) << name;
  }
  tenant = std::string(CRM_TENANT_BYTES_MAX + 1, 't');
  EXPECT_THROW(record({test::Order{monday_us, "O", "kim"}}), crm::Failure);
}

TEST_F(RecorderTest, changedBitInAStoredOrderIsAnErrorAndNotAWrongNumber) {
  record({test::Order{monday_us, "O-flip-me", "kim", 123456}});
  tenants.close_all();
  const std::string file = sqlite::database_file(folder.path(), tenant);
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  // 123456 as SQLite stores it: three bytes, big-endian, after the currency.
  const std::string amount("KRW\x01\xe2\x40", 6);
  std::size_t at = bytes.find(amount);
  ASSERT_NE(at, std::string::npos);
  for (; at != std::string::npos; at = bytes.find(amount, at + 1)) bytes[at + 5] ^= 1;
  std::ofstream(file, std::ios::binary) << bytes;
  try {
    snapshot()->order("O-flip-me");
    FAIL() << "a wrong amount was read";
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
    EXPECT_THAT(failure.what(), testing::HasSubstr("O-flip-me"));
  }
}

TEST_F(RecorderTest, poolStaysBoundedOverManyTenants) {
  constexpr std::size_t open_max = 16;
  Tenants pool(host, sqlite::make_engine(folder.path()), open_max);
  Recorder bounded(host, pool);
  for (std::size_t i = 0; i < 2 * open_max; ++i) {
    const test::Event order = test::Order{monday_us, "O", "kim", 1000};
    test::EventList list;  // of events that outlive it
    list.add(order, 1);
    const std::string name = "mall-" + std::to_string(i);
    const crm_event_batch batch = list.batch(name, source);
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    bounded.record(&batch, &ack);
    EXPECT_EQ(ack.accepted, 1u);
  }
  std::size_t open_files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++open_files;
  }
  EXPECT_LE(open_files, files_a_tenant * open_max + 32);
}

TEST_F(RecorderTest, listPageCostsTheSameWhateverTheNumberOfDeliveries) {
  const auto cost_of_a_page = [this] {
    const auto read = snapshot();
    EXPECT_EQ(read->messages({}, {}).size(), 3u);
    return read->steps();
  };
  const auto deliver = [this](int first, int count) {
    std::vector<test::Event> events;
    for (int i = first; i < first + count; ++i) {
      const std::string number = std::to_string(i);
      events.push_back(test::Delivery{monday_us + i, "M" + std::to_string(i % 3), "d" + number,
                                      "m" + number,
                                      i % 5 == 0 ? CRM_DELIVERY_FAILED : CRM_DELIVERY_SENT});
    }
    record(events);
  };
  record({test::Message{monday_us, "M0"}, test::Message{monday_us, "M1"},
          test::Message{monday_us, "M2"}});
  deliver(0, 30);
  const std::int64_t few = cost_of_a_page();
  deliver(30, 20'000);
  EXPECT_EQ(cost_of_a_page(), few);
  EXPECT_GT(few, 0);
}

TEST_F(RecorderTest, tenantTakesItsMaximumOfSourcesAndRefusesOneMore) {
  for (int i = 0; i < 256; ++i) {
    source = "source-" + std::to_string(i);
    ASSERT_EQ(record({test::Order{monday_us, "O", "kim"}}).accepted, 1u);
  }
  source = "one more";
  EXPECT_THROW(record({test::Order{monday_us, "O", "kim"}}), crm::Failure);
  source = "source-7";
  EXPECT_EQ(record({test::Order{monday_us, "O2", "kim"}}).accepted, 1u);
}

}  // namespace
