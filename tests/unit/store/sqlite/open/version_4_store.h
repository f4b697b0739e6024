// A database as version 4 of the schema left it, for the tests of migration and of damage: the demo
// shop's events, with runs that are being merged, an erased member, a held refund and an export.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "export/proof/sha256.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/open/schema.h"

namespace message_history::sqlite {

class Version4Store {
 public:
  static constexpr const char* tenant = "demo-shop";
  // As version 4 printed it.
  static constexpr const char* digest =
      "821510c217a064ec452516ae0eb25c552646ee3f4bf7db0c834168eaee465015";

  Version4Store() : folder_(std::filesystem::temp_directory_path() / "version_4_XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    std::filesystem::create_directories(std::filesystem::path(file()).parent_path());
    std::ifstream statements(CRM_HISTORY_VERSION_4);
    if (!statements) throw std::runtime_error("no " CRM_HISTORY_VERSION_4);
    std::ostringstream text;
    text << statements.rdbuf();
    run("PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; BEGIN;" +
        text.str() + "PRAGMA application_id=" + std::to_string(application_id) +
        "; PRAGMA user_version=4; COMMIT;");
  }
  ~Version4Store() { std::filesystem::remove_all(folder_); }
  Version4Store(const Version4Store&) = delete;
  Version4Store& operator=(const Version4Store&) = delete;

  const std::string& folder() const { return folder_; }
  std::string file() const { return database_file(folder_, tenant); }

  // As another program does it.
  void run(const std::string& sql) const {
    SQLite::Database(file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
  }

  std::unique_ptr<Store> open() const { return make_engine(folder_)->open(tenant); }

  static std::string digest_of(Store& store) {
    Sha256Hasher hasher;
    store.snapshot()->each_fact([&hasher](std::string_view fact) { hasher.update(fact); });
    return hex(hasher.finish());
  }

 private:
  std::string folder_;
};

}  // namespace message_history::sqlite
