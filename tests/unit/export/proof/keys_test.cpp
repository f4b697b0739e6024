// The host's key functions as the export sees them, from hosts of all sorts.
#include <gtest/gtest.h>

#include <algorithm>
#include <crm/cpp/host.hpp>
#include <string_view>
#include <utility>

#include "export/proof/keys.h"

namespace message_history {
namespace {

std::int32_t key_status = CRM_OK;
std::string_view key_issuer = "https://crm.example";
std::uint8_t key_filling = 7;

const crm_ext_keys keys = {
    sizeof(crm_ext_keys),
    0,
    [](const crm_host*) { return crm::str(key_issuer); },
    [](const crm_host*, crm_str kid, std::uint8_t* key) -> std::int32_t {
      if (crm::view(kid) != "host-1") return CRM_ERR_NOT_FOUND;
      std::fill_n(key, CRM_KEY_BYTES, key_filling);
      return key_status;
    },
    [](const crm_host*, std::uint8_t* seed) -> std::int32_t {
      std::fill_n(seed, CRM_KEY_BYTES, std::uint8_t{9});
      return key_status;
    },
};

crm_host host_with(const crm_ext_keys* offered) {
  crm_host host{};
  host.size = sizeof(host);
  host.context = const_cast<crm_ext_keys*>(offered);
  host.extension = [](const crm_host* self, const char* id) -> const void* {
    return std::string_view(id) == CRM_EXT_KEYS ? self->context : nullptr;
  };
  return host;
}

class HostKeys : public testing::Test {
 protected:
  ~HostKeys() override {
    key_status = CRM_OK;
    key_filling = 7;
    key_issuer = "https://crm.example";
  }
};

TEST_F(HostKeys, AreReadOneByOne) {
  const crm_host raw = host_with(&keys);
  const auto found = keys_of(crm::Host(&raw));
  ASSERT_TRUE(found.ok()) << found.error().detail;
  EXPECT_EQ(found.value().issuer, "https://crm.example");
  EXPECT_EQ(found.value().issuer_key("host-1")->bytes[31], 7);
  EXPECT_FALSE(found.value().issuer_key("host-2").has_value());
  EXPECT_EQ(found.value().signing_seed().bytes()[31], 9);
}

TEST_F(HostKeys, FailureOfTheKeyStoreIsNoUnknownKey) {
  const crm_host raw = host_with(&keys);
  const auto found = keys_of(crm::Host(&raw));
  key_status = CRM_ERR_IO;
  EXPECT_THROW(found.value().issuer_key("host-1"), crm::Failure);
  EXPECT_THROW(found.value().signing_seed(), crm::Failure);
}

TEST_F(HostKeys, OfSmallOrderOrOtherwiseSpelledAreRefusedByName) {
  const crm_host raw = host_with(&keys);
  const auto found = keys_of(crm::Host(&raw));
  for (const auto& [filling, words] : {std::pair{0x00, "small order"}, {0xff, "no canonical"}}) {
    key_filling = static_cast<std::uint8_t>(filling);
    try {
      found.value().issuer_key("host-1");
      FAIL() << words;
    } catch (const crm::Failure& failure) {
      EXPECT_NE(std::string_view(failure.what()).find(words), std::string_view::npos)
          << failure.what();
    }
  }
}

TEST_F(HostKeys, MissingOnesAreUnsupported) {
  const crm_host none = host_with(nullptr);
  EXPECT_EQ(keys_of(crm::Host(&none)).error().status, CRM_ERR_UNSUPPORTED);
  crm_ext_keys part = keys;
  part.size = sizeof(part) - sizeof(void*);
  const crm_host short_table = host_with(&part);
  EXPECT_EQ(keys_of(crm::Host(&short_table)).error().status, CRM_ERR_UNSUPPORTED);
  part = keys;
  part.signing_seed = nullptr;
  const crm_host hole = host_with(&part);
  EXPECT_EQ(keys_of(crm::Host(&hole)).error().status, CRM_ERR_UNSUPPORTED);
}

TEST_F(HostKeys, IssuerNeedsAReadableName) {
  const crm_host raw = host_with(&keys);
  for (const std::string_view name : {std::string_view(), std::string_view("\xFF")}) {
    key_issuer = name;
    EXPECT_EQ(keys_of(crm::Host(&raw)).error().status, CRM_ERR_INVALID);
  }
}

}  // namespace
}  // namespace message_history
