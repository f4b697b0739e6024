#include "store/sqlite/open/database_file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <crm/cpp/failure.hpp>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "platform/folder.h"
#include "store/sqlite/open/schema.h"

namespace message_history::sqlite {

namespace {

namespace fs = std::filesystem;

// As SQLite's file format specifies them.
constexpr std::size_t header_bytes = 100;
constexpr std::size_t application_id_at = 68;
constexpr std::string_view magic{"SQLite format 3\0", 16};

[[noreturn]] void not_ours(const std::string& file, std::string_view what) {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     fmt::format("{}: {}; move it away as it is and restore the tenant's folder "
                                 "from a backup",
                                 file, what));
}

std::string log_of(const std::string& file) {
  return file + "-wal";
}

// One without a byte is what a closed database may leave.
bool has_log(const std::string& file) {
  std::error_code error;
  const auto bytes = fs::file_size(log_of(file), error);
  return !error && bytes > 0;
}

std::string_view name_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "is a folder, not a database";
    case fs::file_type::symlink:
      return "is a link, not a database: what is written beside it would be lost to the other end";
    default:
      return "is no regular file";
  }
}

void expect_header(const std::string& file) {
  std::array<char, header_bytes> header{};
  std::ifstream stream(file, std::ios::binary);
  if (!stream.is_open()) io_failure(file, "open the file", errno);
  stream.read(header.data(), header.size());
  if (!stream && !stream.eof()) io_failure(file, "read the file", EIO);
  if (stream.gcount() == 0) not_ours(file, "is empty");
  const std::string_view bytes(header.data(), static_cast<std::size_t>(stream.gcount()));
  if (bytes.size() < header_bytes) not_ours(file, "is cut short");
  if (!bytes.starts_with(magic)) not_ours(file, "is no SQLite database, or its header is damaged");
  std::uint32_t id = 0;
  for (const char c : bytes.substr(application_id_at, sizeof(id))) {
    id = id << 8 | static_cast<unsigned char>(c);
  }
  if (id != static_cast<std::uint32_t>(application_id)) {
    not_ours(file, "is a database of another program, or its header is damaged");
  }
}

}  // namespace

bool has_database(const std::string& file) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (status.type() == fs::file_type::not_found) {
    if (has_log(file)) {
      not_ours(file, "is missing, but its log " + log_of(file) +
                         " is there, with what was recorded last: a new database would take it in");
    }
    return false;
  }
  // A folder that cannot be looked into is not a missing tenant.
  if (error) io_failure(file, "look at the file", error.value());
  if (status.type() != fs::file_type::regular) not_ours(file, name_of(status.type()));
  expect_header(file);
  return true;
}

bool holds_tenant(const std::string& file) {
  std::error_code error;
  return fs::exists(file, error) || has_log(file);
}

std::string database_file(const std::string& folder, std::string_view tenant) {
  std::string name;
  for (const char c : tenant) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (plain) {
      name.push_back(c);
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return folder + "/tenants/" + name + "/history.db";
}

}  // namespace message_history::sqlite
