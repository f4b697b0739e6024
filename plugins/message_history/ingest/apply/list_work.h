// How the messages of one batch move in the lists: the difference between what each was and what
// it is now.
//
// One thread; lives for one transaction. Reads the money a message had only where it matters.
#pragma once

#include <string>

#include "store/message_list.h"
#include "store/store.h"

namespace message_history {

class ListWork {
 public:
  ListWork(WriteTransaction& store, std::string currency)
      : store_(store), currency_(std::move(currency)) {}

  // `before` is the row as stored, NULL for a new message; `sold` the change of its money, which is
  // not written yet.
  void move(const MessageRow* before, const MessageRow& now, const MoneyByCurrency& sold);

  void flush() { store_.move_lists(changes_); }

 private:
  void move_places(const MessageRow* before, const MessageRow& now, std::int64_t net_before_minor,
                   std::int64_t net_minor);
  void add(const ListGroup& group, const MoneyByCurrency& money, int sign);

  WriteTransaction& store_;
  const std::string currency_;  // the tenant's main one
  ListChanges changes_;
};

}  // namespace message_history
