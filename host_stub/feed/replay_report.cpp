#include "feed/replay_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "base/printable.h"

namespace host_stub {

namespace {

constexpr auto progress_interval = std::chrono::milliseconds(300);

// Recording goes on where nobody can read this: fmt::print would throw.
template <class... Values>
void print_error(fmt::format_string<Values...> text, Values&&... values) {
  std::fputs(fmt::format(text, std::forward<Values>(values)...).c_str(), stderr);
}

}  // namespace

ReplayReport::ReplayReport(std::string feed)
    : feed_(printable(feed)), is_terminal_(isatty(STDERR_FILENO) == 1) {}

ReplayReport::~ReplayReport() {
  clear_progress();
}

void ReplayReport::clear_progress() {
  if (has_progress_) std::fputs("\r\x1b[K", stderr);
  has_progress_ = false;
}

void ReplayReport::rejected(uint64_t line, std::string_view reason) {
  if (rejected_.size() == rejected_lines_shown_max) return;
  rejected_.push_back(line);
  clear_progress();
  print_error("{}:{}: rejected: {}\n", feed_, line, printable(reason));
}

void ReplayReport::passed(uint64_t line) {
  if (passed_.size() < rejected_lines_shown_max) passed_.push_back(line);
}

void ReplayReport::progress(uint64_t events) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_progress_) return;
  next_progress_ = now + progress_interval;
  print_error("\r{}: {} events", feed_, events);
  std::fflush(stderr);
  has_progress_ = true;
}

std::string ReplayReport::remedy(const std::vector<uint64_t>& lines) const {
  return fmt::format(
      "when they are corrected, take them with: crm-host replay --data DIR --again {} {}; or "
      "report "
      "them with a new seq",
      fmt::join(lines, ","), feed_);
}

void ReplayReport::explain_rejected(uint64_t total) {
  if (total == 0) return;
  print_error("{}: rejected {} lines in all{}; {}\n", feed_, total,
              total > rejected_.size()
                  ? fmt::format(", {} are shown, the health view has them", rejected_.size())
                  : "",
              remedy(rejected_));
}

void ReplayReport::explain_passed(uint64_t total) {
  if (total == 0) return;
  print_error(
      "{}: {} lines that were refused before were not looked at again, since the position "
      "has passed them: {}{}; {}\n",
      feed_, total, fmt::join(passed_, ", "), total > passed_.size() ? ", ..." : "",
      remedy(passed_));
}

void ReplayReport::finish(Totals totals, const std::set<std::string>& skipped_names) {
  clear_progress();
  explain_rejected(totals.rejected);
  explain_passed(totals.passed);
  if (totals.skipped == 0) return;
  print_error("{}: skipped {} events that are not known here{}{}\n", feed_, totals.skipped,
              skipped_names.empty() ? "" : ": ", fmt::join(skipped_names, ", "));
}

}  // namespace host_stub
