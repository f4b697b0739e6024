#include <fmt/format.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <cerrno>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/output.h"
#include "files/durable_file.h"
#include "session/session.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

// A data folder for instances that are made only to be looked at.
class ScratchFolder {
 public:
  ScratchFolder() : path_((fs::temp_directory_path() / "crm-host-XXXXXX").string()) {
    is_made_ = mkdtemp(path_.data()) != nullptr;
    error_number_ = errno;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (is_made_) fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  Outcome made() const {
    if (is_made_) return done();
    return system_failure("create folder", path_, error_number_, "check TMPDIR");
  }
  fs::path path() const { return path_; }

 private:
  std::string path_;
  bool is_made_ = false;
  int error_number_ = 0;
};

Outcome list_plugins(SessionOptions options) {
  const ScratchFolder scratch;
  if (auto made = scratch.made(); !made) return made;
  options.data = scratch.path();
  const auto session = Session::open(options, DataFolder::must_exist, PluginLife::created);
  if (!session) return session.error();
  const PluginSet& set = session.value()->plugin_set();
  for (const auto& plugin : set.plugins()) {
    std::string extensions;
    for (const std::string& extension : plugin->extensions()) extensions += " " + extension;
    const std::string line =
        fmt::format("{} {} \"{}\" offers{} ({})", plugin->id(), printable(plugin->version()),
                    printable(plugin->name()), extensions.empty() ? " nothing" : extensions,
                    printable(plugin->file().string()));
    if (auto printed = print_line(line); !printed) return printed;
  }
  if (set.rejected().empty()) return done();
  return failure(CRM_ERR_INVALID,
                 fmt::format("{} of {} plugins were rejected for the reasons above; mend or remove "
                             "them",
                             set.rejected().size(), set.rejected().size() + set.plugins().size()));
}

}  // namespace

void add_plugins_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<SessionOptions>();
  CLI::App* command = app.add_subcommand(
      "plugins", "Load every plugin, check it, and list those that fit; nothing is started");
  add_plugin_options(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return list_plugins(*options); }; });
}

}  // namespace host_stub
