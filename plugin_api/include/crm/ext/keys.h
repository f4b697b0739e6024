/* crm.keys/1 (host): the keys behind export requests and export proofs. All are Ed25519.
 *
 * Two roles that never mix. Issuer keys belong to the host: it signs export requests with them, the
 * plugin only verifies. Signing keys belong to the plugin: it signs manifests with them, the host
 * keeps them safe and publishes the public halves. */
#ifndef CRM_EXT_KEYS_H
#define CRM_EXT_KEYS_H

#include <crm/base.h>
#include <crm/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_KEYS "crm.keys/1"

#define CRM_KEY_BYTES 32u

typedef struct crm_ext_keys {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [any] The issuer name that request tokens carry as `iss`. Valid until `destroy`. */
  crm_str (*issuer)(const crm_host* host);

  /* [any] The public key of an issuer key in force. NOT_FOUND: unknown or withdrawn kid. */
  int32_t (*issuer_key)(const crm_host* host, crm_str kid, uint8_t public_key[32]);

  /* [any] The seed (private half) of the plugin's current signing key. The caller wipes its copy.
   */
  int32_t (*signing_seed)(const crm_host* host, uint8_t seed[32]);
} crm_ext_keys;

#ifdef __cplusplus
}
#endif
#endif
