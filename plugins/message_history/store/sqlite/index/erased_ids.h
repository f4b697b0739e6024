// Tells of nearly every member id that it was never erased: a filter in memory, in front of the
// keyed hash and the look into the table that only an erased id needs.
//
// Belongs to the writer. Throws crm::Failure as the connection does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/memory_budget.h"
#include "store/sqlite/base/connection.h"
#include "store/sqlite/lsm/key_filter.h"

namespace message_history::sqlite {

// Takes 8 MiB of the share of filters. With more erasures than this the filter passes more ids that
// were never erased, and those are looked up.
inline constexpr std::int64_t filtered_erasures_max = 4'000'000;

class ErasedIds {
 public:
  // `hash_seed` keys the hashes of ids, as in the trees.
  ErasedIds(Connection& db, std::uint64_t hash_seed, std::int64_t keys_max = filtered_erasures_max)
      : db_(db), hash_seed_(hash_seed), keys_max_(keys_max) {}

  // False: no erasure names this id.
  bool may_hold(std::string_view member_id) {
    if (!is_loaded_) load();
    if (passes_all_) return true;
    return filter_ && filter_->may_hold(bytes_of(hash_of(member_id)));
  }
  // The hash that a row of `erasure` keeps of its id.
  std::int64_t hash_of(std::string_view member_id) const;
  // A row with this hash was added to the table.
  void add(std::int64_t hash);
  // Reads the table again when it is needed: another connection or a rollback changed it.
  void forget();

 private:
  void load();
  void make_filter();
  static std::string_view bytes_of(const std::int64_t& hash) {
    return {reinterpret_cast<const char*>(&hash), sizeof(hash)};
  }

  Connection& db_;
  const std::uint64_t hash_seed_;
  const std::int64_t keys_max_;
  bool is_loaded_ = false;
  bool passes_all_ = false;  // a row is of an earlier schema, or there is no memory for a filter
  std::int64_t count_ = 0;
  std::optional<KeyFilter> filter_;  // none as long as nobody was erased
  MemoryPart memory_{filters_memory};
};

}  // namespace message_history::sqlite
