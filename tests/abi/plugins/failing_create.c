/* Refuses to be made, and says why and what to do. */
#include "sound.h"

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  (void)plugin;
  const crm_str detail = TEXT("the licence file is missing; put licence.txt into the data folder");
  host->explain(host, CRM_ERR_NOT_FOUND, detail);
  return CRM_ERR_NOT_FOUND;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.failing-create", create);
  return &descriptor;
}
