// A test that appends rows to an audit chain, which can be full.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "export/audit/audit.h"

namespace message_history {

class AppendedRowsTest : public testing::Test {
 protected:
  std::vector<AuditRow> rows_;
  bool is_full_ = false;
  AuditAppender append_ = [this](AuditRow& row) {
    if (is_full_) throw std::runtime_error("full");
    rows_.push_back(row);
    return true;
  };
  std::chrono::steady_clock::time_point now_{};
};

}  // namespace message_history
