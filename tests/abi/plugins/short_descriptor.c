/* The descriptor ends before create. */
#include "sound.h"

const crm_plugin_descriptor* crm_plugin_query(void) {
  static crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.short-descriptor", sound_create);
  descriptor.size = offsetof(crm_plugin_descriptor, create);
  return &descriptor;
}
