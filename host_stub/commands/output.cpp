#include "commands/output.h"

#include <cstdio>

namespace host_stub {

Outcome print_line(std::string_view line) {
  const bool printed = std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
                       std::fputc('\n', stdout) != EOF && std::fflush(stdout) == 0;
  if (printed) return done();
  return failure(CRM_ERR_IO, "cannot write to stdout; check where it is redirected to");
}

}  // namespace host_stub
