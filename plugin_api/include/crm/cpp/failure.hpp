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

class Failure : public std::runtime_error {
 public:
  Failure(int32_t status, const std::string& detail)
      : std::runtime_error(detail), status_(status) {}
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
  } catch (const std::exception& error) {
    return explained(CRM_ERR_INTERNAL, error.what());
  } catch (...) {
    return explained(CRM_ERR_INTERNAL, "an unknown exception was stopped at the boundary");
  }
}

}  // namespace crm
