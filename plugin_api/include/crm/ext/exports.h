/* crm.exports/1 (plugin): a signed CSV in answer to the host's signed request, and the audit chain.
 */
#ifndef CRM_EXT_EXPORTS_H
#define CRM_EXT_EXPORTS_H

#include <crm/base.h>
#include <crm/plugin.h>
#include <crm/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_EXPORTS "crm.exports/1"

#define CRM_EXPORT_TOKEN_BYTES_MAX 8192u
#define CRM_EXPORT_MANIFEST_BYTES_MAX 65536u
#define CRM_EXPORT_ORIGIN_BYTES_MAX 2048u /* since 1.1 */
/* "typ" of the two compact JWS. */
#define CRM_EXPORT_REQUEST_TYP "crm-export-request+jwt"
#define CRM_EXPORT_MANIFEST_TYP "crm-export-manifest+jws"

/* Beside the claims that every token needs, `permissions` may list what the actor may do, as in a
 * view request. Then CRM_PERMISSION_EXPORT is required, and for unmasked members
 * CRM_PERMISSION_MEMBER_READ: a host that sends requests it refuses itself has them in the audit
 * chain. */
typedef struct crm_export_request {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  crm_str tenant;     /* whose session this is; must equal the token's claim */
  crm_str token;      /* compact JWS, at most CRM_EXPORT_TOKEN_BYTES_MAX */
  crm_str origin;     /* from where the request came, for the audit chain; may be empty; at most
                         CRM_EXPORT_ORIGIN_BYTES_MAX, of which the first 256 are kept */
} crm_export_request;

/* Filled on CRM_OK. The caller gives the manifest buffer; when it is smaller than needed the
 * request is refused before anything is written. CRM_EXPORT_MANIFEST_BYTES_MAX is always enough. */
typedef struct crm_export_result {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  uint64_t rows;      /* data rows, without the header */
  uint64_t bytes;
  uint8_t sha256[32]; /* of the bytes written */
  char* manifest;     /* the caller's; receives the compact JWS, not NUL-terminated */
  uint64_t manifest_capacity;
  uint64_t manifest_size;
} crm_export_result;

typedef struct crm_audit_result {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  uint64_t rows;
  uint8_t head_sha256[32]; /* of the newest row; zero when there is none */
  uint64_t aborted;        /* exports that were cut off with their process */
  uint64_t running;        /* exports that have begun and not ended */
} crm_audit_result;

typedef struct crm_ext_exports {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [request] Checks the token, streams the CSV of one snapshot and signs it. DENIED: the token was
   * refused, an audit row says why. CANCELLED, IO: the writer ended early; what was written is no
   * export. */
  int32_t (*run)(crm_plugin* plugin, const crm_export_request* request, const crm_writer* writer,
                 crm_export_result* result);

  /* [request] Walks the audit chain of a tenant. CORRUPT: a row was changed, removed or inserted.
   */
  int32_t (*verify_audit)(crm_plugin* plugin, crm_str tenant, crm_audit_result* result);
} crm_ext_exports;

#ifdef __cplusplus
}
#endif
#endif
