// The sorted runs of one database: one tree for what is stored of deliveries, and those that find
// them by member, failure and chain, members by their id, and orders by member.
#pragma once

#include <array>
#include <cstdint>

#include "store/sqlite/index/trees.h"
#include "store/sqlite/lsm/sorted_runs.h"

namespace message_history::sqlite {

class TreeSet {
 public:
  // `salt` keys the hashes of member ids.
  TreeSet(Connection& db, const Sha256& salt)
      : hash_seed(seed_of(salt)),
        deliveries(db, Tree::delivery),
        member_deliveries(db, Tree::member_delivery, member_part),
        failed_deliveries(db, Tree::failed_delivery),
        chains(db, Tree::chain),
        member_hashes(db, Tree::member_hash, hash_part),
        member_orders(db, Tree::member_order, member_part) {}

  std::array<SortedRuns*, tree_count> all() {
    return {&deliveries, &member_deliveries, &failed_deliveries,
            &chains,     &member_hashes,     &member_orders};
  }

  const std::uint64_t hash_seed;
  SortedRuns deliveries;
  SortedRuns member_deliveries;
  SortedRuns failed_deliveries;
  SortedRuns chains;
  SortedRuns member_hashes;
  SortedRuns member_orders;

 private:
  static std::uint64_t seed_of(const Sha256& salt) {
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i < sizeof(seed); ++i) seed = seed << 8 | salt[i];
    return seed;
  }
};

}  // namespace message_history::sqlite
