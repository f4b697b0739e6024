#include "export/proof/base64url_fault.h"

#include <crm/cpp/base64url.hpp>

namespace message_history {

std::string_view base64url_fault(std::string_view text) {
  const std::size_t foreign = text.find_first_not_of(crm::base64url_alphabet);
  if (foreign != std::string_view::npos) {
    switch (text[foreign]) {
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
