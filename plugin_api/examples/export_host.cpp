// A host that asks a plugin for a signed export: the fifteen lines of export_message, and around
// them what any host has anyway.
//
//   c++ -std=c++20 export_host.cpp -o export_host -lcrypto -ldl
//   export_host /PATH/PLUGIN.so PLUGIN_DATA_DIR TENANT MESSAGE FILE.csv
//   sh verify-export.sh FILE.csv.pem FILE.csv
//
// Both keys live for one run here. A real host keeps them, rotates them, and publishes the
// plugin's public keys as a JWKS. A real host writes JSON with a library, too: the ids given here
// must not need escaping.
#include <crm/entry.h>
#include <crm/ext/exports.h>
#include <crm/ext/keys.h>
#include <crm/ext/paths.h>
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <crm/cpp/base64url.hpp>
#include <crm/cpp/text.hpp>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view issuer_name = "example-host", issuer_kid = "example-host-1";

struct KeyPair {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  ~KeyPair() { EVP_PKEY_free(key); }
};

struct Host {
  crm_host raw{};
  std::string data_dir;
  KeyPair issuer;   // the host's own, for requests
  KeyPair signing;  // the plugin's, for exports
};

Host& self(const crm_host* host) {
  return *static_cast<Host*>(host->context);
}

// In a real host a JOSE library does this.
std::string signed_jws(std::string_view header, std::string_view payload, EVP_PKEY* key) {
  std::string text = crm::base64url_encode(header) + "." + crm::base64url_encode(payload);
  std::string signature(64, '\0');
  size_t size = signature.size();
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  return text + "." + crm::base64url_encode(signature);
}

std::string random_id() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof(bytes));
  return crm::base64url_encode({reinterpret_cast<const char*>(bytes), sizeof(bytes)});
}

int64_t take(const crm_writer* writer, const void* data, uint64_t size) {
  auto& file = *static_cast<std::ofstream*>(writer->context);
  file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
  return file ? static_cast<int64_t>(size) : int64_t{CRM_ERR_IO};
}

struct Wanted {
  std::string plugin_id, tenant, message_id, csv;
};

// Issues a request and receives the stream; the proof last, so that it never stands beside half a
// file.
int32_t export_message(const Wanted& wanted, Host& host, crm_plugin* plugin,
                       const crm_ext_exports* exports) {
  const int64_t now_s = std::time(nullptr);
  const std::string claims =
      R"({"iss":"example-host","aud":")" + wanted.plugin_id + R"(","sub":"kim","tenant":")" +
      wanted.tenant + R"(","message_id":")" + wanted.message_id +
      R"(","columns":["sent","member_id","order_id","order_amount"],"dialect":"raw-v1",)" +
      R"("masked":true,"locale":"ko","reason":"monthly closing","jti":")" + random_id() +
      R"(","iat":)" + std::to_string(now_s) + R"(,"nbf":)" + std::to_string(now_s) + R"(,"exp":)" +
      std::to_string(now_s + 120) + "}";
  const std::string token =
      signed_jws(R"({"alg":"EdDSA","typ":"crm-export-request+jwt","kid":"example-host-1"})", claims,
                 host.issuer.key);
  std::ofstream csv(wanted.csv, std::ios::binary);
  const crm_writer writer = {sizeof(writer), 0, &csv, take, nullptr};
  std::string proof(CRM_EXPORT_MANIFEST_BYTES_MAX, '\0');
  crm_export_result result = {sizeof(result), 0, 0, 0, {}, proof.data(), proof.size(), 0};
  const crm_export_request request = {sizeof(request), 0, crm::str(wanted.tenant), crm::str(token),
                                      crm::str("10.0.0.7")};
  const int32_t status = exports->run(plugin, &request, &writer, &result);
  if (status != CRM_OK || !csv.flush()) return std::remove(wanted.csv.c_str()), status;
  std::ofstream(wanted.csv + ".jws") << std::string_view(proof).substr(0, result.manifest_size);
  std::printf("%llu rows, %llu bytes\n", static_cast<unsigned long long>(result.rows),
              static_cast<unsigned long long>(result.bytes));
  return CRM_OK;
}

// What the plugin asks its host for.
const void* extension(const crm_host*, const char* id) {
  static const crm_ext_paths paths = {
      sizeof(paths), 0, [](const crm_host* host) { return crm::str(self(host).data_dir); }};
  static const crm_ext_keys keys = {
      sizeof(keys), 0, [](const crm_host*) { return crm::str(issuer_name); },
      [](const crm_host* host, crm_str kid, uint8_t* key) -> int32_t {
        size_t size = CRM_KEY_BYTES;
        if (crm::view(kid) != issuer_kid) return CRM_ERR_NOT_FOUND;
        return EVP_PKEY_get_raw_public_key(self(host).issuer.key, key, &size) == 1
                   ? CRM_OK
                   : CRM_ERR_INTERNAL;
      },
      [](const crm_host* host, uint8_t* seed) -> int32_t {
        size_t size = CRM_KEY_BYTES;
        return EVP_PKEY_get_raw_private_key(self(host).signing.key, seed, &size) == 1
                   ? CRM_OK
                   : CRM_ERR_INTERNAL;
      }};
  if (std::strcmp(id, CRM_EXT_PATHS) == 0) return &paths;
  return std::strcmp(id, CRM_EXT_KEYS) == 0 ? &keys : nullptr;
}

void say(const crm_host*, int32_t, crm_str text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size), text.data);
}

int64_t now_us(const crm_host*) {
  return int64_t{std::time(nullptr)} * 1'000'000;
}

int32_t run(const crm_plugin_descriptor& found, Host& host, Wanted wanted) {
  crm_plugin* plugin = nullptr;
  int32_t status = found.create(&host.raw, &plugin);
  if (status != CRM_OK) return status;
  status = plugin->start(plugin);
  if (status == CRM_OK) {
    const auto* exports =
        static_cast<const crm_ext_exports*>(plugin->extension(plugin, CRM_EXT_EXPORTS));
    wanted.plugin_id = crm::view(found.id);
    status =
        exports == nullptr ? CRM_ERR_UNSUPPORTED : export_message(wanted, host, plugin, exports);
  }
  plugin->stop(plugin);
  plugin->destroy(plugin);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  void* const library = argc == 6 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (library == nullptr) return std::fputs("see the top of export_host.cpp\n", stderr), 2;
  const auto query = reinterpret_cast<crm_plugin_query_fn>(dlsym(library, CRM_PLUGIN_ENTRY));
  const crm_plugin_descriptor* const found = query == nullptr ? nullptr : query();
  if (found == nullptr || found->magic != CRM_PLUGIN_MAGIC || found->abi_major != CRM_ABI_MAJOR) {
    return std::fputs("this is no plugin for this host\n", stderr), 2;
  }
  Host host;
  host.data_dir = argv[2];
  host.raw = {sizeof(host.raw), CRM_ABI_MAJOR, CRM_ABI_MINOR, 0, &host, say,
              now_us,           say,           extension};
  const Wanted wanted = {"", argv[3], argv[4], argv[5]};
  const int32_t status = run(*found, host, wanted);
  dlclose(library);
  if (status != CRM_OK) return 1;
  std::FILE* const pem = std::fopen((wanted.csv + ".pem").c_str(), "w");
  if (pem == nullptr || PEM_write_PUBKEY(pem, host.signing.key) != 1) return 1;
  return std::fclose(pem) == 0 ? 0 : 1;
}
