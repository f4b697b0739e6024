/* A whole plugin in plain C11: records positions in memory and shows them in one view.
 *
 * Nothing is durable here, so it is a sample of the interface, not of a store. */
#include <crm/entry.h>
#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"

#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }
#define SOURCES_MAX 64 /* (tenant, source) pairs; above it on_batch answers CRM_ERR_FULL */

typedef struct source_position {
  char tenant[CRM_TENANT_BYTES_MAX + 1];
  char source[CRM_SOURCE_BYTES_MAX + 1];
  uint64_t seq;
} source_position;

typedef struct sample {
  crm_plugin plugin;
  const crm_host* host;
  pthread_mutex_t lock;                   /* guards what follows */
  source_position positions[SOURCES_MAX]; /* sorted by tenant, source */
  size_t count;
} sample;

static sample* sample_of(crm_plugin* plugin) {
  return plugin->context;
}

static int32_t failed(const sample* self, int32_t status, const char* detail) {
  const crm_host* host = self->host;
  const crm_str text = {detail, strlen(detail)};
  if (CRM_HAS(host, explain) && host->explain != NULL) host->explain(host, status, text);
  return status;
}

static int is_name(crm_str text, uint64_t bytes_max) {
  return text.data != NULL && text.size > 0 && text.size <= bytes_max &&
         memchr(text.data, '\0', (size_t)text.size) == NULL;
}

/* Where (tenant, source) is, or where it belongs; *found says which. */
static size_t place_of(const sample* self, const source_position* wanted, int* found) {
  size_t i = 0;
  int order = 1;
  for (; i < self->count; ++i) {
    order = strcmp(self->positions[i].tenant, wanted->tenant);
    if (order == 0) order = strcmp(self->positions[i].source, wanted->source);
    if (order >= 0) break;
  }
  *found = i < self->count && order == 0;
  return i;
}

static source_position named(crm_str tenant, crm_str source) {
  source_position result = {{0}, {0}, 0};
  memcpy(result.tenant, tenant.data, (size_t)tenant.size);
  memcpy(result.source, source.data, (size_t)source.size);
  return result;
}

/* crm.events/1 ------------------------------------------------------------------------------- */

static int is_event_of_known_kind(const crm_event* event) {
  return event->kind >= CRM_EVENT_MESSAGE && event->kind <= CRM_EVENT_MEMBER_ERASED;
}

static void reject(crm_event_ack* ack, uint64_t index, uint64_t seq, const char* reason) {
  ++ack->rejected;
  if (ack->rejections == NULL || ack->rejections_count >= ack->rejections_capacity) return;
  crm_event_rejection* rejection = &ack->rejections[ack->rejections_count++];
  rejection->index = index;
  rejection->seq = seq;
  snprintf(rejection->reason, sizeof(rejection->reason), "%s", reason);
}

/* `begin` is the position before the batch, ack->durable_seq the one reached so far. */
static void judge(const crm_event_batch* batch, uint64_t index, uint64_t begin,
                  crm_event_ack* ack) {
  const crm_event* event = batch->events[index];
  if (event == NULL || event->size < sizeof(crm_event)) {
    reject(ack, index, 0, "the event is missing or too short; send a whole structure");
  } else if (event->seq == 0 || event->seq > INT64_MAX) {
    reject(ack, index, event->seq, "seq must be 1 to 2^63-1; number the events from 1");
  } else if (event->seq <= begin) {
    ++ack->duplicates;
  } else if (event->seq <= ack->durable_seq) {
    reject(ack, index, event->seq, "seq does not rise; number the events of a source in order");
  } else {
    ack->durable_seq = event->seq;
    if (is_event_of_known_kind(event)) {
      ++ack->accepted;
    } else {
      ++ack->skipped;
    }
  }
}

