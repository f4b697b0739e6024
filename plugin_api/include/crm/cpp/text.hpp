// Strings across the boundary: crm_str to and from std::string_view, and what must hold of one
// before anything reads it.
#pragma once

#include <crm/base.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace crm {

inline crm_str str(std::string_view text) {
  return {text.data(), text.size()};
}

// The view of a borrowed string that was checked before, or that this side made itself. What comes
// from the other side goes through checked_view: its size may be anything.
inline std::string_view view(crm_str text) {
  return text.data == nullptr ? std::string_view{}
                              : std::string_view{text.data, static_cast<size_t>(text.size)};
}

inline bool is_readable(crm_str text) {
  return text.data != nullptr || text.size == 0;
}

namespace detail {

// Length of the well-formed sequence at `p` (Unicode 15, table 3-7), 0 when there is none.
inline size_t utf8_sequence(const unsigned char* p, size_t left) {
  const auto tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < left && p[i] >= low && p[i] <= high;
  };
  const unsigned lead = p[0];
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return tail(1, low, high) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace detail

// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  for (size_t i = 0; i < text.size();) {
    // Ids are mostly ASCII: eight bytes at once.
    if (uint64_t word = 0; text.size() - i >= sizeof(word)) {
      std::memcpy(&word, p + i, sizeof(word));
      if ((word & 0x8080808080808080) == 0) {
        i += sizeof(word);
        continue;
      }
    }
    const size_t length = detail::utf8_sequence(p + i, text.size() - i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

// The fault of a text that the other side passed.
enum class TextFault { none, null_with_size, too_long, not_utf8 };

// Judges a text before anything else looks at it. No byte is read of one that has more than
// `bytes_max`: a wild size must not lead behind what is mapped.
inline TextFault fault_of(crm_str text, uint64_t bytes_max) {
  if (!is_readable(text)) return TextFault::null_with_size;
  if (text.size > bytes_max) return TextFault::too_long;
  return is_utf8(view(text)) ? TextFault::none : TextFault::not_utf8;
}

// The view of a text of at most `bytes_max` bytes of UTF-8; nothing of any other.
inline std::optional<std::string_view> checked_view(crm_str text, uint64_t bytes_max) {
  if (fault_of(text, bytes_max) != TextFault::none) return {};
  return view(text);
}

}  // namespace crm
