// Who is signed in: sessions by their cookie's token, in memory, and how often one may try.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "console/accounts/accounts.h"

namespace host_stub {

using SessionClock = std::chrono::steady_clock;

struct SignIn {
  std::string name;
  Role role = Role::viewer;
  TenantList tenants;
  std::string password_version;
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

  // A long answer is a use of its session for as long as it is under way: one that is held does not
  // expire for want of requests. Its life ends all the same, and so does one that is ended.
  class Hold {
   public:
    Hold(SignIns& sign_ins, std::string_view token);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    // Whether the session goes on.
    bool is_valid(SessionClock::time_point now = SessionClock::now()) const;

   private:
    SignIns& sign_ins_;
    const std::string key_;
  };

  std::chrono::seconds idle_max() const { return idle_max_; }

 private:
  struct Entry {
    SignIn sign_in;
    size_t holds = 0;
  };
  bool is_over(const Entry& entry, SessionClock::time_point now) const;
  void release(const std::string& key, SessionClock::time_point now);

  const std::chrono::seconds idle_max_;
  crm::Mutex mutex_;
  std::map<std::string, Entry, std::less<>> sign_ins_
      CRM_GUARDED_BY(mutex_);  // by SHA-256 of the token
};

// How often one may try to sign in, with one name and with all names, and how many attempts are
// checked at once. Browsers that an account knows (known_browsers.h) are counted apart: what
// everybody else tries keeps none of them out, and what one of them tries neither the others nor
// everybody else. The known ones of one account share a limit as well, which bounds what is kept.
// Thread-safe.
class AttemptLimit {
 public:
  static constexpr size_t of_a_name_max = 5;
  static constexpr size_t of_all_max = 50;
  static constexpr size_t at_once_max = 4;
  static constexpr size_t of_a_browser_max = 5;
  static constexpr size_t of_known_browsers_max = 25;
  static constexpr size_t known_at_once_max = 2;
  static constexpr std::chrono::seconds window{60};

  struct Caller {
    std::string_view name;
    std::string_view browser = {};  // its id where the named account knows it
  };

  // An attempt under way. It counts as failed from its beginning, so that guesses made at the same
  // time cannot pass the limit together. Ends before its limit.
  class Attempt {
   public:
    Attempt(AttemptLimit& limit, uint64_t id, bool is_known)
        : limit_(&limit), id_(id), is_known_(is_known) {}
    Attempt(Attempt&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)),
          id_(other.id_),
          is_known_(other.is_known_),
          is_right_(other.is_right_) {}
    Attempt& operator=(Attempt&&) = delete;
    ~Attempt();

    // It was the right password, and counts no longer.
    void succeed() { is_right_ = true; }

   private:
    friend class AttemptLimit;
    AttemptLimit* limit_;
    const uint64_t id_;
    const bool is_known_;
    bool is_right_ = false;
  };

  struct Admission {
    std::optional<Attempt> attempt;
    std::chrono::seconds wait{0};  // without an attempt; zero: too many are being checked
  };
  Admission begin(const Caller& caller, SessionClock::time_point now = SessionClock::now());

 private:
  struct Kept {
    SessionClock::time_point at;
    uint64_t id;
    std::string name;
    std::string browser;  // empty where it is not known
  };
  template <typename Counts>
  std::chrono::seconds wait_of(size_t count_max, const Counts& counts,
                               SessionClock::time_point now) const CRM_REQUIRES(mutex_);
  std::chrono::seconds wait_of(const Caller& caller, SessionClock::time_point now) const
      CRM_REQUIRES(mutex_);
  size_t& under_way(bool is_known) CRM_REQUIRES(mutex_) {
    return is_known ? known_under_way_ : others_under_way_;
  }
  void end(const Attempt& attempt);

  crm::Mutex mutex_;
  // The guesses of the last window: at most of_all_max, and of_known_browsers_max more an account.
  std::deque<Kept> kept_ CRM_GUARDED_BY(mutex_);
  uint64_t begun_ CRM_GUARDED_BY(mutex_) = 0;
  size_t known_under_way_ CRM_GUARDED_BY(mutex_) = 0;
  size_t others_under_way_ CRM_GUARDED_BY(mutex_) = 0;
};

}  // namespace host_stub