static int32_t on_batch(crm_plugin* plugin, const crm_event_batch* batch, crm_event_ack* ack) {
  sample* self = sample_of(plugin);
  if (batch == NULL || !CRM_HAS(batch, count) || ack == NULL || !CRM_HAS(ack, rejections_count) ||
      !is_name(batch->tenant, CRM_TENANT_BYTES_MAX) ||
      !is_name(batch->source, CRM_SOURCE_BYTES_MAX) || batch->count > CRM_BATCH_EVENTS_MAX ||
      (batch->count > 0 && batch->events == NULL)) {
    return failed(self, CRM_ERR_INVALID, "the batch is malformed; see crm/ext/events.h");
  }
  source_position wanted = named(batch->tenant, batch->source);
  int found = 0;
  int32_t status = CRM_OK;
  pthread_mutex_lock(&self->lock);
  const size_t place = place_of(self, &wanted, &found);
  if (!found && self->count == SOURCES_MAX) {
    status = failed(self, CRM_ERR_FULL, "64 sources are the maximum; use fewer");
  } else {
    if (!found) {
      memmove(&self->positions[place + 1], &self->positions[place],
              (self->count - place) * sizeof(wanted));
      self->positions[place] = wanted;
      ++self->count;
    }
    const uint64_t begin = ack->durable_seq = self->positions[place].seq;
    ack->accepted = ack->duplicates = ack->rejected = ack->skipped = ack->rejections_count = 0;
    for (uint64_t i = 0; i < batch->count; ++i) judge(batch, i, begin, ack);
    self->positions[place].seq = ack->durable_seq;
  }
  pthread_mutex_unlock(&self->lock);
  return status;
}

static int32_t position(crm_plugin* plugin, crm_str tenant, crm_str source, uint64_t* seq) {
  sample* self = sample_of(plugin);
  if (seq == NULL || !is_name(tenant, CRM_TENANT_BYTES_MAX) ||
      !is_name(source, CRM_SOURCE_BYTES_MAX)) {
    return failed(self, CRM_ERR_INVALID, "tenant and source must be 1 to 64 bytes");
  }
  const source_position wanted = named(tenant, source);
  int found = 0;
  pthread_mutex_lock(&self->lock);
  const size_t place = place_of(self, &wanted, &found);
  *seq = found ? self->positions[place].seq : 0;
  pthread_mutex_unlock(&self->lock);
  return CRM_OK;
}

static int32_t digest(crm_plugin* plugin, crm_str tenant, uint8_t result[32]) {
  sample* self = sample_of(plugin);
  if (result == NULL || !is_name(tenant, CRM_TENANT_BYTES_MAX)) {
    return failed(self, CRM_ERR_INVALID, "the tenant must be 1 to 64 bytes");
  }
  sha256 hash;
  sha256_init(&hash);
  pthread_mutex_lock(&self->lock);
  for (size_t i = 0; i < self->count; ++i) {
    const source_position* at = &self->positions[i];
    if (strlen(at->tenant) != tenant.size || memcmp(at->tenant, tenant.data, tenant.size) != 0) {
      continue;
    }
    sha256_add(&hash, at->source, strlen(at->source) + 1);
    sha256_add(&hash, &at->seq, sizeof(at->seq));
  }
  pthread_mutex_unlock(&self->lock);
  sha256_finish(&hash, result);
  return CRM_OK;
}

/* crm.admin_views/1 --------------------------------------------------------------------------- */

static int32_t menu(crm_plugin* plugin, const crm_menu_entry* const** entries, uint64_t* count) {
  static const crm_localized titles[] = {{TEXT("ko"), TEXT("수신 위치")},
                                         {TEXT("en"), TEXT("Positions")}};
  static const crm_menu_entry positions = {sizeof(positions),
                                           900,
                                           TEXT("sample.positions"),
                                           TEXT("list-ol"),
                                           TEXT(CRM_PERMISSION_VIEW),
                                           titles,
                                           2};
  static const crm_menu_entry* const menu_entries[] = {&positions};
  if (entries == NULL || count == NULL) {
    return failed(sample_of(plugin), CRM_ERR_INVALID, "the result pointers must not be NULL");
  }
  *entries = menu_entries;
  *count = 1;
  return CRM_OK;
}

static int equals(crm_str text, const char* literal) {
  return text.size == strlen(literal) &&
         (text.size == 0 || memcmp(text.data, literal, text.size) == 0);
}

static int is_permitted(const crm_view_request* request) {
  for (uint64_t i = 0; i < request->permission_count; ++i) {
    if (equals(request->permissions[i], CRM_PERMISSION_VIEW)) return 1;
  }
  return 0;
}

