#include "store/sqlite/expire/scrub_state.h"

#include <string>
#include <string_view>

#include "store/sqlite/base/meta.h"

namespace message_history::sqlite {

namespace {

constexpr std::string_view erasures_key = "scrub.erasures";
constexpr std::string_view since_record_key = "scrub.since_record";
constexpr std::string_view since_us_key = "scrub.since_us";
constexpr std::string_view until_record_key = "scrub.until_record";

}  // namespace

PendingScrub read_pending_scrub(Connection& db) {
  PendingScrub pending;
  pending.erasures = meta_number(db, erasures_key);
  if (pending.erasures == 0) return pending;
  pending.since_record = meta_number(db, since_record_key);
  pending.since_us = meta_number(db, since_us_key);
  pending.until_record = meta_number(db, until_record_key);
  return pending;
}

void save_pending_scrub(Connection& db, const PendingScrub& pending) {
  put_meta(db, erasures_key, std::to_string(pending.erasures));
  put_meta(db, since_record_key, std::to_string(pending.since_record));
  put_meta(db, since_us_key, std::to_string(pending.since_us));
  put_meta(db, until_record_key, std::to_string(pending.until_record));
}

}  // namespace message_history::sqlite
