#!/bin/sh
# Runs the browser tests with Debian's Chromium; playwright-core and axe-core come from npm.
set -eu
here=$(dirname "$0")
node=$CRM_BUILD_DIR/browser
mkdir -p "$node"
if ! cmp -s "$here/package.json" "$node/package.json"; then
  cp "$here/package.json" "$node/package.json.new"
  rm -rf "$node/package.json" "$node/node_modules"
  mv "$node/package.json.new" "$node/package.json"
  (cd "$node" && npm install --no-audit --no-fund --no-package-lock --loglevel=error) || {
    rm -f "$node/package.json"
    echo "playwright-core could not be installed. Check the network and npm's settings, then run this again." >&2
    exit 1
  }
fi
export CRM_NODE_MODULES="$node"
for file in "$here"/*.test.mjs; do node --test "$file"; done
