// The SQLite engine: one database file a tenant, below one folder. See SCHEMA.md.
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace message_history::sqlite {

// `folder` exists. The engine holds no open file; each Store holds its own writer connection.
std::unique_ptr<Engine> make_engine(std::string folder);

// The file of a tenant: FOLDER/tenants/<name>/history.db, every byte of the name outside
// [A-Za-z0-9_-] written as %XX, so that no tenant can name another's folder or leave this one.
std::string database_file(const std::string& folder, std::string_view tenant);

}  // namespace message_history::sqlite
