// Memory whose last byte lies just before a page that cannot be read: who reads one byte too many
// ends the process.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

namespace crm_tests {

// A number of such places, given out one after the other; reset() takes all of them back.
class GuardedMemory {
 public:
  explicit GuardedMemory(size_t places) : places_(places) {
    void* const mapped = mmap(nullptr, places * stride(), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<std::byte*>(mapped);
    for (size_t i = 0; i < places; ++i) {
      mprotect(begin_ + i * stride() + page_bytes(), page_bytes(), PROT_NONE);
    }
  }
  ~GuardedMemory() { munmap(begin_, places_ * stride()); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  void reset() { used_ = 0; }

  // `bytes` zeroed bytes, at most a page, with nothing behind them.
  void* take(size_t bytes) {
    if (used_ == places_ || bytes > page_bytes()) throw std::bad_alloc();
    std::byte* const end = begin_ + used_++ * stride() + page_bytes();
    std::memset(end - bytes, 0, bytes);
    return end - bytes;
  }

  const char* copy(std::string_view text) {
    auto* const bytes = static_cast<char*>(take(text.size()));
    std::memcpy(bytes, text.data(), text.size());
    return bytes;
  }

  // The first `bytes` of a structure and no more of it; a multiple of 8, so that it is aligned.
  template <class T>
  T* copy_beginning(const T& whole, size_t bytes) {
    void* const place = take(bytes);
    std::memcpy(place, &whole, bytes);
    return static_cast<T*>(place);
  }

 private:
  static size_t page_bytes() {
    static const auto bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
  }
  static size_t stride() { return 2 * page_bytes(); }

  const size_t places_;
  size_t used_ = 0;
  std::byte* begin_;
};

}  // namespace crm_tests
