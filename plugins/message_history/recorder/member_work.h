// Who an event's member id means: the living member, or the tombstone that took the id's place.
//
// One thread; lives for one transaction.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/store.h"

namespace message_history {

class MemberWork {
 public:
  MemberWork(WriteTransaction& store, const Sha256& salt)
      : store_(store), salt_(salt), has_erasures_(store.has_erasures()) {}

  const MemberIdentity& identity(std::string_view member_id);

  // Looks up the ids of events that will come: `found` goes with each in what follows, and saves
  // looking it up again.
  void prefetch(std::span<MemberLookup> lookups);

  // The member that this id means at that time; made when it is new.
  MemberNo at(std::string_view member_id, std::int64_t at_us, MemberNo found = {});

  // Whether the member is this id's person, living or erased.
  bool includes(std::string_view member_id, MemberNo member, MemberNo found = {});

  // The identity behind a number of the store; empty for a tombstone, an ambiguous one and none.
  std::optional<std::string> live_id(MemberNo member);

  MemberKey key(std::string_view member_id) const;

  // Buries the id for everything up to `until_us`, under the tombstone it has or a new random one.
  // Returns false when an erasure already reaches that far. What is filed under the two members is
  // not moved here.
  bool erase(std::string_view member_id, std::int64_t until_us);

  // The living member of that id has nothing filed under it: takes its id out of the store.
  void forget_live(std::string_view member_id);

 private:
  MemberIdentity& load(std::string_view member_id);

  WriteTransaction& store_;
  const Sha256& salt_;
  bool has_erasures_;
  std::unordered_map<std::string, MemberIdentity> identities_;
};

}  // namespace message_history
