#include "ingest/check/finding_lines.h"

#include <nlohmann/json.hpp>

namespace message_history {

namespace {

using LineJson = nlohmann::ordered_json;

std::string line_of(const LineJson& json) {
  return json.dump(-1, ' ', false, LineJson::error_handler_t::replace) + '\n';
}

}  // namespace

void FindingLines::add(const Finding& finding) {
  if (stream_.cancelled()) throw crm::Failure(CRM_ERR_CANCELLED, "the reader went away");
  if (++counts_[finding.table] > lines_max_) return;
  stream_.write(line_of({{"part", finding.part == Finding::Part::fact ? "fact" : "derived"},
                         {"table", finding.table},
                         {"row", finding.row},
                         {"what", finding.what}}));
}

void FindingLines::finish() {
  for (const auto& [table, count] : counts_) {
    if (count > lines_max_) {
      stream_.write(line_of({{"table", table}, {"more", count - lines_max_}}));
    }
  }
}

}  // namespace message_history
