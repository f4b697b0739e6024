#include "store/sqlite/base/meta.h"

#include <charconv>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

namespace {

[[noreturn]] void unsound(Connection& db, std::string_view what, std::string_view key) {
  throw crm::Failure(CRM_ERR_CORRUPT, db.file() + ": meta has no " + std::string(what) + "\"" +
                                          std::string(key) +
                                          "\"; restore the tenant's folder from a backup");
}

std::int64_t number_of(Connection& db, std::string_view key, std::string_view text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (!is_number || value < 0) unsound(db, "sound ", key);
  return value;
}

}  // namespace

std::optional<std::string> find_meta(Connection& db, std::string_view key) {
  {
    Query query = db.find(tables::meta);
    if (query.bind(key).step()) {
      query.skip(1);
      return query.text();
    }
  }
  // Nothing is as good as a value here: what is missing must never have been there.
  expect_all_rows(db, tables::meta);
  return {};
}

std::string meta(Connection& db, std::string_view key) {
  auto value = find_meta(db, key);
  if (!value) unsound(db, "", key);
  return *std::move(value);
}

std::int64_t required_meta_number(Connection& db, std::string_view key) {
  return number_of(db, key, meta(db, key));
}

std::int64_t meta_number(Connection& db, std::string_view key) {
  const auto text = find_meta(db, key);
  return text ? number_of(db, key, *text) : 0;
}

TimeZone known_time_zone(Connection& db) {
  const std::string name = meta(db, "time_zone");
  auto zone = TimeZone::find(name);
  if (!zone) {
    throw crm::Failure(CRM_ERR_INVALID, db.file() + ": this system does not know its time zone \"" +
                                            name + "\"; install the package tzdata");
  }
  return *std::move(zone);
}

void put_meta(Connection& db, std::string_view key, std::string_view value) {
  db.put(tables::meta).bind(key).bind(value).run();
}

namespace {

std::string repeated_key(SourceNo source, std::string_view what) {
  return "repeated." + std::to_string(source.value) + "." + std::string(what);
}

}  // namespace

Repeated read_repeated(Connection& db, SourceNo source) {
  return {meta_number(db, repeated_key(source, "events")),
          meta_number(db, repeated_key(source, "since_us"))};
}

void put_repeated(Connection& db, SourceNo source, const Repeated& repeated) {
  put_meta(db, repeated_key(source, "events"), std::to_string(repeated.events));
  put_meta(db, repeated_key(source, "since_us"), std::to_string(repeated.since_us));
}

}  // namespace message_history::sqlite
