/* Offers a crm.events/1 that ends before on_batch. */
#include "sound.h"

static const void* extension(crm_plugin* plugin, const char* id) {
  static const crm_ext_events events = {
      offsetof(crm_ext_events, on_batch), 0, sound_on_batch, sound_position, sound_digest, NULL};
  (void)plugin;
  return strcmp(id, CRM_EXT_EVENTS) == 0 ? &events : NULL;
}

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  (void)host;
  instance.extension = extension;
  *plugin = &instance;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.short-extension", create);
  return &descriptor;
}
