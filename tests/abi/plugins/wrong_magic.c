/* Not a plugin descriptor at all, going by its magic. */
#include "sound.h"

const crm_plugin_descriptor* crm_plugin_query(void) {
  static crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.wrong-magic", sound_create);
  descriptor.magic = 0x21444142u;
  return &descriptor;
}
