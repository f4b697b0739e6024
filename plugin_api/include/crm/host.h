/* What a host offers every plugin: log, clock, error detail, and the way to its extensions.
 *
 * The host owns this structure; it stays valid and unchanged from `create` until `destroy` returns.
 */
#ifndef CRM_HOST_H
#define CRM_HOST_H

#include <crm/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_LOG_DEBUG 0
#define CRM_LOG_INFO 1
#define CRM_LOG_WARNING 2
#define CRM_LOG_ERROR 3

typedef struct crm_host {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved0; /* 0 */
  void* context;      /* the host's own */

  /* [any] One line for operators, without a trailing newline and without personal data. */
  void (*log)(const struct crm_host* host, int32_t level, crm_str message);

  /* [any] Wall clock, microseconds UTC. */
  int64_t (*now_us)(const struct crm_host* host);

  /* [any] The human detail of the failure that the current call, on this thread, is about to
   * return: it names the thing and the remedy. A later call on the same thread replaces it. */
  void (*explain)(const struct crm_host* host, int32_t status, crm_str detail);

  /* [any] The extension with that id ("crm.paths/1"), or NULL when the host has none. */
  const void* (*extension)(const struct crm_host* host, const char* id);
} crm_host;

#ifdef __cplusplus
}
#endif
#endif
