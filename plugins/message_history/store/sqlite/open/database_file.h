// Where a tenant's database is, and whether what stands there is one.
#pragma once

#include <string>
#include <string_view>

namespace message_history::sqlite {

// FOLDER/tenants/<name>/history.db, every byte of the name outside [A-Za-z0-9_-] written as %XX, so
// that no tenant can name another's folder or leave this one.
std::string database_file(const std::string& folder, std::string_view tenant);

// Whether there is a file. Throws CORRUPT for what is none of ours (a folder, a link, an empty or
// cut file, another program's), and for a log whose database is gone, which a new one would take
// in; changes nothing, so that nothing is lost.
bool has_database(const std::string& file);

// True when anything of a tenant is there: its database, or the log of one that is gone.
bool holds_tenant(const std::string& file);

}  // namespace message_history::sqlite
