// A journal in a temporary folder, its files as bytes, and what the next process finds in them.
#pragma once

#include <gtest/gtest.h>
#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ingest/journal/journal.h"
#include "support/temporary_folder.h"

namespace message_history {

inline constexpr JournalOwner journal_test_owner{0x1122334455667788};

class JournalFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

  std::unique_ptr<Journal> open(std::uint64_t settled = 0) {
    auto journal = Journal::open(folder_.path(), journal_test_owner);
    left_ = payloads(journal->unsettled(settled));
    return journal;
  }
  // What a process that opens the journal next finds.
  std::vector<std::string> left(std::uint64_t settled = 0) {
    open(settled);
    return left_;
  }
  static std::vector<std::string> payloads(const std::vector<JournalRecord>& records) {
    std::vector<std::string> payloads;
    for (const JournalRecord& record : records) payloads.push_back(record.payload);
    return payloads;
  }

  std::string bytes(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put_bytes(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << bytes;
  }
  // All three files.
  std::vector<std::string> all_bytes() const {
    return {bytes("journal.a"), bytes("journal.b"), bytes("journal.mark")};
  }

  // The status of what opening the journal throws, whose text is kept.
  std::int32_t status_of_opening(std::uint64_t settled = 0) {
    return status_of([&] { open(settled); });
  }
  template <class Work>
  std::int32_t status_of(Work&& work) {
    try {
      work();
    } catch (const crm::Failure& failure) {
      why_ = failure.what();
      return failure.status();
    }
    return CRM_OK;
  }

  TemporaryFolder folder_;
  std::vector<std::string> left_;
  std::string why_;
};

}  // namespace message_history
