// Finding lines: what a check finds as lines of JSON, a bounded number for each table.
#pragma once

#include <crm/cpp/writer.hpp>

#include <cstdint>
#include <map>
#include <string>

#include "store/maintenance.h"

namespace message_history {

// One thread. Throws what the writer's other side answers.
class FindingLines {
 public:
  FindingLines(crm::WriterStream& stream, std::uint64_t lines_max)
      : stream_(stream), lines_max_(lines_max) {}

  void add(const Finding& finding);
  // How many more there are of each table.
  void finish();

 private:
  crm::WriterStream& stream_;
  const std::uint64_t lines_max_;
  std::map<std::string, std::uint64_t> counts_;  // by table
};

}  // namespace message_history
