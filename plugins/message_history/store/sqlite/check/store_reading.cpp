#include "store/sqlite/check/store_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "store/sqlite/base/page_checksums.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/check/sqlite_maintenance.h"
#include "store/sqlite/lsm/block.h"

namespace message_history::sqlite {

namespace {

constexpr const char* tree_names[] = {"",      "delivery",    "member_delivery", "failed_delivery",
                                      "chain", "member_hash", "member_order"};
static_assert(std::size(tree_names) == tree_count + 1);

class StoreReading {
 public:
  StoreReading(Connection& db, bool has_dropped, const FindingSink& sink)
      : db_(db), has_dropped_(has_dropped), sink_(sink) {}

  std::int64_t read(TreeSet& trees) {
    const std::vector<std::int64_t> pages =
        damaged_pages(db_.handle(), static_cast<int>(db_.pragma("page_size")));
    attempt("file", [this] { read_structure(); });
    verify_rows(db_, [this](const RowFault& fault) { note(fault); });
    for (const Table* table : tables::counted) {
      attempt(std::string(table->name), [&] { rows_ += row_count(db_, *table).rows; });
    }
    for (SortedRuns* tree : trees.all()) read_tree(*tree);
    part_ = has_lost_deliveries_ ? Finding::Part::fact : Finding::Part::derived;
    for (const RowFault& fault : index_faults_) tell(fault.table, "", fault.what);
    attempt("fence", [this] { read_loose_blocks(); });
    // Where all facts are whole, what changed of the page is nothing that cannot be made anew.
    part_ = has_damaged_facts_ ? Finding::Part::fact : Finding::Part::derived;
    for (const std::int64_t page : pages) {
      tell(page_finding, std::to_string(page), "does not match its checksum");
    }
    return rows_;
  }

 private:
  void tell(std::string table, std::string row, std::string what) {
    has_lost_deliveries_ |= table == name_of(Tree::delivery);
    has_damaged_facts_ |= part_ == Finding::Part::fact;
    sink_({part_, std::move(table), std::move(row), std::move(what)});
  }

  // Reads one table, and goes on with the next when this one cannot be read.
  void attempt(const std::string& table, const std::function<void()>& reading) {
    try {
      reading();
    } catch (const crm::Failure& failure) {
      if (failure.status() != CRM_ERR_CORRUPT) throw;
      tell(table, "", failure.what());
    }
  }

  // SQLite's own check: every page is read, every index is compared with its table.
  void read_structure() {
    Query query = db_.query("PRAGMA integrity_check");
    while (query.step()) {
      std::string text = query.text();
      if (text != "ok") tell("file", "", std::move(text));
    }
  }

  Finding::Part part_of_table(std::string_view name) const {
    const auto named = [name](const Table* table) { return table->name == name; };
    const auto found = std::ranges::find_if(tables::counted, named);
    if (found == tables::counted.end()) return Finding::Part::fact;
    switch ((*found)->derivation) {
      case Derivation::fact:
      case Derivation::mixed:
        return Finding::Part::fact;
      case Derivation::counters:
        return has_dropped_ ? Finding::Part::fact : Finding::Part::derived;
      case Derivation::kept:
      case Derivation::sums:
      case Derivation::lists:
        break;
    }
    return Finding::Part::derived;
  }

  void note(const RowFault& fault) {
    // Rows of these are facts or not, as their trees are: the trees are read later.
    if (fault.table == "run" || fault.table == "fence") {
      index_faults_.push_back(fault);
      return;
    }
    part_ = part_of_table(fault.table);
    tell(fault.table, "", fault.what);
    part_ = Finding::Part::fact;
  }

  void read_tree(SortedRuns& tree) {
    part_ = part_of(tree.tree());
    // Loads the rows of all its runs.
    attempt(name_of(tree.tree()), [&] { tree.last_key(); });
    std::vector<std::int64_t> runs;
    attempt("run", [&] {
      Query query = db_.query("SELECT run_no FROM run WHERE tree = ? ORDER BY run_no");
      query.bind(static_cast<std::int64_t>(tree.tree()));
      while (query.step()) runs.push_back(query.integer());
    });
    for (const std::int64_t run : runs) {
      ++rows_;
      attempt(name_of(tree.tree()), [&] { read_run(tree.tree(), run); });
    }
    attempt(name_of(tree.tree()), [&] { walk(tree); });
  }

  // Each block alone; the walk of the whole tree sees that none is missing.
  void read_run(Tree tree, std::int64_t run) {
    Query query = db_.query(
        "SELECT fence.first_key, fence.block_no, block.block_no IS NULL, block.bytes FROM fence "
        "LEFT JOIN block USING (block_no) WHERE run_no = ? ORDER BY fence.first_key");
    query.bind(run);
    std::string last_key;
    Block block;
    while (query.step()) {
      ++rows_;
      const std::string first_key = query.text();
      const std::int64_t number = query.integer();
      const bool is_missing = query.integer() != 0;
      const std::string row = fmt::format("run {}, block {}", run, number);
      if (is_missing) {
        tell(name_of(tree), row, "the block is missing");
        continue;
      }
      try {
        block.decode(query.bytes());
      } catch (const crm::Failure& failure) {
        if (failure.status() != CRM_ERR_CORRUPT) throw;
        tell(name_of(tree), row, failure.what());
        continue;
      }
      if (block.size() == 0 || block.key(0) != first_key || first_key <= last_key) {
        tell(name_of(tree), row, "the block does not begin where the index says");
      }
      if (block.size() > 0) last_key = block.key(block.size() - 1);
    }
  }

  // Entries that newer runs hide are passed over; their blocks are read nevertheless.
  void walk(SortedRuns& tree) {
    RunsCursor cursor = tree.cursor({}, above_all_keys);
    for (cursor.seek({}); cursor.valid(); cursor.next()) {
    }
  }

  // Tells of blocks and index rows that no run leads to. They may be those that deliveries lack.
  void read_loose_blocks() {
    Query blocks =
        db_.query("SELECT block_no FROM block WHERE block_no NOT IN (SELECT block_no FROM fence)");
    while (blocks.step()) {
      tell("fence", fmt::format("block {}", blocks.integer()), "no row leads to the block");
    }
    Query fences =
        db_.query("SELECT DISTINCT run_no FROM fence WHERE run_no NOT IN (SELECT run_no FROM run)");
    while (fences.step()) {
      tell("run", fmt::format("run {}", fences.integer()), "the run of some blocks is missing");
    }
  }

  Connection& db_;
  const bool has_dropped_;
  const FindingSink& sink_;
  Finding::Part part_ = Finding::Part::fact;
  bool has_lost_deliveries_ = false;
  bool has_damaged_facts_ = false;
  std::vector<RowFault> index_faults_;
  std::int64_t rows_ = 0;
};

}  // namespace

std::string name_of(Tree tree) {
  return std::string("tree ") + tree_names[static_cast<std::size_t>(tree)];
}

Finding::Part part_of(Tree tree) {
  return tree == Tree::delivery ? Finding::Part::fact : Finding::Part::derived;
}

std::int64_t read_everything(Connection& db, TreeSet& trees, bool has_dropped,
                             const FindingSink& sink) {
  return StoreReading(db, has_dropped, sink).read(trees);
}

}  // namespace message_history::sqlite
