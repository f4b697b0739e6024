#!/bin/sh
# Runs the tests with other JOSE implementations: jose comes from npm, PyJWT from Debian.
# Usage: interop.sh PYTHON TEST.py      (PyJWT itself runs in Debian's Python)
set -eu
here=$(dirname "$0")
. "$here/../../../host_stub/packages.sh"
export CRM_NODE_MODULES="$CRM_BUILD_DIR/interop"
need_node_modules "$here/package.json" "$CRM_NODE_MODULES"
exec "$1" "$2"
