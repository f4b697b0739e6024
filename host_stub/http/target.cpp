#include "http/target.h"

#include <algorithm>

namespace host_stub::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus : uint8_t { stays, is_space };

std::string unescape(std::string_view text, Plus plus) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool may_be_escape = text[i] == '%' && i + 2 < text.size();
    const int high = may_be_escape ? hex_digit(text[i + 1]) : -1;
    const int low = may_be_escape ? hex_digit(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      plain += text[i] == '+' && plus == Plus::is_space ? ' ' : text[i];
    }
  }
  return plain;
}

}  // namespace

Target parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const size_t mark = target.find('?');
  Target parsed{unescape(target.substr(0, mark), Plus::stays), {}};
  if (mark == std::string_view::npos) return parsed;
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    parsed.params.emplace_back(
        unescape(pair.substr(0, equals), Plus::is_space),
        unescape(pair.substr(std::min(equals + 1, pair.size())), Plus::is_space));
  }
  return parsed;
}

}  // namespace host_stub::http
