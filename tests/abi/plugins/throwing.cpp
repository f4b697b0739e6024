// A C++ plugin whose functions throw: the wrapper must let nothing of it cross.
//
// CRM_TESTS_THROWN is the expression thrown, CRM_TESTS_ID the plugin's id; with
// CRM_TESTS_THROW_IN_CREATE the constructor throws too.
#include <crm/cpp/plugin.hpp>

#include <new>
#include <stdexcept>

namespace {

class ThrowingPlugin {
 public:
  explicit ThrowingPlugin(const crm_host*) {
#ifdef CRM_TESTS_THROW_IN_CREATE
    fail();
#endif
  }
  void start() {
    fail();
  }
  void stop() {
    fail();
  }
  const void* extension(std::string_view id);

  int32_t on_batch(const crm_event_batch*, crm_event_ack*) {
    return fail();
  }
  uint64_t position(crm_str, crm_str) {
    return static_cast<uint64_t>(fail());
  }
  uint64_t refused(crm_str, crm_str, uint64_t, std::span<uint64_t>) {
    return static_cast<uint64_t>(fail());
  }
  void digest(crm_str, uint8_t*) {
    fail();
  }
  void menu(const crm_menu_entry* const**, uint64_t*) {
    fail();
  }
  void render(const crm_view_request*, const crm_writer*) {
    fail();
  }
  void run_export(const crm_export_request*, const crm_writer*, crm_export_result*) {
    fail();
  }
  void verify_audit(crm_str, crm_audit_result*) {
    fail();
  }

 private:
  static int32_t fail() {
    throw CRM_TESTS_THROWN;
  }
};

const void* ThrowingPlugin::extension(std::string_view id) {
  if (id == CRM_EXT_EVENTS) return &crm::events_table<ThrowingPlugin>;
  if (id == CRM_EXT_ADMIN_VIEWS) return &crm::admin_views_table<ThrowingPlugin>;
  if (id == CRM_EXT_EXPORTS) return &crm::exports_table<ThrowingPlugin>;
  fail();
  return nullptr;
}

}  // namespace

const crm_plugin_descriptor* crm_plugin_query() {
  static const crm_plugin_descriptor descriptor = {sizeof(crm_plugin_descriptor),
                                                   CRM_PLUGIN_MAGIC,
                                                   CRM_ABI_MAJOR,
                                                   CRM_ABI_MINOR,
                                                   crm::str(CRM_TESTS_ID),
                                                   crm::str("Throwing plugin"),
                                                   crm::str("1.0.0"),
                                                   crm::PluginInstance<ThrowingPlugin>::create};
  return &descriptor;
}
