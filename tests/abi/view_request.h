// A request for one view, with every permission that the interface names.
#pragma once

#include <crm/ext/admin_views.h>
#include <crm/cpp/text.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm_tests {

class ViewRequest {
 public:
  ViewRequest(std::string_view tenant, std::string_view view_id,
              std::vector<std::pair<std::string, std::string>> params = {})
      : texts_(std::move(params)) {
    for (const auto& [key, value] : texts_) params_.push_back({crm::str(key), crm::str(value)});
    raw = {sizeof(raw),         0,
           crm::str(tenant),    crm::str("tester"),
           crm::str("en"),      crm::str("Asia/Seoul"),
           crm::str(view_id),   permissions_.data(),
           permissions_.size(), params_.data(),
           params_.size()};
  }
  ViewRequest(const ViewRequest&) = delete;
  ViewRequest& operator=(const ViewRequest&) = delete;

  crm_view_request raw{};

 private:
  std::array<crm_str, 4> permissions_ = {
      crm::str(CRM_PERMISSION_VIEW), crm::str(CRM_PERMISSION_MEMBER_READ),
      crm::str(CRM_PERMISSION_EXPORT), crm::str(CRM_PERMISSION_OPERATE)};
  std::vector<std::pair<std::string, std::string>> texts_;
  std::vector<crm_param> params_;
};

}  // namespace crm_tests
