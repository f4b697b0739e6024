// The model's joins: commutative, associative, idempotent, and never losing the better report.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "attribution/last_touch.h"
#include "model/delivery.h"
#include "model/message.h"
#include "model/order.h"
#include "model/recipient.h"

namespace message_history {
namespace {

StatusMark arbitrary_mark() {
  StatusMark mark;
  mark.status = static_cast<DeliveryStatus>(*rc::gen::inRange(1, 8));
  mark.at_us = *rc::gen::inRange(0, 5);
  mark.code = *rc::gen::element<std::string>("", "1", "2");
  mark.detail = *rc::gen::element<std::string>("", "a");
  mark.route = RouteNo{*rc::gen::inRange(1, 4)};
  return mark;
}

std::vector<StatusMark> arbitrary_marks() {
  std::vector<StatusMark> marks(static_cast<std::size_t>(*rc::gen::inRange(1, 12)));
  for (StatusMark& mark : marks) mark = arbitrary_mark();
  return marks;
}

// Routes are numbered as they come; what they are called goes the other way here.
bool is_route_before(RouteNo a, RouteNo b) {
  return b < a;
}

DeliveryState merged(const std::vector<StatusMark>& marks) {
  DeliveryState state;
  for (const StatusMark& mark : marks) state.merge(mark, is_route_before);
  return state;
}

template <class T>
std::vector<T> shuffled_and_doubled(std::vector<T> values) {
  const std::size_t size = values.size();
  for (std::size_t i = 0; i < size; ++i) values.push_back(values[i]);
  std::vector<T> order;
  while (!values.empty()) {
    const auto i = *rc::gen::inRange<std::size_t>(0, values.size());
    order.push_back(values[i]);
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return order;
}

RC_GTEST_PROP(DeliveryState, mergesToTheSameStateInAnyOrderAndRepetition, ()) {
  const auto marks = arbitrary_marks();
  RC_ASSERT(merged(marks) == merged(shuffled_and_doubled(marks)));
}

RC_GTEST_PROP(DeliveryState, statusIsTheHighestReported, ()) {
  const auto marks = arbitrary_marks();
  const auto highest = std::max_element(marks.begin(), marks.end(),
                                        [](auto& a, auto& b) { return a.status < b.status; });
  RC_ASSERT(merged(marks).status() == highest->status);
}

RC_GTEST_PROP(DeliveryState, keepsTheEarliestTimeOfEachStatus, ()) {
  const auto marks = arbitrary_marks();
  const DeliveryState state = merged(marks);
  for (const StatusMark& mark : marks) {
    RC_ASSERT(state.mark(mark.status) != nullptr);
    RC_ASSERT(state.mark(mark.status)->at_us <= mark.at_us);
  }
}

RC_GTEST_PROP(DeliveryState, keepsOfEachStatusOneReportAndNotPartsOfSeveral, ()) {
  const auto marks = arbitrary_marks();
  const DeliveryState state = merged(marks);
  const auto rank = [](const StatusMark& mark) {
    return std::make_tuple(mark.at_us, mark.code, -mark.route.value, mark.detail);
  };
  for (const StatusMark& kept : state.marks) {
    std::optional<StatusMark> first;
    for (const StatusMark& mark : marks) {
      if (mark.status == kept.status && (!first || rank(mark) < rank(*first))) first = mark;
    }
    RC_ASSERT(first == kept);
  }
  RC_ASSERT(state.route() == state.marks.back().route);
}

RC_GTEST_PROP(Recipient, isTheSameForAnyOrderOfItsAttempts, ()) {
  std::vector<Delivery> attempts(static_cast<std::size_t>(*rc::gen::inRange(1, 5)));
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    attempts[i].delivery_id = std::to_string(i);
    attempts[i].state = merged(arbitrary_marks());
    attempts[i].state.member = MemberNo{*rc::gen::inRange(1, 3)};
  }
  std::vector<const Delivery*> order;
  for (const Delivery& attempt : attempts) order.push_back(&attempt);
  const Recipient expected = recipient_of(order);
  const Recipient found = recipient_of(std::vector<const Delivery*>(order.rbegin(), order.rend()));
  RC_ASSERT(found.outcome == expected.outcome);
  RC_ASSERT(found.member == expected.member);
  RC_ASSERT(found.first_at_us == expected.first_at_us);
  RC_ASSERT(found.anchor_at_us == expected.anchor_at_us);
  RC_ASSERT(found.last_failure == expected.last_failure);
}

RC_GTEST_PROP(Recipient, isASuccessExactlyWhenAnAttemptIs, ()) {
  Delivery a, b;
  a.delivery_id = "a";
  b.delivery_id = "b";
  a.state = merged(arbitrary_marks());
  b.state = merged(arbitrary_marks());
  const Delivery* both[] = {&a, &b};
  const bool success = is_success(a.state.status()) || is_success(b.state.status());
  RC_ASSERT((recipient_of(both).outcome == Outcome::success) == success);
}

RC_GTEST_PROP(MessageReport, standsTheSameInAnyOrder, ()) {
  std::vector<MessageFacts> reports(static_cast<std::size_t>(*rc::gen::inRange(1, 8)));
  for (MessageFacts& facts : reports) {
    facts.at_us = *rc::gen::inRange(0, 4);
    facts.state = static_cast<MessageState>(*rc::gen::inRange(1, 5));
    facts.name = *rc::gen::element<std::string>("a", "b");
  }
  const auto stands = [](const std::vector<MessageFacts>& order) {
    MessageFacts have;
    for (const MessageFacts& facts : order) MessageReport::raise(have, facts);
    return have;
  };
  RC_ASSERT(stands(reports) == stands(shuffled_and_doubled(reports)));
}

std::vector<Touch> arbitrary_touches() {
  std::vector<Touch> touches(static_cast<std::size_t>(*rc::gen::inRange(0, 10)));
  for (Touch& touch : touches) {
    touch.kind = static_cast<TouchKind>(*rc::gen::inRange(1, 6));
    touch.at_us = *rc::gen::inRange<std::int64_t>(0, 20) * day_us / 2;
    touch.message_id = *rc::gen::element<std::string>("m1", "m2", "m3");
    touch.delivery_id = *rc::gen::element<std::string>("", "d1", "d2");
  }
  return touches;
}

constexpr std::int64_t order_at_us = 10 * day_us;

RC_GTEST_PROP(LastTouch, picksTheSameWinnerInAnyOrder, ()) {
  auto touches = arbitrary_touches();
  const auto key = [&](const std::vector<Touch>& all) {
    const auto winner = last_touch(Rule{}, all, order_at_us);
    return winner ? std::make_tuple(true, all[*winner].kind, all[*winner].at_us,
                                    all[*winner].message_id, all[*winner].delivery_id)
                  : std::make_tuple(false, TouchKind::open, std::int64_t{0}, std::string(),
                                    std::string());
  };
  const auto expected = key(touches);
  RC_ASSERT(key(shuffled_and_doubled(touches)) == expected);
}

RC_GTEST_PROP(LastTouch, explanationNamesTheSameWinner, ()) {
  const auto touches = arbitrary_touches();
  std::vector<Candidate> candidates;
  for (const Touch& touch : touches) candidates.push_back({touch, DeliveryStatus::delivered});
  const auto winner = last_touch(Rule{}, touches, order_at_us);
  const auto judgements = explain(Rule{}, candidates, order_at_us);
  for (std::size_t i = 0; i < judgements.size(); ++i) {
    RC_ASSERT((judgements[i].verdict == Verdict::won) == (winner == i));
  }
}

RC_GTEST_PROP(Refunds, neverTakeMoreThanTheOrderAndNeverAddUpCurrencies, ()) {
  OrderVersion version;
  version.currency = "KRW";
  version.amount_minor = *rc::gen::inRange(0, 100);
  std::vector<RefundSum> sums;
  std::int64_t sum_minor = 0;
  for (const char* currency : {"EUR", "KRW", "USD"}) {
    if (*rc::gen::inRange(0, 2) == 0) continue;
    sums.push_back({currency, 1, *rc::gen::inRange(0, 200)});
    if (sums.back().currency == "KRW") sum_minor = sums.back().amount_minor;
  }
  RC_ASSERT(refunded_of(version, sums) == std::min(sum_minor, version.amount_minor));
}

}  // namespace
}  // namespace message_history
