/* A descriptor of a later minor: longer than the host knows, and right. */
#include "sound.h"

typedef struct later_descriptor {
  crm_plugin_descriptor known;
  uint64_t added[64];
} later_descriptor;

const crm_plugin_descriptor* crm_plugin_query(void) {
  static later_descriptor descriptor = {SOUND_DESCRIPTOR("test.huge-descriptor", sound_create),
                                        {1}};
  descriptor.known.size = sizeof(descriptor);
  return &descriptor.known;
}
