// A tenant's database filled by hand, row by row, for the tests of snapshots.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ingest/apply/list_work.h"
#include "store/sqlite/base/codec.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_set.h"
#include "store/sqlite/open/migration.h"
#include "store/sqlite/open/schema.h"
#include "store/sqlite/read/sqlite_snapshot.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

inline constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();

struct Blob {
  std::string bytes;
};

// A tenant's database in a folder of its own, written row by row.
class Database {
 public:
  Database() : folder_(std::filesystem::temp_directory_path() / "snapshot_test_XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    db_ = std::make_unique<Connection>(file(), Connection::Mode::create);
    for (const char* step : schema_steps) db_->execute(step);
    count_all_rows(*db_);
    trees_ = std::make_unique<TreeSet>(*db_, facts().member_salt);
  }
  ~Database() {
    trees_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string file() const { return folder_ + "/history.db"; }
  void run(const std::string& sql) {
    flush();
    db_->execute(sql);
  }
  // The same, but neither checksums nor counts are brought up to date.
  void damage(const std::string& sql) {
    seal();
    db_->execute(sql);
    is_damaged_ = true;
  }
  SqliteSnapshot snapshot() {
    seal();
    return SqliteSnapshot(file(), facts());
  }

  template <class... Values>
  void put(const Table& table, const Values&... values) {
    Query query = db_->add(table);
    (bind(query, values), ...);
    query.run();
  }

  MemberNo member(std::int64_t number, std::string_view id, bool erased = false) {
    put(tables::member, number, id, erased ? 1 : 0);
    pending(Tree::member_hash).add(member_hash_key(trees_->hash_seed, id, {number}), present);
    return {number};
  }
  RouteNo route(std::int64_t number, Channel channel, std::string_view provider) {
    put(tables::route, number, static_cast<int>(channel), provider);
    return {number};
  }
  MessageNo message(const MessageRow& row) {
    const MessageReport& report = row.report;
    const RecipientCounts& counts = row.counts.recipients;
    put(tables::message, row.number.value, row.message_id, report.facts.at_us,
        static_cast<int>(report.facts.state), static_cast<int>(report.facts.kind),
        static_cast<int>(report.facts.channel), report.facts.name, report.scheduled_at_us.at_us,
        report.scheduled_at_us.value, report.audience.at_us, report.audience.value, row.sent_at_us,
        row.activity_at_us, row.listed_day, counts.success, counts.failed, counts.pending,
        counts.excluded, counts.delivered, counts.held_out, counts.converted_reached,
        counts.converted_held_out, row.counts.clickers, row.counts.openers, row.counts.redeemers,
        row.counts.buyers, row.counts.orders);
    return row.number;
  }
  void money(MessageNo message, std::string_view currency, const MessageMoney& row) {
    put(tables::message_money, message.value, currency, row.orders, row.gross_minor,
        row.refunded_minor, row.cost_minor);
  }
  // Brings every message that is there into the lists.
  void fill_lists() {
    seal();
    std::vector<MessageRow> rows;
    {
      Query query = db_->rows(tables::message, "");
      while (query.step()) rows.push_back(read_message(query));
    }
    WriterState state(*db_, facts().member_salt);
    SqliteWriter writer(state);
    ListWork lists(writer, facts().currency);
    for (const MessageRow& row : rows) {
      lists.move(nullptr, row, writer.money(row.number));
      if (row.report.facts.kind == MessageKind::automatic) writer.join_periods(row.number);
    }
    lists.flush();
    static_cast<WriteTransaction&>(writer).commit();
  }
  void delivery(const Delivery& row) {
    const std::string key = delivery_key(row.message, row.delivery_id);
    pending(Tree::delivery).add_at(row.state.timeline_at_us(), key, encode_delivery(row.state));
    if (row.state.status() == DeliveryStatus::failed) {
      pending(Tree::failed_delivery).add(key, present);
    }
    if (row.state.chain) {
      pending(Tree::chain).add(chain_key(row.state.chain, row.message, row.delivery_id), present);
    }
    if (!is_person(row.state.member)) return;
    const MemberDelivery entry{row.state.member, row.state.timeline_at_us(), row.message,
                               row.delivery_id, row.state.success_at_us().has_value()};
    pending(Tree::member_delivery)
        .add_at(entry.at_us, member_delivery_key(entry), member_delivery_value(entry.is_success));
  }
  // As damage does: the delivery goes, what refers to it stays.
  void lose_delivery(MessageNo message, std::string_view delivery_id) {
    pending(Tree::delivery).add(delivery_key(message, delivery_id), {});
  }
  void touch(const TouchRow& row) {
    put(tables::touch, row.member.value, row.at_us, static_cast<int>(row.kind), row.message.value,
        row.delivery_id);
  }
  void order(const Order& row) {
    const std::string lines = encode_lines(row.version.lines);
    put(tables::orders, row.number.value, row.order_id, row.member.value, row.placed_at_us,
        row.version.revision, row.version.at_us, row.version.currency, row.version.amount_minor,
        row.version.message.value, row.version.message_id, row.refunded_minor, Blob{lines});
    if (!is_person(row.member)) return;
    pending(Tree::member_order)
        .add_at(row.placed_at_us, member_order_key(row.member, row.placed_at_us, row.number),
                member_order_value(row));
  }
  void refund(const Refund& row) {
    put(tables::refund, row.refund_id, row.order_id, row.at_us, row.currency, row.amount_minor);
  }
  void credit(const CreditRow& row) {
    put(tables::credit, row.order.value, row.message.value, row.ordered_at_us, row.member.value,
        row.currency, row.gross_minor, row.refunded_minor, static_cast<int>(row.touch),
        row.touch_at_us, row.delivery_id, row.rule_version);
  }

 private:
  // Makes what was written by hand as the writer would have left it.
  void seal() {
    flush();
    if (is_damaged_) return;
    add_checksums(*db_);
    count_all_rows(*db_);
  }
  RunEntries& pending(Tree tree) { return pending_[static_cast<std::size_t>(tree) - 1]; }
  void flush() {
    db_->execute("SAVEPOINT flush");
    for (SortedRuns* tree : trees_->all()) tree->put(pending(tree->tree()));
    db_->execute("RELEASE flush");
  }
  static TenantFacts facts() {
    TenantFacts facts;
    facts.currency = "KRW";
    return facts;
  }
  static void bind(Query& query, const Blob& blob) { query.bind_blob(blob.bytes); }
  static void bind(Query& query, std::string_view text) { query.bind(text); }
  static void bind(Query& query, std::int64_t value) { query.bind(value); }
  static void bind(Query& query, const std::optional<std::int64_t>& value) { query.bind(value); }

  std::string folder_;
  bool is_damaged_ = false;
  std::unique_ptr<Connection> db_;
  std::unique_ptr<TreeSet> trees_;
  std::array<RunEntries, tree_count> pending_;  // by tree
};

inline MessageRow manual(std::int64_t number, std::int64_t activity_at_us = 0) {
  MessageRow row;
  row.number = {number};
  row.message_id = "m" + std::to_string(number);
  row.report.facts = {1000, MessageState::completed, MessageKind::manual, Channel::sms, "Sale"};
  row.activity_at_us = activity_at_us;
  return row;
}

inline Delivery sent(MessageNo message, std::string id, MemberNo member, std::int64_t at_us) {
  Delivery row{message, std::move(id), {}};
  row.state.member = member;
  row.state.merge(StatusMark{DeliveryStatus::sent, at_us, "", "", {1}}, std::less<>());
  return row;
}

inline Order order(std::int64_t number, MemberNo member, std::int64_t placed_at_us) {
  Order row;
  row.number = {number};
  row.order_id = "o" + std::to_string(number);
  row.member = member;
  row.placed_at_us = placed_at_us;
  row.version = {1, placed_at_us, "KRW", 5000, {}, "", {{"p", "Shirt", "", 5000, 0, 1}}};
  return row;
}

inline CreditRow credit(std::int64_t order, MessageNo message, MemberNo member,
                        std::string delivery_id) {
  CreditRow row;
  row.order = {order};
  row.message = message;
  row.ordered_at_us = 500 + order % 3;
  row.member = member;
  row.currency = "KRW";
  row.gross_minor = 5000;
  row.delivery_id = std::move(delivery_id);
  row.rule_version = 1;
  return row;
}

inline std::vector<std::string> ids_of(const std::vector<MessageListRow>& rows) {
  std::vector<std::string> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.message.message_id);
  return ids;
}

}  // namespace message_history::sqlite
