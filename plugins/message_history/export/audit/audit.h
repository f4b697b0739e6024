// The audit chain of exports and of readings of members: every row carries the SHA-256 of the one
// before it.
//
// seal() hashes, one after the other: the 16 bytes "crm-audit-row/1\n"; then number,
// at_us, event, export_id, actor, origin, reason, message_id, dialect, columns, masked, rows,
// csv_sha256, detail, iss, jti and previous_sha256. A number is 8 bytes, little-endian, masked is
// one as 1 or 0; a text is its size in bytes as a number, then its bytes; the digest is its 32
// bytes. See verify_chain for what that detects.
#pragma once

#include <crm/cpp/failure.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "platform/fair_mutex.h"
#include "store/rows.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

enum class AuditEvent : std::uint8_t {
  granted,    // the token is used up, the file is about to be written
  completed,  // the file is whole and signed
  refused,
  cancelled,  // the reader went away; what was written is no export
  failed,
  aborted,       // its process ended with it; found and recorded later
  read,          // a view showed members by their ids
  position_set,  // no export: an operator moved the position of a source
};
std::string_view audit_event_name(AuditEvent event);

Sha256 seal(const AuditRow& row);

// Stores one row, durably, and fills in what chains it; false when it is a grant of a token that
// was granted before, or says "aborted" of an export that has ended; then nothing is stored.
using AuditAppender = std::function<bool(AuditRow&)>;

// Each row is a transaction of its own, and `writer` is held for that long. Both must outlive it.
AuditAppender audit_appender(Store& store, FairMutex& writer);

struct ChainHead {
  std::int64_t rows = 0;
  Sha256 sha256{};           // of the newest row; zero when there is none
  std::int64_t aborted = 0;  // exports that were cut off with their process
  std::int64_t running = 0;  // exports that have begun and not ended
  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

// Walks the whole chain. CORRUPT names the first row that was changed, inserted, or is missing, at
// the end as well. Who rewrites the note of the end too, or all from some row on, leaves a sound
// chain: AUDIT.md says what then tells.
crm::Result<ChainHead> verify_chain(Snapshot& snapshot);

// The digest of the tenant's newest completed export, hex; empty when there is none.
std::string newest_export_sha256(Snapshot& snapshot);

}  // namespace message_history
