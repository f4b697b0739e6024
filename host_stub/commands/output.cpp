#include "commands/output.h"

#include <cstdio>

namespace host_stub {

namespace {

Outcome written(bool good) {
  if (good) return done();
  return failure(CRM_ERR_IO, "cannot write to stdout; check where it is redirected to");
}

}  // namespace

Outcome print_text(std::string_view text) {
  return written(std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                 std::fflush(stdout) == 0);
}

Outcome print_line(std::string_view line) {
  return written(std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
                 std::fputc('\n', stdout) != EOF && std::fflush(stdout) == 0);
}

}  // namespace host_stub
