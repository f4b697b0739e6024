#include "history/pages/reattribution.h"

#include <exception>
#include <thread>
#include <vector>

#include "attribution/latest_touches.h"
#include "platform/quiet_thread.h"

namespace message_history {

namespace {

// Credits the orders of a stretch of members.
class Sweep final : public AttributionVisitor {
 public:
  Sweep(const Rule& rule, const MessageIds& message_ids) : rule_(rule), latest_(message_ids) {}

  void begin_member() override { latest_.clear(); }
  void touch(const SweptTouch& touch) override { latest_.add(touch); }

  void order(const SweptOrder& order) override {
    if (order.message) return credit(order.message, order);  // the host named it
    const SweptTouch* const winner = latest_.winner(rule_, order.placed_at_us);
    if (winner != nullptr) credit(winner->message, order);
  }

  const Sold& sold() const { return sold_; }

 private:
  void credit(MessageNo message, const SweptOrder& order) {
    // Orders of one message often follow each other, and few currencies are in use.
    if (last_ == nullptr || last_message_ != message || last_currency_ != order.currency) {
      last_message_ = message;
      last_currency_ = order.currency;
      last_ = &sold_[{message, last_currency_}];
    }
    last_->orders += 1;
    last_->gross_minor += order.amount_minor;
    last_->refunded_minor += order.refunded_minor;
  }

  const Rule& rule_;
  LatestTouches latest_;
  Sold sold_;
  SoldByMessage* last_ = nullptr;
  MessageNo last_message_;
  std::string last_currency_;
};

}  // namespace

Sold credited(Snapshot& snapshot) {
  const std::size_t numbers = snapshot.message_ids().size();
  Sold sold;
  for (std::size_t number = 1; number < numbers; ++number) {
    const MessageNo message{static_cast<std::int64_t>(number)};
    for (const auto& [currency, money] : snapshot.money(message)) {
      if (money.orders == 0) continue;  // only a cost
      sold[{message, currency}] = {money.orders, money.gross_minor, money.refunded_minor};
    }
  }
  return sold;
}

Sold reattribute(const Rule& rule, std::span<const std::unique_ptr<Snapshot>> snapshots) {
  const MessageIds message_ids = snapshots.front()->message_ids();
  const std::int64_t members = snapshots.front()->last_member().value;
  const auto parts = static_cast<std::int64_t>(snapshots.size());
  std::vector<Sweep> sweeps;
  sweeps.reserve(snapshots.size());
  for (std::int64_t i = 0; i < parts; ++i) sweeps.emplace_back(rule, message_ids);
  std::vector<std::exception_ptr> failures(snapshots.size());
  const auto run = [&](std::int64_t i) {
    const auto part = static_cast<std::size_t>(i);
    try {
      // The first part also has the orders of nobody, who is below all members.
      const MemberNo first{i == 0 ? member_ambiguous.value : members * i / parts + 1};
      const MemberNo last{members * (i + 1) / parts};
      snapshots[part]->sweep(first, last, sweeps[part]);
    } catch (...) {
      failures[part] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;  // joined at the end of the block
    for (std::int64_t i = 1; i < parts; ++i) {
      threads.push_back(quiet_thread([&run, i] { run(i); }));
    }
    run(0);
  }
  Sold sold;
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    if (failures[i]) std::rethrow_exception(failures[i]);
    for (const auto& [key, part] : sweeps[i].sold()) {
      SoldByMessage& sum = sold[key];
      sum.orders += part.orders;
      sum.gross_minor += part.gross_minor;
      sum.refunded_minor += part.refunded_minor;
    }
  }
  return sold;
}

}  // namespace message_history
