#include "recorder/member_work.h"

#include <algorithm>

#include "export/sha256.h"

namespace message_history {

namespace {

constexpr std::size_t tombstone_bytes = 16;

}  // namespace

MemberKey MemberWork::key(std::string_view member_id) const {
  return hmac_sha256(bytes_of(salt_), member_id);
}

MemberIdentity& MemberWork::load(std::string_view member_id) {
  MemberIdentity& identity = identities_[std::string(member_id)];
  if (identity.live || identity.erased) return identity;
  if (has_erasures_) identity = store_.erasure(key(member_id)).value_or(MemberIdentity{});
  identity.live = store_.live_member(member_id);
  return identity;
}

const MemberIdentity& MemberWork::identity(std::string_view member_id) {
  return load(member_id);
}

void MemberWork::prefetch(std::span<MemberLookup> lookups) {
  if (!has_erasures_) store_.find_members(lookups);
}

bool MemberWork::includes(std::string_view member_id, MemberNo member, MemberNo found) {
  if (has_erasures_) return identity(member_id).includes(member);
  return member && (found ? found : store_.live_member(member_id)) == member;
}

MemberNo MemberWork::at(std::string_view member_id, std::int64_t at_us, MemberNo found) {
  if (!has_erasures_) {
    // The usual case: an id is one person.
    return found ? found : store_.member(member_id);
  }
  MemberIdentity& identity = load(member_id);
  if (identity.is_erased_at(at_us)) return identity.erased;
  if (!identity.live) identity.live = store_.add_member(member_id);
  return identity.live;
}

std::optional<std::string> MemberWork::live_id(MemberNo member) {
  if (!is_person(member)) return {};
  return store_.live_member_id(member);
}

bool MemberWork::erase(std::string_view member_id, std::int64_t until_us) {
  MemberIdentity& identity = load(member_id);
  if (until_us <= identity.erased_until_us) return false;
  identity.erased_until_us = until_us;
  if (!identity.erased) {
    // Renaming the member in its own row covers everything filed under it at once.
    identity.erased = store_.entomb(identity.live, "erased-" + hex(random_bytes(tombstone_bytes)));
    identity.live = MemberNo{};
  }
  store_.put_erasure(key(member_id), identity.erased, until_us);
  has_erasures_ = true;
  return true;
}

void MemberWork::forget_live(std::string_view member_id) {
  MemberIdentity& identity = load(member_id);
  if (!identity.live) return;
  store_.remove_member(identity.live);
  identity.live = MemberNo{};
}

}  // namespace message_history
