/* Needs a newer minor than the host has. */
#include "sound.h"

const crm_plugin_descriptor* crm_plugin_query(void) {
  static crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.newer-minor", sound_create);
  descriptor.abi_minor = CRM_ABI_MINOR + 1;
  return &descriptor;
}
