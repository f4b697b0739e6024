// Signed export requests for tests, as the host that crm_tests::TestHost pretends to be would issue
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "test_host.h"

namespace crm_tests {

// A token for every column this test needs, with a jti of its own; valid at TestHost's clock, or
// at another time.
std::string export_token(std::string_view audience, std::string_view tenant,
                         std::string_view message_id, int64_t now_us = clock_us);

}  // namespace crm_tests
