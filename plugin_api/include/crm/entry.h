/* The one symbol a plugin exports, and the descriptor behind it. */
#ifndef CRM_ENTRY_H
#define CRM_ENTRY_H

#include <crm/base.h>
#include <crm/host.h>
#include <crm/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_PLUGIN_MAGIC 0x504D5243u /* "CRMP", little-endian */
#define CRM_PLUGIN_ENTRY "crm_plugin_query"

/* Constant data of the library: valid as long as it is loaded. */
typedef struct crm_plugin_descriptor {
  uint32_t size;
  uint32_t magic;     /* CRM_PLUGIN_MAGIC */
  uint32_t abi_major; /* CRM_ABI_MAJOR it was built with */
  uint32_t abi_minor; /* the lowest minor of the host it can work with */
  crm_str id;         /* reverse DNS, "org.example.plugin", at most 128 bytes */
  crm_str name;       /* for people, at most 128 bytes */
  crm_str version;    /* semantic version, at most 64 bytes */

  /* [lifecycle] Makes an instance. On success *plugin is set; otherwise it is untouched and `host`
   * must not be used after the return. */
  int32_t (*create)(const crm_host* host, crm_plugin** plugin);
} crm_plugin_descriptor;

/* [lifecycle] The exported symbol's type. Returns the same descriptor on every call. */
typedef const crm_plugin_descriptor* (*crm_plugin_query_fn)(void);

CRM_EXPORT const crm_plugin_descriptor* crm_plugin_query(void);

#ifdef __cplusplus
}
#endif
#endif
