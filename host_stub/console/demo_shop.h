// A shop that goes on living: what happened until now is recorded at the start, and what happens
// next when its time comes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "loader/host_log.h"
#include "loader/loaded_plugin.h"
#include "loader/tenant_settings.h"
#include "outcome.h"
#include "shop/generator.h"

namespace host_stub {

class DemoShop {
 public:
  // The shop begins four weeks before the day the data folder is made, kept in
  // DATA/host/demo.json, so that a later start goes on with the same one. `plugins` take events and
  // are not empty.
  static crm::Result<std::unique_ptr<DemoShop>> open(const std::filesystem::path& folder,
                                                     std::vector<LoadedPlugin*> plugins,
                                                     TenantSettings& settings);

  // Records what happened up to `now_us`; how many events that were.
  crm::Result<uint64_t> catch_up(int64_t now_us, const std::atomic<bool>& interrupted);

  // Goes on recording until it is stopped or a plugin fails, which is logged. When nothing happens
  // for a few seconds, at night for instance, the next thing happens already; only campaigns wait
  // for their hour.
  void live(const std::stop_token& stop, const HostLog& log, const std::atomic<bool>& interrupted);

 private:
  bool fetch();
  Outcome record(std::span<const crm_event* const> events, const std::atomic<bool>& interrupted);
  crm::Result<uint64_t> hurry(int64_t now_us, const std::atomic<bool>& interrupted);

  DemoShop(std::unique_ptr<Generator> generator, std::vector<LoadedPlugin*> plugins,
           uint64_t position)
      : generator_(std::move(generator)), plugins_(std::move(plugins)), position_(position) {}

  std::unique_ptr<Generator> generator_;
  const std::vector<LoadedPlugin*> plugins_;
  uint64_t position_;
  EventBatch batch_;
  size_t next_ = 0;  // in batch_
  bool has_more_ = true;
};

}  // namespace host_stub
