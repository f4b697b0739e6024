// Loading plugins and what the host offers them. Whole hostile plugins are tests/abi's work.
#include <crm/ext/config.h>
#include <crm/ext/keys.h>
#include <crm/ext/metrics.h>
#include <crm/ext/paths.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <crm/cpp/host.hpp>
#include <crm/cpp/text.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "base/printable.h"
#include "files/durable_file.h"
#include "keys/key_store.h"
#include "loader/explanation.h"
#include "loader/host_log.h"
#include "loader/metrics.h"
#include "loader/plugin_check.h"
#include "loader/plugin_host.h"
#include "loader/tenant_settings.h"
#include "session/plugin_set.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

namespace fs = std::filesystem;

void write_bytes(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

crm_plugin_descriptor good_descriptor() {
  return {sizeof(crm_plugin_descriptor),
          CRM_PLUGIN_MAGIC,
          CRM_ABI_MAJOR,
          CRM_ABI_MINOR,
          crm::str("org.example.plugin"),
          crm::str("A plugin"),
          crm::str("1.2.3"),
          [](const crm_host*, crm_plugin**) { return int32_t{CRM_OK}; }};
}

void expect_refused(const Outcome& outcome, std::initializer_list<const char*> words) {
  ASSERT_FALSE(outcome);
  for (const char* word : words) {
    EXPECT_NE(outcome.error().detail.find(word), std::string::npos) << outcome.error().detail;
  }
}

TEST(Descriptor, GoodOneIsAcceptedAlsoWhenLarger) {
  auto descriptor = good_descriptor();
  EXPECT_TRUE(check_descriptor(&descriptor));
  descriptor.size = UINT32_MAX;
  EXPECT_TRUE(check_descriptor(&descriptor));
}

TEST(Descriptor, EveryWrongFieldIsNamedWithWhatIsNeeded) {
  const std::string long_id = "org." + std::string(125, 'x');
  struct Wrong {
    void (*change)(crm_plugin_descriptor&);
    std::initializer_list<const char*> words;
  };
  static const std::string oversized = long_id;
  const Wrong wrong[] = {
      {[](auto& d) { d.magic = 1; }, {"crm_plugin_descriptor.magic is 0x00000001", "0x504D5243"}},
      {[](auto& d) { d.size = 0; }, {"size is 0 bytes", "16", "`abi_minor`"}},
      {[](auto& d) { d.size = sizeof(d) - 1; }, {"size is 71 bytes", "72", "`create`"}},
      {[](auto& d) { d.abi_major = 2; }, {"abi_major is 2", "needs 1"}},
      {[](auto& d) { d.abi_minor = CRM_ABI_MINOR + 1; }, {"abi_minor is", "update the host"}},
      {[](auto& d) {
         d.id = {nullptr, 0};
       },
       {".id is empty"}},
      {[](auto& d) {
         d.id = {nullptr, 7};
       },
       {".id has 7 bytes but its data is NULL"}},
      {[](auto& d) { d.id = crm::str(oversized); }, {".id is 129 bytes long", "128"}},
      {[](auto& d) { d.id.size = UINT64_MAX; }, {".id is 18446744073709551615 bytes long"}},
      {[](auto& d) { d.id = crm::str("org.\xff"); }, {".id is not UTF-8"}},
      {[](auto& d) { d.id = crm::str("plugin"); }, {".id is \"plugin\"", "reverse-DNS"}},
      {[](auto& d) {
         d.name = {nullptr, 0};
       },
       {".name is empty"}},
      {[](auto& d) { d.version.size = 65; }, {".version is 65 bytes long", "64"}},
      {[](auto& d) { d.create = nullptr; }, {".create is NULL"}},
  };
  for (const Wrong& one : wrong) {
    auto descriptor = good_descriptor();
    one.change(descriptor);
    expect_refused(check_descriptor(&descriptor), one.words);
  }
  expect_refused(check_descriptor(nullptr), {"returned NULL"});
}

TEST(Descriptor, IdAtTheMaximumIsAccepted) {
  const std::string id = "org." + std::string(124, 'x');
  auto descriptor = good_descriptor();
  descriptor.id = crm::str(id);
  EXPECT_TRUE(check_descriptor(&descriptor));
}

TEST(ReverseDns, IsLabelsJoinedByDots) {
  for (const char* id : {"a.b", "org.example.plugin", "kr.co.x-1.message_history", "org.2nd.P"}) {
    EXPECT_TRUE(is_reverse_dns(id)) << id;
  }
  for (const char* id : {"", ".", "a", "a.", ".a", "a..b", "../../etc", "a./b", "a.b/c", "a.-b",
                         "a._b", "a b.c", "조직.예"}) {
    EXPECT_FALSE(is_reverse_dns(id)) << id;
  }
}

TEST(PluginStructure, ShortOneAndNullSlotsAreNamed) {
  crm_plugin plugin{};
  plugin.size = sizeof(plugin);
  plugin.start = [](crm_plugin*) { return int32_t{CRM_OK}; };
  plugin.stop = plugin.destroy = [](crm_plugin*) {};
  plugin.extension = [](crm_plugin*, const char*) -> const void* { return nullptr; };
  EXPECT_TRUE(check_plugin(&plugin));
  crm_plugin changed = plugin;
  changed.size = offsetof(crm_plugin, extension);
  expect_refused(check_plugin(&changed), {"crm_plugin.size is 40", "48", "`extension`"});
  changed = plugin;
  changed.stop = nullptr;
  expect_refused(check_plugin(&changed), {"crm_plugin.stop is NULL"});
  expect_refused(check_plugin(nullptr), {"NULL", "*plugin"});
}

TEST(MenuEntries, TextsThatCannotBeReadAreNamed) {
  const crm_str unreadable{nullptr, 3};
  const crm_localized titles[] = {{crm::str("ko"), crm::str("기록")}, {crm::str("en"), {}}};
  const crm_menu_entry good{sizeof(good), 0, crm::str("a"), crm::str("bug"), crm::str("view"),
                            titles,       2};
  EXPECT_TRUE(check_menu_entry(good));
  crm_menu_entry entry = good;
  entry.titles = nullptr;
  expect_refused(check_menu_entry(entry),
                 {"crm_menu_entry.titles is NULL with a title_count of 2"});
  entry.title_count = 0;
  EXPECT_TRUE(check_menu_entry(entry));
  entry = good;
  entry.title_count = uint64_t{1} << 40;
  expect_refused(check_menu_entry(entry), {"title_count"});
  entry = good;
  entry.view_id = unreadable;
  expect_refused(check_menu_entry(entry), {"view_id"});
  entry = good;
  entry.permission = unreadable;
  expect_refused(check_menu_entry(entry), {"permission"});
  entry = good;
  entry.icon = unreadable;
  expect_refused(check_menu_entry(entry), {"icon"});
  const crm_localized bad_titles[] = {{crm::str("ko"), unreadable}};
  entry = good;
  entry.titles = bad_titles;
  entry.title_count = 1;
  expect_refused(check_menu_entry(entry), {"titles[0]"});
  // One byte is there; a size above the maximum must not be followed.
  const crm_str wild{"x", uint64_t{1} << 40};
  entry = good;
  entry.icon = wild;
  expect_refused(check_menu_entry(entry), {"icon is longer than 1024 bytes"});
  const crm_localized wild_titles[] = {{crm::str("ko"), wild}};
  entry = good;
  entry.titles = wild_titles;
  entry.title_count = 1;
  expect_refused(check_menu_entry(entry), {"titles[0] is longer than 1024 bytes"});
}

TEST(ExtensionTables, OnesOfTheFirstReleaseAreTaken) {
  crm_ext_events events{};
  events.on_batch = [](crm_plugin*, const crm_event_batch*, crm_event_ack*) { return CRM_OK; };
  events.position = [](crm_plugin*, crm_str, crm_str, uint64_t*) { return CRM_OK; };
  events.digest = [](crm_plugin*, crm_str, uint8_t*) { return CRM_OK; };
  events.size = CRM_EXT_EVENTS_SIZE_1_0;
  EXPECT_TRUE(check_events(&events));
  EXPECT_FALSE(CRM_HAS(&events, refused));
  events.size = sizeof(events);
  EXPECT_TRUE(check_events(&events)) << "`refused` may be NULL";
}

TEST(ExtensionTables, ShortOnesAndNullFunctionsAreNamed) {
  crm_ext_events events{};
  expect_refused(check_events(&events), {"crm.events/1.size is 0", "`digest`"});
  events.size = sizeof(events);
  expect_refused(check_events(&events), {"crm.events/1.on_batch is NULL"});
  crm_ext_admin_views views{};
  expect_refused(check_admin_views(&views), {"crm.admin_views/1.size", "`render`"});
  views.size = sizeof(views);
  expect_refused(check_admin_views(&views), {"crm.admin_views/1.menu is NULL"});
  crm_ext_exports exports{};
  expect_refused(check_exports(&exports), {"crm.exports/1.size", "`verify_audit`"});
  exports.size = sizeof(exports);
  expect_refused(check_exports(&exports), {"crm.exports/1.run is NULL"});
  crm_ext_maintenance maintenance{};
  expect_refused(check_maintenance(&maintenance), {"crm.maintenance/1.size", "`check`"});
  maintenance.size = sizeof(maintenance);
  expect_refused(check_maintenance(&maintenance), {"crm.maintenance/1.tenants is NULL"});
}

// A host on a temporary data folder.
class HostTest : public testing::Test {
 protected:
  HostTest() {
    make_private_folder(data_ / "host");
    settings_ = std::move(TenantSettings::open(data_ / "host").value());
  }

  HostServices services() { return {log_, *settings_, keys_, metrics_, data_}; }

  TemporaryFolder folder_;
  const fs::path data_ = folder_.path();
  HostLog log_{CRM_LOG_ERROR + 1};
  std::unique_ptr<TenantSettings> settings_;
  KeyStore keys_{data_ / "host" / "keys"};
  Metrics metrics_;
};

class PluginFolder : public HostTest {
 protected:
  // The reasons for which the only file of the folder is refused.
  std::string refusal_of(const fs::path& file) {
    const auto opened = LoadedPlugin::open(file);
    return opened ? "" : opened.error().detail;
  }
};

TEST_F(PluginFolder, WhatIsNoLibraryIsRefusedWithTheLoadersWords) {
  write_bytes(data_ / "text.so", "This is text, not a library.\n");
  EXPECT_NE(refusal_of(data_ / "text.so").find("cannot be loaded"), std::string::npos);
  EXPECT_NE(refusal_of(data_ / "text.so").find("text.so: "), std::string::npos) << "dlerror's text";
  write_bytes(data_ / "empty.so", "");
  EXPECT_NE(refusal_of(data_ / "empty.so").find("file too short"), std::string::npos);
  EXPECT_NE(refusal_of(data_ / "missing.so").find("cannot be found"), std::string::npos);
  fs::create_directory(data_ / "folder.so");
  EXPECT_NE(refusal_of(data_ / "folder.so").find("not a file"), std::string::npos);
}

TEST_F(PluginFolder, LibraryWithoutTheEntryPointIsRefused) {
  Dl_info zlib{};
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&zlibVersion), &zlib), 0);
  EXPECT_NE(refusal_of(zlib.dli_fname).find("does not export crm_plugin_query"), std::string::npos);
}

