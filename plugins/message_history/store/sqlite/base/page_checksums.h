// A layer under SQLite (a "VFS") that gives every page of a database its checksum.
//
// A flipped bit in the part of a page that leads to rows makes SQLite miss rows without an error;
// no checksum of a row can tell. SCHEMA.md, "Checksums", has the bytes. A page is verified whenever
// it is read from the database file, and sealed when it is written there. Pages in the log have
// SQLite's own checksums, which it verifies when it takes the log up.
//
// Only databases made with room for it (`page_checksum_bytes` reserved on each page) have such
// checksums. A page whose checksum is eight zero bytes was
// written by a program without this layer, such as the sqlite3 shell, and is not verified.
//
// Nor does what SQLite leaves of rows in a page's free part get into any database file; see
// row_remains.h.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

struct sqlite3;

namespace message_history::sqlite {

inline constexpr int page_checksum_bytes = 8;
// Where the header of a database says how many bytes are reserved on each page.
inline constexpr int reserved_bytes_at = 20;

// The layer's name for sqlite3_open_v2(), registered with the first call. Any thread.
const char* page_checksums_vfs();

// The page that made a read of this connection end with SQLITE_IOERR_DATA, counted from 1; none
// when there was no such read since the last call.
std::optional<std::int64_t> take_damaged_page(sqlite3* database);

// The pages of the database file that do not match their checksums, rising; for the connection's
// own thread. Throws nothing but what memory does: what cannot be read at all is damaged, too.
// Newer versions that pages have in the log are not looked at.
std::vector<std::int64_t> damaged_pages(sqlite3* database, int page_bytes);

// While it lives, pages that the connection reads are not verified, for whoever proves the rows in
// another way and wants to name the one that is wrong. What it read may stay in the connection's
// cache. It must not outlive the connection.
class UnverifiedPages {
 public:
  explicit UnverifiedPages(sqlite3* database);
  ~UnverifiedPages();
  UnverifiedPages(const UnverifiedPages&) = delete;
  UnverifiedPages& operator=(const UnverifiedPages&) = delete;

 private:
  sqlite3* const database_;
};

}  // namespace message_history::sqlite
