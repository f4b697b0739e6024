/* Built for another major of the interface. */
#include "sound.h"

const crm_plugin_descriptor* crm_plugin_query(void) {
  static crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.other-major", sound_create);
  descriptor.abi_major = CRM_ABI_MAJOR + 1;
  return &descriptor;
}
