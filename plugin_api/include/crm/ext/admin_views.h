/* crm.admin_views/1 (plugin): menu entries and views for the host's admin.
 *
 * A view is a JSON document (schema/view.schema.json) that the host renders and escapes. */
#ifndef CRM_EXT_ADMIN_VIEWS_H
#define CRM_EXT_ADMIN_VIEWS_H

#include <crm/base.h>
#include <crm/plugin.h>
#include <crm/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_EXT_ADMIN_VIEWS "crm.admin_views/1"

/* What a host takes of one document at least, and of one text in it at most. */
#define CRM_VIEW_DOCUMENT_BYTES_MAX 67108864u
#define CRM_VIEW_TEXT_BYTES_MAX 8192u

/* Permissions that the interface names. A host may have more. */
#define CRM_PERMISSION_VIEW "history.view"
#define CRM_PERMISSION_MEMBER_READ "member.read"
#define CRM_PERMISSION_EXPORT "history.export"
#define CRM_PERMISSION_OPERATE "history.operate"

typedef struct crm_localized {
  crm_str locale; /* BCP 47: "ko", "en" */
  crm_str text;
} crm_localized;

/* Constant data of the plugin, valid until `destroy`. */
typedef struct crm_menu_entry {
  uint32_t size;
  int32_t order; /* rising */
  crm_str view_id;
  crm_str icon;       /* a Bootstrap Icons name, a hint only */
  crm_str permission; /* what an actor needs to see it */
  const crm_localized* titles;
  uint64_t title_count;
} crm_menu_entry;

typedef struct crm_param {
  crm_str key;
  crm_str value;
} crm_param;

typedef struct crm_view_request {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  crm_str tenant;
  crm_str actor;     /* who asks, for logs */
  crm_str locale;    /* BCP 47 */
  crm_str time_zone; /* IANA, a wish; the document says its own */
  crm_str view_id;
  const crm_str* permissions;
  uint64_t permission_count;
  const crm_param* params;
  uint64_t param_count;
} crm_view_request;

typedef struct crm_ext_admin_views {
  uint32_t size;
  uint32_t reserved0; /* 0 */

  /* [any] The menu entries; *entries points to an array of *count pointers, valid until `destroy`.
   */
  int32_t (*menu)(crm_plugin* plugin, const crm_menu_entry* const** entries, uint64_t* count);

  /* [request] Writes one view document. NOT_FOUND: no such tenant, view or thing. INVALID: a
   * parameter is wrong. DENIED: a permission is missing. Nothing is written unless the answer is
   * CRM_OK, CANCELLED or the writer's own error. */
  int32_t (*render)(crm_plugin* plugin, const crm_view_request* request, const crm_writer* writer);
} crm_ext_admin_views;

#ifdef __cplusplus
}
#endif
#endif
