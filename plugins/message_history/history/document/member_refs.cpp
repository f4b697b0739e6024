#include "history/document/member_refs.h"

#include <crm/cpp/base64url.hpp>

#include <cstdint>

#include "export/proof/sha256.h"

namespace message_history {

namespace {

constexpr std::size_t number_bytes = 8;
constexpr std::size_t tag_bytes = 8;

std::string bytes_of_number(MemberNo member) {
  std::string bytes;
  for (auto bits = static_cast<std::uint64_t>(member.value); bytes.size() < number_bytes;
       bits >>= 8) {
    bytes.push_back(static_cast<char>(bits & 0xFF));
  }
  return bytes;
}

MemberNo number_of_bytes(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = number_bytes; i-- > 0;) {
    bits = bits << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return MemberNo{static_cast<std::int64_t>(bits)};
}

std::string keyed(const Sha256& tenant_key, std::string_view purpose, std::string_view data) {
  const Sha256 digest = hmac_sha256(bytes_of(tenant_key), std::string(purpose) + std::string(data));
  return std::string(bytes_of(digest));
}

// The number as it is hidden in a reference, and back.
std::string hidden(const Sha256& tenant_key, std::string_view tag, std::string_view number) {
  const std::string pad = keyed(tenant_key, "member reference, number/1\n", tag);
  std::string bytes(number);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ pad[i]);
  return bytes;
}

std::string tag_of(const Sha256& tenant_key, std::string_view number) {
  return keyed(tenant_key, "member reference, tag/1\n", number).substr(0, tag_bytes);
}

}  // namespace

std::string member_ref(const Sha256& tenant_key, MemberNo member) {
  const std::string number = bytes_of_number(member);
  const std::string tag = tag_of(tenant_key, number);
  return crm::base64url_encode(tag + hidden(tenant_key, tag, number));
}

std::optional<MemberNo> member_of_ref(const Sha256& tenant_key, std::string_view ref) {
  const auto bytes = crm::base64url_decode(ref);
  if (!bytes || bytes->size() != tag_bytes + number_bytes) return {};
  const std::string_view tag = std::string_view(*bytes).substr(0, tag_bytes);
  const std::string number = hidden(tenant_key, tag, std::string_view(*bytes).substr(tag_bytes));
  if (tag_of(tenant_key, number) != tag) return {};
  const MemberNo member = number_of_bytes(number);
  if (!is_person(member)) return {};
  return member;
}

}  // namespace message_history
