/* An id of 129 bytes, one above the maximum. */
#include "sound.h"

#define TEN "abcdefghi."
#define SIXTY TEN TEN TEN TEN TEN TEN

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor =
      SOUND_DESCRIPTOR(SIXTY SIXTY "abcdefghi", sound_create);
  return &descriptor;
}
