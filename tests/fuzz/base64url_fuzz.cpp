// base64url: what is decoded is canonical, what is refused has a reason, and every text
// round-trips.
#include <crm/cpp/base64url.hpp>

#include "export/proof/base64url_fault.h"
#include "fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = crm_fuzz::text_of(data, size);
  const auto decoded = crm::base64url_decode(text);
  if (decoded) {
    crm_fuzz::require(crm::base64url_encode(*decoded) == text, "one text for every byte sequence");
  } else {
    crm_fuzz::require(!message_history::base64url_fault(text).empty(), "a refusal has a reason");
  }
  const auto again = crm::base64url_decode(crm::base64url_encode(text));
  crm_fuzz::require(again && *again == text, "what was encoded is decoded");
  return 0;
}
