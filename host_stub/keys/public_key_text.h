// One public key as PEM or DER, the way `openssl pkey -pubout` writes it.
//
// Read by hand and not by OpenSSL's decoders, which take a dozen formats, look for keys in whatever
// stands around them and ask the terminal for passphrases: verify-export.sh reads by the same
// rules.
#pragma once

#include <optional>
#include <string_view>

#include "keys/ed25519.h"

namespace host_stub {

// Empty when the text is neither PEM nor DER. PEM may stand among other lines, alone. INVALID, with
// a text that completes "the key set is not accepted: ...", for a key of another type, for more
// than one block, and for anything private.
crm::Result<std::optional<PublicKey>> decode_public_key(std::string_view text);

}  // namespace host_stub
