#!/bin/sh
# Fails for every C and C++ file that clang-format would write differently.
set -eu
cd "$(dirname "$0")/.."
find plugin_api plugins host_stub tests -type f \
  \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' \) -print0 |
  xargs -0 clang-format --dry-run -Werror
