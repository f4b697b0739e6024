#include "export/csv/row_check.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

namespace message_history {

namespace {

enum class Bound : std::uint8_t { equal, at_most };

class Differences {
 public:
  void compare(std::string_view name, std::int64_t streamed, std::int64_t counted, Bound bound) {
    if (streamed == counted || (bound == Bound::at_most && streamed < counted)) return;
    if (!text_.empty()) text_ += ", ";
    text_ += fmt::format("{} {} in the file, {} counted", name, streamed, counted);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// Excluded recipients make no message begin: they were never tried.
bool began_before(const MessageRow& message, std::int64_t at_us) {
  return at_us > 0 && (!message.sent_at_us || *message.sent_at_us < at_us);
}

void compare_recipients(const RecipientCounts& streamed, const CountedMessage& counted,
                        Differences& differences) {
  const RecipientCounts& counts = counted.message.counts.recipients;
  if (began_before(counted.message, counted.kept_from_us)) {
    differences.compare("recipients", streamed.recipients() + streamed.excluded,
                        counts.recipients() + counts.excluded, Bound::at_most);
    return;
  }
  differences.compare("success", streamed.success, counts.success, Bound::equal);
  differences.compare("failed", streamed.failed, counts.failed, Bound::equal);
  differences.compare("pending", streamed.pending, counts.pending, Bound::equal);
  differences.compare("confirmed", streamed.delivered, counts.delivered, Bound::equal);
  // Excluded ones may have been skipped before the message's first attempt.
  const Bound bound = counted.kept_from_us > 0 ? Bound::at_most : Bound::equal;
  differences.compare("excluded", streamed.excluded, counts.excluded, bound);
  differences.compare("held out", streamed.held_out, counts.held_out, bound);
  if (counted.kept_from_us > 0) return;  // orders that count for a conversion may be gone
  differences.compare("converted", streamed.converted_reached, counts.converted_reached, bound);
  differences.compare("converted of the held out", streamed.converted_held_out,
                      counts.converted_held_out, bound);
}

void compare_money(const MoneyByCurrency& streamed, const CountedMessage& counted,
                   Differences& differences) {
  std::set<std::string_view> currencies;
  for (const auto& [currency, sum] : streamed) currencies.insert(currency);
  for (const auto& [currency, sum] : counted.money) currencies.insert(currency);
  const auto sum_of = [](const MoneyByCurrency& money, std::string_view currency) {
    const auto found = money.find(std::string(currency));
    return found == money.end() ? MessageMoney{} : found->second;
  };
  for (const std::string_view currency : currencies) {
    const MessageMoney file = sum_of(streamed, currency);
    const MessageMoney have = sum_of(counted.money, currency);
    const bool some_dropped = counted.kept_from_us > 0;
    differences.compare(fmt::format("orders in {}", currency), file.orders, have.orders,
                        some_dropped ? Bound::at_most : Bound::equal);
    // Amounts may be negative: they say something only while no order was dropped.
    if (!some_dropped || file.orders == have.orders) {
      differences.compare(fmt::format("gross in {}", currency), file.gross_minor, have.gross_minor,
                          Bound::equal);
      differences.compare(fmt::format("refunded in {}", currency), file.refunded_minor,
                          have.refunded_minor, Bound::equal);
    }
    if (some_dropped) continue;
    differences.compare(fmt::format("cost in {}", currency), file.cost_minor, have.cost_minor,
                        Bound::equal);
  }
}

}  // namespace

std::string row_differences(const RowTally& streamed, std::int64_t rows_written,
                            const CountedMessage& counted) {
  Differences differences;
  differences.compare("rows", rows_written, streamed.rows(), Bound::equal);
  compare_recipients(streamed.recipients(), counted, differences);
  differences.compare(
      "failed attempts", streamed.failed_attempts(), counted.failed_attempts,
      began_before(counted.message, counted.kept_from_us) ? Bound::at_most : Bound::equal);
  differences.compare("orders", streamed.orders(), counted.message.counts.orders,
                      counted.kept_from_us > 0 ? Bound::at_most : Bound::equal);
  compare_money(streamed.money(), counted, differences);
  return differences.take();
}

}  // namespace message_history
