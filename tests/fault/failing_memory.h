// Makes an allocation of this process fail: the C++ operators and SQLite's, in any thread.
//
// The definitions replace the global operators, so that they are also those of a loaded plugin.
#pragma once

#include <cstdint>

namespace crm_tests {

// Before SQLite is used for the first time.
void count_memory_of_sqlite();

enum class Shortage { one, lasting };  // one allocation fails, or all from then on

// The `number`th allocation from now on fails.
void let_memory_fail(std::int64_t number, Shortage shortage);
// No more fail. False when it had not come to the one that was to fail.
bool end_memory_failure();
std::int64_t allocations_since_failure_was_set();
// Blocks that are allocated and not freed.
std::int64_t blocks_in_use();

// While it lives, what this thread allocates neither counts nor fails: a host's own memory.
class OwnMemory {
 public:
  OwnMemory();
  ~OwnMemory();
  OwnMemory(const OwnMemory&) = delete;
  OwnMemory& operator=(const OwnMemory&) = delete;
};

}  // namespace crm_tests
