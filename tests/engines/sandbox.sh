# shellcheck shell=bash
# The outer half of the sandbox: namespaces, cgroups, a time limit, and the end
# of it all. The inner half is inside.sh. Sourced by run.sh.
#
# Everything an engine makes lives in the namespaces and goes away with them. Only
# two things do not: the sandbox's cgroups and $OUT; sandbox_end removes both.

ENGINE_LIMIT=${ENGINE_LIMIT:-300}
# Names have our pid: so a later run can tell what a killed one left.
SANDBOX_CGROUP=runc-engines.$$
SANDBOX_PID=

# sandbox_begin makes $OUT and sees to it that all ends with this script.
sandbox_begin() {
	OUT=$(mktemp -d "/tmp/runc-engines.$$.XXXXXX")
	trap sandbox_end EXIT
	trap 'exit 130' INT TERM HUP
	remove_stale
}

sandbox_end() {
	sandbox_kill
	remove_cgroups "$SANDBOX_CGROUP"
	[ -z "${LOGS:-}" ] || { mkdir -p "$LOGS" && cp -r "$OUT/." "$LOGS/"; }
	rm -rf "$OUT"
}

# sandbox RUNTIME ENGINE CHECK... runs the checks.
sandbox() {
	local status=0
	make_cgroups
	enter "$ENGINE_LIMIT" "$@" </dev/null &
	SANDBOX_PID=$!
	wait "$SANDBOX_PID" 2>/dev/null || status=$?
	sandbox_kill
	remove_cgroups "$SANDBOX_CGROUP" || status=1
	return "$status"
}

# sandbox_shell RUNTIME ENGINE runs a shell beside the engine.
sandbox_shell() {
	make_cgroups
	(enter 0 "$@")
}

# enter LIMIT RUNTIME ENGINE [CHECK...] becomes the sandbox. It cannot outlive
# run.sh nor LIMIT: each process on the way to the sandbox's PID 1 dies with its
# parent, and all others die with PID 1. PID 1 alone joins the cgroups, for in
# version 2 a cgroup with processes of others in it is of no use.
enter() {
	local limit=$1
	shift
	exec setpriv --pdeathsig KILL timeout --foreground -s KILL "$limit" \
		setpriv --pdeathsig KILL unshare --mount --pid --net --ipc --uts --fork --kill-child=KILL \
		env -i PATH="$PATH" TERM="${TERM:-dumb}" VIEW="${VIEW:-default}" CASE_LIMIT="${CASE_LIMIT:-60}" \
		HERE="${here:?}" OUT="$OUT" CGROUPS="$(hierarchies | sed "s|\$|/$SANDBOX_CGROUP|")" \
		bash "$here/inside.sh" "$@"
}

# sandbox_kill ends the chain of processes that sandbox started.
sandbox_kill() {
	[ -z "$SANDBOX_PID" ] || kill -KILL "$SANDBOX_PID" 2>/dev/null || true
	SANDBOX_PID=
}

# hierarchies prints the cgroup mounts of this machine, one directory a line.
hierarchies() { awk '$3 ~ /^cgroup2?$/ && $2 ~ "^/sys/fs/cgroup" {print $2}' /proc/self/mounts; }

# make_cgroups makes the sandbox a cgroup of its own in every hierarchy, at the
# top: below ours no controller could be enabled in version 2.
make_cgroups() {
	local root file
	for root in $(hierarchies); do
		mkdir -p "$root/$SANDBOX_CGROUP"
		# In version 1 a new cpuset has no CPUs, and nobody can join it so.
		for file in cpuset.mems cpuset.cpus; do
			[ ! -e "$root/$file" ] || cat "$root/$file" >"$root/$SANDBOX_CGROUP/$file"
		done
	done
}

# remove_cgroups NAME removes it and all below, once the processes are gone.
remove_cgroups() {
	local root end=$((SECONDS + 10))
	for root in $(hierarchies); do
		until [ ! -d "$root/$1" ]; do
			find "$root/$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
			[ "$SECONDS" -lt "$end" ] || {
				echo "# left behind: $root/$1, processes: $(xargs <"$root/$1/cgroup.procs")"
				return 1
			}
			sleep 0.02
		done
	done
}

# remove_stale removes what runs that were killed left: empty cgroups, $OUT.
remove_stale() {
	local root dir pid
	for root in $(hierarchies); do
		for dir in "$root"/runc-engines.*; do
			[ -d "$dir" ] || continue
			kill -0 "${dir##*.}" 2>/dev/null || find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null || true
		done
	done
	for dir in /tmp/runc-engines.*.*; do
		pid=${dir#*runc-engines.}
		[ -O "$dir" ] || continue
		kill -0 "${pid%%.*}" 2>/dev/null || rm -rf "$dir"
	done
}
