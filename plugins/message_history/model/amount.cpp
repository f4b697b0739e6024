#include "model/amount.h"

#include <algorithm>
#include <iterator>

namespace message_history {

namespace {

struct MinorDigits {
  std::string_view currency;
  int digits;
};

// What differs from 2 in list one of ISO 4217 (currencies and funds, as SIX publishes it for the
// standard); ascending.
constexpr MinorDigits exceptions[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
    {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3},
    {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"UYW", 4},
    {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

static_assert(std::is_sorted(std::begin(exceptions), std::end(exceptions),
                             [](const auto& a, const auto& b) { return a.currency < b.currency; }));

}  // namespace

int minor_digits(std::string_view currency) {
  const auto* found = std::lower_bound(
      std::begin(exceptions), std::end(exceptions), currency,
      [](const MinorDigits& have, std::string_view code) { return have.currency < code; });
  return found != std::end(exceptions) && found->currency == currency ? found->digits : 2;
}

void append_decimal(const Amount& amount, std::string& out) {
  // Unsigned, so that the smallest value has an absolute one.
  const auto bits = static_cast<std::uint64_t>(amount.minor);
  std::uint64_t left = amount.minor < 0 ? ~bits + 1 : bits;
  const int decimals = minor_digits(amount.currency);
  char text[24];  // 19 digits, a sign, a point and a zero in front of it
  char* const end = std::end(text);
  char* begin = end;
  const auto put_digit = [&] {
    *--begin = static_cast<char>('0' + left % 10);
    left /= 10;
  };
  for (int i = 0; i < decimals; ++i) put_digit();
  if (decimals > 0) *--begin = '.';
  put_digit();
  while (left > 0) put_digit();
  if (amount.minor < 0) *--begin = '-';
  out.append(begin, end);
}

}  // namespace message_history
