# shellcheck shell=bash
# Bats runs setup_suite once, before the first test of the first file.

setup_suite() {
	if [ -z "${RUNC_BATS_INSIDE:-}" ]; then
		echo "run the tests with: make test-bats [BATS_FILE=tests/x.bats]" >&2
		return 1
	fi
	export REPO RUNC OTHER_RUNC ROOTFS_MASTER
	REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
	RUNC=${RUNC:-$REPO/runc}
	OTHER_RUNC=${OTHER_RUNC:-/usr/sbin/runc}
	if [ ! -x "$RUNC" ]; then
		echo "$RUNC is missing; run make first" >&2
		return 1
	fi
	ROOTFS_MASTER=$RUNC_BATS_DIR/rootfs
	make_rootfs "$ROOTFS_MASTER"
}

# make_rootfs makes a busybox root file system, which tests copy by hard links.
make_rootfs() {
	local applet
	# bats 1.8 leaves another IFS behind when it filters by tags.
	IFS=$' \t\n'
	mkdir -p "$1"/{bin,dev,etc,proc,root,run,sys,tmp,var}
	chmod 1777 "$1/tmp"
	cp /bin/busybox "$1/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
	done
	printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'user:x:1000:1000:user:/home/user:/bin/sh' >"$1/etc/passwd"
	printf '%s\n' 'root:x:0:' 'user:x:1000:' >"$1/etc/group"
}
