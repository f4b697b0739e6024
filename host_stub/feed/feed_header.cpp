#include "feed/feed_header.h"

#include <crm/ext/events.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/printable.h"
#include "json/strict_json.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr const char* version = "crm-feed/1";
constexpr const char* zone_folder = "/usr/share/zoneinfo";
constexpr const char* zone_file_magic = "TZif";
constexpr size_t zone_name_bytes_max = 64;
constexpr int header_depth_max = 4;

crm::Error refused(std::string detail) {
  return failure(CRM_ERR_INVALID, std::move(detail));
}

// Segments of letters, digits, '_', '-' and '+', each starting with a letter:
// "America/Port-au-Prince".
bool is_zone_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || name.size() > zone_name_bytes_max) return false;
  bool starts_segment = true;
  for (const char c : name) {
    const bool is_inner = c == '_' || c == '-' || c == '+' || (c >= '0' && c <= '9');
    if (c == '/' ? starts_segment : !(is_letter(c) || (is_inner && !starts_segment))) return false;
    starts_segment = c == '/';
  }
  return !starts_segment;
}

bool is_currency(std::string_view code) {
  return code.size() == 3 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

struct NamedText {
  const char* field;
  uint64_t bytes_max;
};

crm::Result<std::string> read_name(const Json& header, NamedText name) {
  const std::string* text = string_member(header, name.field);
  if (text != nullptr && is_stream_name(*text, name.bytes_max)) return *text;
  return refused(
      fmt::format("the header's \"{}\" must be a text of 1 to {} bytes without slashes, "
                  "control characters or a leading dot; mend it",
                  name.field, name.bytes_max));
}

}  // namespace

bool is_stream_name(std::string_view text, size_t bytes_max) {
  if (text.empty() || text.size() > bytes_max || text.front() == '.') return false;
  return crm::is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7F || c == '/' || c == '\\';
         });
}

bool is_time_zone(std::string_view name) {
  if (!is_zone_name(name)) return false;
  // Copies of the database under other leap second rules, not zones of their own.
  if (name.starts_with("posix/") || name.starts_with("right/")) return false;
  std::error_code error;
  if (!fs::is_directory(zone_folder, error)) return true;
  std::ifstream file(fs::path(zone_folder) / name, std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof(magic)) &&
         std::string_view(magic, sizeof(magic)) == zone_file_magic;
}

crm::Result<FeedHeader> parse_feed_header(std::string_view line) {
  // The first line of a file that an editor wrote.
  if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  const auto document = parse_strict_json(line, header_depth_max);
  if (!document) {
    return refused(
        fmt::format("the header line is {}; a feed begins with a line of its own, its header",
                    document.error().detail));
  }
  const Json& root = document.value();
  const std::string* feed = root.is_object() ? string_member(root, "feed") : nullptr;
  if (feed == nullptr) {
    return refused(
        fmt::format("the first line is no header; it must be an object with "
                    "\"feed\":\"{}\"",
                    version));
  }
  if (*feed != version) {
    return refused(
        fmt::format("the header says the feed is \"{}\", this host reads {}; convert it, "
                    "or update the host",
                    printable(*feed, shown_bytes_max), version));
  }
  auto tenant = read_name(root, {"tenant", CRM_TENANT_BYTES_MAX});
  if (!tenant) return tenant.error();
  auto source = read_name(root, {"source", CRM_SOURCE_BYTES_MAX});
  if (!source) return source.error();
  const std::string* zone = string_member(root, "timezone");
  if (zone == nullptr || !is_time_zone(*zone)) {
    return refused(fmt::format(
        "the header's \"timezone\" is {}, which is no known IANA zone; use a "
        "name like Asia/Seoul, and install tzdata when it is one",
        zone == nullptr ? "missing or no text" : '"' + printable(*zone, shown_bytes_max) + '"'));
  }
  const std::string* currency = string_member(root, "currency");
  if (currency == nullptr || !is_currency(*currency)) {
    return refused(
        "the header's \"currency\" must be an ISO 4217 code of three capital letters; use one like "
        "KRW");
  }
  return FeedHeader{std::move(tenant.value()), std::move(source.value()), *zone, *currency};
}

}  // namespace host_stub
