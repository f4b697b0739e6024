// Who is signed in: sessions by their cookie's token, in memory, and how often one may try.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "console/accounts.h"

namespace host_stub {

using SessionClock = std::chrono::steady_clock;

struct SignIn {
  std::string name;
  Role role = Role::viewer;
  std::string csrf;  // what a POST of this session carries
  SessionClock::time_point began{};
  SessionClock::time_point used{};
};

inline constexpr size_t sign_ins_max = 10'000;
inline constexpr auto sign_in_life = std::chrono::hours(12);

// Thread-safe. Of tokens only the SHA-256 is kept.
class SignIns {
 public:
  explicit SignIns(std::chrono::seconds idle_max) : idle_max_(idle_max) {}

  struct Begun {
    std::string token;
    SignIn sign_in;
  };
  // Of more than sign_ins_max the one that was not used for the longest time ends.
  Begun begin(const Account& account, SessionClock::time_point now = SessionClock::now());
  // Empty when it never was, has expired, or was ended. What a page asks by itself, while nobody
  // may be there, is no `use`.
  enum class Use : uint8_t { of_a_person, of_the_page };
  std::optional<SignIn> find(std::string_view token, Use use,
                             SessionClock::time_point now = SessionClock::now());
  void end(std::string_view token);

  std::chrono::seconds idle_max() const { return idle_max_; }

 private:
  bool is_over(const SignIn& sign_in, SessionClock::time_point now) const;

  const std::chrono::seconds idle_max_;
  std::mutex mutex_;
  std::map<std::string, SignIn, std::less<>> sign_ins_;  // by SHA-256 of the token
};

// Failed attempts to sign in, of one name and of all names. Thread-safe.
class AttemptLimit {
 public:
  static constexpr size_t of_a_name_max = 5;
  static constexpr size_t of_all_max = 50;
  static constexpr std::chrono::seconds window{60};

  // How long to wait before the next attempt; zero: now.
  std::chrono::seconds wait(std::string_view name,
                            SessionClock::time_point now = SessionClock::now());
  void failed(std::string_view name, SessionClock::time_point now = SessionClock::now());

 private:
  struct Attempt {
    SessionClock::time_point at;
    std::string name;
  };
  std::mutex mutex_;
  std::deque<Attempt> attempts_;  // of the last window, at most of_all_max
};

}  // namespace host_stub
