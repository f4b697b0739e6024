#include "store/sqlite/base/page_checksums.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "encoding/crc32.h"
#include "store/sqlite/base/row_remains.h"

namespace message_history::sqlite {

namespace {

constexpr int start_bytes = 100;  // of a database, which SQLite calls its header
constexpr int page_bytes_min = 512;
constexpr std::array<unsigned char, page_checksum_bytes> unsealed{};

// Above 100, as SQLite leaves to layers; "CRMH" so that no other layer takes it for its own.
constexpr int verify_pages_control = 0x43524D48;
constexpr int damaged_page_control = verify_pages_control + 1;

// A database file, as SQLite holds it: what this layer knows of it, and behind that the same file
// as the layer below holds it.
struct PageFile {
  sqlite3_file methods;
  bool has_checksums;
  bool is_verified;           // else pages are read as they are
  std::int64_t damaged_page;  // that was read last and not told yet; 0 for none
};

constexpr std::size_t below_at =
    (sizeof(PageFile) + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);

PageFile& page_file(sqlite3_file* file) {
  return *reinterpret_cast<PageFile*>(file);
}

sqlite3_file* below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + below_at);
}

// Tells a read or write of a whole page; SQLite reads parts of the header too.
bool is_page(int bytes, sqlite3_int64 at) {
  return bytes >= page_bytes_min && (bytes & (bytes - 1)) == 0 && at % bytes == 0;
}

bool reserves_checksums(const unsigned char* header) {
  return header[reserved_bytes_at] == page_checksum_bytes;
}

// Blanks the only bytes of the first page that SQLite changes in a copy (`.backup`): the change
// counter, the schema cookie, and the version that wrote last. The checksum takes them for zeros.
void blank_what_copies_change(std::array<char, start_bytes>& start) {
  constexpr struct { std::ptrdiff_t at, bytes; } changed[] = {{24, 4}, {40, 4}, {92, 8}};
  for (const auto& [at, bytes] : changed) std::fill_n(start.begin() + at, bytes, '\0');
}

// The CRC-32 of the page's bytes before it, begun with the page's number, and the number, each the
// lowest byte first: a page in another's place is as wrong as one that changed.
std::array<unsigned char, page_checksum_bytes> checksum_of(const char* page, int bytes,
                                                           std::uint32_t number) {
  std::array<char, start_bytes> start;
  std::copy_n(page, start.size(), start.begin());
  if (number == 1) blank_what_copies_change(start);
  const std::size_t rest = static_cast<std::size_t>(bytes - page_checksum_bytes) - start.size();
  const std::uint32_t crc =
      crc32_of({page + start.size(), rest}, crc32_of({start.data(), start.size()}, number));
  std::array<unsigned char, page_checksum_bytes> sealed{};
  for (std::size_t i = 0; i < 4; ++i) {
    sealed[i] = static_cast<unsigned char>(crc >> (8 * i));
    sealed[4 + i] = static_cast<unsigned char>(number >> (8 * i));
  }
  return sealed;
}

std::uint32_t page_number(sqlite3_int64 at, int bytes) {
  return static_cast<std::uint32_t>(at / bytes + 1);
}

// Tells whether the page, as it is in the file, matches its checksum or has none.
bool is_sound(const char* page, int bytes, std::uint32_t number) {
  const char* const checksum = page + bytes - page_checksum_bytes;
  if (std::memcmp(checksum, unsealed.data(), unsealed.size()) == 0) return true;
  const auto expected = checksum_of(page, bytes, number);
  return std::memcmp(checksum, expected.data(), expected.size()) == 0;
}

int close_file(sqlite3_file* file) {
  return below(file)->pMethods->xClose(below(file));
}

int read_file(sqlite3_file* file, void* data, int bytes, sqlite3_int64 at) {
  const int answer = below(file)->pMethods->xRead(below(file), data, bytes, at);
  PageFile& from = page_file(file);
  if (answer != SQLITE_OK || !from.has_checksums || !is_page(bytes, at)) return answer;
  auto* const page = static_cast<char*>(data);
  const std::uint32_t number = page_number(at, bytes);
  if (from.is_verified && !is_sound(page, bytes, number)) {
    from.damaged_page = number;
    return SQLITE_IOERR_DATA;
  }
  // From here the page may change and go to the log, where this checksum would be wrong.
  std::memset(page + bytes - page_checksum_bytes, 0, page_checksum_bytes);
  return SQLITE_OK;
}

