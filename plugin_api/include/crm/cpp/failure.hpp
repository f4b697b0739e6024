// How failures travel inside C++ code and how they are stopped at the boundary.
//
// Expected failures are values (Result<T>). A Failure is thrown when the work at hand cannot go on;
// it ends in guarded(), which turns whatever is thrown into a status and an explanation.
#pragma once

#include <crm/base.h>
#include <crm/host.h>
#include <crm/cpp/text.hpp>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace crm {

// A status with the text for people: it names the thing and the remedy.
struct Error {
  int32_t status = CRM_ERR_INTERNAL;
  std::string detail;
};

template <class T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }
  T& value() { return std::get<T>(state_); }
  const T& value() const { return std::get<T>(state_); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Makes an error text readable to its end: names in it may hold a NUL, where C would cut the text,
// or bytes that are no UTF-8. Both are written as \xNN.
inline std::string readable(std::string_view words) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(words.data());
  for (size_t i = 0; i < words.size();) {
    const size_t length = bytes[i] == 0 ? 0 : detail::utf8_sequence(bytes + i, words.size() - i);
    if (length == 0) {
      text += {'\\', 'x', digits[bytes[i] >> 4], digits[bytes[i] & 15]};
    } else {
      text += words.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return text;
}

class Failure : public std::runtime_error {
 public:
  Failure(int32_t status, std::string_view detail)
      : std::runtime_error(readable(detail)), status_(status) {}
  explicit Failure(const Error& error) : Failure(error.status, error.detail) {}
  int32_t status() const { return status_; }

 private:
  int32_t status_;
};

// Runs `work` (returning int32_t) so that no exception leaves it.
template <class Work>
int32_t guarded(const crm_host* host, Work&& work) noexcept {
  const auto explained = [host](int32_t status, std::string_view detail) noexcept {
    if (host != nullptr && CRM_HAS(host, explain) && host->explain != nullptr) {
      host->explain(host, status, str(detail));
    }
    return status;
  };
  try {
    return std::forward<Work>(work)();
  } catch (const Failure& failure) {
    return explained(failure.status(), failure.what());
  } catch (const std::bad_alloc&) {
    return explained(CRM_ERR_NO_MEMORY, "out of memory; free some and try again");
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) {
      return explained(CRM_ERR_INTERNAL, error.what());
    }
    return explained(CRM_ERR_BUSY,
                     "this process may not start another thread; raise its limit, or try again");
  } catch (const std::exception& error) {
    return explained(CRM_ERR_INTERNAL, error.what());
  } catch (...) {
    return explained(CRM_ERR_INTERNAL, "an unknown exception was stopped at the boundary");
  }
}

}  // namespace crm
