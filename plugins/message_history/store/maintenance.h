// Maintenance: looks after one tenant's store. It reads everything, compares what is derived with
// a recount of it, and replaces it.
//
// While it lives nobody else writes to the store, of whatever process. One thread. Throws
// crm::Failure: BUSY when another process writes, CORRUPT where something cannot be read at all,
// and what the disk says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "store/store.h"

namespace message_history {

// One thing that is not as it has to be.
struct Finding {
  enum class Part : std::uint8_t { fact, derived };
  Part part = Part::fact;
  std::string table;  // "tree chain" for a tree
  std::string row;    // its key for people; empty: the table as a whole
  std::string what;   // what is stored and what has to be there
};
using FindingSink = std::function<void(const Finding&)>;

class Maintenance {
 public:
  virtual ~Maintenance() = default;

  // Reads every page, row and block and says what is damaged. Returns how many rows were read.
  virtual std::int64_t read_everything(const FindingSink& sink) = 0;

  // The facts, to be counted anew.
  virtual void each_message(const std::function<void(const MessageRow&)>& visit) = 0;
  // In spans of at most `rows_max`, each of one message.
  virtual void each_delivery(std::size_t rows_max,
                             const std::function<void(std::span<const Delivery>)>& visit) = 0;
  virtual void each_touch(const std::function<void(const TouchRow&)>& visit) = 0;
  virtual void each_refund(const std::function<void(const Refund&)>& visit) = 0;
  using OrderVisit = std::function<void(const Order&, const std::optional<CreditRow>&)>;
  virtual void each_order(const OrderVisit& visit) = 0;
  // True after retention has dropped details: counters hold more than the facts tell then.
  virtual bool has_dropped() = 0;

  // A transaction of the scratch store: the members and routes of the store, nothing counted yet.
  virtual std::unique_ptr<WriteTransaction> begin_scratch() = 0;
  // After everything is counted: puts the store's own counters in the place of the recount's, which
  // lack what was dropped, and empties the scratch's lists, which go by the counters.
  virtual void keep_dropped_counts() = 0;
  // The messages of the scratch store as they are counted now.
  virtual void each_counted_message(const std::function<void(const MessageRow&)>& visit) = 0;

  // Says what of the store differs from the scratch store.
  virtual void compare(const FindingSink& sink) = 0;
  // Puts what the scratch store has in place of what differed in compare(). Nobody sees it, and it
  // is taken back at the end, unless commit() follows.
  virtual void replace() = 0;
  virtual void commit() = 0;
};

}  // namespace message_history
