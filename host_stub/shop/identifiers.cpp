#include "shop/identifiers.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

#include "shop/chance/random.h"

namespace host_stub {

namespace {

constexpr size_t delivery_digits_min = 10;
constexpr size_t member_digits_min = 7;
constexpr size_t order_digits = 10;
constexpr uint64_t mail_addresses_one_in = 40;

constexpr std::string_view given_names[] = {"minjun", "seoyeon", "jiho",  "haeun", "dohyun",
                                            "yuna",   "sumin",   "jiwoo", "hyejin"};
constexpr std::string_view family_names[] = {"kim", "lee", "park", "choi", "jung", "kang", "yoon"};

size_t digits_of(int64_t value) {
  size_t digits = 1;
  for (; value >= 10; value /= 10) ++digits;
  return digits;
}

// Texts one after the other into a place of the right size.
class Pen {
 public:
  Pen(Arena& arena, size_t size) : begin_(static_cast<char*>(arena.take(size))), at_(begin_) {}

  Pen& text(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }

  Pen& padded(int64_t value, size_t digits) {
    auto left = static_cast<uint64_t>(value);
    for (size_t i = digits; i > 0; --i, left /= 10) at_[i - 1] = static_cast<char>('0' + left % 10);
    at_ += digits;
    return *this;
  }

  // The upper `digits` hexadecimal digits.
  Pen& hex(uint64_t value, size_t digits) {
    for (; digits > 0; --digits, value <<= 4) *at_++ = "0123456789abcdef"[value >> 60];
    return *this;
  }

  crm_str finish() const { return {begin_, static_cast<uint64_t>(at_ - begin_)}; }

 private:
  char* begin_;
  char* at_;
};

crm_str uuid(uint64_t key, Arena& arena) {
  constexpr size_t uuid_bytes = 36;
  constexpr uint64_t version_4 = 0x4000;
  constexpr uint64_t variant = uint64_t{0b10} << 62;
  const uint64_t high = (mixed(key) & ~uint64_t{0xF000}) | version_4;
  const uint64_t low = (mixed(key + golden_gamma) & ~(uint64_t{0b11} << 62)) | variant;
  return Pen(arena, uuid_bytes)
      .hex(high, 8)
      .text("-")
      .hex(high << 32, 4)
      .text("-")
      .hex(high << 48, 4)
      .text("-")
      .hex(low, 4)
      .text("-")
      .hex(low << 16, 12)
      .finish();
}

}  // namespace

Identifiers::Identifiers(const GeneratorSettings& settings)
    : key_(derived_key(settings.seed, 3)),
      style_(settings.id_style),
      delivery_digits_(std::max(delivery_digits_min, digits_of(settings.deliveries))),
      member_digits_(std::max(member_digits_min, digits_of(settings.members))) {}

crm_str Identifiers::delivery(const Campaign& campaign, int64_t place, Arena& arena) const {
  const int64_t number = campaign.deliveries_before + place + 1;
  if (style_ == IdStyle::uuid) return uuid(derived_key(key_, static_cast<uint64_t>(number)), arena);
  return Pen(arena, 2 + delivery_digits_).text("d-").padded(number, delivery_digits_).finish();
}

crm_str Identifiers::member(int64_t member, Arena& arena) const {
  Random random(key_ ^ static_cast<uint64_t>(member));
  if (random.below(mail_addresses_one_in) != 0) {
    return Pen(arena, 1 + member_digits_).text("m").padded(member + 1, member_digits_).finish();
  }
  constexpr std::string_view domain = "@example.com";
  const std::string_view given = given_names[random.below(std::size(given_names))];
  const std::string_view family = family_names[random.below(std::size(family_names))];
  return Pen(arena, given.size() + 1 + family.size() + member_digits_ + domain.size())
      .text(given)
      .text(".")
      .text(family)
      .padded(member + 1, digits_of(member + 1))
      .text(domain)
      .finish();
}

crm_str Identifiers::order(int64_t order, Arena& arena) {
  return Pen(arena, 2 + order_digits).text("o-").padded(order, order_digits).finish();
}

crm_str Identifiers::refund(int64_t order, size_t part, Arena& arena) {
  return Pen(arena, 4 + order_digits)
      .text("r-")
      .padded(order, order_digits)
      .text("-")
      .padded(static_cast<int64_t>(part) + 1, 1)
      .finish();
}

}  // namespace host_stub
