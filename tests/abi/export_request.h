// A request for one export, and room for its result.
#pragma once

#include <crm/ext/exports.h>
#include <crm/cpp/text.hpp>

#include <string_view>
#include <vector>

namespace crm_tests {

class ExportRequest {
 public:
  // The texts outlive the request.
  ExportRequest(std::string_view tenant, std::string_view token,
                std::string_view origin = "127.0.0.1")
      : raw{sizeof(raw), 0, crm::str(tenant), crm::str(token), crm::str(origin)},
        manifest_(CRM_EXPORT_MANIFEST_BYTES_MAX) {
    result.size = sizeof(result);
    result.manifest = manifest_.data();
    result.manifest_capacity = manifest_.size();
  }
  ExportRequest(const ExportRequest&) = delete;
  ExportRequest& operator=(const ExportRequest&) = delete;

  const crm_export_request raw;
  crm_export_result result{};

 private:
  std::vector<char> manifest_;
};

}  // namespace crm_tests