TEST_F(PluginFolder, EveryBadFileIsListedByName) {
  const fs::path plugins = data_ / "plugins-here";
  fs::create_directory(plugins);
  write_bytes(plugins / "b.so", "text");
  write_bytes(plugins / "a.so", "text");
  write_bytes(plugins / "readme.txt", "not looked at");
  const auto set = PluginSet::load(plugins, services(), PluginLife::started);
  ASSERT_TRUE(set);
  EXPECT_TRUE(set.value().plugins().empty());
  ASSERT_EQ(set.value().rejected().size(), 2u);
  EXPECT_EQ(set.value().rejected()[0].file.filename(), "a.so");
  EXPECT_EQ(set.value().rejected()[1].file.filename(), "b.so");
}

TEST_F(PluginFolder, MissingAndEmptyFoldersAreNamed) {
  for (const fs::path& folder : {data_ / "missing", data_ / "host"}) {
    const auto set = PluginSet::load(folder, services(), PluginLife::started);
    ASSERT_FALSE(set);
    EXPECT_NE(set.error().detail.find(folder.string()), std::string::npos);
    EXPECT_NE(set.error().detail.find("--plugin-dir"), std::string::npos);
  }
}

TEST(DefaultPluginFolder, IsTheOneNamedOrBesideTheExecutable) {
  EXPECT_EQ(plugin_folder(fs::path("/x/y")), "/x/y");
  const std::string found = plugin_folder({}).string();
  EXPECT_TRUE(found.ends_with("/plugins") || found.ends_with("/lib/crm/plugins")) << found;
}

