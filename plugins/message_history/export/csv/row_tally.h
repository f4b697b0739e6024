// Row tally: the sums of an export's rows, kept while the rows are made, to be compared with the
// message's counters before anything is signed.
//
// Bounded by the chains of fallbacks in the message, not by its rows. One thread; tallies of
// several threads are joined.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "model/delivery.h"
#include "model/message.h"
#include "model/recipient.h"
#include "store/rows.h"

namespace message_history {

class RowTally {
 public:
  RowTally() = default;
  RowTally(const RowTally&) = delete;
  RowTally& operator=(const RowTally&) = delete;

  // Each delivery of the file once, whether or not it sold something.
  void add(const Delivery& delivery) {
    const DeliveryState& state = delivery.state;
    failed_attempts_ += state.status() == DeliveryStatus::failed ? 1 : 0;
    if (state.chain) {
      chain(state.chain).add(state);
    } else {
      ++alone_[state.converted ? 1 : 0][static_cast<std::size_t>(state.status())];
    }
    if (state.cost) money(state.cost->currency).cost_minor += state.cost->amount_minor;
  }
  void add(const CreditRow& credit);
  // Each row that is made.
  void add_row() { ++rows_; }
  void join(const RowTally& other);

  std::int64_t rows() const { return rows_; }
  std::int64_t failed_attempts() const { return failed_attempts_; }
  std::int64_t orders() const;
  RecipientCounts recipients() const;
  const MoneyByCurrency& money() const { return money_; }

 private:
  // Chains are numbered as they come, so that those of one message mostly lie together.
  static constexpr std::int64_t chains_a_page = 64;
  using ChainPage = std::array<AttemptsSeen, chains_a_page>;

  AttemptsSeen& chain(ChainNo number);
  MessageMoney& money(std::string_view currency);

  std::int64_t rows_ = 0;
  std::int64_t failed_attempts_ = 0;
  // Deliveries outside of chains by their status; apart those whose recipient ordered.
  std::array<std::array<std::int64_t, delivery_status_count>, 2> alone_{};
  std::unordered_map<std::int64_t, ChainPage> chains_;
  MoneyByCurrency money_;
  MoneyByCurrency::value_type* last_money_ = nullptr;  // in money_, whose nodes stay
};

}  // namespace message_history
