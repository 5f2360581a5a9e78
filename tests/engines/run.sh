#!/usr/bin/env bash
# run.sh [compare|list] [containerd|docker|podman]...
#
# Drives a runtime binary ($RUNTIME; ours if unset) by real engines from Debian,
# and prints TAP lines. Without names: all engines.
#
#   run.sh                       all engines, our runtime
#   run.sh docker                one engine
#   RUNTIME=/usr/sbin/runc run.sh
#   run.sh compare               Debian's runtime, then ours: what passes with
#                                theirs must pass with ours
#   run.sh list                  the names of the checks
#   run.sh shell docker          a shell beside a running engine
#
# CASES='run exec' picks checks by name, LOGS=DIR keeps what engines and checks
# wrote, VIEW=v2 shows the engines cgroup v2 alone (default: as the machine has
# it), ENGINE_LIMIT=SECONDS bounds one engine. See docs/engines.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/engines/install.sh
. "$here/install.sh"
# shellcheck source=tests/engines/sandbox.sh
. "$here/sandbox.sh"

ENGINES=(containerd docker podman)
OTHER_RUNTIME=${OTHER_RUNTIME:-/usr/sbin/runc}
RUNTIME=${RUNTIME:-$(dirname "$(dirname "$here")")/runc}

# usage prints the head of this file.
usage() { sed -n '2,/^set /{/^# \{0,1\}/s///p}' "$here/run.sh"; }

# checks ENGINE prints the names of its checks, in order.
checks() {
	local name
	sed -n 's/^case_\([a-z0-9_]*\)().*/\1/p' "$here/$1.sh" | while read -r name; do
		[[ -n ${CASES:-} && " $CASES " != *" $name "* ]] || echo "$name"
	done
}

# drive RUNTIME ENGINE... runs the checks; results are in $OUT/results then.
drive() {
	local runtime=$1 engine
	shift
	[ -x "$runtime" ] || die "no runtime at $runtime; run make build, or set RUNTIME"
	echo "# runtime: $runtime, $("$runtime" --version | head -n 1)"
	for engine; do checks "$engine" | sed "s/^/$engine /"; done >"$OUT/wanted"
	echo "1..$(wc -l <"$OUT/wanted")"
	: >"$OUT/results"
	for engine; do drive_engine "$runtime" "$engine"; done
}

# drive_engine RUNTIME ENGINE runs one engine's checks in a sandbox of its own.
drive_engine() {
	local began=$SECONDS
	mapfile -t names < <(checks "$2")
	[ ${#names[@]} -gt 0 ] || return 0
	sandbox "$1" "$2" "${names[@]}" || echo "# $2: the sandbox ended with status $?"
	missing "$2"
	echo "# $2: $(counts "$2") in $((SECONDS - began)) s"
}

# missing ENGINE reports the checks that did not come to an end.
missing() {
	local engine name
	while read -r engine name; do
		[ "$engine" = "$1" ] || continue
		grep -q "^$engine $name " "$OUT/results" && continue
		echo "$engine $name failed 0" >>"$OUT/results"
		echo "not ok $(wc -l <"$OUT/results") - $engine: ${name//_/ } (did not run)"
	done <"$OUT/wanted"
}

# counts [ENGINE] says how many passed, failed, and were skipped.
counts() {
	awk -v engine="${1:-}" '
		engine == "" || $1 == engine { n[$3]++ }
		END { printf "%d passed, %d failed, %d skipped", n["passed"], n["failed"], n["skipped"] }
	' "$OUT/results"
}

# compare ENGINE... drives Debian's runtime and ours, and prints what differs.
compare() {
	local worse=0
	drive "$OTHER_RUNTIME" "$@"
	mv "$OUT/results" "$OUT/results.other"
	mv "$OUT/logs" "$OUT/logs.other"
	drive "$RUNTIME" "$@"
	echo "# differences, $OTHER_RUNTIME then $RUNTIME:"
	awk '
		NR == FNR { other[$1 " " $2] = $3; next }
		{ word = "same" }
		$3 != other[$1 " " $2] { word = "better"; print "#  " $1 ": " $2 ": " other[$1 " " $2] ", " $3 }
		$3 == "failed" && other[$1 " " $2] != "failed" || $3 == "skipped" && other[$1 " " $2] == "passed" { word = "worse" }
		{ n[word]++ }
		END { printf "%d the same, %d better, %d worse\n", n["same"], n["better"], n["worse"]; exit n["worse"] > 0 }
	' "$OUT/results.other" "$OUT/results" || worse=1
	return "$worse"
}

die() {
	echo "run.sh: $*" >&2
	exit 2
}

main() {
	local command=drive engine
	case ${1:-} in
	compare | list | shell)
		command=$1
		shift
		;;
	-h | --help)
		usage
		return
		;;
	esac
	for engine; do
		[[ " ${ENGINES[*]} " == *" $engine "* ]] || die "unknown engine $engine (${ENGINES[*]})"
	done
	[ $# -gt 0 ] || set -- "${ENGINES[@]}"
	if [ "$command" = list ]; then
		for engine; do checks "$engine" | sed "s/^/$engine: /;s/_/ /g"; done
		return
	fi
	[ "$(id -u)" -eq 0 ] || die "engines need root"
	install_engines "$@"
	sandbox_begin
	case $command in
	compare) compare "$@" ;;
	shell) sandbox_shell "$RUNTIME" "$1" ;;
	drive)
		drive "$RUNTIME" "$@"
		counts
		echo
		! grep -q ' failed ' "$OUT/results"
		;;
	esac
}

main "$@"
