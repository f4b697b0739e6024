// Amounts of money as decimal texts in major units: 13900 KRW is "13900", 13912 GBP is "139.12".
// Exact. The only table of currencies: documents carry its digits with every amount.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace message_history {

// How many decimals a currency has by ISO 4217. 2 for codes that the standard does not know, and
// for those to which it gives no minor unit (XAU, XXX...).
int minor_digits(std::string_view currency);

struct Amount {
  std::int64_t minor = 0;
  std::string_view currency;
};

void append_decimal(const Amount& amount, std::string& out);

}  // namespace message_history
