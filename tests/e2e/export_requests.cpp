// Export requests in two steps, so that a test can come in between: the host's token for one, and
// the export that the plugin gives for any token, whoever made it.
//
//   export_requests issue DATA PLUGIN_DIR TENANT MESSAGE            the token on stdout
//   export_requests present DATA PLUGIN_DIR TENANT FILE.csv TOKEN   FILE.csv and FILE.csv.jws
#include <crm/ext/exports.h>

#include <crm/cpp/text.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/wall_clock.h"
#include "proofs/export_proof.h"
#include "requests/export_request.h"
#include "session/session.h"

namespace {

using host_stub::Outcome;

Outcome issue(host_stub::Session& session, const std::vector<std::string>& given) {
  const auto plugins = session.plugins_with_exports();
  if (!plugins) return plugins.error();
  const auto token = host_stub::issue_export_token(
      session.keys(),
      {std::string(plugins.value().front()->id()), "tester", given[0], given[1],
       host_stub::export_columns(), "raw-v1", true, "ko", "정산"},
      host_stub::now_us() / 1'000'000);
  if (!token) return token.error();
  std::fputs(token.value().c_str(), stdout);
  return host_stub::done();
}

Outcome present(host_stub::Session& session, const std::vector<std::string>& given) {
  const auto plugins = session.plugins_with_exports();
  if (!plugins) return plugins.error();
  std::ofstream csv(given[1], std::ios::binary);
  crm_writer writer{};
  writer.size = sizeof(writer);
  writer.context = &csv;
  writer.write = [](const crm_writer* self, const void* data, uint64_t size) -> int64_t {
    auto& file = *static_cast<std::ofstream*>(self->context);
    file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    return file ? static_cast<int64_t>(size) : int64_t{CRM_ERR_IO};
  };
  crm_export_request request{};
  request.size = sizeof(request);
  request.tenant = crm::str(given[0]);
  request.token = crm::str(given[2]);
  std::string proof(CRM_EXPORT_MANIFEST_BYTES_MAX, '\0');
  crm_export_result result{};
  result.size = sizeof(result);
  result.manifest = proof.data();
  result.manifest_capacity = proof.size();
  if (auto done = plugins.value().front()->run_export(request, writer, result); !done) return done;
  proof.resize(result.manifest_size);
  std::ofstream(host_stub::proof_path(given[1]), std::ios::binary) << proof;
  return host_stub::done();
}

Outcome run(const std::vector<std::string>& words) {
  const bool issues = words.size() == 5 && words[0] == "issue";
  if (!issues && (words.size() != 6 || words[0] != "present")) {
    return host_stub::failure(CRM_ERR_INVALID, "called wrongly; see the top of its source");
  }
  host_stub::SessionOptions options;
  options.data = words[1];
  options.plugin_folder = words[2];
  const auto session = host_stub::Session::open(options, host_stub::DataFolder::must_exist);
  if (!session) return session.error();
  const std::vector<std::string> given(words.begin() + 3, words.end());
  return issues ? issue(*session.value(), given) : present(*session.value(), given);
}

}  // namespace

int main(int argc, char** argv) {
  const Outcome outcome = run({argv + 1, argv + argc});
  if (!outcome) std::fprintf(stderr, "export_requests: %s\n", outcome.error().detail.c_str());
  return outcome ? 0 : 1;
}
