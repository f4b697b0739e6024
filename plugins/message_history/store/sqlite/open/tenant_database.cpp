#include "store/sqlite/open/tenant_database.h"

#include <fmt/format.h>

#include <cstdint>

#include "platform/folder.h"
#include "platform/owned_file.h"
#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/page_checksums.h"
#include "store/sqlite/open/migration.h"

namespace message_history::sqlite {

namespace {

struct RuleField {
  const char* key;
  std::int64_t Rule::*value;
};

constexpr RuleField rule_fields[] = {
    {"rule.version", &Rule::version},
    {"rule.click_window_us", &Rule::click_window_us},
    {"rule.coupon_window_us", &Rule::coupon_window_us},
    {"rule.delivered_window_us", &Rule::delivered_window_us},
    {"rule.open_window_us", &Rule::open_window_us},
    {"rule.conversion_window_us", &Rule::conversion_window_us},
};

constexpr std::string_view page_checksums_key = "page_checksums";

// So that the file alone is the whole database: closing the last connection does the same, but
// tells nobody when the disk does not take it.
void move_log_into_file(Connection& db) {
  if (db.try_truncate_log()) return;
  throw crm::Failure(CRM_ERR_BUSY,
                     db.file() + ": another process reads it while it is made; try again");
}

// The file of a database that is no tenant's yet. Made once a process, at `file`: the steps of the
// schema take longer than everything else about a new tenant.
const std::string& empty_database(const std::string& file) {
  static const std::string bytes = [&file] {
    {
      make_private_file(
          file);  // SQLite would go by the umask; its other files have what this one has
      Connection db(file, Connection::Mode::create);
      migrate(db);
      move_log_into_file(db);
    }
    OwnedFile made(file);
    made.open();
    return made.contents();
  }();
  return bytes;
}

void write_file(const std::string& file, std::string_view bytes) {
  OwnedFile written(file);
  written.open();
  written.write(bytes, 0);
}

}  // namespace

void make_database(const std::string& file, const TenantFacts& facts) {
  write_file(file, empty_database(file));
  Connection db(file, Connection::Mode::write);
  db.count_rows();
  db.execute("BEGIN IMMEDIATE");
  put_meta(db, page_checksums_key, "1");
  put_meta(db, "tenant", facts.tenant);
  put_meta(db, "time_zone", facts.time_zone);
  put_meta(db, "currency", facts.currency);
  put_meta(db, "member_salt",
           {reinterpret_cast<const char*>(facts.member_salt.data()), facts.member_salt.size()});
  for (const RuleField& field : rule_fields) {
    put_meta(db, field.key, std::to_string(facts.rule.*field.value));
  }
  db.commit();
  move_log_into_file(db);  // a rename moves everything then
}

void expect_file_of(Connection& db, std::string_view tenant) {
  Query query = db.query("SELECT value FROM meta WHERE key = 'tenant'");
  const std::string found = query.step() ? query.text() : std::string();
  if (found == tenant) return;
  throw crm::Failure(
      CRM_ERR_CORRUPT,
      fmt::format("{}: holds the tenant \"{}\", not \"{}\"; put each tenant's folder "
                  "back under its own name",
                  db.file(), found, tenant));
}

void expect_page_checksums(Connection& db) {
  if (!find_meta(db, page_checksums_key) || db.has_page_checksums()) return;
  damaged(db.file(), fmt::format("byte {} of its header, which says that pages have checksums, is "
                                 "damaged",
                                 reserved_bytes_at));
}

TenantFacts read_facts(Connection& db) {
  TenantFacts facts;
  facts.tenant = meta(db, "tenant");
  facts.time_zone = meta(db, "time_zone");
  facts.currency = meta(db, "currency");
  facts.member_salt = sha256_of(meta(db, "member_salt"));
  for (const RuleField& field : rule_fields) {
    facts.rule.*field.value = required_meta_number(db, field.key);
  }
  return facts;
}

}  // namespace message_history::sqlite
