// What replay tells people on stderr while it runs: rejected lines, skipped types, progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace host_stub {

// Rejected lines of one feed that are printed; the rest is only counted.
inline constexpr size_t rejected_lines_shown_max = 100;

// About one feed. Not thread-safe.
class ReplayReport {
 public:
  explicit ReplayReport(std::string feed);
  // Ends the progress line.
  ~ReplayReport();
  ReplayReport(const ReplayReport&) = delete;
  ReplayReport& operator=(const ReplayReport&) = delete;

  void rejected(uint64_t line, std::string_view reason);
  // A line that was refused when it came first, and was not looked at again.
  void passed(uint64_t line);

  // On a terminal only, and not more than a few times a second.
  void progress(uint64_t events);

  struct Totals {
    uint64_t rejected = 0;
    uint64_t skipped = 0;
    uint64_t passed = 0;
  };
  // Says how to go on with what was refused.
  void finish(Totals totals, const std::set<std::string>& skipped_names);

 private:
  void clear_progress();
  void explain_rejected(uint64_t total);
  void explain_passed(uint64_t total);
  std::string remedy(const std::vector<uint64_t>& lines) const;

  const std::string feed_;
  const bool is_terminal_;
  bool has_progress_ = false;
  std::vector<uint64_t> rejected_;
  std::vector<uint64_t> passed_;
  std::chrono::steady_clock::time_point next_progress_{};
};

}  // namespace host_stub
