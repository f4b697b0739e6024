// A seeded feed of a few hundred events that meets every kind of event and every awkward relation
// between them; and its permutations.
#pragma once

#include <random>
#include <vector>

#include "support/event_list.h"

namespace test {

std::vector<Event> every_kind(std::uint64_t seed);

// The events in the order in which they are.
std::vector<const Event*> pointers_to(const std::vector<Event>& events);

// The events in another order, each one to five times.
std::vector<const Event*> permuted(const std::vector<Event>& events, std::uint64_t seed);

}  // namespace test
