#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
#
# vm.sh: a throwaway Debian host (systemd, pure cgroup v2, AppArmor) under QEMU's
# own CPU emulation, without KVM. README.md tells how it works and what to mind.
#
#   vm.sh build             make the guest and its warm snapshot, if need be
#   vm.sh run DIR CMD...    run the shell line CMD as root in a fresh guest
#   vm.sh clean             remove every guest
#
# CMD runs in DIR, of which the guest has a private copy at the same path, in a
# login session of root on a pty. Its output is streamed to stdout. What it leaves
# in DIR/out comes back to DIR/out here. Its exit status is ours; 124: it ran past
# VM_TIMEOUT; 125: the guest itself failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=settings.bash
. "$here/settings.bash"
# shellcheck source=qemu.bash
. "$here/qemu.bash"
# shellcheck source=image.bash
. "$here/image.bash"
# shellcheck source=snapshot.bash
. "$here/snapshot.bash"
# shellcheck source=run.bash
. "$here/run.bash"

usage() { die "usage: vm.sh build | vm.sh run DIR CMD... | vm.sh clean"; }

main() {
	[ "$(id -u)" -eq 0 ] || die "root is needed, for the guest's file system and its owners"
	case ${1:-} in
	build)
		"$here/deps.sh"
		build_guest
		;;
	run)
		[ $# -ge 3 ] || usage
		"$here/deps.sh"
		build_guest
		run_in_guest "${@:2}"
		;;
	clean) rm -rf -- "$VM_DIR"/guest-* ;;
	*) usage ;;
	esac
}

main "$@"
