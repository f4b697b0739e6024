#!/bin/sh
# Builds the host and the plugin, and opens the admin console with a Korean demo shop that goes on living.
# Usage: sh host_stub/run.sh [--show] [DATA-FOLDER]      (default: build/demo, kept between runs)
#   --show  prints what a marketer sees of a small shop instead, and ends
set -eu
cd "$(dirname "$0")/.."
. host_stub/packages.sh
need_packages $BUILD_PACKAGES

mode=serve
if [ "${1:-}" = "--show" ]; then
  mode=show
  shift
fi
data=${1:-build/demo}
host=build/release/host_stub/crm-host
echo "== building (a few minutes the first time, seconds afterwards)"
[ -f build/release/build.ninja ] || cmake --preset release >build-configure.log 2>&1 || {
  cat build-configure.log >&2
  rm -f build-configure.log
  exit 1
}
rm -f build-configure.log
# As many at once as there are processors: with two more, as Ninja would, two took 126 s instead of 114.
cmake --build --preset release --parallel "$(nproc)" --target crm-host message_history hello_view -- --quiet

if [ "$mode" = serve ]; then
  [ -f "$data/host/accounts.json" ] &&
    echo "== passwords were shown when $data was made; for new ones remove $data/host/accounts.json"
  exec "$host" serve --demo --data "$data"
fi

echo "== recording the demo shop's events in $data"
"$host" replay --data "$data" host_stub/shop/demo.ndjson
show() {
  echo
  echo "== $1"
  shift
  "$host" view --data "$data" --tenant demo-shop --text "$@"
}
show "수동 메시지 (manual messages)" messages.manual
show "자동 메시지 (automatic messages)" messages.automatic
show "한 메시지의 결과 (one message)" message --param message_id=C-1105
show "구매한 회원 (who bought)" message.buyers --param message_id=C-1105
echo
echo "Try next:"
echo "  $host view --data $data --tenant demo-shop message.recipients --param message_id=C-1105 --locale en --text"
echo "  $host export --data $data --tenant demo-shop --message C-1105 --reason '주간 보고' --out offer.csv"
echo "  $host jwks --data $data > keys.jwks && $host verify --jwks keys.jwks offer.csv"
