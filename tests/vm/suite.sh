#!/usr/bin/env bash
# suite.sh [RUNC]: runs the bats cases in the guest, each mode in a guest of its
# own, and closes with one line over all:
#   123 passed, 0 failed, 4 skipped
#
#   VM_SELECT   all (default); short: few cases, for CI; or names of bats files
#   VM_MODES    which of: cgroupfs systemd rootless rootless-systemd
#   VM_FILTER   only cases whose name matches this
#   VM_JOBS     guests side by side (2)
#   VM_TIMEOUT  seconds for a mode (5400)
#
# RUNC is the binary, default ./runc. RUNC=debian tries the cases, and the guest,
# with the runc that Debian has in the guest.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=${1:-$root/runc}
out=$root/_build/test-vm
all_modes="cgroupfs systemd rootless rootless-systemd"
export VM_TIMEOUT=${VM_TIMEOUT:-5400}

# stage MODE makes the folder that the guest gets.
stage() {
	local dir=$work/$1
	mkdir -m 755 "$dir"
	cp -a "$root"/{tests,docs,VERSION} "$dir/"
	[ "$binary" = debian ] || cp "$binary" "$dir/runc"
	# There is no compiler in the guest.
	mkdir "$dir/_build"
	cp "$root"/_build/{attack,seccomp,ptydrive} "$dir/_build/" 2>/dev/null || true
	# Beside the others, where bats finds what it loads.
	mv "$dir"/tests/vm/*.bats "$dir/tests/"
	# Where bats need not look; see in-guest.sh.
	mv "$dir/tests/helpers.bash" "$dir/tests/vm/"
	# shellcheck disable=SC2016
	printf '. "$REPO/tests/vm/%s.bash"\n' helpers overrides >"$dir/tests/helpers.bash"
}

# files MODE prints the bats files of a mode, in the guest.
files() {
	local name
	case ${VM_SELECT:-all} in
	all)
		echo tests/guest.bats
		[[ $1 != *systemd ]] || echo tests/systemd.bats
		for name in "$root"/tests/*.bats; do echo "tests/${name##*/}"; done
		;;
	short) echo tests/guest.bats ;;
	*) for name in $VM_SELECT; do echo "tests/${name%.bats}.bats"; done ;;
	esac
}

# run_mode MODE leaves its TAP in $out, and shows it as it comes.
run_mode() {
	local mode=$1 command files runc="" tags=() status began=$SECONDS
	mapfile -t files < <(files "$mode")
	[ "$binary" != debian ] || runc=/usr/sbin/runc
	[[ ${VM_SELECT:-all} != all || $mode = cgroupfs ]] || tags=(--filter-tags cgroups --filter-tags vm)
	printf -v command '%q ' env RUNC="$runc" tests/vm/in-guest.sh "$mode" --timing \
		${VM_FILTER:+--filter "$VM_FILTER"} "${tags[@]}" "${files[@]}"
	stage "$mode"
	setpriv --pdeathsig TERM "$here/vm.sh" run "$work/$mode" "$command" |
		tee "$out/$mode.tap" | sed -u "s/^/[$mode] /"
	status=${PIPESTATUS[0]}
	echo "[$mode] took $((SECONDS - began)) s"
	echo "$status" >"$out/$mode.status"
	[ "$status" -ne 124 ] || echo "[$mode] ended after VM_TIMEOUT=$VM_TIMEOUT s"
}

# count adds up the TAP of a mode. A case that the plan names and that never
# reported is a failure; so is a mode without a plan.
count() {
	local tap=$out/$1.tap plan p f s silent
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$tap" | head -n 1)
	s=$(grep -cE '^ok [0-9]+ .*# skip' "$tap")
	p=$(($(grep -cE '^ok [0-9]+' "$tap") - s))
	f=$(grep -cE '^not ok [0-9]+' "$tap")
	silent=$((${plan:-1} - p - f - s))
	[ "$silent" -le 0 ] || echo "$1: $silent cases did not report (exit status $(cat "$out/$1.status"))"
	passed=$((passed + p)) failed=$((failed + f + (silent > 0 ? silent : 0))) skipped=$((skipped + s))
}

# run_modes runs VM_JOBS modes at a time.
run_modes() {
	local mode
	for mode in "$@"; do
		while [ "$(jobs -rp | wc -l)" -ge "${VM_JOBS:-2}" ]; do wait -n; done
		run_mode "$mode" </dev/null &
	done
	wait
}

main() {
	local mode modes passed=0 failed=0 skipped=0
	read -ra modes <<<"${VM_MODES:-$all_modes}"
	[ "$binary" = debian ] || [ -x "$binary" ] || {
		echo "suite.sh: $binary is missing; run make first" >&2
		return 1
	}
	"$here/vm.sh" build || return
	work=$(mktemp -d /tmp/runc-vm.XXXXXX)
	chmod 755 "$work"
	trap 'rm -rf "$work"' EXIT
	trap 'kill $(jobs -rp) 2>/dev/null; exit 143' TERM INT HUP # their guests end with them
	rm -rf "$out"
	mkdir -p "$out"
	run_modes "${modes[@]}"
	for mode in "${modes[@]}"; do count "$mode"; done
	echo
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

main "$@"
