#include "feed/line_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "feed/feed_header.h"

namespace host_stub {

namespace {

constexpr size_t chunk_bytes = 256u << 10;
constexpr unsigned char gzip_magic[] = {0x1F, 0x8B};
constexpr int gzip_window_bits = 15 + 16;  // the largest window, gzip framing only

}  // namespace

// The state of zlib between chunks, and where in the sequence of gzip members the data stands.
class LineReader::Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream, gzip_window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  bool is_between_members = false;
};

LineReader::LineReader(FileHandle file, std::filesystem::path path, uint64_t bytes_max)
    : file_(std::move(file)),
      path_(std::move(path)),
      bytes_max_(bytes_max),
      raw_(chunk_bytes),
      buffer_(feed_line_bytes_max + chunk_bytes) {}

LineReader::~LineReader() = default;

crm::Result<std::unique_ptr<LineReader>> LineReader::open(const std::filesystem::path& file) {
  auto handle = open_for_reading(file);
  if (!handle) return handle.error();
  return of(std::move(handle.value()), file);
}

crm::Result<std::unique_ptr<LineReader>> LineReader::of(FileHandle file, std::filesystem::path name,
                                                        uint64_t bytes_max) {
  std::unique_ptr<LineReader> reader(new LineReader(std::move(file), std::move(name), bytes_max));
  if (auto format = reader->detect_format(); !format) return format.error();
  return reader;
}

Outcome LineReader::detect_format() {
  while (raw_end_ - raw_begin_ < sizeof(gzip_magic) && !raw_at_end_) {
    if (auto read = read_raw(); !read) return read;
  }
  const bool is_gzip =
      raw_end_ >= sizeof(gzip_magic) &&
      std::equal(std::begin(gzip_magic), std::end(gzip_magic), raw_.begin(),
                 [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
  if (is_gzip) inflater_ = std::make_unique<Inflater>();
  return done();
}

Outcome LineReader::read_raw() {
  if (raw_begin_ == raw_end_) raw_begin_ = raw_end_ = 0;
  const auto got = read_some(file_, path_, raw_.data() + raw_end_, raw_.size() - raw_end_);
  if (!got) return got.error();
  raw_end_ += got.value();
  raw_at_end_ = got.value() == 0;
  return done();
}

void LineReader::make_room() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
}

Outcome LineReader::refill() {
  const size_t end_before = end_;
  if (auto decoded = decode_more(); !decoded) return decoded;
  decoded_bytes_ += end_ - end_before;
  if (decoded_bytes_ <= bytes_max_) return done();
  return failure(CRM_ERR_FULL, fmt::format("{} unpacks to more than {} bytes; send it in parts",
                                           path_.string(), bytes_max_));
}

Outcome LineReader::decode_more() {
  if (raw_begin_ == raw_end_ && !raw_at_end_) {
    if (auto read = read_raw(); !read) return read;
  }
  if (inflater_) return inflate_more();
  const size_t size = std::min(raw_end_ - raw_begin_, buffer_.size() - end_);
  std::memcpy(buffer_.data() + end_, raw_.data() + raw_begin_, size);
  raw_begin_ += size;
  end_ += size;
  at_end_ = raw_at_end_ && raw_begin_ == raw_end_;
  return done();
}

Outcome LineReader::inflate_more() {
  const auto damaged = [&](std::string_view what) {
    return failure(
        CRM_ERR_CORRUPT,
        fmt::format("{}: the gzip data {} after line {}; get it again from where it came",
                    path_.string(), what, line_number_));
  };
  Inflater& gzip = *inflater_;
  if (gzip.is_between_members) {
    // Some tools pad the file with zeros after its last member.
    while (raw_begin_ < raw_end_ && raw_[raw_begin_] == '\0') ++raw_begin_;
    if (raw_begin_ == raw_end_) {
      at_end_ = raw_at_end_;
      return done();
    }
    inflateReset(&gzip.stream);
    gzip.is_between_members = false;
  }
  gzip.stream.next_in = reinterpret_cast<Bytef*>(raw_.data() + raw_begin_);
  gzip.stream.avail_in = static_cast<uInt>(raw_end_ - raw_begin_);
  gzip.stream.next_out = reinterpret_cast<Bytef*>(buffer_.data() + end_);
  gzip.stream.avail_out = static_cast<uInt>(buffer_.size() - end_);
  const int answer = inflate(&gzip.stream, Z_NO_FLUSH);
  raw_begin_ = raw_end_ - gzip.stream.avail_in;
  end_ = buffer_.size() - gzip.stream.avail_out;
  if (answer == Z_STREAM_END) {
    gzip.is_between_members = true;
  } else if (answer == Z_MEM_ERROR) {
    throw std::bad_alloc();
  } else if (answer == Z_BUF_ERROR && raw_at_end_ && raw_begin_ == raw_end_) {
    return damaged("ends early");
  } else if (answer != Z_OK && answer != Z_BUF_ERROR) {
    return damaged("is damaged");
  }
  return done();
}

crm::Result<bool> LineReader::next(FeedLine& line) {
  line = {};
  size_t scanned = 0;  // bytes from begin_ known to hold no line end
  for (;;) {
    const char* const from = buffer_.data() + begin_ + scanned;
    const auto* const found =
        static_cast<const char*>(std::memchr(from, '\n', end_ - begin_ - scanned));
    const size_t size =
        found != nullptr ? static_cast<size_t>(found - buffer_.data()) - begin_ : end_ - begin_;
    if (found == nullptr && at_end_ && size == 0 && !line.is_too_long) return false;
    if (size > feed_line_bytes_max) line.is_too_long = true;
    if (line.is_too_long) {
      line.names_header |=
          std::string_view(buffer_.data() + begin_, size).find(feed_version_family) !=
          std::string_view::npos;
    }
    if (found != nullptr || at_end_) {
      line.number = ++line_number_;
      if (!line.is_too_long) line.text = {buffer_.data() + begin_, size};
      begin_ += size + (found != nullptr ? 1 : 0);
      return true;
    }
    if (line.is_too_long) begin_ = end_;
    scanned = end_ - begin_;
    if (end_ == buffer_.size() || begin_ == end_) make_room();
    if (auto refilled = refill(); !refilled) return refilled.error();
  }
}

}  // namespace host_stub
