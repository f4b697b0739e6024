// Strong types for what the history counts and names: the store's numbers for messages, members,
// orders.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace message_history {

// A number the store gave to something; 0 means none. Two kinds never mix.
template <class Tag>
struct Number {
  std::int64_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Number, Number) = default;
};

using MessageNo = Number<struct MessageTag>;
using MemberNo = Number<struct MemberTag>;
using OrderNo = Number<struct OrderTag>;
using ChainNo = Number<struct ChainTag>;
using RouteNo = Number<struct RouteTag>;
using SourceNo = Number<struct SourceTag>;

// What a delivery or an order belongs to when its events name different members: nobody, rather
// than whoever happened to come first.
inline constexpr MemberNo member_ambiguous{-1};

// A member that touches and orders can be matched by.
constexpr bool is_person(MemberNo member) {
  return member.value > 0;
}

}  // namespace message_history

template <class Tag>
struct std::hash<message_history::Number<Tag>> {
  std::size_t operator()(message_history::Number<Tag> number) const noexcept {
    return std::hash<std::int64_t>{}(number.value);
  }
};
