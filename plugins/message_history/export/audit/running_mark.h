// Tells whether the process that runs an export is still there.
//
// Every running export holds a lock on one byte of a file in the tenant's folder. The system frees
// it with the process, however that ends. [any] thread. Throws crm::Failure (IO).
#pragma once

#include <string>
#include <string_view>

namespace message_history {

// Says that an export runs, as long as it lives.
class RunningMark {
 public:
  RunningMark(const std::string& folder, std::string_view export_id);
  ~RunningMark();
  RunningMark(const RunningMark&) = delete;
  RunningMark& operator=(const RunningMark&) = delete;

 private:
  int file_;
};

// Whether anybody, this process included, holds the mark of that export.
bool is_marked_running(const std::string& folder, std::string_view export_id);

}  // namespace message_history