/* Offers the rest again after every short write. */
static int32_t write_all(const crm_writer* writer, const char* text, size_t size) {
  while (size > 0) {
    if (CRM_HAS(writer, cancelled) && writer->cancelled != NULL && writer->cancelled(writer)) {
      return CRM_ERR_CANCELLED;
    }
    const int64_t taken = writer->write(writer, text, size);
    if (taken == CRM_ERR_CANCELLED) return CRM_ERR_CANCELLED;
    if (taken <= 0 || (uint64_t)taken > size) return CRM_ERR_IO;
    text += taken;
    size -= (size_t)taken;
  }
  return CRM_OK;
}

static uint64_t highest_position(sample* self, crm_str tenant) {
  uint64_t highest = 0;
  pthread_mutex_lock(&self->lock);
  for (size_t i = 0; i < self->count; ++i) {
    const source_position* at = &self->positions[i];
    if (equals(tenant, at->tenant) && at->seq > highest) highest = at->seq;
  }
  pthread_mutex_unlock(&self->lock);
  return highest;
}

static int32_t render(crm_plugin* plugin, const crm_view_request* request,
                      const crm_writer* writer) {
  sample* self = sample_of(plugin);
  if (request == NULL || !CRM_HAS(request, param_count) || writer == NULL ||
      !CRM_HAS(writer, write) || writer->write == NULL) {
    return failed(self, CRM_ERR_INVALID, "the request or the writer is missing or too short");
  }
  if (!equals(request->view_id, "sample.positions")) {
    return failed(self, CRM_ERR_NOT_FOUND, "no such view; ask menu for those there are");
  }
  if (!is_permitted(request)) {
    return failed(self, CRM_ERR_DENIED, "history.view is needed; grant it to the actor");
  }
  const int is_korean = equals(request->locale, "ko");
  char text[512];
  const int size = snprintf(
      text, sizeof(text),
      "{\"view\":\"sample.positions\",\"title\":\"%s\",\"locale\":\"%s\",\"time_zone\":\"UTC\","
      "\"components\":[{\"type\":\"table\",\"columns\":[{\"key\":\"seq\",\"label\":\"seq\","
      "\"type\":\"integer\"}],\"rows\":[{\"seq\":%llu}]}]}",
      is_korean ? "수신 위치" : "Positions", is_korean ? "ko" : "en",
      (unsigned long long)highest_position(self, request->tenant));
  const int32_t status = write_all(writer, text, (size_t)size);
  return status == CRM_OK ? CRM_OK : failed(self, status, "the reader did not take the view");
}

/* Life ----------------------------------------------------------------------------------------- */

static int32_t start(crm_plugin* plugin) {
  (void)plugin;
  return CRM_OK;
}

static void stop(crm_plugin* plugin) {
  (void)plugin;
}

static void destroy(crm_plugin* plugin) {
  sample* self = sample_of(plugin);
  pthread_mutex_destroy(&self->lock);
  free(self);
}

static const void* extension(crm_plugin* plugin, const char* id) {
  static const crm_ext_events events = {sizeof(events), 0, on_batch, position, digest, NULL};
  static const crm_ext_admin_views views = {sizeof(views), 0, menu, render};
  (void)plugin;
  if (id == NULL) return NULL;
  if (strcmp(id, CRM_EXT_EVENTS) == 0) return &events;
  if (strcmp(id, CRM_EXT_ADMIN_VIEWS) == 0) return &views;
  return NULL;
}

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  if (host == NULL || !CRM_HAS(host, extension) || plugin == NULL) return CRM_ERR_INVALID;
  sample* self = calloc(1, sizeof(*self));
  if (self == NULL) return CRM_ERR_NO_MEMORY;
  pthread_mutex_init(&self->lock, NULL);
  self->host = host;
  self->plugin = (crm_plugin){sizeof(crm_plugin), 0, self, start, stop, destroy, extension};
  *plugin = &self->plugin;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = {
      sizeof(descriptor),         CRM_PLUGIN_MAGIC,       CRM_ABI_MAJOR, CRM_ABI_MINOR,
      TEXT("test.good-c-plugin"), TEXT("Plain C plugin"), TEXT("1.0.0"), create};
  return &descriptor;
}
