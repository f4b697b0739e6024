// Sentences with values in them: a localized fmt pattern and its arguments.
#pragma once

#include <fmt/format.h>

#include <string>

#include "catalog/locale.h"

namespace message_history {

// Arguments are named by position ({0}, {1}), since the languages order them differently.
template <class... Values>
std::string sentence(Locale locale, const Localized& pattern, const Values&... values) {
  return fmt::format(fmt::runtime(pattern.in(locale)), values...);
}

}  // namespace message_history
