#include "console/sign_ins.h"

#include <algorithm>
#include <crm/cpp/base64url.hpp>

#include "files/random_bytes.h"
#include "keys/sha256.h"

namespace host_stub {

namespace {

constexpr size_t token_bytes = 32;

std::string new_token() {
  return crm::base64url_encode(random_bytes(token_bytes));
}

}  // namespace

bool SignIns::is_over(const SignIn& sign_in, SessionClock::time_point now) const {
  return now - sign_in.used >= idle_max_ || now - sign_in.began >= sign_in_life;
}

SignIns::Begun SignIns::begin(const Account& account, SessionClock::time_point now) {
  Begun begun{new_token(), {account.name, account.role, new_token(), now, now}};
  const std::lock_guard lock(mutex_);
  std::erase_if(sign_ins_, [&](const auto& entry) { return is_over(entry.second, now); });
  if (sign_ins_.size() >= sign_ins_max) {
    sign_ins_.erase(std::min_element(
        sign_ins_.begin(), sign_ins_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
  sign_ins_.emplace(sha256(begun.token), begun.sign_in);
  return begun;
}

std::optional<SignIn> SignIns::find(std::string_view token, Use use, SessionClock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = sign_ins_.find(sha256(token));
  if (found == sign_ins_.end()) return {};
  if (is_over(found->second, now)) {
    sign_ins_.erase(found);
    return {};
  }
  if (use == Use::of_a_person) found->second.used = now;
  return found->second;
}

void SignIns::end(std::string_view token) {
  const std::lock_guard lock(mutex_);
  sign_ins_.erase(sha256(token));
}

std::chrono::seconds AttemptLimit::wait(std::string_view name, SessionClock::time_point now) {
  const std::lock_guard lock(mutex_);
  while (!attempts_.empty() && now - attempts_.front().at >= window) attempts_.pop_front();
  const auto left = [&](const Attempt& oldest) {
    return std::chrono::ceil<std::chrono::seconds>(oldest.at + window - now);
  };
  if (attempts_.size() >= of_all_max) return left(attempts_.front());
  const auto is_of_name = [&](const Attempt& attempt) { return attempt.name == name; };
  const auto count = std::count_if(attempts_.begin(), attempts_.end(), is_of_name);
  if (static_cast<size_t>(count) < of_a_name_max) return std::chrono::seconds(0);
  return left(*std::find_if(attempts_.begin(), attempts_.end(), is_of_name));
}

void AttemptLimit::failed(std::string_view name, SessionClock::time_point now) {
  const std::lock_guard lock(mutex_);
  attempts_.push_back({now, std::string(name.substr(0, account_name_bytes_max))});
}

}  // namespace host_stub
