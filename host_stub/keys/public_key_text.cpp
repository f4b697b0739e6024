#include "keys/public_key_text.h"

#include <algorithm>
#include <crm/cpp/text.hpp>
#include <iterator>
#include <string>
#include <utility>

#include "keys/jwk.h"

namespace host_stub {

namespace {

using namespace std::string_view_literals;

// The beginning of SubjectPublicKeyInfo, before the key's 32 bytes (RFC 8410), in DER and in
// base64.
constexpr std::string_view der_prefix = "\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\x00"sv;
constexpr std::string_view der_prefix_base64 = "MCowBQYDK2VwAyEA";
constexpr std::string_view block_begin = "-----BEGIN ";
constexpr std::string_view key_begin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view key_end = "-----END PUBLIC KEY-----";
constexpr std::string_view blanks = " \t\r";

// The blocks of a text, each of which starts with "-----BEGIN " on some line.
struct PemBlocks {
  size_t blocks = 0;
  bool has_private = false;
  bool has_end = false;
  std::string base64;  // of the public keys, without blanks
};

std::string_view without_blanks_behind(std::string_view line) {
  const size_t last = line.find_last_not_of(blanks);
  return last == std::string_view::npos ? std::string_view() : line.substr(0, last + 1);
}

PemBlocks read_blocks(std::string_view text) {
  PemBlocks found;
  bool is_inside = false;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = without_blanks_behind(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with(block_begin)) {
      ++found.blocks;
      found.has_private |= line.find("PRIVATE KEY") != std::string_view::npos;
      is_inside = line == key_begin;
    } else if (line == key_end) {
      found.has_end |= is_inside;
      is_inside = false;
    } else if (is_inside) {
      std::copy_if(line.begin(), line.end(), std::back_inserter(found.base64),
                   [](char c) { return blanks.find(c) == std::string_view::npos; });
    }
  }
  return found;
}

// Returns the key behind the prefix.
std::optional<PublicKey> key_of_base64(std::string_view base64) {
  if (!base64.starts_with(der_prefix_base64) || !base64.ends_with('=')) return {};
  base64.remove_prefix(der_prefix_base64.size());
  base64.remove_suffix(1);
  std::string base64url(base64);
  for (char& c : base64url) {
    if (c == '-' || c == '_') return {};
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return public_key_from(base64url);
}

crm::Error not_accepted(std::string what) {
  return failure(CRM_ERR_INVALID, std::move(what));
}

}  // namespace

crm::Result<std::optional<PublicKey>> decode_public_key(std::string_view text) {
  std::optional<PublicKey> key;
  if (text.size() == der_prefix.size() + ed25519_key_bytes && text.starts_with(der_prefix)) {
    std::copy(text.begin() + der_prefix.size(), text.end(), key.emplace().begin());
  } else {
    const PemBlocks found = read_blocks(text);
    // Leaves what is no text to the reader of JSON, which names that.
    if (found.blocks == 0 || text.find('\0') != std::string_view::npos || !crm::is_utf8(text)) {
      return key;
    }
    if (found.has_private) {
      return not_accepted("it holds a private key, which must never be published");
    }
    if (found.blocks > 1) return not_accepted("it holds more than one block of PEM");
    if (found.has_end) key = key_of_base64(found.base64);
    if (!key) return not_accepted("it is PEM, but not of an Ed25519 public key");
  }
  const auto fault = crm::ed25519_key_fault(*key);
  if (!fault.empty()) return not_accepted("its key " + std::string(fault));
  return key;
}

}  // namespace host_stub
