#!/bin/sh
# Builds release and measures every case against its baseline in the same run; prints one table.
# Usage: sh tests/bench/run.sh [--size small|full] [--only CASE,...]
#        sh tests/bench/run.sh --markdown build/bench/results-full.json
set -eu
cd "$(dirname "$0")/../.."
. host_stub/packages.sh
need_packages $BUILD_PACKAGES python3 sqlite3
need_node

folder=build/bench
node=$folder/node
need_node_modules tests/bench/package.json "$node"

echo "== building" >&2
cmake --preset release -DCRM_BENCH=ON >"$folder/configure.log" 2>&1 || {
  cat "$folder/configure.log" >&2
  exit 1
}
cmake --build --preset release --target crm-bench message_history -- --quiet >&2

exec python3 -B tests/bench/bench.py --crm-bench build/release/tests/bench/crm-bench \
  --plugin-dir build/release/plugins --folder "$folder" --node-modules "$node/node_modules" "$@"
