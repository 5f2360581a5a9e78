# shellcheck shell=bash
# set_view gives the calling process's mount namespace a view of cgroups: what
# /sys/fs/cgroup shows. Sourced by run-bats.sh and conformance/run.sh; see
# docs/testing.md. The caller has a mount namespace of its own.

# set_view default|v1|v2. A view that this machine has not got calls
# skip_view REASON, which the caller defines.
set_view() {
	case $1 in
	default) ;;
	v1)
		! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
		[ "$(stat -fc %T /sys/fs/cgroup)" = tmpfs ] || skip_view "this machine has no cgroup v1 hierarchy"
		;;
	v2)
		umount -R /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		;;
	*)
		echo "unknown view $1 (default, v1, v2)" >&2
		exit 2
		;;
	esac
}
