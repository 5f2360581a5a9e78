#!/usr/bin/env bash
# run-bats.sh [--view default|v1|v2] [bats options] [files]
#
# Runs the bats cases in mount and PID namespaces of their own, on a private
# tmpfs, with a private /run. So a test may mount what it likes, whatever a
# broken runtime leaves behind is seen (any process that was not there before
# is the test's), and all of it goes away with the namespaces.
#
# The view is what the runtime sees under /sys/fs/cgroup: the machine's own
# (default), version 1 alone, or version 2 alone. See docs/testing.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/view.bash
. "$here/view.bash"
view=default
if [ "${1:-}" = --view ]; then
	view=$2
	shift 2
fi

# own_namespaces re-runs this script as PID 1 of new namespaces.
own_namespaces() {
	local status=0 child
	RUNC_BATS_DIR=$(mktemp -d /tmp/runc-bats.XXXXXX)
	export RUNC_BATS_DIR
	trap clean_up EXIT
	unshare --mount --pid --fork --kill-child --mount-proc \
		env RUNC_BATS_INSIDE=1 bash "$here/run-bats.sh" --view "$view" "$@" &
	child=$!
	trap 'kill "$child"' TERM INT HUP
	while kill -0 "$child" 2>/dev/null; do
		status=0
		wait "$child" || status=$?
	done
	return "$status"
}

# clean_up removes what is not in the namespaces: our directory, and the cgroups
# of a run that was interrupted. Test ids begin with the directory's suffix.
clean_up() {
	rmdir "$RUNC_BATS_DIR"
	for _ in {1..50}; do
		find /sys/fs/cgroup -depth -type d -path "*/b${RUNC_BATS_DIR##*.}-*" -exec rmdir {} + 2>/dev/null && return
		sleep 0.1
	done
	echo "run-bats.sh: could not remove the cgroups *b${RUNC_BATS_DIR##*.}-*" >&2
}

# skip_view prints a TAP plan of nothing.
skip_view() {
	echo "1..0 # skip $1"
	exit 0
}

# prepare gives this mount namespace its own tmpfs and /run. All mounts become
# shared, as systemd has them, so that a container's mounts that leak are seen.
prepare() {
	set_view "$view"
	mount -t tmpfs -o mode=755 runc-bats "$RUNC_BATS_DIR"
	mount -t tmpfs -o mode=755 run /run
	mount --make-rshared /
	mkdir -m 1777 "$RUNC_BATS_DIR/tmp"
}

# run_bats gives the tests a terminal of their own, as CI has none, and end of
# file on stdin. script(1) turns line ends into CRLF; we turn them back.
run_bats() {
	local command
	if [ $# -eq 0 ] || [ ! -e "${!#}" ]; then
		set -- "$@" "${files[@]}"
	fi
	printf -v command '%q ' bats --tap "$@"
	script -qefc "$command </dev/null" /dev/null </dev/null | sed -u 's/\r$//'
}

if [ -z "${RUNC_BATS_INSIDE:-}" ]; then
	own_namespaces "$@"
	exit
fi

prepare
cd "$here/.."
files=("$here"/*.bats)
if [ "$view" != default ]; then
	# What does not look at cgroups need not run again.
	set -- --filter-tags cgroups "$@"
fi
export RUNC_BATS_VIEW=$view TMPDIR=$RUNC_BATS_DIR/tmp
run_bats "$@"
