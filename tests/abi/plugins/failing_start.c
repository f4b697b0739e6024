/* Is made, but does not start, and says why. */
#include "sound.h"

static const crm_host* host_of_plugin;

static int32_t start(crm_plugin* plugin) {
  (void)plugin;
  const crm_str detail = TEXT("the ledger is locked; end the other process that uses it");
  host_of_plugin->explain(host_of_plugin, CRM_ERR_BUSY, detail);
  return CRM_ERR_BUSY;
}

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  host_of_plugin = host;
  instance.start = start;
  *plugin = &instance;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.failing-start", create);
  return &descriptor;
}
