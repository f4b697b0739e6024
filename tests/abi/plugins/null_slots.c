/* The instance lacks a function: start is NULL. */
#include "sound.h"

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  (void)host;
  instance.start = NULL;
  *plugin = &instance;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.null-slots", create);
  return &descriptor;
}
