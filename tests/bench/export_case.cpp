// The signed export of one message, into a file or into a writer that drops everything.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/wall_clock.h"
#include "case.h"
#include "files/durable_file.h"
#include "plugin_under_test.h"
#include "proofs/export_proof.h"
#include "requests/export_request.h"
#include "requests/export_token.h"
#include "stopwatch.h"

namespace crm_bench {

namespace {

struct ExportOptions : CaseOptions {
  uint64_t message = 0;
  std::filesystem::path out;  // empty: the bytes are dropped
};

// Writes as the baselines do: nothing is synced.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path) : path_(path) {
    writer_.size = sizeof(writer_);
    writer_.context = this;
    writer_.write = path.empty() ? drop : write;
    if (path.empty()) return;
    file_ =
        host_stub::FileHandle(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file_.is_open()) {
      throw crm::Failure(host_stub::system_failure("write", path, errno, "name another file"));
    }
  }

  const crm_writer& writer() const { return writer_; }

 private:
  static int64_t drop(const crm_writer*, const void*, uint64_t size) noexcept {
    return static_cast<int64_t>(size);
  }
  static int64_t write(const crm_writer* writer, const void* data, uint64_t size) noexcept {
    const auto& self = *static_cast<const OutputFile*>(writer->context);
    const ssize_t written = ::write(self.file_.get(), data, static_cast<size_t>(size));
    return written < 0 ? CRM_ERR_IO : static_cast<int64_t>(written);
  }

  const std::filesystem::path path_;
  host_stub::FileHandle file_;
  crm_writer writer_{};
};

std::string request_token(PluginUnderTest& plugin, const std::string& message_id) {
  host_stub::ExportClaims claims;
  claims.audience = std::string(plugin.plugin().id());
  claims.actor = "bench";
  claims.tenant = std::string(bench_tenant);
  claims.message_id = message_id;
  claims.columns = host_stub::export_columns();
  claims.dialect = "raw-v1";
  claims.locale = "ko";
  claims.reason = "benchmark";
  return required(host_stub::issue_export_token(plugin.session().keys(), claims,
                                                host_stub::now_us() / 1'000'000));
}

Json run(const ExportOptions& options) {
  PluginUnderTest plugin({options.data, options.plugin_folder});
  std::string message_id;
  Shop(options.size).message_id(options.message, message_id);
  const std::string token = request_token(plugin, message_id);
  OutputFile output(options.out);
  crm_export_request request{};
  request.size = sizeof(request);
  request.tenant = crm::str(bench_tenant);
  request.token = crm::str(token);
  request.origin = crm::str("bench");
  std::string manifest(CRM_EXPORT_MANIFEST_BYTES_MAX, '\0');
  crm_export_result result{};
  result.size = sizeof(result);
  result.manifest = manifest.data();
  result.manifest_capacity = manifest.size();
  const Stopwatch watch;
  const auto exported = plugin.plugin().run_export(request, output.writer(), result);
  const double seconds = watch.seconds();
  if (!exported) throw crm::Failure(exported.error());
  if (!options.out.empty()) {
    manifest.resize(result.manifest_size);
    const auto proved = host_stub::replace_file(host_stub::proof_path(options.out), manifest);
    if (!proved) throw crm::Failure(proved.error());
  }
  plugin.close();
  return {{"rows", result.rows}, {"bytes", result.bytes}, {"seconds", seconds}};
}

}  // namespace

void add_export_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Export a message of a filled store");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--message", options->message, "Its number");
  command->add_option("--out", options->out, "The CSV; default: nowhere");
  command->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace crm_bench
