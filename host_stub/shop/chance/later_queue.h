// What has been set in motion and is due later: receipts, touches, orders.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

namespace host_stub {

enum class LaterKind : uint8_t {
  sent,
  receipt,   // the last status of an attempt
  fallback,  // the attempt that replaces a failed one
  open,
  click,
  coupon,
  order,
  revision,
  refund,
  completed,  // a message has been sent to all its recipients
};

struct Later {
  int64_t at_us = 0;
  int64_t subject = 0;  // an attempt's place, an order's number or a completed message's audience
  int64_t member = 0;   // of an order
  uint32_t campaign = 0;
  LaterKind kind = LaterKind::sent;
  bool is_fallback = false;    // the attempt is one
  bool has_fallback = false;   // should the attempt fail, it is replaced
  bool leads_on = false;       // an open to a click, a click to an order
  bool names_message = false;  // the shop knows which message an order came from
  uint8_t part = 0;            // of a refund

  // A total order: ties are settled the same everywhere.
  auto key() const {
    return std::tie(at_us, kind, campaign, subject, part, is_fallback, leads_on, member);
  }
};

// A heap by time.
class LaterQueue {
 public:
  bool is_empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  const Later& first() const { return heap_.front(); }

  void push(const Later& later) {
    heap_.push_back(later);
    std::push_heap(heap_.begin(), heap_.end(), is_later);
  }

  Later pop() {
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    const Later first = heap_.back();
    heap_.pop_back();
    return first;
  }

 private:
  static bool is_later(const Later& a, const Later& b) {
    if (a.at_us != b.at_us) return a.at_us > b.at_us;
    return a.key() > b.key();
  }

  std::vector<Later> heap_;
};

}  // namespace host_stub
