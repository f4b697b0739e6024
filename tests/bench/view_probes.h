// The views that are measured, each with a way to ask for it again and again about other things.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shop.h"
#include "view_reader.h"

namespace crm_bench {

// What a view shows in a small shop: as much as in a large one, or less; or what a filter leaves.
enum class Shows { as_much, less, filtered };

// `call` may read other views first, which is not timed. Asks about the n-th thing of its kind.
struct ViewProbe {
  std::string name;
  Shows shows = Shows::as_much;
  std::function<ViewCall(const Shop&, ViewReader&, uint64_t n)> call;
};

// The sort keys are those that the list itself offers.
std::vector<ViewProbe> view_probes(ViewReader& reader);

}  // namespace crm_bench
