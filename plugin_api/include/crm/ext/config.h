/* crm.config/1 (host): settings per tenant, as text. */
#ifndef CRM_EXT_CONFIG_H
#define CRM_EXT_CONFIG_H

#include <crm/base.h>
#include <crm/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_CONFIG "crm.config/1"

/* Keys every host should answer. */
#define CRM_CONFIG_TIME_ZONE "time_zone" /* IANA name, "Asia/Seoul" */
#define CRM_CONFIG_CURRENCY "currency"   /* ISO 4217, the shop's main currency */

typedef struct crm_ext_config {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [any] Copies the value into `buffer` and its length into *value_size. NOT_FOUND: not set. FULL:
   * the buffer is too small; *value_size is what is needed. */
  int32_t (*get)(const crm_host* host, crm_str tenant, const char* key, char* buffer,
                 uint64_t capacity, uint64_t* value_size);
} crm_ext_config;

#ifdef __cplusplus
}
#endif
#endif
