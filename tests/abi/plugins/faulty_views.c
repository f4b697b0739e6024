/* Its views are documents as no page can show them, one a view; with CRM_TESTS_FAILING_MENU its
 * menu fails, with CRM_TESTS_NULL_TITLES an entry of it has no titles where it says that it has. */
#include <crm/ext/admin_views.h>

#include "sound.h"

#define HEAD(view) \
  "{\"view\":\"" view "\",\"title\":\"t\",\"locale\":\"ko\",\"time_zone\":\"Asia/Seoul\","

typedef struct document {
  const char* view_id;
  const char* text;
} document;

static const document documents[] = {
    {"sound", HEAD("sound") "\"components\":[]}"},
    {"no.json", "{\"view\":"},
    {"array", "[]"},
    {"empty", ""},
    {"other.view", HEAD("sound") "\"components\":[]}"},
    {"no.components", "{\"view\":\"no.components\",\"title\":\"t\"}"},
    {"no.list", HEAD("no.list") "\"components\":\"none\"}"},
    {"no.rows", HEAD("no.rows") "\"components\":[{\"type\":\"table\",\"columns\":[{\"key\":\"a\","
                                "\"label\":\"A\",\"type\":\"text\"}]}]}"},
    {"wrong.cell",
     HEAD("wrong.cell") "\"components\":[{\"type\":\"tiles\",\"tiles\":[{\"key\":"
                        "\"a\",\"label\":\"A\",\"type\":\"money\",\"value\":true}]}]}"},
};

static const crm_host* host_of_plugin;

static int32_t explain(int32_t status, crm_str detail) {
  host_of_plugin->explain(host_of_plugin, status, detail);
  return status;
}

#ifdef CRM_TESTS_NULL_TITLES
#define titles NULL
#else
static const crm_localized titles[] = {{TEXT("ko"), TEXT("고장")}};
#endif
static const crm_menu_entry entry = {
    sizeof(crm_menu_entry), 2000, TEXT("sound"), TEXT("bug"), TEXT(CRM_PERMISSION_VIEW), titles, 1};
static const crm_menu_entry* const entries[] = {&entry};

static int32_t menu(crm_plugin* plugin, const crm_menu_entry* const** list, uint64_t* count) {
  (void)plugin;
#ifdef CRM_TESTS_FAILING_MENU
  const crm_str detail = TEXT("the menu was eaten; cook another one");
  return explain(CRM_ERR_INTERNAL, detail);
#endif
  *list = entries;
  *count = 1;
  return CRM_OK;
}

static int32_t write(const crm_writer* writer, const char* text) {
  const int64_t size = (int64_t)strlen(text);
  if (size == 0) return CRM_OK;
  return writer->write(writer, text, (uint64_t)size) == size ? CRM_OK : CRM_ERR_IO;
}

/* A cursor of a megabyte, in a document that is right in everything else. */
static int32_t write_long_text(const crm_writer* writer) {
  static char letters[(1 << 20) + 1];
  memset(letters, 'A', sizeof(letters) - 1);
  int32_t status = write(writer, HEAD("long.text") "\"components\":[{\"type\":\"timeline\","
                                                   "\"entries\":[],\"next\":\"");
  if (status == CRM_OK) status = write(writer, letters);
  return status == CRM_OK ? write(writer, "\"}]}") : status;
}

static int is_view(const crm_view_request* request, const char* id) {
  return request->view_id.size == strlen(id) && memcmp(request->view_id.data, id, strlen(id)) == 0;
}

static int32_t render(crm_plugin* plugin, const crm_view_request* request,
                      const crm_writer* writer) {
  (void)plugin;
  const crm_str failed = TEXT("the kitchen is on fire; call the fire brigade");
  const crm_str unknown = TEXT("there is no such view");
  for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); ++i) {
    if (is_view(request, documents[i].view_id)) return write(writer, documents[i].text);
  }
  if (is_view(request, "long.text")) return write_long_text(writer);
  if (is_view(request, "failing")) return explain(CRM_ERR_INTERNAL, failed);
  return explain(CRM_ERR_NOT_FOUND, unknown);
}

static const crm_ext_admin_views views = {sizeof(crm_ext_admin_views), 0, menu, render};

static const void* extension(crm_plugin* plugin, const char* id) {
  (void)plugin;
  return strcmp(id, CRM_EXT_ADMIN_VIEWS) == 0 ? &views : NULL;
}

static int32_t create(const crm_host* host, crm_plugin** plugin) {
  static crm_plugin instance = SOUND_PLUGIN;
  host_of_plugin = host;
  instance.extension = extension;
  *plugin = &instance;
  return CRM_OK;
}

const crm_plugin_descriptor* crm_plugin_query(void) {
#ifdef CRM_TESTS_FAILING_MENU
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.failing-menu", create);
#elif defined(CRM_TESTS_NULL_TITLES)
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.null-titles", create);
#else
  static const crm_plugin_descriptor descriptor = SOUND_DESCRIPTOR("test.faulty-views", create);
#endif
  return &descriptor;
}
