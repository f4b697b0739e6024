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

// So that a block with its row header fills one page of 4,096 bytes and never spills over.
inline constexpr std::size_t block_bytes_max = 4'040;

// The CRC-32 of the bytes, as their last four, the lowest first.
void append_checksum(std::string& bytes);

// Packs entries into blocks, one after the other.
class BlockBuilder {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  std::size_t bytes() const { return bytes_.size(); }
  const std::string& first_key() const { return first_key_; }
  const std::string& last_key() const { return last_key_; }

  // Whether the entry still fits. An entry larger than a block gets one of its own.
  bool fits(std::string_view key, std::string_view value) const;
  // Keys rise. An empty value marks a key as removed.
  void add(std::string_view key, std::string_view value);
  // The block's bytes; the builder starts over.
  std::string finish();

 private:
  std::string bytes_;
  std::string first_key_;
  std::string last_key_;
  std::size_t count_ = 0;
};

// A block's entries, decoded. Views are valid until the next decode.
class Block {
 public:
  void decode(std::string bytes);

  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  std::string_view key(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(keys_).substr(begin, ends_[i] - begin);
  }
  std::string_view value(std::size_t i) const {
    return std::string_view(bytes_).substr(values_[i].begin, values_[i].size);
  }
  // The first entry at or above `key`, looked for from `from` on; size() when there is none.
  std::size_t lower_bound(std::string_view key, std::size_t from = 0) const;

 private:
  struct Slice {
    std::uint32_t begin;
    std::uint32_t size;
  };
  std::string bytes_;
  std::string keys_;                 // one after the other
  std::vector<std::uint32_t> ends_;  // in keys_
  std::vector<Slice> values_;        // in bytes_
};

}  // namespace message_history::sqlite
