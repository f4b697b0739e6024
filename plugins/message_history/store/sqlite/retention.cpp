#include "store/sqlite/retention.h"

#include <optional>
#include <string_view>

#include "store/sqlite/meta.h"

namespace message_history::sqlite {

namespace {

constexpr std::string_view kept_from_key = "retention.kept_from_us";
constexpr std::string_view phase_key = "retention.phase";
constexpr std::string_view after_key = "retention.after";

}  // namespace

Retention read_retention(Connection& db) {
  Retention retention;
  retention.kept_from_us = meta_number(db, kept_from_key);
  if (retention.kept_from_us == 0) return retention;
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
  put_meta(db, phase_key, std::to_string(static_cast<int>(retention.phase)));
  put_meta(db, after_key, retention.after);
}

}  // namespace message_history::sqlite
