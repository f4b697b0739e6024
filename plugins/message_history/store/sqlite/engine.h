// The SQLite engine: one database file a tenant, below one folder. See SCHEMA.md.
#pragma once

#include <memory>
#include <string>

#include "store/sqlite/open/database_file.h"
#include "store/store.h"

namespace message_history::sqlite {

// `folder` exists. The engine holds no open file; each Store holds its own writer connection.
std::unique_ptr<Engine> make_engine(std::string folder);

}  // namespace message_history::sqlite
