/* Says that create worked and hands over nothing. */
#include "sound.h"

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  (void)host;
  (void)plugin;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.null-instance", create);
  return &descriptor;
}
