#!/usr/bin/env bash
# inside.sh RUNTIME ENGINE [CHECK...]: PID 1 of the sandbox that sandbox.sh made.
# Joins its cgroups, prepares mounts, starts the engine, runs the checks (or a
# shell), ends. Needs HERE (this directory), OUT (results and logs), CGROUPS (the
# directories to join), VIEW and CASE_LIMIT.
set -euo pipefail

# Where everything is: a tmpfs that goes away with the mount namespace.
export W=/run/engines

# join_cgroups starts this script anew in its cgroups, and in a cgroup namespace
# in which they are the roots.
join_cgroups() {
	local dir
	for dir in $CGROUPS; do echo $$ >"$dir/cgroup.procs"; done
	CGROUPS='' exec unshare --cgroup bash "$0" "$@"
}

# private_mounts hides what an engine writes to behind tmpfs and overlays, and
# mounts /proc, /sys and the cgroups as these namespaces see them.
private_mounts() {
	! grep -q 'shared:' /proc/self/mountinfo || refuse "this mount namespace is not private"
	mount -t proc proc /proc
	mount -t tmpfs -o mode=755 run /run
	mkdir -p "$W"/{bin,tests,out,overlay,home,tmp}
	mount --bind "$HERE" "$W/tests"
	mount --bind "$OUT" "$W/out"
	install -m 755 "$1" "$W/bin/runc"
	local dir
	for dir in etc var opt; do
		mkdir -p "$W/overlay/$dir/"{upper,work}
		mount -t overlay -o "lowerdir=/$dir,upperdir=$W/overlay/$dir/upper,workdir=$W/overlay/$dir/work" overlay "/$dir"
	done
	mount -t tmpfs -o mode=1777 tmp /tmp
	umount -R /sys
	mount -t sysfs sysfs /sys
	"cgroups_$VIEW"
	hide_runtimes
	# As systemd has it: then mounts that leak are seen.
	mount --make-rshared /
}

# cgroups_default mounts what the machine has, from our cgroups downwards.
cgroups_default() {
	local name
	if grep -q '^[1-9]' /proc/self/cgroup; then
		mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
		while IFS=: read -r _ name _; do
			mount_hierarchy "$name"
		done </proc/self/cgroup
	else
		cgroups_v2
	fi
}

# mount_hierarchy NAME mounts "memory", "cpu,cpuacct", "name=systemd" or "" (v2).
mount_hierarchy() {
	local dir=/sys/fs/cgroup/${1#name=}
	case $1 in
	'')
		mkdir /sys/fs/cgroup/unified
		mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
		;;
	name=*) mkdir "$dir" && mount -t cgroup -o "none,$1" cgroup "$dir" ;;
	*) mkdir "$dir" && mount -t cgroup -o "$1" cgroup "$dir" ;;
	esac
}

# cgroups_v2 mounts version 2 alone. A cgroup that has processes cannot pass
# controllers on, so we move into a leaf.
cgroups_v2() {
	local name names
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir /sys/fs/cgroup/init
	echo $$ >/sys/fs/cgroup/init/cgroup.procs
	read -ra names </sys/fs/cgroup/cgroup.controllers
	for name in "${names[@]}"; do
		echo "+$name" >/sys/fs/cgroup/cgroup.subtree_control
	done
}

# hide_runtimes makes sure that no engine can fall back to another runtime.
hide_runtimes() {
	local path
	printf '#!/bin/sh\necho "an engine called the wrong runtime: $0" >&2\nexit 99\n' >"$W/wrong"
	chmod 755 "$W/wrong"
	for path in /usr/{,local/}{s,}bin/{runc,crun}; do
		[ ! -e "$path" ] || mount --bind "$W/wrong" "$path"
	done
}

# set_environment sets what this script and each case.sh need.
set_environment() {
	export PATH=$W/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=$W/home TMPDIR=$W/tmp
	export ENGINE=$1 RUNTIME=$W/bin/runc IMAGE=docker.io/library/busybox:latest
	export LOGS=$W/out/logs/$1
	mkdir -p "$LOGS"
	ip link set lo up
	# conmon writes a file into its working directory when it sees an OOM.
	cd "$W/tmp"
}

# run_check NAME runs one and prints its TAP line.
run_check() {
	local status=0 number=0 word=passed began=$EPOCHREALTIME name="$ENGINE: ${1//_/ }"
	# The braces hide what bash says of a check that had to be killed.
	{ timeout -k 5 "$CASE_LIMIT" bash "$W/tests/case.sh" "$1" </dev/null >"$LOGS/$1.log" 2>&1 || status=$?; } 2>/dev/null
	number=$(($(wc -l <"$W/out/results") + 1))
	case $status in
	0) echo "ok $number - $name" ;;
	77)
		word=skipped
		echo "ok $number - $name # SKIP $(tail -n 1 "$LOGS/$1.log")"
		;;
	*)
		word=failed
		echo "not ok $number - $name"
		[ "$status" -ne 124 ] && [ "$status" -ne 137 ] || echo "#   not done after $CASE_LIMIT s"
		tail -n 12 "$LOGS/$1.log" | cut -c -300 | sed 's/^/#   /'
		;;
	esac
	echo "$ENGINE $1 $word $(seconds_since "$began")" >>"$W/out/results"
}

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f", b - a}'; }

refuse() {
	echo "# inside.sh: $*"
	exit 1
}

main() {
	[ $$ -eq 1 ] || refuse "not PID 1: run.sh starts this script"
	[ -z "$CGROUPS" ] || join_cgroups "$@"
	private_mounts "$1"
	set_environment "$2"
	shift 2
	# shellcheck source=tests/engines/lib.sh
	. "$W/tests/lib.sh"
	# shellcheck source=tests/engines/image.sh
	. "$W/tests/image.sh"
	make_image "$W/image.tar"
	# shellcheck source=tests/engines/containerd.sh
	. "$W/tests/$ENGINE.sh"
	engine_start >"$LOGS/start.log" 2>&1 || {
		tail -n 20 "$LOGS/start.log" | sed 's/^/#   /'
		refuse "$ENGINE did not start"
	}
	[ $# -gt 0 ] || bash --norc -i || true
	local check
	for check; do run_check "$check"; done
}

main "$@"
