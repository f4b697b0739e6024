// Signed export requests for tests, as the host that crm_tests::TestHost pretends to be would issue
// them.
#pragma once

#include <string>
#include <string_view>

namespace crm_tests {

// A token for every column this test needs, with a jti of its own; valid at TestHost's clock.
std::string export_token(std::string_view audience, std::string_view tenant,
                         std::string_view message_id);

}  // namespace crm_tests
