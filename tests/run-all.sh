#!/usr/bin/env bash
# run-all.sh: all tests. The last line holds the counts over Go and bats:
#   123 passed, 0 failed, 4 skipped
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

out=_build/test
passed=0 failed=0 skipped=0

# count_go FILE adds up a record of go test -json. A package that fails without
# a failed test (it does not build, or panics) counts as one failure.
count_go() {
	local p f s
	read -r p f s < <(jq -r --slurp '
	  [.[] | select(.Test != null)] as $t
	  | ([$t[] | select(.Action == "fail") | .Package] | unique) as $seen
	  | [.[] | select(.Action == "fail" and .Test == null and (.Package | IN($seen[]) | not))] as $p
	  | [([$t[] | select(.Action == "pass")] | length),
	     ([$t[] | select(.Action == "fail")] | length) + ($p | length),
	     ([$t[] | select(.Action == "skip")] | length)] | join(" ")' "$1")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# count_tap FILE adds up TAP output. A case that the plan names and that never
# reported counts as a failure; so does a run without a plan.
count_tap() {
	local p f s plan
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$1" | head -n 1)
	s=$(grep -cE '^ok [0-9]+ .*# skip' "$1")
	p=$(($(grep -cE '^ok [0-9]+' "$1") - s))
	f=$(grep -cE '^not ok [0-9]+' "$1")
	local silent=$((${plan:-1} - p - f - s))
	if [ "$silent" -gt 0 ]; then
		echo "$1: $silent cases did not report" >&2
		f=$((f + silent))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

rm -rf "$out"
mkdir -p "$out"

echo "== go test"
tests/run-go.sh "$out/go.json"
count_go "$out/go.json"

for view in default v1 v2; do
	echo "== bats, cgroup view: $view"
	tests/run-bats.sh --view "$view" </dev/null | tee "$out/bats-$view.tap"
	count_tap "$out/bats-$view.tap"
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
