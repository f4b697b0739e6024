#!/bin/sh
# Builds everything and runs every test, plain and under sanitizers, and has Clang check the locks.
# Usage: sh tests/run.sh [--quick | --full]
#   --quick  without the sanitizers (asan with undefined behaviour, tsan) and Clang
#   --full   the long campaigns as well: 1,000 power cuts, 300 kills of a replay and 500 of an export, 80,000
#            presentations of 1,000 tokens, every bit of an export, 8 damages of every table and page, a million spoiled
#            calls of the interface and inputs for every fuzz target, clang-tidy
set -eu
cd "$(dirname "$0")/.."
. host_stub/packages.sh
need_packages $BUILD_PACKAGES mold clang libgtest-dev libgmock-dev librapidcheck-dev python3 \
  sqlite3 openssl binutils clang-format chromium fonts-noto-cjk busybox python3-jwt python3-cryptography \
  libreoffice-calc-nogui
need_node

mode=${1:-}
case "$mode" in
  "" | --quick) ;;
  --full)
    export CRM_POWER_CUTS=1000 CRM_KILLS=300 CRM_EXPORT_KILLS=500 CRM_PRESENTATIONS=10000 CRM_TAMPER=full \
      CRM_DAMAGES=8 CRM_FUZZ_RUNS=1000000
    ;;
  *)
    echo "unknown option $mode; use --quick, --full or nothing" >&2
    exit 2
    ;;
esac

jobs=$(nproc)
summary=""
stages=""
began_s=$(date +%s)

# stage NAME COMMAND...: runs the command and notes how long it took.
stage() {
  name=$1
  shift
  echo "== $name"
  stage_began_s=$(date +%s)
  "$@"
  stages="$stages$(printf '%6d s  %s' $(($(date +%s) - stage_began_s)) "$name")
"
}

build() {
  mkdir -p build
  [ -f "build/$1/build.ninja" ] || cmake --preset "$1" >"build/$1.configure.log" 2>&1 || {
    cat "build/$1.configure.log" >&2
    exit 1
  }
  cmake --build --preset "$1" --parallel "$jobs" -- --quiet
}

run_tests() {
  log="build/$1.test.log"
  status=0
  # One more than cores, as some tests wait for most of their time.
  ctest --preset "$1" -j $((jobs + 1)) --output-on-failure >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    grep -vE '^ *(Start|[0-9]+/[0-9]+ Test.* Passed)' "$log" >&2
    echo "== $1: failed; the whole log is $log" >&2
    exit "$status"
  fi
  count=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log")
  tail -n 3 "$log"
  summary="$summary $count"
}

run_preset() {
  stage "$1: build" build "$1"
  stage "$1: tests" run_tests "$1"
}

run_preset dev
# What many of these show, a sanitizer does not show better, and it would take ten times as long.
unset CRM_PRESENTATIONS CRM_DAMAGES CRM_FUZZ_RUNS
export CRM_POWER_CUTS=20 CRM_KILLS=20 CRM_EXPORT_KILLS=8
if [ "$mode" != "--quick" ]; then
  stage "clang-safety: build" build clang-safety
  run_preset asan
  run_preset tsan
fi
if [ "$mode" = "--full" ]; then
  need_packages clang-tidy
  echo "== clang-tidy"
  git ls-files 'plugins/*.cpp' 'host_stub/*.cpp' | xargs clang-tidy -p build/dev --quiet
  sh tests/fuzz/run.sh
fi

total=0
for count in $summary; do total=$((total + count)); done
[ "$total" -gt 0 ] || {
  echo "no test ran" >&2
  exit 1
}
echo
printf '%s' "$stages"
printf '%6d s  in all\n' $(($(date +%s) - began_s))
echo "tests: $total passed, 0 failed"
