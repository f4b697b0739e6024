#include "keys/key_ring.h"

#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <utility>

#include "json/strict_json.h"
#include "keys/jwk.h"

namespace host_stub {

namespace {

constexpr int version = 1;

// A document's string, wiped when the document goes away is not enough: the tree keeps copies. So
// the secret is taken out of the tree and wiped there.
std::optional<Seed> take_seed(Json& entry) {
  const auto found = entry.find("d");
  if (found == entry.end() || !found->is_string()) return {};
  auto& text = found->get_ref<std::string&>();
  auto bytes = crm::base64url_decode(text);
  wipe(text);
  std::optional<Seed> seed;
  if (bytes && bytes->size() == ed25519_key_bytes) seed.emplace(*bytes);
  if (bytes) wipe(*bytes);
  return seed;
}

crm::Result<StoredKey> parse_key(Json& entry, bool is_current) {
  const auto refuse = [](const char* what) { return failure(CRM_ERR_CORRUPT, what); };
  if (!entry.is_object()) return refuse("a key is not an object");
  const std::string* x = string_member(entry, "x");
  const std::string* kid = string_member(entry, "kid");
  const auto public_key = x == nullptr ? std::nullopt : public_key_from(*x);
  if (!public_key || kid == nullptr) return refuse("a key lacks its public half or its kid");
  if (!crm::ed25519_key_fault(*public_key).empty()) {
    return refuse("a key is of small order or no canonical point");
  }
  if (*kid != thumbprint(*public_key)) return refuse("a kid is not the thumbprint of its key");
  const auto created = entry.find("created_at_us");
  if (created == entry.end() || !created->is_number_integer()) {
    return refuse("a key lacks created_at_us");
  }
  StoredKey key{*kid, *public_key, std::nullopt, created->get<int64_t>()};
  const auto accepted = entry.find("accepted_until_us");
  if (accepted != entry.end()) {
    if (is_current || !accepted->is_number_integer()) return refuse("accepted_until_us is wrong");
    key.accepted_until_us = accepted->get<int64_t>();
  }
  if (!is_current) return key;
  key.seed = take_seed(entry);
  if (!key.seed) return refuse("the current key lacks its private half");
  const auto derived = public_key_of(*key.seed);
  if (!derived) return derived.error();
  if (derived.value() != *public_key) return refuse("the current key's two halves do not match");
  return key;
}

}  // namespace

crm::Result<StoredKey> make_key(int64_t now_us) {
  auto seed = generate_seed();
  if (!seed) return seed.error();
  const auto public_key = public_key_of(seed.value());
  if (!public_key) return public_key.error();
  StoredKey key{thumbprint(public_key.value()), public_key.value(), std::nullopt, now_us};
  key.seed = std::move(seed.value());
  return key;
}

crm::Result<KeyRing> rotated(KeyRing ring, Rotation rotation) {
  if (ring.keys.size() >= key_ring_keys_max) {
    return failure(CRM_ERR_FULL,
                   fmt::format("there are {} keys already, the most there can be; keys are rotated "
                               "yearly, not daily",
                               ring.keys.size()));
  }
  auto key = make_key(rotation.now_us);
  if (!key) return key.error();
  for (StoredKey& former : ring.keys) {
    if (former.seed || former.accepted_until_us > rotation.accepted_until_us) {
      former.accepted_until_us = rotation.accepted_until_us;
    }
    former.seed.reset();
  }
  ring.keys.insert(ring.keys.begin(), std::move(key.value()));
  return ring;
}

std::string render_key_ring(const KeyRing& ring) {
  // Written by hand and not through a JSON tree, whose copies of the secret nobody would wipe. No
  // value needs escaping: they are base64url, numbers, and an issuer name of this host's making.
  std::string text = fmt::format("{{\n  \"version\": {},\n", version);
  if (!ring.issuer.empty()) text += fmt::format("  \"issuer\": \"{}\",\n", ring.issuer);
  text += "  \"keys\": [";
  for (size_t i = 0; i < ring.keys.size(); ++i) {
    const StoredKey& key = ring.keys[i];
    text += fmt::format(
        "{}\n    {{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"kid\": \"{}\", "
        "\"x\": \"{}\", \"created_at_us\": {}",
        i == 0 ? "" : ",", key.kid, base64url_of(key.public_key), key.created_at_us);
    if (key.seed) {
      std::string secret = crm::base64url_encode(key.seed->view());
      text += ", \"d\": \"" + secret + "\"";
      wipe(secret);
    }
    if (key.accepted_until_us != 0) {
      text += fmt::format(", \"accepted_until_us\": {}", key.accepted_until_us);
    }
    text += "}";
  }
  return text + "\n  ]\n}\n";
}

crm::Result<KeyRing> parse_key_ring(std::string_view text, const std::filesystem::path& file) {
  const auto damaged = [&](std::string_view what) {
    return failure(CRM_ERR_CORRUPT,
                   fmt::format("the key file {} is damaged: {}; restore it from a backup",
                               file.string(), what));
  };
  auto document = parse_strict_json(text);
  if (!document) return damaged("it is " + document.error().detail);
  Json& root = document.value();
  if (!root.is_object() || !root.contains("keys") || !root["keys"].is_array() ||
      root["keys"].empty()) {
    return damaged("it holds no keys");
  }
  if (!root.contains("version") || root["version"] != version) {
    return damaged(fmt::format("its version is not {}", version));
  }
  KeyRing ring;
  if (const std::string* issuer = string_member(root, "issuer")) ring.issuer = *issuer;
  for (Json& entry : root["keys"]) {
    auto key = parse_key(entry, ring.keys.empty());
    if (!key) return damaged(key.error().detail);
    ring.keys.push_back(std::move(key.value()));
  }
  return ring;
}

}  // namespace host_stub
