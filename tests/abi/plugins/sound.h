/* A plugin that is right in everything and does nothing: each faulty one differs from it in one
 * point. */
#ifndef CRM_TESTS_ABI_PLUGINS_SOUND_H
#define CRM_TESTS_ABI_PLUGINS_SOUND_H

#include <crm/entry.h>
#include <crm/ext/events.h>
#include <string.h>

#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

static inline int32_t sound_start(crm_plugin* plugin) {
  (void)plugin;
  return CRM_OK;
}

static inline void sound_stop(crm_plugin* plugin) {
  (void)plugin;
}

static inline const void* sound_extension(crm_plugin* plugin, const char* id) {
  (void)plugin;
  (void)id;
  return NULL;
}

/* The single instance, without memory of its own. */
#define SOUND_PLUGIN \
  { sizeof(crm_plugin), 0, NULL, sound_start, sound_stop, sound_stop, sound_extension }

#define SOUND_DESCRIPTOR(id, create)                                                         \
  {                                                                                          \
    sizeof(crm_plugin_descriptor), CRM_PLUGIN_MAGIC, CRM_ABI_MAJOR, CRM_ABI_MINOR, TEXT(id), \
        TEXT("Test plugin"), TEXT("1.0.0"), create                                           \
  }

static inline int32_t sound_create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  (void)host;
  *plugin = &instance;
  return CRM_OK;
}

static inline int32_t sound_on_batch(crm_plugin* plugin, const crm_event_batch* batch,
                                     crm_event_ack* ack) {
  (void)plugin;
  ack->durable_seq = batch->count == 0 ? 0 : batch->events[batch->count - 1]->seq;
  ack->accepted = batch->count;
  ack->duplicates = ack->rejected = ack->skipped = ack->rejections_count = 0;
  return CRM_OK;
}

static inline int32_t sound_position(crm_plugin* plugin, crm_str tenant, crm_str source,
                                     uint64_t* seq) {
  (void)plugin;
  (void)tenant;
  (void)source;
  *seq = 0;
  return CRM_OK;
}

static inline int32_t sound_digest(crm_plugin* plugin, crm_str tenant, uint8_t sha256[32]) {
  (void)plugin;
  (void)tenant;
  memset(sha256, 0, 32);
  return CRM_OK;
}

#endif
