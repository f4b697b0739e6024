#include "encoding/unicode_text.h"

#include <algorithm>
#include <iterator>

namespace message_history {

namespace {

constexpr bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

struct Range {
  char32_t first;
  char32_t last;
};

// White_Space and the default ignorables of Unicode 15, with the blank braille pattern.
constexpr Range invisible[] = {
    {0x0000, 0x0020},   {0x007F, 0x00A0},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_invisible(char32_t character) {
  return std::any_of(std::begin(invisible), std::end(invisible), [character](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

// The character at the front of `text`, which loses it.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  char32_t character = lead < 0x80   ? lead
                       : lead < 0xE0 ? lead & 0x1F
                       : lead < 0xF0 ? lead & 15
                                     : lead & 7;
  while (!text.empty() && continues(text.front())) {
    character = (character << 6) | (static_cast<unsigned char>(text.front()) & 0x3F);
    text.remove_prefix(1);
  }
  return character;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

std::string_view first_characters(std::string_view text, std::size_t characters_max) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!continues(text[i]) && ++characters > characters_max) return text.substr(0, i);
  }
  return text;
}

std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && continues(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

bool take_invisible(std::string_view& text) {
  if (text.empty()) return false;
  std::string_view rest = text;
  if (!is_invisible(take_character(rest))) return false;
  text = rest;
  return true;
}

bool is_blank(std::string_view text) {
  while (take_invisible(text)) {
  }
  return text.empty();
}

}  // namespace message_history
