# Sourced by the run.sh scripts: installs the Debian packages given to need_packages that are missing.

need_packages() {
  missing=""
  for package in "$@"; do
    if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed"; then
      missing="$missing $package"
    fi
  done
  [ -n "$missing" ] || return 0
  echo "== installing:$missing"
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "These Debian packages are missing:$missing" >&2
      echo "Install them as root (apt-get install$missing) and run this again." >&2
      return 1
    fi
    as_root=sudo
  fi
  export DEBIAN_FRONTEND=noninteractive
  # The list of packages may be old or empty: refresh it only when the first try fails.
  # shellcheck disable=SC2086
  $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && return 0
  $as_root apt-get update -qq >/dev/null
  # shellcheck disable=SC2086
  if ! $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    echo "The packages above could not be installed. Check the network and the package sources, then" >&2
    echo "run this again." >&2
    return 1
  fi
}

# Node.js with npm; some packages of Node bring npm along and conflict with Debian's.
need_node() {
  command -v node >/dev/null 2>&1 || need_packages nodejs
  command -v npm >/dev/null 2>&1 || need_packages npm
}

# need_node_modules PACKAGE.JSON FOLDER: what the file names, in FOLDER/node_modules, installed anew when
# the file has changed.
need_node_modules() {
  mkdir -p "$2"
  cmp -s "$1" "$2/package.json" && return 0
  echo "== installing from npm: $2" >&2
  cp "$1" "$2/package.json.new"
  rm -rf "$2/package.json" "$2/node_modules"
  cp "$2/package.json.new" "$2/package.json"
  (cd "$2" && npm install --no-audit --no-fund --no-package-lock --loglevel=error >&2) || {
    rm -f "$2/package.json"
    echo "What $1 names could not be installed. Check the network and npm's settings, then run this again." >&2
    return 1
  }
  rm -f "$2/package.json.new"
}

BUILD_PACKAGES="g++ cmake ninja-build libboost1.81-dev nlohmann-json3-dev libssl-dev libsqlitecpp-dev
  libsqlite3-dev libfmt-dev libhowardhinnant-date-dev libcli11-dev zlib1g-dev libdeflate-dev tzdata
  libvalijson-dev libjs-bootstrap5 libjs-chart.js pkg-config"