int write_file(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 at) {
  PageFile& to = page_file(file);
  if (at == 0 && bytes >= start_bytes) {
    to.has_checksums = reserves_checksums(static_cast<const unsigned char*>(data));
  }
  const std::string_view content(static_cast<const char*>(data), static_cast<std::size_t>(bytes));
  const bool has_remains = is_page(bytes, at) && holds_row_remains(content);
  if (!is_page(bytes, at) || (!to.has_checksums && !has_remains)) {
    return below(file)->pMethods->xWrite(below(file), data, bytes, at);
  }
  // From the heap: the stack of the thread may be small, and a page takes up to 64 KiB.
  const std::unique_ptr<char, decltype(&sqlite3_free)> copy(
      static_cast<char*>(sqlite3_malloc(bytes)), sqlite3_free);
  if (copy == nullptr) return SQLITE_IOERR_NOMEM;
  const std::span<char> page(copy.get(), content.size());
  std::ranges::copy(content, page.begin());
  if (has_remains) clear_row_remains(page);
  if (to.has_checksums) {
    const auto sealed = checksum_of(page.data(), bytes, page_number(at, bytes));
    std::ranges::copy(sealed, page.last(sealed.size()).begin());
  }
  return below(file)->pMethods->xWrite(below(file), page.data(), bytes, at);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return below(file)->pMethods->xTruncate(below(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  return below(file)->pMethods->xSync(below(file), flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  return below(file)->pMethods->xLock(below(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return below(file)->pMethods->xUnlock(below(file), level);
}

int check_reserved_lock(sqlite3_file* file, int* is_reserved) {
  return below(file)->pMethods->xCheckReservedLock(below(file), is_reserved);
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  if (operation == verify_pages_control) {
    page_file(file).is_verified = *static_cast<const bool*>(argument);
    return SQLITE_OK;
  }
  if (operation == damaged_page_control) {
    *static_cast<std::int64_t*>(argument) = std::exchange(page_file(file).damaged_page, 0);
    return SQLITE_OK;
  }
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
  return below(file)->pMethods->xSectorSize(below(file));
}

int device_characteristics(sqlite3_file* file) {
  return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

int map_shared(sqlite3_file* file, int region, int bytes, int extend, void volatile** memory) {
  return below(file)->pMethods->xShmMap(below(file), region, bytes, extend, memory);
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}

void shared_barrier(sqlite3_file* file) {
  below(file)->pMethods->xShmBarrier(below(file));
}

int unmap_shared(sqlite3_file* file, int is_deleted) {
  return below(file)->pMethods->xShmUnmap(below(file), is_deleted);
}

// Version 2: without mapping the file into memory, which would pass by what is verified here.
constexpr sqlite3_io_methods page_methods{2,
                                          close_file,
                                          read_file,
                                          write_file,
                                          truncate_file,
                                          sync_file,
                                          file_size,
                                          lock_file,
                                          unlock_file,
                                          check_reserved_lock,
                                          control_file,
                                          sector_size,
                                          device_characteristics,
                                          map_shared,
                                          lock_shared,
                                          shared_barrier,
                                          unmap_shared,
                                          nullptr,
                                          nullptr};

// The layer itself: the system's own, with another way to open a database file.
class Layer {
 public:
  Layer() : below_(sqlite3_vfs_find(nullptr)), vfs_(*below_) {
    // The plugin may be loaded twice, in two versions: each has a name of its own.
    name_ = fmt::format("message_history.pages.{}", static_cast<const void*>(this));
    vfs_.zName = name_.c_str();
    vfs_.szOsFile = static_cast<int>(below_at) + below_->szOsFile;
    vfs_.pNext = nullptr;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~Layer() { sqlite3_vfs_unregister(&vfs_); }
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  const char* name() const { return name_.c_str(); }
  sqlite3_vfs* below_layer() const { return below_; }

 private:
  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags);

  sqlite3_vfs* const below_;
  sqlite3_vfs vfs_;
  std::string name_;
};

Layer& layer() {
  static Layer layer;
  return layer;
}

int Layer::open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
                int* out_flags) {
  sqlite3_vfs* const lower = layer().below_layer();
  // Logs, journals and temporary files have no pages of their own.
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return lower->xOpen(lower, name, file, flags, out_flags);
  file->pMethods = nullptr;  // nothing to close when it fails
  const int answer = lower->xOpen(lower, name, below(file), flags, out_flags);
  if (answer != SQLITE_OK) return answer;
  std::array<unsigned char, start_bytes> header{};
  const int read = below(file)->pMethods->xRead(below(file), header.data(), start_bytes, 0);
  if (read != SQLITE_OK && read != SQLITE_IOERR_SHORT_READ) {
    close_file(file);
    return read;
  }
  page_file(file).has_checksums = read == SQLITE_OK && reserves_checksums(header.data());
  page_file(file).is_verified = true;
  page_file(file).damaged_page = 0;
  file->pMethods = &page_methods;
  return SQLITE_OK;
}

}  // namespace

const char* page_checksums_vfs() {
  return layer().name();
}

UnverifiedPages::UnverifiedPages(sqlite3* database) : database_(database) {
  bool is_verified = false;
  sqlite3_file_control(database_, "main", verify_pages_control, &is_verified);
}

UnverifiedPages::~UnverifiedPages() {
  bool is_verified = true;
  sqlite3_file_control(database_, "main", verify_pages_control, &is_verified);
}

std::vector<std::int64_t> damaged_pages(sqlite3* database, int page_bytes) {
  std::vector<std::int64_t> damaged;
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods != &page_methods || !page_file(file).has_checksums) {
    return damaged;
  }
  sqlite3_int64 size = 0;
  below(file)->pMethods->xFileSize(below(file), &size);
  std::vector<char> page(static_cast<std::size_t>(page_bytes));
  const auto reads_sound = [&](sqlite3_int64 at) {
    return below(file)->pMethods->xRead(below(file), page.data(), page_bytes, at) == SQLITE_OK &&
           is_sound(page.data(), page_bytes, page_number(at, page_bytes));
  };
  for (sqlite3_int64 at = 0; at < size; at += page_bytes) {
    // Another connection may just be writing the page: then it is whole the second time.
    if (!reads_sound(at) && !reads_sound(at)) damaged.push_back(page_number(at, page_bytes));
  }
  return damaged;
}

std::optional<std::int64_t> take_damaged_page(sqlite3* database) {
  // One that is attached may have been read as well.
  int i = 0;
  while (const char* const name = sqlite3_db_name(database, i++)) {
    std::int64_t page = 0;
    sqlite3_file_control(database, name, damaged_page_control, &page);
    if (page != 0) return page;
  }
  return {};
}

}  // namespace message_history::sqlite
