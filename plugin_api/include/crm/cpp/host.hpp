// A plugin's view of its host: typed, NULL-safe, and with defaults where a host offers less.
//
// Thread-safe as the host's functions are ([any]). Holds a borrowed pointer, valid until `destroy`.
#pragma once

#include <crm/ext/config.h>
#include <crm/ext/keys.h>
#include <crm/ext/metrics.h>
#include <crm/ext/paths.h>
#include <crm/host.h>
#include <crm/cpp/failure.hpp>
#include <crm/cpp/text.hpp>

#include <array>
#include <optional>
#include <string>

namespace crm {

class Host {
 public:
  explicit Host(const crm_host* host)
      : host_(host),
        paths_(extension<crm_ext_paths>(CRM_EXT_PATHS)),
        config_(extension<crm_ext_config>(CRM_EXT_CONFIG)),
        keys_(extension<crm_ext_keys>(CRM_EXT_KEYS)),
        metrics_(extension<crm_ext_metrics>(CRM_EXT_METRICS)) {}

  const crm_host* raw() const { return host_; }

  void log(int32_t level, std::string_view message) const {
    if (CRM_HAS(host_, log) && host_->log != nullptr) host_->log(host_, level, str(message));
  }

  // 0 when the host has no clock.
  int64_t now_us() const {
    return CRM_HAS(host_, now_us) && host_->now_us != nullptr ? host_->now_us(host_) : 0;
  }

  // The folder for this plugin's files; throws UNSUPPORTED when the host names none.
  std::string data_dir() const {
    const crm_str dir =
        paths_ != nullptr && CRM_HAS(paths_, data_dir) && paths_->data_dir != nullptr
            ? paths_->data_dir(host_)
            : crm_str{nullptr, 0};
    if (dir.data == nullptr || dir.size == 0) {
      throw Failure(CRM_ERR_UNSUPPORTED,
                    "the host offers no data folder; it must implement crm.paths/1");
    }
    if (dir.size > data_dir_bytes_max) {
      throw Failure(CRM_ERR_INVALID, "the host's data folder has a name of " +
                                         std::to_string(dir.size) + " bytes; give one of at most " +
                                         std::to_string(data_dir_bytes_max));
    }
    return std::string(view(dir));
  }

  // Empty when the host has no such setting; throws when it fails.
  std::optional<std::string> config(std::string_view tenant, const char* key) const {
    if (config_ == nullptr || !CRM_HAS(config_, get) || config_->get == nullptr) return {};
    std::array<char, 256> buffer;
    uint64_t size = 0;
    const int32_t status =
        config_->get(host_, str(tenant), key, buffer.data(), buffer.size(), &size);
    if (status == CRM_ERR_NOT_FOUND) return {};
    if (status != CRM_OK || size > buffer.size()) {
      throw Failure(CRM_ERR_INVALID, std::string("the host's setting ") + key + " cannot be read");
    }
    return std::string(buffer.data(), static_cast<size_t>(size));
  }

  const crm_ext_keys* keys() const {
    const bool whole = keys_ != nullptr && CRM_HAS(keys_, signing_seed) &&
                       keys_->issuer != nullptr && keys_->issuer_key != nullptr &&
                       keys_->signing_seed != nullptr;
    return whole ? keys_ : nullptr;
  }

  void add_metric(const char* name, int64_t value) const {
    if (metrics_ != nullptr && CRM_HAS(metrics_, add) && metrics_->add != nullptr) {
      metrics_->add(host_, name, value);
    }
  }

  void observe_us(const char* name, int64_t duration_us) const {
    if (metrics_ != nullptr && CRM_HAS(metrics_, observe_us) && metrics_->observe_us != nullptr) {
      metrics_->observe_us(host_, name, duration_us);
    }
  }

 private:
  template <class T>
  const T* extension(const char* id) const {
    if (!CRM_HAS(host_, extension) || host_->extension == nullptr) return nullptr;
    return static_cast<const T*>(host_->extension(host_, id));
  }

  const crm_host* host_;
  const crm_ext_paths* paths_;
  const crm_ext_config* config_;
  const crm_ext_keys* keys_;
  const crm_ext_metrics* metrics_;

  static constexpr uint64_t data_dir_bytes_max = 4096;  // as PATH_MAX
};

}  // namespace crm
