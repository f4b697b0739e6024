// A block: a page's worth of sorted entries, each key stored as its difference to the one before.
//
// The bytes are specified in SCHEMA.md and pinned by golden tests. Reading trusts nothing: bytes
// that do not parse or do not match their checksum throw crm::Failure with CORRUPT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace message_history::sqlite {

// So that two blocks with their row headers fill a page of 8,192 bytes, one a page of 4,096 bytes
// as older databases have, and none spills over.
inline constexpr std::size_t block_bytes_max = 4'040;

// The CRC-32 of the bytes, as four more, the lowest first.
void append_checksum(std::string& bytes);
// That of a block, as its last bytes say; decoding verifies it.
std::int64_t checksum_of_block(std::string_view bytes);

// Packs entries into blocks, one after the other.
class BlockBuilder {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  std::size_t bytes() const { return size_; }
  const std::string& first_key() const { return first_key_; }
  const std::string& last_key() const { return last_key_; }

  // False when the entry does not fit any more, which changes nothing. An entry larger than a block
  // gets one of its own. Keys rise. An empty value marks a key as removed.
  bool add(std::string_view key, std::string_view value);
  // The block's bytes, valid until the next add; the builder starts over.
  std::string_view finish();

 private:
  std::string bytes_;  // the first size_ of them are in use
  std::size_t size_ = 0;
  std::string first_key_;
  std::string last_key_;
  std::size_t count_ = 0;
};

// A block's entries, decoded. Views are valid until the next decode.
class Block {
 public:
  void decode(std::string_view bytes);

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  std::string_view key(std::size_t i) const {
    return {keys_.data() + entries_[i].key_begin, entries_[i].key_bytes};
  }
  std::string_view value(std::size_t i) const {
    return {bytes_.data() + entries_[i].value_begin, entries_[i].value_bytes};
  }
  // The first entry at or above `key`, looked for from `from` on; size() when there is none.
  std::size_t lower_bound(std::string_view key, std::size_t from = 0) const;

 private:
  struct Entry {
    std::uint32_t key_begin;  // in keys_
    std::uint32_t key_bytes;
    std::uint32_t value_begin;  // in bytes_
    std::uint32_t value_bytes;
  };
  std::string bytes_;
  std::string keys_;  // one after the other; may be longer than they are
  std::vector<Entry> entries_;
};

}  // namespace message_history::sqlite
