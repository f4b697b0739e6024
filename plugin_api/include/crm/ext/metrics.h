/* crm.metrics/1 (host): numbers for the host's monitoring. */
#ifndef CRM_EXT_METRICS_H
#define CRM_EXT_METRICS_H

#include <crm/base.h>
#include <crm/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_METRICS "crm.metrics/1"

typedef struct crm_ext_metrics {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [any] Adds to a counter. Names are "message_history.events.accepted": dotted, constant, few. */
  void (*add)(const crm_host* host, const char* name, int64_t value);

  /* [any] Records one duration in microseconds. */
  void (*observe_us)(const crm_host* host, const char* name, int64_t duration_us);
} crm_ext_metrics;

#ifdef __cplusplus
}
#endif
#endif
