// Counting, clipping and blankness of UTF-8 text. Pure; the text must be well-formed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace message_history {

std::size_t count_characters(std::string_view text);

// The longest beginning with at most that many characters (code points).
std::string_view first_characters(std::string_view text, std::size_t characters_max);

// The longest beginning with at most that many bytes that does not cut a character.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max);

// Takes the first character away if it cannot be seen; false when it can, or there is none.
bool take_invisible(std::string_view& text);

// Whether nothing of it can be seen: white space of any script, invisible characters, fillers.
bool is_blank(std::string_view text);

}  // namespace message_history
