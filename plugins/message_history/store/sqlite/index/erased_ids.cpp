#include "store/sqlite/index/erased_ids.h"

#include <algorithm>

#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/trees.h"

namespace message_history::sqlite {

namespace {

constexpr std::int64_t keys_min = 4'096;
constexpr std::int64_t unhashed = -1;

}  // namespace

std::int64_t ErasedIds::hash_of(std::string_view member_id) const {
  return static_cast<std::int64_t>(member_hash(hash_seed_, member_id));
}

// Made for twice as many as there are, so that it is seldom made again.
void ErasedIds::load() {
  Query count = db_.query("SELECT count(*) FROM erasure");  // with those of this transaction
  count.step();
  count_ = count.integer();
  forget();
  passes_all_ = count_ > keys_min && filters_memory.is_used_up();
  if (count_ > 0 && !passes_all_) make_filter();
  is_loaded_ = true;
}

void ErasedIds::make_filter() {
  filter_.emplace(std::min(std::max(count_ * 2, keys_min), keys_max_));
  memory_.set(static_cast<std::size_t>(filter_->keys()) * KeyFilter::bytes_per_key);
  Query query = db_.rows(tables::erasure, "");
  while (query.step()) {
    query.skip(3);
    const std::int64_t hash = query.integer();
    passes_all_ |= hash == unhashed;
    filter_->add(bytes_of(hash));
  }
}

void ErasedIds::add(std::int64_t hash) {
  if (!is_loaded_ || passes_all_) return;
  ++count_;
  const bool is_outgrown = filter_ && count_ > filter_->keys() && filter_->keys() < keys_max_;
  if (!filter_ || is_outgrown) return forget();
  filter_->add(bytes_of(hash));
}

void ErasedIds::forget() {
  is_loaded_ = false;
  filter_.reset();
  memory_.set(0);
}

}  // namespace message_history::sqlite
