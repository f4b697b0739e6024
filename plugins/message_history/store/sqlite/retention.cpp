#include "store/sqlite/retention.h"

#include <charconv>
#include <optional>

namespace message_history::sqlite {

namespace {

constexpr const char* kept_from_key = "retention.kept_from_us";
constexpr const char* phase_key = "retention.phase";
constexpr const char* after_key = "retention.after";

std::optional<std::string> meta(Connection& db, const char* key) {
  Query query = db.query("SELECT value FROM meta WHERE key = ?");
  if (!query.bind(std::string_view(key)).step()) return {};
  return query.text();
}

std::int64_t number(Connection& db, const char* key) {
  const auto text = meta(db, key);
  if (!text) return 0;
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < 0) {
    throw crm::Failure(CRM_ERR_CORRUPT, db.file() + ": meta has no sound \"" + key +
                                            "\"; restore the tenant's folder from a backup");
  }
  return value;
}

void put(Connection& db, const char* key, std::string_view value) {
  db.query("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
      .bind(std::string_view(key))
      .bind(value)
      .run();
}

}  // namespace

Retention read_retention(Connection& db) {
  Retention retention;
  retention.kept_from_us = number(db, kept_from_key);
  if (retention.kept_from_us == 0) return retention;
  const std::int64_t phase = number(db, phase_key);
  if (phase > static_cast<std::int64_t>(SweepPhase::members)) {
    throw crm::Failure(CRM_ERR_CORRUPT, db.file() +
                                            ": meta names a sweep that is none; restore "
                                            "the tenant's folder from a backup");
  }
  retention.phase = static_cast<SweepPhase>(phase);
  retention.after = meta(db, after_key).value_or(std::string());
  return retention;
}

void save_retention(Connection& db, const Retention& retention) {
  put(db, kept_from_key, std::to_string(retention.kept_from_us));
  put(db, phase_key, std::to_string(static_cast<int>(retention.phase)));
  put(db, after_key, retention.after);
}

}  // namespace message_history::sqlite
