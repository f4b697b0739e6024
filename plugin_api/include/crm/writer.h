/* A byte stream that the receiving side provides: views and exports are written through it. */
#ifndef CRM_WRITER_H
#define CRM_WRITER_H

#include <crm/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct crm_writer {
  uint32_t size;
  uint32_t reserved0; /* 0 */
  void* context;      /* the provider's own */

  /* [request] Takes up to `size` bytes and returns how many were taken (1..size), or a negative
   * status. Taking fewer than offered is legal; the caller goes on with the rest. Called by one
   * thread at a time, only during the call that received the writer. After a negative status it
   * must not be called again. */
  int64_t (*write)(const struct crm_writer* writer, const void* data, uint64_t size);

  /* [request] Non-zero when the reader has gone: stop soon and return CRM_ERR_CANCELLED. May be
   * NULL. */
  int32_t (*cancelled)(const struct crm_writer* writer);
} crm_writer;

#ifdef __cplusplus
}
#endif
#endif
