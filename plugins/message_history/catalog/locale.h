// The languages the plugin speaks; Korean is the default.
#pragma once

#include <cstdint>
#include <string_view>

namespace message_history {

enum class Locale : std::uint8_t { ko = 0, en = 1 };

// "en" and "en-US" are English; everything else is Korean.
constexpr Locale locale_of(std::string_view tag) {
  return tag.substr(0, 2) == "en" ? Locale::en : Locale::ko;
}

constexpr std::string_view locale_tag(Locale locale) {
  return locale == Locale::en ? "en" : "ko";
}

// One text in both languages.
struct Localized {
  std::string_view ko;
  std::string_view en;
  constexpr std::string_view in(Locale locale) const { return locale == Locale::en ? en : ko; }
};

}  // namespace message_history
