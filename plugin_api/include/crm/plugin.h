/* One running plugin instance, as `create` hands it to the host.
 *
 * The plugin owns the structure; it stays valid until `destroy`. Life: create, start, any number of
 * calls, stop, destroy. After a failed `start` come `destroy`, or `stop` and `destroy`. */
#ifndef CRM_PLUGIN_H
#define CRM_PLUGIN_H

#include <crm/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct crm_plugin {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  void* context;      /* the plugin's own */

  /* [lifecycle] Opens what the plugin needs. After a failure only stop or destroy may follow. */
  int32_t (*start)(struct crm_plugin* plugin);

  /* [lifecycle] Returns only when no thread of the plugin runs and no host pointer will be used
   * again, except by `destroy`. Idempotent. */
  void (*stop)(struct crm_plugin* plugin);

  /* [lifecycle] Frees the instance. The pointer is dead afterwards. */
  void (*destroy)(struct crm_plugin* plugin);

  /* [any] The extension with that id ("crm.events/1"), or NULL. The answer is valid until `destroy`
   * and the same on every call. */
  const void* (*extension)(struct crm_plugin* plugin, const char* id);
} crm_plugin;

#ifdef __cplusplus
}
#endif
#endif
