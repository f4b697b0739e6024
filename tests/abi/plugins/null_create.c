/* Has no create function. */
#include "sound.h"

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.null-create", NULL);
  return &descriptor;
}
