// What a marketer is told about a message, case by case as the semantics say.
#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "model/message.h"

namespace message_history {
namespace {

constexpr std::int64_t due_us = 100 * day_us;
constexpr std::int64_t not_told = -1;

struct ResultCase {
  std::string_view name;
  MessageState state = MessageState::completed;
  RecipientCounts counts;
  MessageResult expected = MessageResult::success;
  std::int64_t audience = not_told;
  std::int64_t scheduled_at_us = not_told;
  std::int64_t now_us = due_us;
  MessageKind kind = MessageKind::manual;
};

void PrintTo(const ResultCase& one, std::ostream* out) {
  *out << one.name;
}

constexpr auto completed = MessageState::completed;
constexpr auto scheduled = MessageState::scheduled;
constexpr std::int64_t overdue_us = due_us + overdue_after_us;

// Counts: success, failed, pending, excluded.
const ResultCase cases[] = {
    {"all succeeded", completed, {2, 0, 0, 0}, MessageResult::success},
    {"a success beside what is pending", completed, {1, 0, 1, 0}, MessageResult::success},
    {"a success beside a failure", completed, {1, 1, 0, 0}, MessageResult::partial},
    {"every outcome", completed, {1, 1, 1, 1}, MessageResult::partial},
    {"all failed", completed, {0, 2, 0, 1}, MessageResult::failed},
    {"a failure beside what is pending", completed, {0, 1, 1, 0}, MessageResult::waiting},
    {"all pending", completed, {0, 0, 2, 1}, MessageResult::waiting},
    {"nobody, and no audience told", completed, {0, 0, 0, 0}, MessageResult::empty},
    {"nobody of no audience", completed, {0, 0, 0, 0}, MessageResult::empty, 0},
    {"nobody of an audience", completed, {0, 0, 0, 0}, MessageResult::no_report, 5},
    {"all of an audience left out", completed, {0, 0, 0, 5}, MessageResult::empty, 5},
    {"due now", scheduled, {}, MessageResult::scheduled, not_told, due_us, due_us},
    {"almost a day late", scheduled, {}, MessageResult::scheduled, 5, due_us, overdue_us - 1},
    {"a day late", scheduled, {}, MessageResult::overdue, 5, due_us, overdue_us},
    {"at the end of time", scheduled, {}, MessageResult::overdue, 5, due_us, end_of_time_us},
    {"late with a delivery",
     scheduled,
     {0, 0, 1, 0},
     MessageResult::scheduled,
     5,
     due_us,
     end_of_time_us},
    {"late with all left out",
     scheduled,
     {0, 0, 0, 1},
     MessageResult::scheduled,
     5,
     due_us,
     end_of_time_us},
    {"without a time", scheduled, {}, MessageResult::scheduled, 5, not_told, end_of_time_us},
    {"late and automatic",
     scheduled,
     {},
     MessageResult::overdue,
     5,
     due_us,
     overdue_us,
     MessageKind::automatic},
    {"sending", MessageState::sending, {0, 2, 0, 0}, MessageResult::sending},
    {"running",
     MessageState::sending,
     {0, 2, 0, 0},
     MessageResult::running,
     not_told,
     not_told,
     due_us,
     MessageKind::automatic},
    {"cancelled", MessageState::cancelled, {1, 1, 0, 0}, MessageResult::cancelled},
    {"never announced",
     completed,
     {1, 0, 0, 0},
     MessageResult::unannounced,
     not_told,
     not_told,
     due_us,
     MessageKind::unknown},
};

class ResultOfMessage : public testing::TestWithParam<ResultCase> {};

TEST_P(ResultOfMessage, isThatOfTheSemantics) {
  const ResultCase& one = GetParam();
  MessageReport report;
  report.facts.at_us = 1;
  report.facts.kind = one.kind;
  report.facts.state = one.state;
  if (one.audience != not_told) report.audience = {1, one.audience};
  if (one.scheduled_at_us != not_told) report.scheduled_at_us = {1, one.scheduled_at_us};
  EXPECT_EQ(result_of(report, one.counts, one.now_us), one.expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ResultOfMessage, testing::ValuesIn(cases));

}  // namespace
}  // namespace message_history
