/* The smallest plugin with a page of its own: one menu entry, one view, plain C, nothing to link.
 *
 * To begin a plugin, copy this folder. Every call may come from any thread: the state is one
 * counter. */
#include <crm/entry.h>
#include <crm/ext/admin_views.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal) \
  { literal, sizeof(literal) - 1 }

typedef struct hello_plugin {
  crm_plugin raw; /* first: the host's pointer to it is ours */
  const crm_host* host;
  atomic_ullong visits;
} hello_plugin;

static int32_t fail(const hello_plugin* self, int32_t status, const char* detail) {
  const crm_str text = {detail, strlen(detail)};
  self->host->explain(self->host, status, text);
  return status;
}

static const crm_localized titles[] = {{TEXT("ko"), TEXT("인사")}, {TEXT("en"), TEXT("Hello")}};
static const crm_menu_entry entry = {sizeof(crm_menu_entry),
                                     1000,
                                     TEXT("hello"),
                                     TEXT("emoji-smile"),
                                     TEXT(CRM_PERMISSION_VIEW),
                                     titles,
                                     2};
static const crm_menu_entry* const entries[] = {&entry};

static int is_equal(crm_str text, const char* expected) {
  return text.size == strlen(expected) && memcmp(text.data, expected, text.size) == 0;
}

static int32_t menu(crm_plugin* plugin, const crm_menu_entry* const** list, uint64_t* count) {
  (void)plugin;
  *list = entries;
  *count = 1;
  return CRM_OK;
}

/* A writer may take less than it is offered. */
static int32_t write_all(const crm_writer* writer, const char* text, uint64_t size) {
  while (size > 0) {
    const int64_t taken = writer->write(writer, text, size);
    if (taken <= 0) return taken < 0 ? (int32_t)taken : CRM_ERR_IO;
    text += taken;
    size -= (uint64_t)taken;
  }
  return CRM_OK;
}

/* A name that goes into JSON as it is: time zones have no other characters. */
static int is_plain(crm_str text) {
  if (text.size == 0 || text.size > 64) return 0;
  for (uint64_t i = 0; i < text.size; ++i) {
    const char c = text.data[i];
    const int is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!is_letter && !(c >= '0' && c <= '9') && strchr("/_+-", c) == NULL) return 0;
  }
  return 1;
}

static int32_t render(crm_plugin* plugin, const crm_view_request* request,
                      const crm_writer* writer) {
  hello_plugin* const self = (hello_plugin*)plugin;
  if (!is_equal(request->view_id, "hello")) {
    return fail(self, CRM_ERR_NOT_FOUND, "there is no such view; ask for hello");
  }
  if (!is_plain(request->time_zone)) {
    return fail(self, CRM_ERR_INVALID, "the time zone is no IANA name; send one like Asia/Seoul");
  }
  const int is_korean = is_equal(request->locale, "ko");
  const unsigned long long visits = atomic_fetch_add(&self->visits, 1) + 1;
  char document[1024];
  const int size = snprintf(
      document, sizeof(document),
      "{\"view\":\"hello\",\"title\":\"%s\",\"locale\":\"%s\",\"time_zone\":\"%.*s\","
      "\"components\":["
      "{\"type\":\"notice\",\"tone\":\"info\",\"text\":\"%s\"},"
      "{\"type\":\"tiles\",\"tiles\":[{\"key\":\"visits\",\"label\":\"%s\",\"type\":\"integer\","
      "\"value\":%llu}]}]}",
      is_korean ? "인사" : "Hello", is_korean ? "ko" : "en", (int)request->time_zone.size,
      request->time_zone.data,
      is_korean ? "안녕하세요! 이 화면은 다른 플러그인이 그렸어요."
                : "Hello! This page comes from another plugin.",
      is_korean ? "연 횟수" : "Times opened", visits);
  return write_all(writer, document, (uint64_t)size);
}

static const crm_ext_admin_views views = {sizeof(crm_ext_admin_views), 0, menu, render};

static int32_t start(crm_plugin* plugin) {
  (void)plugin;
  return CRM_OK;
}

static void stop(crm_plugin* plugin) {
  (void)plugin;
}

static void destroy(crm_plugin* plugin) {
  free(plugin);
}

static const void* extension(crm_plugin* plugin, const char* id) {
  (void)plugin;
  return strcmp(id, CRM_EXT_ADMIN_VIEWS) == 0 ? &views : NULL;
}

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  hello_plugin* const self = calloc(1, sizeof(*self));
  if (self == NULL) return CRM_ERR_NO_MEMORY;
  self->raw = (crm_plugin){sizeof(crm_plugin), 0, NULL, start, stop, destroy, extension};
  self->host = host;
  *plugin = &self->raw;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
  static const crm_plugin_descriptor descriptor = {
      sizeof(crm_plugin_descriptor),  CRM_PLUGIN_MAGIC, CRM_ABI_MAJOR, 0,
      TEXT("org.example.hello_view"), TEXT("Hello"),    TEXT("1.0.0"), create};
  return &descriptor;
}
