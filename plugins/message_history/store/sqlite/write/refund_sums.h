// Sums of the refunds of each order by currency, so that an order with many refunds is brought up
// to date without reading all.
//
// Throws crm::Failure as the connection does.
#pragma once

#include "model/order.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// Adds a refund to the sums of its order, or with -1 takes it off.
void add_to_refund_sums(Connection& db, const Refund& refund, int sign);
std::vector<RefundSum> read_refund_sums(Connection& db, std::string_view order_id);

// For a database of a version before 14: tells that the table was just made; then fills it.
void count_refund_sums(Connection& db);
void fill_refund_sums(Connection& db);

}  // namespace message_history::sqlite
