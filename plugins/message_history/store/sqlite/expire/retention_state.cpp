#include "store/sqlite/expire/retention_state.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "store/sqlite/base/meta.h"

namespace message_history::sqlite {

namespace {

constexpr std::string_view kept_from_key = "retention.kept_from_us";
constexpr std::string_view dropped_before_key = "retention.dropped_before_us";
constexpr std::string_view phase_key = "retention.phase";
constexpr std::string_view after_key = "retention.after";
constexpr std::string_view time_key = "retention.time_us";
constexpr std::string_view steady_key = "retention.steady_us";
constexpr std::string_view boot_key = "retention.boot";

}  // namespace

Retention read_retention(Connection& db) {
  Retention retention;
  retention.kept_from_us = meta_number(db, kept_from_key);
  // Releases before had one time for both.
  retention.dropped_before_us =
      std::max(meta_number(db, dropped_before_key), retention.kept_from_us);
  if (retention.dropped_before_us == 0) return retention;
  const std::int64_t phase = meta_number(db, phase_key);
  if (phase > static_cast<std::int64_t>(SweepPhase::members)) {
    throw crm::Failure(CRM_ERR_CORRUPT, db.file() +
                                            ": meta names a sweep that is none; restore "
                                            "the tenant's folder from a backup");
  }
  retention.phase = static_cast<SweepPhase>(phase);
  retention.after = find_meta(db, after_key).value_or(std::string());
  return retention;
}

void save_retention(Connection& db, const Retention& retention) {
  put_meta(db, kept_from_key, std::to_string(retention.kept_from_us));
  put_meta(db, dropped_before_key, std::to_string(retention.dropped_before_us));
  put_meta(db, phase_key, std::to_string(static_cast<int>(retention.phase)));
  put_meta(db, after_key, retention.after);
}

TrustedTime read_trusted_time(Connection& db) {
  TrustedTime time;
  time.us = meta_number(db, time_key);
  if (time.us == 0) return time;
  time.steady_us = meta_number(db, steady_key);
  time.boot = find_meta(db, boot_key).value_or(std::string());
  return time;
}

void save_trusted_time(Connection& db, const TrustedTime& time) {
  put_meta(db, time_key, std::to_string(time.us));
  put_meta(db, steady_key, std::to_string(time.steady_us));
  put_meta(db, boot_key, time.boot);
}

}  // namespace message_history::sqlite
