// The SQLite side of Maintenance: a connection that keeps writers out, and a scratch database
// beside the tenant's.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/maintenance.h"
#include "store/sqlite/base/page_checksums.h"
#include "store/sqlite/check/table_compare.h"
#include "store/sqlite/index/tree_set.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

class SqliteMaintenance final : public Maintenance {
 public:
  SqliteMaintenance(const std::string& file, const TenantFacts& facts);
  SqliteMaintenance(const SqliteMaintenance&) = delete;
  SqliteMaintenance& operator=(const SqliteMaintenance&) = delete;

  std::int64_t read_everything(const FindingSink& sink) override;
  void each_message(const std::function<void(const MessageRow&)>& visit) override;
  void each_delivery(std::size_t rows_max,
                     const std::function<void(std::span<const Delivery>)>& visit) override;
  void each_touch(const std::function<void(const TouchRow&)>& visit) override;
  void each_refund(const std::function<void(const Refund&)>& visit) override;
  void each_order(const OrderVisit& visit) override;
  bool has_dropped() override { return retention_.dropped_before_us > 0; }
  std::unique_ptr<WriteTransaction> begin_scratch() override;
  void keep_dropped_counts() override;
  void each_counted_message(const std::function<void(const MessageRow&)>& visit) override;
  void compare(const FindingSink& sink) override;
  void replace() override;
  void commit() override;

 private:
  struct Scratch {
    Scratch(const std::string& file, const Sha256& salt);
    Connection db;
    WriterState state;
  };

  Scratch& scratch();
  void make_scratch();
  void fill_scratch();
  std::optional<CreditRow> remembered_credit(OrderNo order);
  void copy_rows(const TableShape& shape);
  void compare_table(const TableShape& shape, const FindingSink& sink);
  void compare_tree(SortedRuns& stored, SortedRuns& counted, const FindingSink& sink);
  bool may_lack(Tree tree, std::string_view key) const;
  void replace_table(const TableShape& shape);
  void replace_tree(SortedRuns& stored, SortedRuns& counted);
  void correct_deliveries();

  const TenantFacts facts_;
  const std::string scratch_file_;
  std::deque<TableShape> shapes_;  // of derived tables; before the connections that use their texts
  Connection db_;
  UnverifiedPages unverified_;  // rows have checksums of their own, and pages are named apart
  TreeSet trees_;
  Retention retention_;
  std::unique_ptr<Scratch> scratch_;
  std::set<std::string> differing_;  // tables and trees
  bool has_damaged_pages_ = false;
};

}  // namespace message_history::sqlite
