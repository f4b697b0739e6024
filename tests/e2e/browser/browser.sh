#!/bin/sh
# Runs the browser tests with Debian's Chromium; playwright-core and axe-core come from npm.
set -eu
here=$(dirname "$0")
. "$here/../../../host_stub/packages.sh"
export CRM_NODE_MODULES="$CRM_BUILD_DIR/browser"
need_node_modules "$here/package.json" "$CRM_NODE_MODULES"
for file in "$here"/*.test.mjs; do node --test "$file"; done
