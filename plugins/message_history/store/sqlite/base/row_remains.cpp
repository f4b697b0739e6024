#include "store/sqlite/base/row_remains.h"

#include <algorithm>
#include <cstddef>

namespace message_history::sqlite {

namespace {

constexpr unsigned page_of_rows = 13;
constexpr std::size_t rows_at = 3;          // how many there are
constexpr std::size_t rows_begin_at = 5;    // where the first of them in the page begins
constexpr std::size_t page_head_bytes = 8;  // then come pointers to the rows
constexpr std::size_t pointer_bytes = 2;

unsigned number_at(std::string_view page, std::size_t at) {
  return static_cast<unsigned char>(page[at]) << 8 | static_cast<unsigned char>(page[at + 1]);
}

struct FreePart {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The bytes between the pointers and the rows. A page of another kind that happens to begin as one
// of rows, which only those of databases beyond a terabyte can, points elsewhere: it has none.
FreePart free_part_of(std::string_view page) {
  if (page.size() < page_head_bytes || static_cast<unsigned char>(page[0]) != page_of_rows)
    return {};
  const std::size_t rows = number_at(page, rows_at);
  const FreePart part{page_head_bytes + pointer_bytes * rows, number_at(page, rows_begin_at)};
  if (part.begin > part.end || part.end > page.size()) return {};
  for (std::size_t at = page_head_bytes; at < part.begin; at += pointer_bytes) {
    const std::size_t row_at = number_at(page, at);
    if (row_at < part.end || row_at >= page.size()) return {};
  }
  return part;
}

}  // namespace

bool holds_row_remains(std::string_view page) {
  const FreePart part = free_part_of(page);
  const std::string_view bytes = page.substr(part.begin, part.end - part.begin);
  // Zeros are as the same bytes moved by one; comparing takes many of them at a time.
  return !bytes.empty() &&
         (bytes.front() != '\0' || bytes.substr(1) != bytes.substr(0, bytes.size() - 1));
}

void clear_row_remains(std::span<char> page) {
  const FreePart part = free_part_of({page.data(), page.size()});
  std::ranges::fill(page.subspan(part.begin, part.end - part.begin), '\0');
}

}  // namespace message_history::sqlite
