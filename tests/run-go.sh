#!/usr/bin/env bash
# run-go.sh [JSON]: runs the Go tests, prints a line a package and the output of
# what failed; keeps the whole record in JSON (default _build/test/go.json).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

record=${1:-_build/test/go.json}
mkdir -p "$(dirname "$record")"
"${GO:-go}" test -json ./... >"$record"
status=$?

# The output of failed tests, then the packages.
jq -rj --slurp '
  ([.[] | select(.Action == "fail") | "\(.Package) \(.Test)"]) as $failed
  | .[] | select(.Action == "output" or .Action == "build-output")
  | select(.Action == "build-output" or .Test == null or ("\(.Package) \(.Test)" | IN($failed[])))
  | .Output' "$record" | grep -v -e '^PASS$' -e 'no test files'
exit "$status"
