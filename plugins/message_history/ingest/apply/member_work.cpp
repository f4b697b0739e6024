#include "ingest/apply/member_work.h"

#include <algorithm>

#include "export/proof/sha256.h"

namespace message_history {

namespace {

constexpr std::size_t pseudonym_bytes = 16;

}  // namespace

MemberKey MemberWork::key(std::string_view member_id) const {
  return hmac_sha256(bytes_of(salt_), member_id);
}

MemberIdentity& MemberWork::load(std::string_view member_id) {
  MemberIdentity& identity = identities_[std::string(member_id)];
  if (identity.live || identity.erased) return identity;
  if (store_.may_be_erased(member_id)) {
    identity = store_.erasure(key(member_id)).value_or(MemberIdentity{});
  }
  identity.live = store_.live_member(member_id);
  return identity;
}

const MemberIdentity& MemberWork::identity(std::string_view member_id) {
  return load(member_id);
}

void MemberWork::prefetch(std::span<MemberLookup> lookups) {
  store_.find_members(lookups);
}

bool MemberWork::includes(std::string_view member_id, MemberNo member, MemberNo found) {
  if (store_.may_be_erased(member_id)) return identity(member_id).includes(member);
  return member && (found ? found : store_.live_member(member_id)) == member;
}

MemberNo MemberWork::at(std::string_view member_id, std::int64_t at_us, MemberNo found) {
  if (!store_.may_be_erased(member_id)) {
    // The usual case: an id is one person.
    return found ? found : store_.member(member_id);
  }
  MemberIdentity& identity = load(member_id);
  if (identity.is_erased_at(at_us)) {
    count_named(identity.erased);
    return identity.erased;
  }
  if (!identity.live) identity.live = store_.add_member(member_id);
  return identity.live;
}

std::optional<std::string> MemberWork::live_id(MemberNo member) {
  if (!is_person(member)) return {};
  return store_.live_member_id(member);
}

bool MemberWork::erase(std::string_view member_id, std::int64_t until_us) {
  MemberIdentity& identity = load(member_id);
  if (until_us <= identity.erased_until_us) {
    count_named(identity.erased);
    return false;
  }
  identity.erased_until_us = until_us;
  if (!identity.erased) {
    // Renaming the member in its own row covers everything filed under it at once.
    identity.erased =
        store_.pseudonymize(identity.live, "erased-" + hex(random_bytes(pseudonym_bytes)));
    identity.live = MemberNo{};
  }
  store_.put_erasure(member_id, key(member_id), identity.erased, until_us);
  count_named(identity.erased);
  ++erased_.newly;
  return true;
}

bool MemberWork::note_erased(std::string_view member_id) {
  const MemberNo erased = load(member_id).erased;
  if (erased) count_named(erased);
  return static_cast<bool>(erased);
}

void MemberWork::count_named(MemberNo erased) {
  if (named_.insert(erased).second) ++erased_.named;
}

void MemberWork::forget_live(std::string_view member_id) {
  MemberIdentity& identity = load(member_id);
  if (!identity.live) return;
  store_.remove_member(identity.live);
  identity.live = MemberNo{};
}

}  // namespace message_history
