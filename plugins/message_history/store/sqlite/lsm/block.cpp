#include "store/sqlite/lsm/block.h"
#include "encoding/crc32.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "store/sqlite/lsm/key_sort.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t uuid_text_bytes = 36;
constexpr std::size_t uuid_bytes = 16;
constexpr std::uint64_t is_packed_uuid = 1;
// Two lengths and a value's length, for a key and value of usual size.
constexpr std::size_t entry_overhead_bytes = 8;
constexpr std::size_t varint_bytes_max = 10;

[[noreturn]] void corrupt() {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     "a stored block does not match its checksum or cannot be decoded; restore the "
                     "tenant's folder from a backup");
}

// 0 to 15 for a lower-case hexadecimal digit, else 255.
constexpr std::array<std::uint8_t, 256> nibbles = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(255);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

// Where in a UUID's text the two digits of each of its bytes are.
constexpr std::array<std::uint8_t, uuid_bytes> digit_places = {0,  2,  4,  6,  9,  11, 14, 16,
                                                               19, 21, 24, 26, 28, 30, 32, 34};

// Whether the key ends in a UUID in its canonical text form, which 16 bytes can stand for: these.
bool ends_in_uuid(std::string_view key, char (&packed)[uuid_bytes]) {
  if (key.size() < uuid_text_bytes) return false;
  const char* const text = key.data() + key.size() - uuid_text_bytes;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
  unsigned all = 0;
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    const unsigned high = nibbles[static_cast<unsigned char>(text[digit_places[i]])];
    const unsigned low = nibbles[static_cast<unsigned char>(text[digit_places[i] + 1])];
    all |= high | low;
    packed[i] = static_cast<char>(high << 4 | low);
  }
  return all < 16;
}

// Each returns the place after what it wrote.
char* write(char* to, std::string_view bytes) {
  return to + bytes.copy(to, bytes.size());
}

char* write_varint(char* to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

char* write_uuid_text(char* to, std::string_view packed) {
  static constexpr char digits[] = "0123456789abcdef";
  to[8] = to[13] = to[18] = to[23] = '-';
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    const auto byte = static_cast<unsigned char>(packed[i]);
    to[digit_places[i]] = digits[byte >> 4];
    to[digit_places[i] + 1] = digits[byte & 15];
  }
  return to + uuid_text_bytes;
}

char* write_checksum(char* to, std::uint32_t checksum) {
  for (std::size_t i = 0; i < checksum_bytes; ++i) *to++ = static_cast<char>(checksum >> (8 * i));
  return to;
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
  char checksum[checksum_bytes];
  write_checksum(checksum, crc32_of(bytes));
  bytes.append(checksum, checksum_bytes);
}

std::int64_t checksum_of_block(std::string_view bytes) {
  std::int64_t checksum = 0;
  for (std::size_t i = 0; i < checksum_bytes && i < bytes.size(); ++i) {
    checksum = checksum << 8 | static_cast<unsigned char>(bytes[bytes.size() - 1 - i]);
  }
  return checksum;
}

bool BlockBuilder::add(std::string_view key, std::string_view value) {
  assert(empty() || last_key_ < key);
  const std::size_t shared = empty() ? 0 : shared_prefix(last_key_, key);
  if (!empty() &&
      size_ + (key.size() - shared) + value.size() + entry_overhead_bytes + checksum_bytes >
          block_bytes_max) {
    return false;
  }
  const std::size_t size_max =
      size_ + key.size() + value.size() + 3 * varint_bytes_max + checksum_bytes;
  if (bytes_.size() < size_max) bytes_.resize(std::max(size_max, block_bytes_max));
  char* to = bytes_.data() + size_;
  const std::size_t id_begin = key.size() < uuid_text_bytes ? 0 : key.size() - uuid_text_bytes;
  // A UUID is never split between the shared part and the packed one.
  char uuid[uuid_bytes];
  if (key.size() - shared > uuid_bytes + 1 && ends_in_uuid(key, uuid)) {
    const std::size_t kept = std::min(shared, id_begin);
    to = write_varint(to, kept);
    to = write_varint(to, (id_begin - kept) << 1 | is_packed_uuid);
    to = write(to, key.substr(kept, id_begin - kept));
    to = write(to, {uuid, uuid_bytes});
  } else {
    to = write_varint(to, shared);
    to = write_varint(to, (key.size() - shared) << 1);
    to = write(to, key.substr(shared));
  }
  to = write_varint(to, value.size());
  to = write(to, value);
  size_ = static_cast<std::size_t>(to - bytes_.data());
  if (empty()) first_key_.assign(key);
  last_key_.assign(key);
  ++count_;
  return true;
}

std::string_view BlockBuilder::finish() {
  const std::string_view entries(bytes_.data(), size_);
  write_checksum(bytes_.data() + size_, crc32_of(entries));
  count_ = 0;
  return {bytes_.data(), std::exchange(size_, 0) + checksum_bytes};
}

void Block::decode(std::string_view bytes) {
  entries_.clear();
  if (bytes.size() < checksum_bytes) corrupt();
  bytes_.assign(bytes);
  const std::size_t end = bytes_.size() - checksum_bytes;
  char checksum[checksum_bytes];
  write_checksum(checksum, crc32_of(std::string_view(bytes_).substr(0, end)));
  if (std::string_view(bytes_).substr(end) != std::string_view(checksum, checksum_bytes)) corrupt();

  Reader reader(bytes_, end);
  Entry last{};
  while (!reader.done()) {
    const std::uint64_t shared = reader.varint();
    const std::uint64_t suffix = reader.varint();
    if (shared > last.key_bytes) corrupt();
    const std::string_view rest = reader.take(suffix >> 1);
    const std::string_view uuid =
        (suffix & is_packed_uuid) != 0 ? reader.take(uuid_bytes) : std::string_view{};
    Entry entry{};
    entry.key_begin = last.key_begin + last.key_bytes;
    const std::size_t key_end_max = entry.key_begin + shared + rest.size() + uuid_text_bytes;
    if (keys_.size() < key_end_max) keys_.resize(2 * key_end_max);
    char* const key = keys_.data() + entry.key_begin;
    char* to = write(key, {keys_.data() + last.key_begin, shared});
    to = write(to, rest);
    if (!uuid.empty()) to = write_uuid_text(to, uuid);
    entry.key_bytes = static_cast<std::uint32_t>(to - key);
    const std::uint64_t value_size = reader.varint();
    entry.value_begin = static_cast<std::uint32_t>(reader.at());
    entry.value_bytes = static_cast<std::uint32_t>(reader.take(value_size).size());
    entries_.push_back(entry);
    last = entry;
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
