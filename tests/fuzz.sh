#!/usr/bin/env bash
# fuzz.sh TIME: runs every Go fuzz test for TIME, one after another.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-30s}
while read -r package; do
	while read -r name; do
		echo "== $package $name"
		"${GO:-go}" test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time" </dev/null
	done < <("${GO:-go}" test -list '^Fuzz' "$package" | grep '^Fuzz' || true)
done < <("${GO:-go}" list ./...)
