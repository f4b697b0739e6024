// Tells what SQLite leaves behind of rows in a page of a table, and overwrites it.
//
// With secure_delete SQLite overwrites a row that is deleted or moved to another page. When it
// rearranges the rows of a page, copies of them stay in its free part until that is used again: a
// member who is erased later would still be readable there.
//
// Pure functions of a page's bytes, as https://www.sqlite.org/fileformat2.html has them. Any
// thread; never throw.
#pragma once

#include <span>
#include <string_view>

namespace message_history::sqlite {

// True when the free part of a page of rows holds anything. False for pages of other kinds.
bool holds_row_remains(std::string_view page);

// Overwrites that part with zeros. SQLite reads none of it.
void clear_row_remains(std::span<char> page);

}  // namespace message_history::sqlite
