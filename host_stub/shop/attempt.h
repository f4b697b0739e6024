// What becomes of each delivery and who gets it, as a function of the seed: nothing is remembered.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shop/campaign.h"
#include "shop/chance/member_permutation.h"

namespace host_stub {

// A delivery's place in its message, in the order of sending. A fallback attempt comes right after
// the delivery it replaces.
struct AttemptPlace {
  uint32_t campaign = 0;
  int64_t place = 0;
  bool is_fallback = false;
};

struct Attempt {
  int64_t member = 0;
  const Carrier* carrier = nullptr;
  uint32_t status = 0;  // CRM_DELIVERY_*, the last one
  std::string_view code;
  std::string_view detail;

  bool is_success() const;
};

// How a recipient who got the message goes on.
struct Reaction {
  bool opens = false;
  bool clicks = false;
};

// Borrows the campaigns. Any thread.
class Attempts {
 public:
  Attempts(const GeneratorSettings& settings, const std::vector<Campaign>& campaigns);

  Attempt at(const AttemptPlace& place) const;
  int64_t member_at(const AttemptPlace& place) const;

  // Of a successful attempt.
  Reaction reaction(const AttemptPlace& place, const Attempt& attempt) const;

 private:
  uint32_t failed_ppm(const Campaign& campaign, const Attempt& attempt) const;
  uint64_t trait(int64_t member) const;

  const std::vector<Campaign>& campaigns_;
  const MemberPermutation permutation_;
  const uint64_t member_key_;
  const ShopLocale locale_;
};

}  // namespace host_stub
