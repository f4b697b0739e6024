#!/bin/sh
# Builds release and measures every case against its baseline in the same run; prints one table.
# Usage: sh tests/bench/run.sh [--size small|full] [--only CASE,...]
#        sh tests/bench/run.sh --markdown build/bench/results-full.json
set -eu
cd "$(dirname "$0")/../.."
. host_stub/packages.sh
need_packages $BUILD_PACKAGES python3 sqlite3 nodejs
# Some packages of Node bring npm along and conflict with Debian's.
command -v npm >/dev/null 2>&1 || need_packages npm

folder=build/bench
node=$folder/node
mkdir -p "$node"
if ! cmp -s tests/bench/package.json "$node/package.json"; then
  echo "== installing DuckDB" >&2
  cp tests/bench/package.json "$node/package.json.new"
  rm -rf "$node/package.json" "$node/node_modules"
  cp "$node/package.json.new" "$node/package.json"
  (cd "$node" && npm install --no-audit --no-fund --no-package-lock --loglevel=error >&2) || {
    rm -f "$node/package.json"
    echo "DuckDB could not be installed. Check the network and npm's settings, then run this again." >&2
    exit 1
  }
  rm -f "$node/package.json.new"
fi

echo "== building" >&2
cmake --preset release -DCRM_BENCH=ON >"$folder/configure.log" 2>&1 || {
  cat "$folder/configure.log" >&2
  exit 1
}
cmake --build --preset release --target crm-bench message_history -- --quiet >&2

exec python3 -B tests/bench/bench.py --crm-bench build/release/tests/bench/crm-bench \
  --plugin-dir build/release/plugins --folder "$folder" --node-modules "$node/node_modules" "$@"
