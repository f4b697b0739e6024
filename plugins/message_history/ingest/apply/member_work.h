// Finds the member that an event's id means: the living one, or the one whose pseudonym took the
// id's place.
//
// One thread; lives for one transaction.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "store/store.h"

namespace message_history {

// Erased members whose ids events named, which the journal holds then.
struct ErasedMembers {
  std::int64_t named = 0;  // in all, each once
  std::int64_t newly = 0;  // by these events
};

class MemberWork {
 public:
  MemberWork(WriteTransaction& store, const Sha256& salt) : store_(store), salt_(salt) {}

  const MemberIdentity& identity(std::string_view member_id);

  // Looks up the ids of events that will come: `found` goes with each in what follows, and saves
  // looking it up again.
  void prefetch(std::span<MemberLookup> lookups);

  // The member that this id means at that time; made when it is new.
  MemberNo at(std::string_view member_id, std::int64_t at_us, MemberNo found = {});

  // Whether the member is this id's person, living or erased.
  bool includes(std::string_view member_id, MemberNo member, MemberNo found = {});

  // The identity behind a number of the store; empty for an erased, an ambiguous
  // one and none.
  std::optional<std::string> live_id(MemberNo member);

  MemberKey key(std::string_view member_id) const;

  // Replaces the id in everything up to `until_us`, by the pseudonym it has or a new random one.
  // Returns false when an erasure already reaches that far. What is filed under the two members is
  // not moved here.
  bool erase(std::string_view member_id, std::int64_t until_us);

  // True when the id was ever erased; counts it as named then.
  bool note_erased(std::string_view member_id);
  const ErasedMembers& erased() const { return erased_; }

  // The living member of that id has nothing filed under it: takes its id out of the store.
  void forget_live(std::string_view member_id);

 private:
  MemberIdentity& load(std::string_view member_id);
  void count_named(MemberNo erased);

  WriteTransaction& store_;
  const Sha256& salt_;
  std::unordered_map<std::string, MemberIdentity> identities_;
  std::unordered_set<MemberNo> named_;
  ErasedMembers erased_;
};

}  // namespace message_history