TEST(Explanations, AreKeptPerThreadAndReplaced) {
  clear_explanation();
  keep_explanation("first");
  keep_explanation("second");
  std::thread([] {
    EXPECT_EQ(take_explanation(), "");
    keep_explanation("other");
  }).join();
  EXPECT_EQ(take_explanation(), "second");
  EXPECT_EQ(take_explanation(), "");
  EXPECT_EQ(status_text(CRM_ERR_BUSY), "busy (-6)");
  EXPECT_NE(status_text(7).find("does not define"), std::string::npos);
  EXPECT_NE(status_text(INT32_MIN).find("does not define"), std::string::npos);
}

TEST(Printable, EscapesWhatMovesATerminal) {
  EXPECT_EQ(printable("안녕 a\"b"), "안녕 a\"b");
  EXPECT_EQ(printable("a\x1b[2Jb\n\x7f"), "a\\x1b[2Jb\\x0a\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable(std::string(10, 'x'), 4), "xxxx...");
}

class OfferedHost : public HostTest {
 protected:
  OfferedHost() : host_(std::move(PluginHost::create(services(), "org.example.a").value())) {}

  std::unique_ptr<PluginHost> host_;
};

TEST_F(OfferedHost, HasTheCoreAndFourExtensions) {
  const crm_host* raw = host_->raw();
  EXPECT_EQ(raw->size, sizeof(crm_host));
  EXPECT_EQ(raw->abi_major, CRM_ABI_MAJOR);
  EXPECT_GT(raw->now_us(raw), INT64_C(1'700'000'000'000'000));
  raw->explain(raw, CRM_ERR_IO, crm::str("why"));
  EXPECT_EQ(take_explanation(), "why");
  for (const char* id : {CRM_EXT_PATHS, CRM_EXT_CONFIG, CRM_EXT_KEYS, CRM_EXT_METRICS}) {
    EXPECT_NE(raw->extension(raw, id), nullptr) << id;
  }
  for (const char* id : {"", "crm.paths/2", "crm.paths"}) {
    EXPECT_EQ(raw->extension(raw, id), nullptr) << id;
  }
  EXPECT_EQ(raw->extension(raw, nullptr), nullptr);
}

TEST_F(OfferedHost, GivesEveryPluginAPrivateFolder) {
  const crm::Host host(host_->raw());
  EXPECT_EQ(host.data_dir(), (data_ / "plugins" / "org.example.a").string());
  struct stat state {};
  ASSERT_EQ(stat(host.data_dir().c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, mode_t{0700});
}

TEST_F(OfferedHost, AnswersSettingsIntoTheCallersBuffer) {
  ASSERT_TRUE(settings_->declare("mall-1", {{"time_zone", "Asia/Seoul"}}));
  const crm_host* raw = host_->raw();
  const auto* config = static_cast<const crm_ext_config*>(raw->extension(raw, CRM_EXT_CONFIG));
  char buffer[10] = {};
  uint64_t size = 0;
  const auto get = [&](const char* tenant, const char* key, uint64_t capacity) {
    return config->get(raw, crm::str(tenant), key, buffer, capacity, &size);
  };
  EXPECT_EQ(get("mall-1", "time_zone", 10), CRM_OK);
  EXPECT_EQ(std::string_view(buffer, size), "Asia/Seoul");
  EXPECT_EQ(get("mall-1", "time_zone", 9), CRM_ERR_FULL);
  EXPECT_EQ(size, 10u);
  EXPECT_EQ(get("mall-1", "currency", 10), CRM_ERR_NOT_FOUND);
  EXPECT_EQ(get("mall-2", "time_zone", 10), CRM_ERR_NOT_FOUND);
  EXPECT_EQ(get("mall-1", nullptr, 10), CRM_ERR_INVALID);
}

TEST_F(OfferedHost, GivesKeysOfBothRoles) {
  const crm::Host host(host_->raw());
  const crm_ext_keys* keys = host.keys();
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(crm::view(keys->issuer(host.raw())), keys_.issuer().value());
  uint8_t key[CRM_KEY_BYTES] = {};
  EXPECT_EQ(keys->issuer_key(host.raw(), crm::str(keys_.issuing_key().value().kid), key), CRM_OK);
  EXPECT_EQ(keys->issuer_key(host.raw(), crm::str("other"), key), CRM_ERR_NOT_FOUND);
  EXPECT_EQ(keys->signing_seed(host.raw(), key), CRM_OK);
  const auto signing = keys_.signing_key("org.example.a");
  EXPECT_EQ(std::string_view(reinterpret_cast<char*>(key), sizeof(key)),
            signing.value().seed.view());
}

TEST_F(OfferedHost, DamagedKeyFileIsAStatusNotACrash) {
  make_private_folder(data_ / "host" / "keys");
  for (const char* name : {"issuer.json", "plugin.org.example.a.json"}) {
    write_bytes(data_ / "host" / "keys" / name, "{");
    fs::permissions(data_ / "host" / "keys" / name, fs::perms(0600));
  }
  const crm::Host host(host_->raw());
  uint8_t key[CRM_KEY_BYTES] = {};
  EXPECT_EQ(host.keys()->issuer(host.raw()).size, 0u);
  EXPECT_EQ(host.keys()->issuer_key(host.raw(), crm::str("k"), key), CRM_ERR_CORRUPT);
  EXPECT_EQ(host.keys()->signing_seed(host.raw(), key), CRM_ERR_CORRUPT);
}

TEST_F(OfferedHost, CountsMetricsWithoutOverflow) {
  const crm::Host host(host_->raw());
  host.add_metric("a.b", INT64_MAX);
  host.add_metric("a.b", INT64_MAX);
  host.observe_us("c.d", 3);
  host.observe_us("c.d", 5);
  EXPECT_EQ(metrics_.lines(), (std::vector<std::string>{"a.b 9223372036854775807",
                                                        "c.d count 2, sum 8 us, longest 5 us"}));
  for (size_t i = 0; i < metric_names_max + 10; ++i) {
    host.add_metric(("n" + std::to_string(i)).c_str(), 1);
  }
  EXPECT_EQ(metrics_.lines().size(), metric_names_max + 1);
}

class Settings : public HostTest {
 protected:
  const fs::path file_ = data_ / "host" / "config.json";
};

TEST_F(Settings, FirstValueStaysAndConflictsAreNamed) {
  EXPECT_TRUE(settings_->declare("t", {{"time_zone", "Asia/Seoul"}}).value().empty());
  EXPECT_TRUE(
      settings_->declare("t", {{"time_zone", "Asia/Seoul"}, {"currency", "KRW"}}).value().empty());
  const auto conflicts = settings_->declare("t", {{"time_zone", "UTC"}, {"currency", "KRW"}});
  ASSERT_EQ(conflicts.value().size(), 1u);
  EXPECT_NE(conflicts.value()[0].find("stays Asia/Seoul"), std::string::npos);
  const auto again = TenantSettings::open(data_ / "host");
  EXPECT_EQ(again.value()->get("t", "time_zone"), "Asia/Seoul");
  EXPECT_EQ(again.value()->get("t", "currency"), "KRW");
  EXPECT_EQ(again.value()->get("t", "other"), std::nullopt);
}

TEST_F(Settings, TwoHostsOnOneFolderKeepEachOthersTenants) {
  auto other = std::move(TenantSettings::open(data_ / "host").value());
  ASSERT_TRUE(settings_->declare("a", {{"currency", "KRW"}}));
  ASSERT_TRUE(other->declare("b", {{"currency", "GBP"}}));
  const auto both = TenantSettings::open(data_ / "host");
  EXPECT_EQ(both.value()->get("a", "currency"), "KRW");
  EXPECT_EQ(both.value()->get("b", "currency"), "GBP");
}

TEST_F(Settings, DamagedFileIsANamedErrorAndStays) {
  for (const char* text : {"", "{", "[]", "{}", R"({"tenants":[]})", R"({"tenants":{"a":17}})",
                           R"({"tenants":{"a":{"k":17}}})", R"({"tenants":{},"tenants":{}})"}) {
    write_bytes(file_, text);
    const auto opened = TenantSettings::open(data_ / "host");
    ASSERT_FALSE(opened) << text;
    EXPECT_NE(opened.error().detail.find("config.json"), std::string::npos);
    EXPECT_FALSE(settings_->declare("t", {{"currency", "KRW"}})) << "would lose what is there";
  }
}

TEST_F(Settings, FileIsWrittenWithoutLeftovers) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(settings_->declare("t" + std::to_string(i), {{"currency", "KRW"}}));
  }
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(data_ / "host")) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{".lock", "config.json"}));
}

