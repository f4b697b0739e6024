#include "console/accounts/sign_ins.h"

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
  Begun begun{new_token(),
              {account.name, account.role, account.tenants, password_version(account), new_token(),
               now, now}};
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

AttemptLimit::Admission AttemptLimit::begin(const Caller& caller, SessionClock::time_point now) {
  const crm::Lock lock(mutex_);
  while (!kept_.empty() && now - kept_.front().at >= window) kept_.pop_front();
  if (const auto wait = wait_of(caller, now); wait.count() > 0) return {{}, wait};
  const bool is_known = !caller.browser.empty();
  if (under_way(is_known) >= (is_known ? known_at_once_max : at_once_max)) return {};
  const uint64_t id = ++begun_;
  kept_.push_back({now, id, std::string(caller.name.substr(0, account_name_bytes_max)),
                   std::string(caller.browser)});
  ++under_way(is_known);
  return {std::optional<Attempt>(std::in_place, *this, id, is_known)};
}

// Until the oldest of those that `counts` is true of counts no longer; zero for fewer than
// `count_max`.
template <typename Counts>
std::chrono::seconds AttemptLimit::wait_of(size_t count_max, const Counts& counts,
                                           SessionClock::time_point now) const {
  const auto count = std::count_if(kept_.begin(), kept_.end(), counts);
  if (static_cast<size_t>(count) < count_max) return std::chrono::seconds(0);
  const auto oldest = std::find_if(kept_.begin(), kept_.end(), counts);
  return std::chrono::ceil<std::chrono::seconds>(oldest->at + window - now);
}

std::chrono::seconds AttemptLimit::wait_of(const Caller& caller,
                                           SessionClock::time_point now) const {
  const auto is_of_kind = [&](const Kept& kept) {
    return kept.browser.empty() == caller.browser.empty();
  };
  const auto is_of_name = [&](const Kept& kept) {
    return is_of_kind(kept) && kept.name == caller.name;
  };
  const auto is_of_browser = [&](const Kept& kept) {
    return is_of_name(kept) && kept.browser == caller.browser;
  };
  return caller.browser.empty() ? std::max(wait_of(of_all_max, is_of_kind, now),
                                           wait_of(of_a_name_max, is_of_name, now))
                                : std::max(wait_of(of_known_browsers_max, is_of_name, now),
                                           wait_of(of_a_browser_max, is_of_browser, now));
}

void AttemptLimit::end(const Attempt& attempt) {
  const crm::Lock lock(mutex_);
  --under_way(attempt.is_known_);
  if (attempt.is_right_) {
    std::erase_if(kept_, [&](const Kept& kept) { return kept.id == attempt.id_; });
  }
}

AttemptLimit::Attempt::~Attempt() {
  if (limit_ != nullptr) limit_->end(*this);
}

}  // namespace host_stub
