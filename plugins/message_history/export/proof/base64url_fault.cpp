#include "export/proof/base64url_fault.h"

#include <algorithm>

namespace message_history {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string_view base64url_fault(std::string_view text) {
  const auto foreign = std::find_if_not(
      text.begin(), text.end(), [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
  if (foreign != text.end()) {
    switch (*foreign) {
      case '=':
        return "is padded; leave the = out";
      case '+':
      case '/':
        return "is plain base64; use - and _ as base64url does";
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return "holds white space; send the token in one piece";
      default:
        return "holds a character that is not of base64url; encode it again";
    }
  }
  // One character holds six bits, so a rest of one cannot hold a byte.
  if (text.size() % 4 == 1) return "is cut off: no bytes have that length; send the whole token";
  return "has a last character with spare bits that are not zero; encode it again";
}

}  // namespace message_history
