#include "recorder/journal_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "export/sha256.h"
#include "files/folder.h"
#include "store/checksum.h"

namespace message_history {

namespace {

constexpr std::string_view magic = "CRMJRNL1";
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t number_bytes = 8;
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t size_bytes = 4;
constexpr std::size_t file_head_bytes = magic.size() + salt_bytes + number_bytes + checksum_bytes;
constexpr std::size_t record_head_bytes = number_bytes + size_bytes + checksum_bytes;

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

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + journal_page_bytes - 1) / journal_page_bytes * journal_page_bytes;
}

struct FileHead {
  std::string salt;
  std::uint64_t first_number = 0;
};

std::string bytes_of(const FileHead& head) {
  std::string bytes(magic);
  bytes += head.salt;
  put_fixed(bytes, head.first_number, number_bytes);
  put_fixed(bytes, crc32_of(bytes), checksum_bytes);
  return bytes;
}

std::optional<FileHead> file_head(std::string_view file) {
  if (file.size() < journal_page_bytes || !file.starts_with(magic)) return {};
  FileHead head;
  head.salt = file.substr(magic.size(), salt_bytes);
  head.first_number = fixed_at(file, magic.size() + salt_bytes, number_bytes);
  if (file.substr(0, file_head_bytes) != bytes_of(head)) return {};
  return head;
}

// Salted, so that neither a record of an earlier turn nor the text of an event passes for one.
std::string record_head(std::string_view salt, std::uint64_t number, std::string_view payload) {
  std::string bytes;
  put_fixed(bytes, number, number_bytes);
  put_fixed(bytes, payload.size(), size_bytes);
  put_fixed(bytes, crc32_of(payload, crc32_of(bytes, crc32_of(salt))), checksum_bytes);
  return bytes;
}

struct RecordAt {
  std::uint64_t number = 0;
  std::string_view payload;
};

// The record at this place, if it is whole.
std::optional<RecordAt> record_at(std::string_view file, std::size_t at, std::string_view salt) {
  if (file.size() - at < record_head_bytes) return {};
  RecordAt record;
  record.number = fixed_at(file, at, number_bytes);
  const std::uint64_t size = fixed_at(file, at + number_bytes, size_bytes);
  if (record.number == 0 || size > file.size() - at - record_head_bytes) return {};
  record.payload = file.substr(at + record_head_bytes, size);
  if (file.substr(at, record_head_bytes) != record_head(salt, record.number, record.payload)) {
    return {};
  }
  return record;
}

}  // namespace

JournalFile::~JournalFile() {
  if (fd_ >= 0) ::close(fd_);
}

JournalFile::JournalFile(JournalFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      salt_(std::move(other.salt_)),
      last_(other.last_),
      end_(other.end_) {}

void JournalFile::open() {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (fd_ >= 0) return;
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) io_failure(path_, "make the journal", errno);
  sync_folder(path_.substr(0, path_.rfind('/') + 1));
}

bool JournalFile::try_lock() {
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) io_failure(path_, "lock the journal", errno);
  return false;
}

bool JournalFile::is_empty() const {
  struct stat status {};
  return ::stat(path_.c_str(), &status) != 0 || status.st_size == 0;
}

std::string JournalFile::contents() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) io_failure(path_, "look at the journal", errno);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t got = ::pread(fd_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) io_failure(path_, "read the journal", errno);
    if (got == 0) bytes.resize(at);  // cut off meanwhile: what is there is judged by itself
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::vector<JournalRecord> JournalFile::read() {
  std::vector<JournalRecord> records;
  const std::string file = contents();
  last_ = end_ = 0;
  const auto head = file_head(file);
  if (!head) {  // a first record that was never acknowledged, or nothing
    if (!file.empty()) truncate();
    return records;
  }
  salt_ = head->salt;
  std::size_t at = journal_page_bytes;
  std::uint64_t expected = head->first_number;
  while (at < file.size()) {
    const auto record = record_at(file, at, salt_);
    if (!record || record->number != expected) break;
    records.push_back({record->number, std::string(record->payload)});
    last_ = expected++;
    at += whole_pages(record_head_bytes + record->payload.size());
  }
  end_ = at;
  // A torn last record was not acknowledged. One that has others behind it was.
  for (std::size_t later = at; later < file.size(); later += journal_page_bytes) {
    const auto record = record_at(file, later, salt_);
    if (record && record->number > expected) {
      throw crm::Failure(CRM_ERR_CORRUPT, path_ + ": record " + std::to_string(expected) +
                                              " of the journal is damaged; restore the tenant's "
                                              "folder from a backup");
    }
  }
  return records;
}

void JournalFile::append(std::uint64_t number, std::string_view payload, bool anew) {
  std::string salt = salt_;
  pages_.clear();
  if (anew) {
    salt = random_bytes(salt_bytes);
    pages_ = bytes_of({salt, number});
    pages_.resize(journal_page_bytes);
  }
  pages_ += record_head(salt, number, payload);
  pages_ += payload;
  pages_.resize(whole_pages(pages_.size()));
  const std::uint64_t begin = anew ? 0 : end_;
  for (std::size_t done = 0; done < pages_.size();) {
    const ssize_t put =
        ::pwrite(fd_, pages_.data() + done, pages_.size() - done, static_cast<off_t>(begin + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) io_failure(path_, "write the journal", errno);
    done += static_cast<std::size_t>(put);
  }
  if (::fdatasync(fd_) != 0) io_failure(path_, "sync the journal", errno);
  salt_ = std::move(salt);
  last_ = number;
  end_ = begin + pages_.size();
}

void JournalFile::truncate() {
  if (::ftruncate(fd_, 0) != 0) io_failure(path_, "empty the journal", errno);
  last_ = end_ = 0;
}

}  // namespace message_history
