/* The instance ends before its last function of 1.0. */
#include "sound.h"

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  (void)host;
  instance.size = offsetof(crm_plugin, destroy);
  *plugin = &instance;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.short-plugin", create);
  return &descriptor;
}
