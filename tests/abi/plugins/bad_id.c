/* An id that would lead a careless host out of its data folder. */
#include "sound.h"

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("../../etc", sound_create);
  return &descriptor;
}
