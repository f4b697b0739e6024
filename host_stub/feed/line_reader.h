// Lines of a feed file, plain or gzip (told by its first bytes), in constant memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"
#include "files/durable_file.h"

namespace host_stub {

// A line above this is passed over without being kept.
inline constexpr size_t feed_line_bytes_max = 1u << 20;

struct FeedLine {
  uint64_t number = 0;  // from 1
  bool is_too_long = false;
  bool names_header = false;  // of a line that is too long: a header may be in it
  // Without the line end; valid until the next call; empty when too long.
  std::string_view text;
};

// Not thread-safe.
class LineReader {
 public:
  static crm::Result<std::unique_ptr<LineReader>> open(const std::filesystem::path& file);
  // Reads an open file; failures call it `name`. FULL beyond this many bytes, unpacked.
  static crm::Result<std::unique_ptr<LineReader>> of(FileHandle file, std::filesystem::path name,
                                                     uint64_t bytes_max = UINT64_MAX);

  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // True with the next line, false at the end. The last line needs no line end. CORRUPT, naming the
  // file, when gzip data is damaged or ends early; an unfinished line before that is not delivered.
  crm::Result<bool> next(FeedLine& line);

 private:
  class Inflater;

  LineReader(FileHandle file, std::filesystem::path path, uint64_t bytes_max);

  Outcome detect_format();
  // Decoded bytes into the free end of the buffer; sets at_end_.
  Outcome refill();
  Outcome decode_more();
  Outcome read_raw();
  Outcome inflate_more();
  void make_room();

  FileHandle file_;
  const std::filesystem::path path_;
  const uint64_t bytes_max_;
  uint64_t decoded_bytes_ = 0;
  std::unique_ptr<Inflater> inflater_;  // NULL: a plain file
  std::vector<char> raw_;               // compressed bytes
  size_t raw_begin_ = 0;
  size_t raw_end_ = 0;
  bool raw_at_end_ = false;
  std::vector<char> buffer_;  // decoded bytes
  size_t begin_ = 0;
  size_t end_ = 0;
  bool at_end_ = false;
  uint64_t line_number_ = 0;
};

}  // namespace host_stub
