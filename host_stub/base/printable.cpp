#include "base/printable.h"

#include <crm/cpp/text.hpp>

namespace host_stub {

namespace {

void append_escaped(std::string& out, unsigned char byte) {
  static constexpr char digits[] = "0123456789abcdef";
  out += "\\x";
  out.push_back(digits[byte >> 4]);
  out.push_back(digits[byte & 15]);
}

// C0 and C1 controls and DEL; the latter two start with a byte of their own in UTF-8.
bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (first < 0x20 || first == 0x7F) return true;
  return first == 0xC2 && sequence.size() == 2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

}  // namespace

std::string printable(std::string_view text, size_t bytes_max) {
  std::string out;
  out.reserve(text.size() < bytes_max ? text.size() : bytes_max);
  for (size_t i = 0; i < text.size();) {
    if (i >= bytes_max) {
      out += "...";
      break;
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data()) + i;
    const size_t length = crm::detail::utf8_sequence(bytes, text.size() - i);
    const size_t step = length == 0 ? 1 : length;
    const std::string_view sequence = text.substr(i, step);
    if (length == 0 || is_control(sequence)) {
      for (const char byte : sequence) append_escaped(out, static_cast<unsigned char>(byte));
    } else {
      out += sequence;
    }
    i += step;
  }
  return out;
}

}  // namespace host_stub
