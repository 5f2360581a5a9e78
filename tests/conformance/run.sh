#!/usr/bin/env bash
# run.sh: the validation programs of github.com/opencontainers/runtime-tools
# against ./runc and against Debian's runc ($OTHER_RUNC), in cgroup v1 and v2.
# docs/conformance.md explains it. What the programs say stays in
# _build/conformance/VIEW.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$here/../.." && pwd)
# shellcheck source=tests/view.bash
. "$here/../view.bash"

SUITE=github.com/opencontainers/runtime-tools
OTHER_RUNC=${OTHER_RUNC:-/usr/sbin/runc}
OUT=$repo/_build/conformance
# The cgroups of the programs: the ids and paths that they choose.
CGROUPS='.*/\([0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+\|cgrouptest\|testdir\|testdir/cgrouptest\(/container\)?\)'

# build makes the suite's programs, our runner, and the root file system.
build() {
	mkdir -p "$OUT/bin" "$OUT/rootfs/bin"
	(
		cd "$here/suite"
		# Static: one of them runs in a container that has busybox alone.
		export CGO_ENABLED=0
		"${GO:-go}" build -o "$OUT/bin/" "$SUITE/validation/..."
		"${GO:-go}" build -o "$OUT/runtimetest" "$SUITE/cmd/runtimetest"
	)
	rm -f "$OUT/bin/util"
	(cd "$repo" && "${GO:-go}" build -o "$OUT/conformance" ./tests/conformance)
	mkdir -p "$OUT"/rootfs/{dev,etc,mnt,proc,run,sys,tmp}
	cp /bin/busybox "$OUT/rootfs/bin/"
	/bin/busybox --list | grep -vx busybox | while read -r name; do ln -sf busybox "$OUT/rootfs/bin/$name"; done
	tar -C "$OUT/rootfs" -czf "$OUT/rootfs-$("${GO:-go}" env GOARCH).tar.gz" .
}

# drive VIEW runs the programs, in namespaces of their own: whatever they leave
# running ends with them.
drive() {
	rm -rf "${OUT:?}/$1"
	mkdir -p "$OUT/$1"
	unshare --mount --pid --fork --kill-child --mount-proc "$here/run.sh" --inside "$1"
}

# inside VIEW is what drive runs: PID 1 of the namespaces.
inside() {
	mount --make-rprivate /
	set_view "$1"
	mount -t tmpfs -o mode=755 run /run
	# The clone may be in /tmp.
	mkdir /run/repo
	mount --bind "$repo" /run/repo
	repo=/run/repo OUT=/run/repo/_build/conformance
	mount -t tmpfs -o mode=755 conformance /tmp
	mount --make-rshared /
	cd /tmp
	cp "$OUT"/runtimetest "$OUT"/rootfs-*.tar.gz .
	"$OUT/conformance" drive "$OUT/bin" "$OUT/$1" "ours=$repo/runc" "other=$OTHER_RUNC" </dev/null
}

# clean_up removes the cgroups that programs left, and no others. Their
# processes ended with the namespaces.
clean_up() {
	local i
	for ((i = 0; i < 50; i++)); do
		find /sys/fs/cgroup -depth -type d -newer "$OUT/started" -regex "$CGROUPS" -exec rmdir {} + 2>/dev/null && return
		sleep 0.1
	done
}

# skip_view ends the inside of a view that this machine has not got.
skip_view() {
	echo "conformance: view skipped: $1"
	touch "$OUT/skipped"
	exit 0
}

main() {
	local view views=()
	[ "$(id -u)" -eq 0 ] || {
		echo "run.sh: containers with every feature need root" >&2
		exit 2
	}
	build
	touch "$OUT/started"
	trap clean_up EXIT
	for view in v1 v2; do
		rm -f "$OUT/skipped"
		drive "$view"
		[ -e "$OUT/skipped" ] || views+=("$view=$OUT/$view")
	done
	"$OUT/conformance" report "$repo/docs/conformance.md" "${views[@]}"
}

if [ "${1:-}" = --inside ]; then
	inside "$2"
else
	main
fi
