// A recorder over the real SQLite engine in a temporary folder, with a host of its own.
#pragma once

#include <crm/cpp/host.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "export/proof/sha256.h"
#include "ingest/recorder.h"
#include "store/sqlite/engine.h"
#include "support/event_list.h"
#include "support/temporary_folder.h"
#include "tenant/settling.h"

namespace test {

// 2026-03-02T00:00:00Z, a Monday.
inline constexpr std::int64_t monday_us = 1772409600000000;
inline constexpr std::int64_t minute_us = 60'000'000;
inline constexpr std::int64_t hour_us = 60 * minute_us;
inline constexpr std::int64_t day_us = 24 * hour_us;

// The least a host offers: a clock, and settings from a map. The plugin asks from its own thread,
// too.
class SmallHost {
 public:
  SmallHost() {
    raw_.size = sizeof(raw_);
    raw_.abi_major = CRM_ABI_MAJOR;
    raw_.context = this;
    raw_.now_us = [](const crm_host* host) {
      ++self(host).asked_for_time;
      return self(host).now_us.load();
    };
    raw_.log = [](const crm_host* host, int32_t, crm_str line) {
      const std::lock_guard lock(self(host).mutex_);
      self(host).lines.emplace_back(crm::view(line));
    };
    raw_.extension = [](const crm_host* host, const char* id) -> const void* {
      return std::strcmp(id, CRM_EXT_CONFIG) == 0 ? &self(host).config_ : nullptr;
    };
    config_.size = sizeof(config_);
    config_.get = [](const crm_host* host, crm_str, const char* key, char* buffer,
                     uint64_t capacity, uint64_t* size) -> int32_t {
      const std::lock_guard lock(self(host).mutex_);
      const auto& known = self(host).settings_;
      const auto found = known.find(key);
      if (found == known.end()) return CRM_ERR_NOT_FOUND;
      *size = found->second.size();
      if (*size > capacity) return CRM_ERR_FULL;
      std::memcpy(buffer, found->second.data(), *size);
      return CRM_OK;
    };
  }
  SmallHost(const SmallHost&) = delete;
  SmallHost& operator=(const SmallHost&) = delete;

  const crm_host* raw() const { return &raw_; }
  void set(const std::string& key, const std::string& value) {
    const std::lock_guard lock(mutex_);
    settings_[key] = value;
  }
  std::atomic<std::int64_t> now_us = monday_us;
  mutable std::atomic<int> asked_for_time = 0;
  mutable std::vector<std::string> lines;  // logged

 private:
  static const SmallHost& self(const crm_host* host) {
    return *static_cast<const SmallHost*>(host->context);
  }
  crm_host raw_{};
  crm_ext_config config_{};
  mutable std::mutex mutex_;
  std::map<std::string, std::string> settings_ = {{"time_zone", "Asia/Seoul"}, {"currency", "KRW"}};
};

// Waits for the settler, which has nobody to tell when it is done.
template <class Condition>
bool comes_true(Condition&& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// Of a tenant that is new: what a first batch would ask its writer for, while nobody is writing.
inline void open_for_recording(message_history::Tenant& tenant) {
  const crm::Lock intake(tenant.intake);
  message_history::take_up(tenant, message_history::open_journal(tenant.reader()));
  tenant.positions.emplace();
}

class RecorderFixture {
 public:
  RecorderFixture()
      : host(host_.raw()),
        tenants(host, message_history::sqlite::make_engine(folder.path()),
                message_history::open_tenants_within_file_limit(),
                {[this] { return steady_us >= 0 ? steady_us.load() : host_.now_us.load(); },
                 "the test's boot"}),
        recorder(host, tenants) {}

  // Records the events as one batch, numbered on from the last.
  crm_event_ack record(const std::vector<Event>& events) {
    EventList list;
    for (const Event& event : events) list.add(event, ++seq);
    return record(list);
  }

  crm_event_ack record(const EventList& list) {
    rejections.assign(64, {});
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    ack.rejections = rejections.data();
    ack.rejections_capacity = rejections.size();
    const crm_event_batch batch = list.batch(tenant, source);
    recorder.record(&batch, &ack);
    return ack;
  }

  // What the settler does as well: hence the writer's turn.
  bool sweep_to(std::int64_t kept_from_us) {
    const auto open = recorder.settled_tenant(tenant);
    const crm::Lock writer(open->writer);
    return open->store->sweep_some(kept_from_us);
  }

  std::string digest() { return message_history::hex(recorder.digest(crm::str(tenant))); }

  std::unique_ptr<message_history::Snapshot> snapshot() {
    return recorder.settled_tenant(tenant)->store->snapshot();
  }
  // A setting of the host's; before the first event.
  void set(const std::string& key, const std::string& value) { host_.set(key, value); }
  const message_history::Rule& rule() { return tenants.open_existing(tenant)->store->facts().rule; }
  message_history::MessageRow message(const std::string& id) {
    return snapshot()->message(id).value();
  }
  // Money of a message in one currency.
  message_history::MessageMoney money(const std::string& id, const std::string& currency = "KRW") {
    const auto read = snapshot();
    return read->money(read->message(id)->number)[currency];
  }

  TemporaryFolder folder;
  SmallHost host_;
  // What the clock says that only goes forward; below 0: as much as the host's.
  std::atomic<std::int64_t> steady_us = -1;
  crm::Host host;
  message_history::Tenants tenants;
  message_history::Recorder recorder;
  std::string tenant = "mall";
  std::string source = "test";
  std::uint64_t seq = 0;
  std::vector<crm_event_rejection> rejections;
};

}  // namespace test
