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

BUILD_PACKAGES="g++ cmake ninja-build libboost1.81-dev nlohmann-json3-dev libssl-dev libsqlitecpp-dev
  libsqlite3-dev libfmt-dev libhowardhinnant-date-dev libcli11-dev zlib1g-dev tzdata
  libcpp-httplib-dev libjs-bootstrap5 libjs-chart.js pkg-config"
