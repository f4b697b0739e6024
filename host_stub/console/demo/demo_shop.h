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

#include "base/outcome.h"
#include "console/demo/demo_life.h"
#include "loader/host_log.h"
#include "loader/loaded_plugin.h"
#include "loader/tenant_settings.h"
#include "shop/generator.h"

namespace host_stub {

// The demo shop's settings, from its first day on.
GeneratorSettings demo_shop_from(std::chrono::sys_days from);

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

  // Goes on recording until it is stopped or everything has happened. A failure of a plugin is
  // logged and tried again.
  void live(const std::stop_token& stop, const HostLog& log, const std::atomic<bool>& interrupted);

 private:
  DemoShop(std::unique_ptr<Generator> generator, std::vector<LoadedPlugin*> plugins,
           uint64_t position);

  crm::Result<uint64_t> pulse_once(const DemoLife::Now& now, const std::atomic<bool>& interrupted);
  Outcome record(std::span<const crm_event* const> events);

  const FeedHeader header_;
  const std::vector<LoadedPlugin*> plugins_;
  const std::atomic<bool>* interrupted_ = nullptr;
  DemoLife life_;
};

}  // namespace host_stub
