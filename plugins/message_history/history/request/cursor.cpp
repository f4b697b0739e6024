#include "history/request/cursor.h"

#include <crm/cpp/base64url.hpp>

#include "history/request/parameters.h"
#include "history/strings/request_text.h"

namespace message_history {

namespace {

constexpr char cursor_version = 1;
constexpr std::size_t number_bytes = 8;
constexpr std::size_t head_bytes = 1 + 3 * number_bytes;  // version, checksum, position, number

// FNV-1a, 64 bits.
class Checksum {
 public:
  Checksum& add(std::string_view bytes) {
    for (const char byte : bytes) mix(static_cast<unsigned char>(byte));
    for (std::size_t size = bytes.size(), i = 0; i < number_bytes; ++i, size >>= 8)
      mix(size & 0xFF);
    return *this;
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t byte) { value_ = (value_ ^ byte) * 0x100000001B3U; }
  std::uint64_t value_ = 0xCBF29CE484222325U;
};

std::uint64_t checksum_of(const ViewContext& context, std::string_view content) {
  const auto& salt = context.tenant.member_salt;
  Checksum checksum;
  checksum.add({reinterpret_cast<const char*>(salt.data()), salt.size()});
  checksum.add(context.tenant.tenant).add(context.request.view_id);
  for (const auto& [key, value] : context.params) {
    if (key != "cursor" && !value.empty()) checksum.add(key).add(value);
  }
  return checksum.add(content).value();
}

void put_number(std::string& bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < number_bytes; ++i) {
    bytes.push_back(static_cast<char>(number >> (8 * i)));
  }
}

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < number_bytes; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

}  // namespace

std::string cursor_text(const ViewContext& context, const Cursor& cursor) {
  std::string content;
  put_number(content, static_cast<std::uint64_t>(cursor.position));
  put_number(content, static_cast<std::uint64_t>(cursor.number));
  content += cursor.text;
  std::string bytes(1, cursor_version);
  put_number(bytes, checksum_of(context, content));
  return crm::base64url_encode(bytes + content);
}

crm::Result<std::optional<Cursor>> cursor_param(const ViewContext& context) {
  const std::string_view text = text_param(context, "cursor");
  if (text.empty()) return std::optional<Cursor>{};
  const auto bytes = crm::base64url_decode(text);
  if (bytes && bytes->size() >= head_bytes && bytes->front() == cursor_version) {
    const std::string_view content = std::string_view(*bytes).substr(1 + number_bytes);
    if (number_at(*bytes, 1) == checksum_of(context, content)) {
      return std::optional<Cursor>{{static_cast<std::int64_t>(number_at(content, 0)),
                                    static_cast<std::int64_t>(number_at(content, number_bytes)),
                                    std::string(content.substr(2 * number_bytes))}};
    }
  }
  return crm::Error{CRM_ERR_INVALID, std::string(context.text(texts::foreign_cursor))};
}

}  // namespace message_history
