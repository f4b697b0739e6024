#include "feed/replay_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "printable.h"

namespace host_stub {

namespace {

constexpr auto progress_interval = std::chrono::milliseconds(300);

}  // namespace

ReplayReport::ReplayReport(std::string feed)
    : feed_(std::move(feed)), is_terminal_(isatty(STDERR_FILENO) == 1) {}

ReplayReport::~ReplayReport() {
  clear_progress();
}

void ReplayReport::clear_progress() {
  if (has_progress_) std::fputs("\r\x1b[K", stderr);
  has_progress_ = false;
}

void ReplayReport::rejected(uint64_t line, std::string_view reason) {
  if (shown_ == rejected_lines_shown_max) return;
  ++shown_;
  clear_progress();
  fmt::print(stderr, "{}:{}: rejected: {}\n", feed_, line, printable(reason));
}

void ReplayReport::progress(uint64_t events) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_progress_) return;
  next_progress_ = now + progress_interval;
  fmt::print(stderr, "\r{}: {} events", feed_, events);
  std::fflush(stderr);
  has_progress_ = true;
}

void ReplayReport::finish(Totals totals, const std::set<std::string>& unknown_types) {
  clear_progress();
  if (totals.rejected > shown_) {
    fmt::print(stderr,
               "{}: rejected {} lines in all, {} are shown; the health view lists those the "
               "plugin rejected\n",
               feed_, totals.rejected, shown_);
  }
  if (totals.skipped > 0) {
    std::string names;
    for (const std::string& name : unknown_types) names += (names.empty() ? ": " : ", ") + name;
    fmt::print(stderr, "{}: skipped {} events of types that are not known here{}\n", feed_,
               totals.skipped, names);
  }
}

}  // namespace host_stub
