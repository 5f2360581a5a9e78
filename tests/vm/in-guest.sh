#!/usr/bin/env bash
# in-guest.sh MODE [bats options] FILES...: runs bats cases inside the guest; see
# README.md for the modes. suite.sh calls it; TAP goes to stdout.
#
# cgroupfs runs as it does outside, in namespaces of its own. The other modes talk
# to systemd, which wants to see real process ids and to be found in /run: so they
# run in the guest's PID namespace, under a subreaper that inherits what a broken
# runtime leaves behind (see overrides.bash).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mode=$1
shift
export VM_MODE=$mode RUNC_BATS_VIEW=default
# After every command bats looks where it is, which is slow; not for files in here.
export BATS_DEBUG_EXCLUDE_PATHS=$here
export PTYDRIVE=$here/../../_build/ptydrive

# run_bats gives the cases a terminal, and end of file on stdin, as run-bats.sh does.
run_bats() {
	local command
	printf -v command '%q ' "$here/subreaper" \
		bats --tap --setup-suite-file "$here/../setup_suite.bash" "$@"
	script -qefc "$command </dev/null" /dev/null </dev/null | sed -u 's/\r$//'
}

# as_root: in a mount namespace, where bats gets a tmpfs. Mounts are shared there,
# as systemd has them, so that those of a container that leak are seen.
as_root() {
	if [ -z "${RUNC_BATS_INSIDE:-}" ]; then
		RUNC_BATS_DIR=$(mktemp -d /tmp/runc-bats.XXXXXX) RUNC_BATS_INSIDE=1 \
			exec unshare --mount "$here/in-guest.sh" "$mode" "$@"
	fi
	mount -t tmpfs -o mode=755 runc-bats "$RUNC_BATS_DIR"
	mount --make-rshared /
	mkdir -m 1777 "$RUNC_BATS_DIR/tmp"
	export TMPDIR=$RUNC_BATS_DIR/tmp
	run_bats "$@"
}

# as_user: in a login session of the unprivileged user, and there in a scope that
# is delegated to him.
as_user() {
	local command
	if [ "$(id -u)" -eq 0 ]; then
		printf -v command '%q ' env RUNC="${RUNC:-}" systemd-run --user --scope --quiet \
			--property=Delegate=yes "$here/in-guest.sh" "$mode" "$@"
		exec as-rootless "exec $command"
	fi
	[ -n "$RUNC" ] || unset RUNC
	delegated_cgroup
	RUNC_BATS_DIR=$(mktemp -d /tmp/runc-bats.XXXXXX)
	export RUNC_BATS_DIR RUNC_BATS_INSIDE=1 TMPDIR=$RUNC_BATS_DIR/tmp
	chmod 755 "$RUNC_BATS_DIR"
	mkdir "$TMPDIR"
	run_bats "$@"
}

# delegated_cgroup sets VM_CGROUP to our cgroup as a path below the cgroup mount.
# Processes move to a leaf of it: a cgroup that gives controllers on has none.
delegated_cgroup() {
	local dir controller controllers
	VM_CGROUP=$(sed -n 's/^0:://p' /proc/self/cgroup)
	export VM_CGROUP
	dir=/sys/fs/cgroup$VM_CGROUP
	mkdir "$dir/bats"
	echo $$ >"$dir/bats/cgroup.procs"
	read -ra controllers <"$dir/cgroup.controllers"
	for controller in "${controllers[@]}"; do
		echo "+$controller" >"$dir/cgroup.subtree_control"
	done
}

cd "$here/../.."
# Of the schedulers BFQ alone gives a disk's time by blockIO.weightDevice.
[ "$(id -u)" -ne 0 ] || echo bfq >/sys/block/vdc/queue/scheduler
case $mode in
cgroupfs)
	exec tests/run-bats.sh --view default --setup-suite-file "$here/../setup_suite.bash" "$@"
	;;
systemd) as_root "$@" ;;
rootless | rootless-systemd) as_user "$@" ;;
*)
	echo "in-guest.sh: unknown mode $mode" >&2
	exit 2
	;;
esac
