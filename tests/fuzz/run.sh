#!/bin/sh
# Fuzzes every target with libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
# Usage: sh tests/fuzz/run.sh [TARGET]...
#   CRM_FUZZ_RUNS  how many inputs each target gets (default 1000000)
# What it finds lies in build/fuzz/findings; the inputs that it grew, in build/fuzz/corpus.
set -eu
cd "$(dirname "$0")/../.."
. host_stub/packages.sh
need_packages $BUILD_PACKAGES libgtest-dev libgmock-dev librapidcheck-dev libvalijson-dev python3 \
  clang libclang-rt-14-dev

[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -- --quiet
[ "$#" -gt 0 ] || set -- base64url token claims feed_line
mkdir -p build/fuzz/findings
for target in "$@"; do
  echo "== fuzzing $target: ${CRM_FUZZ_RUNS:-1000000} inputs"
  mkdir -p "build/fuzz/corpus/$target"
  log="build/fuzz/$target.log"
  dictionary=tests/fuzz/$target.dict
  [ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=
  "build/fuzz/tests/fuzz/${target}_fuzz" -runs="${CRM_FUZZ_RUNS:-1000000}" -seed=1 -max_len=8400 \
    -timeout=10 -artifact_prefix="build/fuzz/findings/$target-" $dictionary \
    "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    echo "== $target: a finding; its input is in build/fuzz/findings, the whole log is $log" >&2
    exit 1
  }
  tail -n 1 "$log"
done
