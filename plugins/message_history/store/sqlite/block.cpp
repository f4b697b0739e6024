#include "store/sqlite/block.h"

#include <zlib.h>

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "store/sqlite/packed.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t uuid_text_bytes = 36;
constexpr std::size_t uuid_bytes = 16;
constexpr std::uint64_t is_packed_uuid = 1;
// Two lengths and a value's length, for a key and value of usual size.
constexpr std::size_t entry_overhead_bytes = 8;

[[noreturn]] void corrupt() {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     "a stored block does not match its checksum or cannot be decoded; restore the "
                     "tenant's folder from a backup");
}

std::uint32_t checksum_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()),
                                          static_cast<uInt>(bytes.size())));
}

constexpr bool is_dash_place(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

// 0 to 15 for a lower-case hexadecimal digit, else 255.
constexpr std::array<std::uint8_t, 256> nibbles = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(255);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

// Whether the key ends in a UUID in its canonical text form, which 16 bytes can stand for.
bool ends_in_uuid(std::string_view key) {
  if (key.size() < uuid_text_bytes) return false;
  const std::string_view text = key.substr(key.size() - uuid_text_bytes);
  if (text[8] != '-') return false;
  for (std::size_t i = 0; i < uuid_text_bytes; ++i) {
    const bool good =
        is_dash_place(i) ? text[i] == '-' : nibbles[static_cast<unsigned char>(text[i])] != 255;
    if (!good) return false;
  }
  return true;
}

void put_uuid(std::string& bytes, std::string_view text) {
  unsigned high = 16;  // none yet
  for (std::size_t i = 0; i < uuid_text_bytes; ++i) {
    if (is_dash_place(i)) continue;
    const unsigned nibble = nibbles[static_cast<unsigned char>(text[i])];
    if (high == 16) {
      high = nibble;
    } else {
      bytes.push_back(static_cast<char>(high << 4 | nibble));
      high = 16;
    }
  }
}

void append_uuid(std::string& keys, std::string_view packed) {
  static constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) keys.push_back('-');
    const auto byte = static_cast<unsigned char>(packed[i]);
    keys.push_back(digits[byte >> 4]);
    keys.push_back(digits[byte & 15]);
  }
}

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

class Reader {
 public:
  Reader(std::string_view bytes, std::size_t end) : bytes_(bytes), end_(end) {}
  bool done() const { return at_ == end_; }
  std::size_t at() const { return at_; }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (at_ == end_) corrupt();
      const auto part = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(part & 0x7F) << shift;
      if ((part & 0x80) == 0) return value;
    }
    corrupt();
  }
  std::string_view take(std::size_t size) {
    if (size > end_ - at_) corrupt();
    const std::string_view taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }

 private:
  std::string_view bytes_;
  std::size_t end_;
  std::size_t at_ = 0;
};

}  // namespace

void append_checksum(std::string& bytes) {
  const std::uint32_t checksum = checksum_of(bytes);
  for (std::size_t i = 0; i < checksum_bytes; ++i) {
    bytes.push_back(static_cast<char>(checksum >> (8 * i)));
  }
}

bool BlockBuilder::fits(std::string_view key, std::string_view value) const {
  const std::size_t shared = shared_prefix(last_key_, key);
  return empty() || bytes_.size() + (key.size() - shared) + value.size() + entry_overhead_bytes +
                            checksum_bytes <=
                        block_bytes_max;
}

void BlockBuilder::add(std::string_view key, std::string_view value) {
  assert(empty() || last_key_ < key);
  const std::size_t shared = empty() ? 0 : shared_prefix(last_key_, key);
  const std::size_t id_begin = key.size() < uuid_text_bytes ? 0 : key.size() - uuid_text_bytes;
  // A UUID is never split between the shared part and the packed one.
  if (key.size() - shared > uuid_bytes + 1 && ends_in_uuid(key)) {
    const std::size_t kept = std::min(shared, id_begin);
    put_varint(bytes_, kept);
    put_varint(bytes_, (id_begin - kept) << 1 | is_packed_uuid);
    bytes_.append(key.substr(kept, id_begin - kept));
    put_uuid(bytes_, key.substr(id_begin));
  } else {
    put_varint(bytes_, shared);
    put_varint(bytes_, (key.size() - shared) << 1);
    bytes_.append(key.substr(shared));
  }
  put_varint(bytes_, value.size());
  bytes_.append(value);
  if (empty()) first_key_.assign(key);
  last_key_.assign(key);
  ++count_;
}

std::string BlockBuilder::finish() {
  append_checksum(bytes_);
  count_ = 0;
  return std::exchange(bytes_, {});
}

void Block::decode(std::string bytes) {
  bytes_ = std::move(bytes);
  keys_.clear();
  ends_.clear();
  values_.clear();
  if (bytes_.size() < checksum_bytes) corrupt();
  const std::size_t end = bytes_.size() - checksum_bytes;
  std::uint32_t checksum = 0;
  for (std::size_t i = 0; i < checksum_bytes; ++i) {
    checksum |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes_[end + i])) << (8 * i);
  }
  if (checksum != checksum_of(std::string_view(bytes_).substr(0, end))) corrupt();

  Reader reader(bytes_, end);
  std::size_t last_begin = 0;
  while (!reader.done()) {
    const std::uint64_t shared = reader.varint();
    const std::uint64_t suffix = reader.varint();
    const std::size_t begin = keys_.size();
    if (shared > begin - last_begin) corrupt();
    const std::string_view rest = reader.take(suffix >> 1);
    const std::string_view uuid =
        (suffix & is_packed_uuid) != 0 ? reader.take(uuid_bytes) : std::string_view{};
    keys_.append(keys_, last_begin, shared);
    keys_.append(rest);
    if (!uuid.empty()) append_uuid(keys_, uuid);
    ends_.push_back(static_cast<std::uint32_t>(keys_.size()));
    last_begin = begin;
    const std::uint64_t value_size = reader.varint();
    values_.push_back({static_cast<std::uint32_t>(reader.at()),
                       static_cast<std::uint32_t>(reader.take(value_size).size())});
  }
}

std::size_t Block::lower_bound(std::string_view key, std::size_t from) const {
  // Sorted look-ups mostly end where the last one did.
  if (from < size() && key <= this->key(from)) return from;
  std::size_t low = from;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (this->key(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace message_history::sqlite
