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

bool SignIns::is_over(const Entry& entry, SessionClock::time_point now) const {
  const bool is_idle = entry.holds == 0 && now - entry.sign_in.used >= idle_max_;
  return is_idle || now - entry.sign_in.began >= sign_in_life;
}

SignIns::Begun SignIns::begin(const Account& account, SessionClock::time_point now) {
  Begun begun{new_token(), {account.name, account.role, new_token(), now, now}};
  const crm::Lock lock(mutex_);
  std::erase_if(sign_ins_, [&](const auto& entry) { return is_over(entry.second, now); });
  if (sign_ins_.size() >= sign_ins_max) {
    sign_ins_.erase(
        std::min_element(sign_ins_.begin(), sign_ins_.end(), [](const auto& a, const auto& b) {
          return a.second.sign_in.used < b.second.sign_in.used;
        }));
  }
  sign_ins_.emplace(sha256(begun.token), Entry{begun.sign_in});
  return begun;
}

std::optional<SignIn> SignIns::find(std::string_view token, Use use, SessionClock::time_point now) {
  const crm::Lock lock(mutex_);
  const auto found = sign_ins_.find(sha256(token));
  if (found == sign_ins_.end()) return {};
  if (is_over(found->second, now)) {
    sign_ins_.erase(found);
    return {};
  }
  if (use == Use::of_a_person) found->second.sign_in.used = now;
  return found->second.sign_in;
}

void SignIns::end(std::string_view token) {
  const crm::Lock lock(mutex_);
  sign_ins_.erase(sha256(token));
}

SignIns::Hold::Hold(SignIns& sign_ins, std::string_view token)
    : sign_ins_(sign_ins), key_(sha256(token)) {
  const crm::Lock lock(sign_ins_.mutex_);
  const auto found = sign_ins_.sign_ins_.find(key_);
  if (found != sign_ins_.sign_ins_.end()) ++found->second.holds;
}

SignIns::Hold::~Hold() {
  sign_ins_.release(key_, SessionClock::now());
}

bool SignIns::Hold::is_valid(SessionClock::time_point now) const {
  const crm::Lock lock(sign_ins_.mutex_);
  const auto found = sign_ins_.sign_ins_.find(key_);
  return found != sign_ins_.sign_ins_.end() && !sign_ins_.is_over(found->second, now);
}

void SignIns::release(const std::string& key, SessionClock::time_point now) {
  const crm::Lock lock(mutex_);
  const auto found = sign_ins_.find(key);
  if (found == sign_ins_.end()) return;
  // Who waited for the answer has as long as after any other.
  if (--found->second.holds == 0) found->second.sign_in.used = now;
}

AttemptLimit::Admission AttemptLimit::begin(std::string_view name, SessionClock::time_point now) {
  const crm::Lock lock(mutex_);
  while (!kept_.empty() && now - kept_.front().at >= window) kept_.pop_front();
  if (const auto wait = wait_of(name, now); wait.count() > 0) return {{}, wait};
  if (under_way_ >= at_once_max) return {};
  const uint64_t id = ++begun_;
  kept_.push_back({now, id, std::string(name.substr(0, account_name_bytes_max))});
  ++under_way_;
  return {std::optional<Attempt>(std::in_place, *this, id)};
}

std::chrono::seconds AttemptLimit::wait_of(std::string_view name,
                                           SessionClock::time_point now) const {
  const auto left = [&](const Kept& oldest) {
    return std::chrono::ceil<std::chrono::seconds>(oldest.at + window - now);
  };
  if (kept_.size() >= of_all_max) return left(kept_.front());
  const auto is_of_name = [&](const Kept& attempt) { return attempt.name == name; };
  const auto count = std::count_if(kept_.begin(), kept_.end(), is_of_name);
  if (static_cast<size_t>(count) < of_a_name_max) return std::chrono::seconds(0);
  return left(*std::find_if(kept_.begin(), kept_.end(), is_of_name));
}

void AttemptLimit::end(uint64_t id, bool is_right) {
  const crm::Lock lock(mutex_);
  --under_way_;
  if (is_right) std::erase_if(kept_, [&](const Kept& attempt) { return attempt.id == id; });
}

AttemptLimit::Attempt::~Attempt() {
  if (limit_ != nullptr) limit_->end(id_, is_right_);
}

}  // namespace host_stub
