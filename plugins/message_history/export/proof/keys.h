// The host's keys (crm.keys/1) as the export uses them.
#pragma once

#include <crm/cpp/host.hpp>
#include <functional>
#include <string>

#include "export/proof/ed25519.h"
#include "export/proof/jws.h"

namespace message_history {

// The functions are for any thread; they live as long as the host.
struct ExportKeys {
  std::string issuer;
  KeyLookup issuer_key;                       // throws what the host fails with
  std::function<Ed25519Seed()> signing_seed;  // likewise
};

// UNSUPPORTED when the host offers no keys, INVALID when its issuer has no name.
crm::Result<ExportKeys> keys_of(const crm::Host& host);

}  // namespace message_history
