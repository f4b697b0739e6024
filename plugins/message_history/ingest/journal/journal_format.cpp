#include "ingest/journal/journal_format.h"

#include <algorithm>
#include <cstring>

#include "encoding/crc32.h"
#include "export/proof/sha256.h"

namespace message_history {

namespace {

constexpr std::string_view old_head_magic = "CRMJRNL1";
constexpr std::string_view head_magic = "CRMJRNL2";
constexpr std::string_view record_magic = "JREC";
constexpr std::string_view mark_magic = "CRMJACK1";
constexpr std::size_t salt_bytes = journal_salt_bytes;
constexpr std::size_t number_bytes = 8;
constexpr std::size_t owner_bytes = 8;
constexpr std::size_t size_bytes = 4;
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t old_head_bytes = 8 + salt_bytes + number_bytes + checksum_bytes;
constexpr std::size_t head_bytes = 8 + salt_bytes + number_bytes + owner_bytes + checksum_bytes;
constexpr std::size_t old_record_head_bytes = number_bytes + size_bytes + checksum_bytes;
constexpr std::size_t record_head_bytes =
    record_magic.size() + number_bytes + size_bytes + 2 * checksum_bytes;
// A disk writes a sector as a whole or not at all: where its beginning is blank, all of it is.
constexpr std::size_t sector_bytes = 512;

void put_fixed(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t fixed_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

std::string head_of(const JournalTurn& turn) {
  std::string bytes(turn.is_old_format ? old_head_magic : head_magic);
  bytes += turn.salt;
  put_fixed(bytes, turn.first_number, number_bytes);
  if (!turn.is_old_format) put_fixed(bytes, turn.owner.value, owner_bytes);
  put_fixed(bytes, crc32_of(bytes), checksum_bytes);
  return bytes;
}

std::optional<JournalTurn> head_in(std::string_view page) {
  JournalTurn turn;
  turn.is_old_format = page.starts_with(old_head_magic);
  if (page.size() < (turn.is_old_format ? old_head_bytes : head_bytes)) return {};
  std::size_t at = head_magic.size();
  turn.salt = page.substr(at, salt_bytes);
  turn.first_number = fixed_at(page, at += salt_bytes, number_bytes);
  if (!turn.is_old_format) turn.owner.value = fixed_at(page, at += number_bytes, owner_bytes);
  if (!page.starts_with(head_of(turn))) return {};
  return turn;
}

bool is_blank(std::string_view page) {
  return std::ranges::all_of(page.substr(0, sector_bytes), [](char c) { return c == '\0'; });
}

// Salted, so that neither a record of an earlier turn nor the text of an event passes for one.
std::string record_head(const JournalTurn& turn, std::uint64_t number, std::size_t size,
                        std::uint32_t payload_checksum) {
  std::string bytes(turn.is_old_format ? std::string_view() : record_magic);
  put_fixed(bytes, number, number_bytes);
  put_fixed(bytes, size, size_bytes);
  put_fixed(bytes, payload_checksum, checksum_bytes);
  if (!turn.is_old_format) {
    put_fixed(bytes, crc32_of(bytes, crc32_of(turn.salt)), checksum_bytes);
  }
  return bytes;
}

std::uint32_t payload_checksum(const JournalTurn& turn, std::uint64_t number,
                               std::string_view payload) {
  std::string named;
  put_fixed(named, number, number_bytes);
  put_fixed(named, payload.size(), size_bytes);
  return crc32_of(payload, crc32_of(named, crc32_of(turn.salt)));
}

std::size_t head_bytes_of_record(const JournalTurn& turn) {
  return turn.is_old_format ? old_record_head_bytes : record_head_bytes;
}

}  // namespace

JournalOwner journal_owner(const Sha256& member_salt) {
  std::string named = "message_history journal";
  named += bytes_of(member_salt);
  const Sha256 digest = sha256(named);
  return {fixed_at(bytes_of(digest), 0, owner_bytes)};
}

std::size_t JournalTurn::records_begin() const {
  return is_old_format ? journal_page_bytes : 2 * journal_page_bytes;
}

std::string heads_of(const JournalTurn& turn) {
  std::string pages = head_of(turn);
  pages.resize(journal_page_bytes);
  pages += head_of(turn);
  pages.resize(2 * journal_page_bytes);
  return pages;
}

JournalHeads heads_in(std::string_view file) {
  JournalHeads heads;
  heads.are_blank = true;
  for (const std::size_t at : {std::size_t{0}, journal_page_bytes}) {
    if (at >= file.size()) break;
    const std::string_view page = file.substr(at, journal_page_bytes);
    heads.are_blank = heads.are_blank && is_blank(page);
    auto turn = head_in(page);
    if (!turn || (turn->is_old_format && at != 0)) continue;
    if (!heads.turn || heads.turn->first_number < turn->first_number) heads.turn = std::move(turn);
  }
  return heads;
}

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + journal_page_bytes - 1) / journal_page_bytes * journal_page_bytes;
}

std::size_t record_pages(const JournalTurn& turn, std::size_t payload_bytes) {
  return whole_pages(head_bytes_of_record(turn) + payload_bytes);
}

void put_record(std::string& bytes, const JournalTurn& turn, std::uint64_t number,
                std::string_view payload) {
  bytes += record_head(turn, number, payload.size(), payload_checksum(turn, number, payload));
  bytes += payload;
}

std::optional<JournalRecordView> record_at(std::string_view file, std::size_t at,
                                           const JournalTurn& turn) {
  const std::size_t head_size = head_bytes_of_record(turn);
  if (at + head_size > file.size()) return {};
  const std::string_view head = file.substr(at, head_size);
  std::size_t field = turn.is_old_format ? 0 : record_magic.size();
  JournalRecordView record;
  record.number = fixed_at(head, field, number_bytes);
  const std::uint64_t size = fixed_at(head, field += number_bytes, size_bytes);
  const auto checksum =
      static_cast<std::uint32_t>(fixed_at(head, field + size_bytes, checksum_bytes));
  if (record.number == 0 || head != record_head(turn, record.number, size, checksum)) return {};
  if (size <= file.size() - at - head_size) {
    record.payload = file.substr(at + head_size, size);
    record.is_whole = payload_checksum(turn, record.number, record.payload) == checksum;
  }
  // The head of an old one proves nothing by itself.
  if (turn.is_old_format && !record.is_whole) return {};
  return record;
}

std::string bytes_of(const JournalMark& mark) {
  std::string bytes(mark_magic);
  put_fixed(bytes, mark.acknowledged, number_bytes);
  put_fixed(bytes, mark.owner.value, owner_bytes);
  put_fixed(bytes, crc32_of(bytes), checksum_bytes);
  return bytes;
}

std::optional<JournalMark> mark_in(std::string_view bytes) {
  if (bytes.size() < journal_mark_bytes) return {};
  JournalMark mark;
  mark.acknowledged = fixed_at(bytes, mark_magic.size(), number_bytes);
  mark.owner.value = fixed_at(bytes, mark_magic.size() + number_bytes, owner_bytes);
  if (!bytes.starts_with(bytes_of(mark))) return {};
  return mark;
}

}  // namespace message_history
