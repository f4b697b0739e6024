#include "failing_memory.h"

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::atomic<std::int64_t> allocations = 0;
std::atomic<std::int64_t> first_failing = never;
std::atomic<std::int64_t> last_failing = never;
std::atomic<bool> has_failed = false;
std::atomic<std::int64_t> blocks = 0;
thread_local int own_depth = 0;

bool fails() {
  if (own_depth > 0 || first_failing == never) return false;
  const std::int64_t number = ++allocations;
  if (number < first_failing || number > last_failing) return false;
  has_failed = true;
  return true;
}

void* allocated(std::size_t size) {
  if (fails()) return nullptr;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory != nullptr) ++blocks;
  return memory;
}

void* allocated(std::size_t size, std::align_val_t alignment) {
  if (fails()) return nullptr;
  const auto bytes = static_cast<std::size_t>(alignment);
  void* const memory = std::aligned_alloc(bytes, (size + bytes - 1) / bytes * bytes);
  if (memory != nullptr) ++blocks;
  return memory;
}

void released(void* memory) noexcept {
  if (memory == nullptr) return;
  --blocks;
  std::free(memory);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

sqlite3_mem_methods plain{};  // SQLite's own

void* sqlite_allocated(int size) {
  if (fails()) return nullptr;
  void* const memory = plain.xMalloc(size);
  if (memory != nullptr) ++blocks;
  return memory;
}

void sqlite_released(void* memory) {
  if (memory == nullptr) return;
  --blocks;
  plain.xFree(memory);
}

void* sqlite_resized(void* memory, int size) {
  return fails() ? nullptr : plain.xRealloc(memory, size);
}

}  // namespace

void* operator new(std::size_t size) {
  return or_throw(allocated(size));
}
void* operator new[](std::size_t size) {
  return or_throw(allocated(size));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocated(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocated(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocated(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(allocated(size, alignment));
}
void operator delete(void* memory) noexcept {
  released(memory);
}
void operator delete[](void* memory) noexcept {
  released(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  released(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  released(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  released(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  released(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  released(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  released(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  released(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  released(memory);
}

namespace crm_tests {

void count_memory_of_sqlite() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
  sqlite3_mem_methods counting = plain;
  counting.xMalloc = sqlite_allocated;
  counting.xFree = sqlite_released;
  counting.xRealloc = sqlite_resized;
  if (sqlite3_config(SQLITE_CONFIG_MALLOC, &counting) != SQLITE_OK) std::abort();
}

void let_memory_fail(std::int64_t number, Shortage shortage) {
  allocations = 0;
  has_failed = false;
  last_failing = shortage == Shortage::one ? number : never;
  first_failing = number;
}

bool end_memory_failure() {
  first_failing = never;
  return has_failed;
}

std::int64_t allocations_since_failure_was_set() {
  return allocations;
}

std::int64_t blocks_in_use() {
  return blocks;
}

OwnMemory::OwnMemory() {
  ++own_depth;
}

OwnMemory::~OwnMemory() {
  --own_depth;
}

}  // namespace crm_tests
