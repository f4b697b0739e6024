// A store that events are applied to, one transaction a call, without journal and threads, which
// counts the steps of SQLite's machine meanwhile: what an event costs, on any machine.
#pragma once

#include <crm/cpp/events.hpp>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "calendar/time_zone.h"
#include "ingest/apply/batch_work.h"
#include "store/sqlite/open/tenant_database.h"
#include "store/sqlite/read/sqlite_snapshot.h"
#include "store/sqlite/write/writer.h"
#include "support/event_list.h"
#include "support/temporary_folder.h"

namespace test {

class CountedShop {
 public:
  explicit CountedShop(const message_history::Rule& rule = {}) {
    facts_.tenant = "mall";
    facts_.time_zone = "Asia/Seoul";
    facts_.currency = "KRW";
    facts_.rule = rule;
    message_history::sqlite::make_database(file(), facts_);
    db_ = std::make_unique<message_history::sqlite::Connection>(
        file(), message_history::sqlite::Connection::Mode::write);
    state_ = std::make_unique<message_history::sqlite::WriterState>(*db_, facts_.member_salt);
  }

  // Applies the events in one transaction. Returns the steps that took.
  std::int64_t record(const std::vector<Event>& events) {
    EventList list;
    for (const Event& event : events) list.add(event, ++seq_);
    const std::int64_t steps_before = db_->steps();
    apply(list);
    return db_->steps() - steps_before;
  }

  // What happened before counts as gone, and is not dropped yet.
  void begin_sweep(std::int64_t kept_from_us) {
    message_history::sqlite::SqliteWriter writer(*state_);
    writer.begin_sweep(kept_from_us);
    static_cast<message_history::WriteTransaction&>(writer).commit();
  }

  std::unique_ptr<message_history::Snapshot> snapshot() {
    return std::make_unique<message_history::sqlite::SqliteSnapshot>(file(), facts_);
  }
  const message_history::Rule& rule() const { return facts_.rule; }

 private:
  std::string file() const { return folder_.path() + "/history.db"; }

  void apply(const EventList& list) {
    const crm_event_batch batch = list.batch("mall", "test");
    std::vector<crm::Event> events;
    std::vector<const crm_event_delivery*> deliveries;
    for (std::uint64_t i = 0; i < batch.count; ++i) {
      events.push_back(crm::event_of(batch.events[i]).value());
      const auto* delivery = std::get_if<const crm_event_delivery*>(&events.back());
      if (delivery != nullptr) deliveries.push_back(*delivery);
    }
    message_history::sqlite::SqliteWriter writer(*state_);
    message_history::WriteTransaction& transaction = writer;
    message_history::BatchWork work(transaction, facts_, zone_, 0);
    work.prefetch(deliveries);
    for (const crm::Event& event : events) {
      if (const auto why = work.apply(event)) throw std::runtime_error(*why);
    }
    work.finish();
    transaction.commit();
  }

  TemporaryFolder folder_;
  message_history::TenantFacts facts_;
  message_history::TimeZone zone_ = *message_history::TimeZone::find("Asia/Seoul");
  std::unique_ptr<message_history::sqlite::Connection> db_;
  std::unique_ptr<message_history::sqlite::WriterState> state_;
  std::uint64_t seq_ = 0;
};

}  // namespace test
