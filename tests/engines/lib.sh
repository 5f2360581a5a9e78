# shellcheck shell=bash
# What checks are written with. Sourced by inside.sh and case.sh.

# --- verdicts ----------------------------------------------------------------
# These log what they do themselves, and switch the trace off inside.

fail() {
	{ set +x; } 2>/dev/null
	echo "FAILED: $*" >&2
	exit 1
}

skip() {
	{ set +x; } 2>/dev/null
	echo "$*" >&2
	exit 77
}

# exits STATUS COMMAND... wants that exit status; what it wrote is in $TEXT, with
# plain line ends.
exits() {
	local - got=0 want=$1
	{ set +x; } 2>/dev/null
	shift
	TEXT=$("$@" 2>&1) || got=$?
	TEXT=${TEXT//$'\r'/}
	printf '%s\n' "$TEXT" >&2
	[ "$got" -eq "$want" ] || fail "$*: exit status $got, not $want"
}

# says TEXT COMMAND... wants success and exactly that on stdout and stderr.
says() {
	local want=$1
	shift
	exits 0 "$@"
	same "$want" "$TEXT"
}

same() {
	local -
	{ set +x; } 2>/dev/null
	[ "$1" = "$2" ] || fail "'$2' is not '$1'"
}

# has TEXT [STRING] wants it somewhere in the string (default: $TEXT).
has() {
	local -
	{ set +x; } 2>/dev/null
	[[ ${2-$TEXT} == *"$1"* ]] || fail "'${2-$TEXT}' does not have '$1'"
}

# wait_for SECONDS COMMAND... polls until it succeeds.
wait_for() {
	local - seconds=$1 end=$((SECONDS + $1))
	{ set +x; } 2>/dev/null
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "waited $seconds s for: $*"
		sleep 0.05
	done
}

# prints_nothing COMMAND... wants that, at the latest in ten seconds.
prints_nothing() {
	local - text end=$((SECONDS + 10))
	{ set +x; } 2>/dev/null
	until text=$("$@" 2>/dev/null || true) && [ -z "$text" ]; do
		[ "$SECONDS" -lt "$end" ] || fail "$* still prints: $text"
		sleep 0.05
	done
}

# each_of COUNT COMMAND... runs it with 1, 2, ... at once; all must succeed.
each_of() {
	local - i pids=() bad=0 count=$1
	{ set +x; } 2>/dev/null
	shift
	for ((i = 1; i <= count; i++)); do
		"$@" "$i" >"$D/each.$i" 2>&1 &
		pids[i]=$!
	done
	for ((i = 1; i <= count; i++)); do
		wait "${pids[i]}" && continue
		bad=$((bad + 1))
		cat "$D/each.$i" >&2
	done
	[ "$bad" -eq 0 ] || fail "$*: $bad of $count failed"
}

# http_get HOST PORT wants an answer from a container's httpd. (In a subshell: a
# refused connection ends the shell.)
http_get() (
	exec 3<>"/dev/tcp/$1/$2"
	echo "GET /index.html" >&3
	read -r -t 5 -u 3 _
)

# gone PID: it is no more, or a zombie.
gone() { ! grep -qs '^State:[[:space:]][^ZX]' "/proc/$1/status"; }

# on_tty COMMAND... runs it on a terminal of 33 lines and 77 columns. Nobody
# types: stdin stays open and silent until the command ends.
on_tty() {
	local words status=0
	printf -v words '%q ' "$@"
	mkfifo "$D/typed"
	script -qec "stty rows 33 cols 77; $words" /dev/null <>"$D/typed" || status=$?
	rm "$D/typed"
	return "$status"
}

# TTY_SCRIPT shows a terminal from within. Engines may set its size after the start.
# shellcheck disable=SC2034,SC2016
TTY_SCRIPT='tty; i=0; until [ "$(stty size)" = "33 77" ] || [ $i = 100 ]; do sleep 0.05; i=$((i+1)); done; stty size; ls -l /dev/console'

# --- the kernel's view ---------------------------------------------------------

# cgroup_dir PID CONTROLLER prints the directory of its cgroup.
cgroup_dir() {
	local names path
	while IFS=: read -r _ names path; do
		case ,$names, in
		*",$2,"*) [ ! -d "/sys/fs/cgroup/$names" ] || echo "/sys/fs/cgroup/$names$path" ;;
		,,) [ ! -e /sys/fs/cgroup/cgroup.procs ] || echo "/sys/fs/cgroup$path" ;;
		esac
	done <"/proc/$1/cgroup"
}

# frozen PID: its cgroup is.
frozen() {
	grep -qs FROZEN "$(cgroup_dir "$1" freezer)/freezer.state" || grep -qs 'frozen 1' "$(cgroup_dir "$1" freezer)/cgroup.events"
}

# has_controller NAME: the engine has it in this view.
has_controller() {
	grep -qsw "$1" /sys/fs/cgroup/cgroup.controllers ||
		grep -Eq "^[^ ]+ [^ ]+ cgroup ([^ ]*,)?$1[, ]" /proc/self/mounts
}

# need CONTROLLER... skips the check where the engine cannot have one.
need() {
	local name
	for name; do has_controller "$name" || skip "no cgroup controller $name in this view"; done
}

# limit PID KIND prints a limit as the kernel has it: memory (bytes), cpu (quota
# and period), pids.
limit() {
	local dir
	dir=$(cgroup_dir "$1" "$2")
	case $2 in
	memory) cat "$dir/memory.limit_in_bytes" 2>/dev/null || cat "$dir/memory.max" ;;
	cpu)
		if [ -e "$dir/cpu.max" ]; then
			cat "$dir/cpu.max"
		else
			xargs <<<"$(cat "$dir/cpu.cfs_quota_us" "$dir/cpu.cfs_period_us")"
		fi
		;;
	pids) cat "$dir/pids.max" ;;
	esac
}

# capable NUMBER: we have that capability.
capable() { (((0x$(awk '/^CapEff/ {print $2}' /proc/self/status) >> $1) & 1)); }

# container_cgroups prints the cgroups that are there now, without mount points,
# ours, and the parents of containers, which engines keep.
container_cgroups() {
	find /sys/fs/cgroup -mindepth 1 -type d | grep -vE '/(init|engines|docker|libpod_parent|conmon|libpod_parent/[0-9a-f]{64})$' |
		grep -vxFf <(awk '{print $2}' /proc/self/mounts) || true
}

# strangers prints the processes other than ours and the engine's daemons.
strangers() {
	local pid
	for pid in /proc/[0-9]*; do
		tr '\0' ' ' 2>/dev/null <"$pid/cmdline" | grep -aE '^(/[^ ]*/)?(runc|containerd-shim[^ ]*|conmon|sleep|sh)( |$)' |
			sed "s|^|${pid#/proc/} |" || true
	done
}

# --- daemons -------------------------------------------------------------------

# start_daemon NAME COMMAND... runs it in the background with a log.
start_daemon() {
	local name=$1
	shift
	setsid "$@" </dev/null >>"$LOGS/$name.log" 2>&1 &
	echo $! >"$W/$name.pid"
}

# stop_daemon NAME ends it and waits until it is gone.
stop_daemon() {
	local pid
	pid=$(cat "$W/$1.pid")
	kill "$pid"
	wait_for 20 gone "$pid"
}
