/* Runs a thread of its own from start to stop, where it is joined. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "sound.h"

static pthread_t worker;
static atomic_int stopping;
static int running;

static void* work(void* unused) {
  const struct timespec pause = {0, 1000000};
  while (!atomic_load(&stopping)) nanosleep(&pause, NULL);
  return unused;
}

static int32_t start(crm_plugin* plugin) {
  (void)plugin;
  atomic_store(&stopping, 0);
  running = pthread_create(&worker, NULL, work, NULL) == 0;
  return running ? CRM_OK : CRM_ERR_NO_MEMORY;
}

static void stop(crm_plugin* plugin) {
  (void)plugin;
  if (!running) return;
  atomic_store(&stopping, 1);
  pthread_join(worker, NULL);
  running = 0;
}

static const void* extension(crm_plugin* plugin, const char* id) {
  static const crm_ext_events events = {sizeof(events), 0,   sound_on_batch, sound_position,
                                        sound_digest,   NULL};
  (void)plugin;
  return strcmp(id, CRM_EXT_EVENTS) == 0 ? &events : NULL;
}

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  (void)host;
  instance.start = start;
  instance.stop = stop;
  instance.extension = extension;
  *plugin = &instance;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.thread-at-stop", create);
  return &descriptor;
}
