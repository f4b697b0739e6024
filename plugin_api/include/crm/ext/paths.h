/* crm.paths/1 (host): where a plugin may keep its files. */
#ifndef CRM_EXT_PATHS_H
#define CRM_EXT_PATHS_H

#include <crm/base.h>
#include <crm/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_PATHS "crm.paths/1"

typedef struct crm_ext_paths {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [any] An absolute path of a folder for this plugin alone. It exists. Valid until `destroy`. */
  crm_str (*data_dir)(const crm_host* host);
} crm_ext_paths;

#ifdef __cplusplus
}
#endif
#endif
