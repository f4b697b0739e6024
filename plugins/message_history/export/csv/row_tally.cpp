#include "export/csv/row_tally.h"

#include <string>

namespace message_history {

AttemptsSeen& RowTally::chain(ChainNo number) {
  return chains_[number.value / chains_a_page]
                [static_cast<std::size_t>(number.value % chains_a_page)];
}

MessageMoney& RowTally::money(std::string_view currency) {
  if (last_money_ == nullptr || last_money_->first != currency) {
    last_money_ = &*money_.try_emplace(std::string(currency)).first;
  }
  return last_money_->second;
}

void RowTally::add(const CreditRow& credit) {
  MessageMoney& sum = money(credit.currency);
  sum.orders += 1;
  sum.gross_minor += credit.gross_minor;
  sum.refunded_minor += credit.refunded_minor;
}

void RowTally::join(const RowTally& other) {
  rows_ += other.rows_;
  failed_attempts_ += other.failed_attempts_;
  for (std::size_t converted = 0; converted < alone_.size(); ++converted) {
    for (std::size_t status = 0; status < delivery_status_count; ++status) {
      alone_[converted][status] += other.alone_[converted][status];
    }
  }
  for (const auto& [number, page] : other.chains_) {
    ChainPage& joined = chains_[number];
    for (std::size_t i = 0; i < page.size(); ++i) joined[i].join(page[i]);
  }
  for (const auto& [currency, sum] : other.money_) {
    MessageMoney& joined = money(currency);
    joined.orders += sum.orders;
    joined.gross_minor += sum.gross_minor;
    joined.refunded_minor += sum.refunded_minor;
    joined.cost_minor += sum.cost_minor;
  }
}

std::int64_t RowTally::orders() const {
  std::int64_t orders = 0;
  for (const auto& [currency, sum] : money_) orders += sum.orders;
  return orders;
}

RecipientCounts RowTally::recipients() const {
  RecipientCounts counts;
  for (std::size_t converted = 0; converted < alone_.size(); ++converted) {
    for (std::size_t status = 0; status < delivery_status_count; ++status) {
      DeliveryState attempt;
      attempt.marks.push_back({static_cast<DeliveryStatus>(status), 0, {}, {}, {}});
      attempt.converted = converted == 1;
      AttemptsSeen seen;
      seen.add(attempt);
      seen.count(alone_[converted][status], counts);
    }
  }
  for (const auto& [number, page] : chains_) {
    for (const AttemptsSeen& seen : page) seen.count(1, counts);
  }
  return counts;
}

}  // namespace message_history