TEST_F(HostTest, FileIsReadUpToItsMaximum) {
  write_bytes(data_ / "f", std::string(100, 'x'));
  EXPECT_EQ(read_file(data_ / "f", 100).value().size(), 100u);
  EXPECT_EQ(read_file(data_ / "f", 99).error().status, CRM_ERR_FULL);
  EXPECT_EQ(read_file(data_ / "missing", 99).error().status, CRM_ERR_NOT_FOUND);
}

TEST_F(HostTest, FileIsCreatedOnceAndUnpublishedOnesVanish) {
  EXPECT_TRUE(create_file(data_ / "f", "first").value());
  EXPECT_FALSE(create_file(data_ / "f", "second").value());
  EXPECT_EQ(read_file(data_ / "f", 99).value(), "first");
  ASSERT_TRUE(replace_file(data_ / "f", "third"));
  EXPECT_EQ(read_file(data_ / "f", 99).value(), "third");
  { EXPECT_TRUE(PendingFile::create(data_ / "g").value().write("x")); }
  EXPECT_EQ(std::distance(fs::directory_iterator(data_), {}), 2) << "host and f";
}

TEST_F(HostTest, FolderIsMadeWithItsParentsButNotOverAFile) {
  EXPECT_TRUE(make_private_folder(data_ / "a" / "b" / "c"));
  EXPECT_TRUE(make_private_folder(data_ / "a" / "b" / "c"));
  write_bytes(data_ / "file", "x");
  EXPECT_FALSE(make_private_folder(data_ / "file"));
  EXPECT_FALSE(make_private_folder(data_ / "file" / "below"));
}

}  // namespace
}  // namespace host_stub
