/* crm.maintenance/1 (plugin): checks what is stored and makes what is derived of it anew. For
 * operators, after a crash of a disk or a restored backup. */
#ifndef CRM_EXT_MAINTENANCE_H
#define CRM_EXT_MAINTENANCE_H

#include <crm/base.h>
#include <crm/plugin.h>
#include <crm/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_MAINTENANCE "crm.maintenance/1"

/* Flags of a check. REBUILD makes what is derived anew where it differs; it never touches facts. */
#define CRM_CHECK_REBUILD 1u

/* Lines about one table when the request names no number. */
#define CRM_CHECK_LINES_DEFAULT 20u

typedef struct crm_check_request {
  uint32_t size;
  uint32_t flags; /* CRM_CHECK_* */
  crm_str tenant;
  uint64_t lines_max; /* about one table; 0: CRM_CHECK_LINES_DEFAULT */
} crm_check_request;

/* Filled on CRM_OK. The store is sound when `damaged` is 0 and `differing` is 0 or `rebuilt` is
 * not. */
typedef struct crm_check_result {
  uint32_t size;
  uint32_t rebuilt;   /* 1 when what differed was made anew, and proved; else 0 */
  uint64_t rows;      /* rows and blocks read */
  uint64_t damaged;   /* findings about facts, which only a backup brings back */
  uint64_t differing; /* findings about what is derived */
  uint8_t sha256[32]; /* the digest, as of crm.events/1; zero when the store is not sound */
} crm_check_result;

/* Since 1.1. */
typedef struct crm_position_request {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  crm_str tenant;
  crm_str source;
  crm_str actor;  /* who asks, for the audit chain; at most CRM_ID_BYTES_MAX */
  crm_str origin; /* from where, for the audit chain; at most CRM_EXPORT_ORIGIN_BYTES_MAX */
  crm_str reason; /* why, not blank; at most CRM_DETAIL_BYTES_MAX */
  uint64_t seq;   /* 0..INT64_MAX */
} crm_position_request;

typedef struct crm_ext_maintenance {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [any] Writes the tenants that anything is recorded for: JSON, one array of texts. */
  int32_t (*tenants)(crm_plugin* plugin, const crm_writer* writer);

  /* [request] Reads everything that is stored of the tenant, recounts what is derived, and writes
   * what is damaged or differs: JSON, one object a line. {"part": "fact" or "derived", "table",
   * "row", "what"}, all texts, is one finding; after `lines_max` of one table the others are only
   * counted, by {"table", "more"} at the end. CRM_OK whatever was found. BUSY: another process
   * records for the tenant. NOT_FOUND: nothing is recorded for it. Events that arrive meanwhile are
   * acknowledged, and taken over afterwards. May take minutes, and needs as much space on the disk
   * as the store itself. */
  int32_t (*check)(crm_plugin* plugin, const crm_check_request* request, const crm_writer* writer,
                   crm_check_result* result);

  /* [any] Since 1.1, may be NULL. Sets the position of a source, back or forward, and writes the
   * one before to *previous_seq: after one event with a wild seq was accepted, all that follow
   * would be duplicates. The audit chain says who did it and why. Events above the position are
   * taken once more when they come: that is safe. Durable when it returns CRM_OK. NOT_FOUND:
   * nothing was recorded of that source. BUSY: another process records for the tenant. */
  int32_t (*set_position)(crm_plugin* plugin, const crm_position_request* request,
                          uint64_t* previous_seq);
} crm_ext_maintenance;

#define CRM_EXT_MAINTENANCE_SIZE_1_0 24u /* without `set_position` */

#ifdef __cplusplus
}
#endif
#endif
