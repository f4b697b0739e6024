// The real plugin, loaded from its .so by the host's own loader, on a data folder of its own.
//
// Every failure is thrown as crm::Failure. Not thread-safe.
#pragma once

#include <crm/cpp/failure.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "feed/event_batch.h"
#include "session/session.h"
#include "stopwatch.h"

namespace crm_bench {

inline constexpr std::string_view bench_tenant = "bench-shop";
// The two sources of its events.
inline constexpr std::string_view send_engine = "send-engine";
inline constexpr std::string_view cash_desk = "cash-desk";

template <class T>
T required(crm::Result<T> result) {
  if (!result) throw crm::Failure(result.error());
  return std::move(result.value());
}

inline void require(const host_stub::Outcome& outcome) {
  if (!outcome) throw crm::Failure(outcome.error());
}

struct PluginPlace {
  std::filesystem::path data;
  std::filesystem::path plugin_folder;
};

class PluginUnderTest {
 public:
  explicit PluginUnderTest(const PluginPlace& place);

  // Gives a tenant its time zone and currency, as a host does before the first event.
  void declare(std::string_view tenant);

  // Records a batch, all of it accepted; gives the seconds inside on_batch alone.
  double record(std::string_view tenant, std::string_view source,
                const host_stub::EventBatch& batch);

  // Runs one call of the plugin; gives the seconds it took. What other threads computed since the
  // call before is counted as put off.
  template <class Call>
  double timed(Call&& call) {
    background_s_ += since_last_call_.seconds();
    const Stopwatch watch;
    std::forward<Call>(call)();
    const double seconds = watch.seconds();
    since_last_call_ = {};
    return seconds;
  }

  host_stub::LoadedPlugin& plugin() { return *plugin_; }
  host_stub::Session& session() { return *session_; }

  // Waits until the plugin has tidied up what it stored under `data`, as it does when it is quiet.
  void rest(const std::filesystem::path& data) const;

  // Stops and unloads the plugin, so that everything is in its files; gives the seconds.
  double close();

  // Processor time that other threads took between the calls: work that the plugin put off.
  // Whoever times calls adds it.
  double background_s() const { return background_s_; }

 private:
  std::unique_ptr<host_stub::Session> session_;
  host_stub::LoadedPlugin* plugin_ = nullptr;
  BackgroundWatch since_last_call_;
  double background_s_ = 0;
};

// Bytes of everything that plugins keep under a data folder.
uint64_t stored_bytes(const std::filesystem::path& data);

}  // namespace crm_bench
