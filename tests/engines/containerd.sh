# shellcheck shell=bash
# containerd, driven by ctr. Sourced by inside.sh and case.sh.

NS=engines

engine_start() {
	cat >"$W/containerd.toml" <<-END
		version = 2
		root = "$W/containerd/root"
		state = "/run/containerd"
		disabled_plugins = ["io.containerd.grpc.v1.cri"]
		[grpc]
		  address = "$W/containerd.sock"
		[ttrpc]
		  address = "$W/containerd.ttrpc"
		[plugins."io.containerd.internal.v1.opt"]
		  path = "$W/containerd/opt"
	END
	start_containerd
	ctr image import "$W/image.tar"
}

start_containerd() {
	start_daemon containerd containerd -c "$W/containerd.toml"
	wait_for 30 ctr version
}

engine_clean() {
	local name
	for name in $(ctr container ls -q); do
		ctr task kill -a -s KILL "$name"
		ctr task rm -f "$name"
		ctr container rm "$name"
	done
}

CTR=(ctr -a "$W/containerd.sock" -n "$NS")
ctr() { timeout -k 2 30 "${CTR[@]}" "$@"; }

ctr_run() { ctr run "${RUN_FLAGS[@]}" "$@"; }
RUN_FLAGS=(--runc-binary "$RUNTIME")
# ctr asks for CPU shares of its own accord, also where there is no controller.
has_controller cpu || RUN_FLAGS+=(--cpu-shares 0)

# up NAME [flags] starts a container that sleeps.
up() {
	local name=$1
	shift
	exits 0 ctr_run -d "$@" "$IMAGE" "$name" sleep 1000
}

# down NAME removes it and wants every step to work.
down() {
	exits 0 ctr task kill -s KILL "$1"
	wait_for 10 task_is "$1" STOPPED
	exits 0 ctr task rm "$1"
	exits 0 ctr container rm "$1"
}

task_field() { ctr task ls | awk -v name="$1" -v field="$2" '$1 == name {print $field}'; }
task_pid() { task_field "$1" 2; }
task_is() { [ "$(task_field "$1" 3)" = "$2" ]; }

# run_text [flags] IMAGE NAME COMMAND... is ctr run --rm, in_container [flags] NAME
# COMMAND... is ctr task exec. In both the shim writes the output to a file: on a
# busy machine ctr 1.6 now and then loses that of a short process.
run_text() { shown ctr_run --rm --log-uri "file://$D/log.$BASHPID" "$@"; }
in_container() { shown ctr task exec --exec-id "e$BASHPID" --log-uri "file://$D/log.$BASHPID" "$@"; }
shown() {
	local status=0
	rm -f "$D/log.$BASHPID"
	"$@" || status=$?
	cat "$D/log.$BASHPID" 2>/dev/null || true
	return "$status"
}

case_run() { says "hello 1" run_text "$IMAGE" "$C" sh -c 'echo hello $$'; }

case_run_exit_status() { exits 7 ctr_run --rm "$IMAGE" "$C" sh -c 'exit 7'; }

case_run_killed_by_signal() { exits 137 ctr_run --rm "$IMAGE" "$C" sh -c 'kill -9 $$; sleep 1000 & kill -9 $!; wait $!'; }

case_run_no_such_program() {
	exits 1 ctr_run --rm "$IMAGE" "$C" /no/such
	has 'exec: "/no/such": stat /no/such: no such file or directory'
	exits 1 ctr_run --rm "$IMAGE" "$C-2" nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	exits 1 ctr_run --rm "$IMAGE" "$C-3" /notexec
	has 'exec: "/notexec": permission denied'
}

case_run_stdin() {
	local pid
	mkfifo "$D/in"
	ctr_run --rm "$IMAGE" "$C" cat <"$D/in" >"$D/out" &
	pid=$!
	exec 5>"$D/in"
	echo "some words" >&5
	# The end of file is lost if ctr sees it before the task is there.
	wait_for 20 grep -q "some words" "$D/out"
	exec 5>&-
	wait "$pid" || fail "cat did not see the end of file"
}

case_run_big_output() {
	set +x
	ctr_run --rm "$IMAGE" "$C" sh -c 'head -c 3000000 /dev/zero; head -c 1000000 /dev/zero >&2' >"$D/out" 2>"$D/err"
	same "3000000 1000000" "$(stat -c %s "$D/out") $(stat -c %s "$D/err")"
}

case_run_tty() {
	# ctr sets the size only after the start.
	exits 0 on_tty "${CTR[@]}" run "${RUN_FLAGS[@]}" --rm -t "$IMAGE" "$C" \
		sh -c "$TTY_SCRIPT"
	has "/dev/pts/0"
	has "33 77"
	has "136,"
}

case_run_options() {
	echo from-outside >"$D/file"
	exits 0 run_text --env WORD=word --cwd /tmp --read-only --cap-drop CAP_CHOWN --device /dev/fuse \
		--mount "type=bind,src=$D,dst=/mnt,options=rbind:ro" "$IMAGE" "$C" \
		sh -c 'echo $WORD; pwd; cat /mnt/file; touch /mnt/x; touch /x; chown 1 /proc/self; ls -l /dev/fuse; grep -E "Cap|NoNew" /proc/self/status'
	has "word"
	has "/tmp"
	has "from-outside"
	has "touch: /mnt/x: Read-only file system"
	has "touch: /x: Read-only file system"
	has "10, 229"
	has "00000000a80425fa"
	has "NoNewPrivs:	1"
}

case_run_seccomp() {
	says "Seccomp:	2" run_text --seccomp "$IMAGE" "$C" grep Seccomp: /proc/self/status
}

case_run_user_namespace() {
	exits 0 run_text --uidmap 0:100000:65536 --gidmap 0:100000:65536 "$IMAGE" "$C" \
		sh -c 'id -u; cat /proc/self/uid_map; stat -c %u /bin; ls /sys/kernel >/dev/null'
	has "0     100000      65536"
}

case_run_join_namespaces() {
	local pid
	up "$C"
	pid=$(task_pid "$C")
	exits 0 run_text --with-ns "pid:/proc/$pid/ns/pid" --with-ns "network:/proc/$pid/ns/net" --with-ns "ipc:/proc/$pid/ns/ipc" \
		"$IMAGE" "$C-2" sh -c 'readlink /proc/self/ns/net; cat /proc/1/cmdline'
	has "$(readlink "/proc/$pid/ns/net")"
	has "sleep"
	down "$C"
}

case_run_detached() {
	up "$C"
	task_is "$C" RUNNING || fail "not running"
	has sleep "$(tr '\0' ' ' <"/proc/$(task_pid "$C")/cmdline")"
	down "$C"
}

case_create_then_start() {
	# This command knows no --runc-binary; the shim takes runc from PATH: ours.
	exits 0 ctr container create "$IMAGE" "$C" echo started
	says started ctr task start "$C"
	exits 0 ctr container rm "$C"
}

case_logs() {
	exits 0 ctr_run -d --log-uri "file://$D/log" "$IMAGE" "$C" sh -c 'echo out; echo err >&2'
	wait_for 10 task_is "$C" STOPPED
	wait_for 5 grep -q out "$D/log"
	wait_for 5 grep -q err "$D/log"
	exits 0 ctr task rm "$C"
	exits 0 ctr container rm "$C"
}

case_attach() {
	local pid status=0
	exits 0 ctr_run -d "$IMAGE" "$C" sh -c 'until [ -e /go ]; do sleep 0.05; done; echo attached; exit 3'
	ctr task attach "$C" >"$D/out" 2>&1 &
	pid=$!
	# Attaching opens the FIFOs; the output waits in them.
	wait_for 10 eval 'ls -l /proc/'"$(pgrep -f "task attach $C\$" | tail -n 1)"'/fd | grep -q stdout'
	exits 0 in_container "$C" touch /go
	wait "$pid" || status=$?
	same 3 "$status"
	exits 0 grep attached "$D/out"
}

case_exec() {
	up "$C"
	says "inside 1000" in_container "$C" sh -c 'echo inside $(tr "\0" " " </proc/1/cmdline | cut -d " " -f 2)'
	exits 9 in_container "$C" sh -c 'exit 9'
	exits 0 in_container --user 1000:1000 --cwd /tmp "$C" sh -c 'id; pwd'
	has "uid=1000(app) gid=1000(app)"
	has "/tmp"
	exits 1 in_container "$C" nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	down "$C"
}

case_exec_stdin() {
	local pid
	up "$C"
	mkfifo "$D/in"
	ctr task exec --exec-id cat "$C" cat <"$D/in" >"$D/out" &
	pid=$!
	exec 5>"$D/in"
	echo "some words" >&5
	wait_for 20 grep -q "some words" "$D/out"
	exec 5>&-
	wait "$pid" || fail "cat did not see the end of file"
	down "$C"
}

case_exec_inherits() {
	up "$C" --seccomp
	local pid dir
	pid=$(task_pid "$C")
	exits 0 ctr task exec -d --exec-id long "$C" sleep 2000
	dir=$(cgroup_dir "$pid" pids)
	same 2 "$(wc -l <"$dir/cgroup.procs")"
	same "$(grep -E '^(Cap|Seccomp:|NoNew)' "/proc/$pid/status")" "$(in_container "$C" grep -E '^(Cap|Seccomp:|NoNew)' /proc/self/status)"
	exits 0 ctr task kill --exec-id long -s KILL "$C"
	down "$C"
}

case_exec_tty() {
	up "$C"
	exits 5 on_tty "${CTR[@]}" task exec -t --exec-id tty "$C" \
		sh -c "$TTY_SCRIPT; exit 5"
	has "/dev/pts/"
	has "33 77"
	down "$C"
}

case_ps() {
	up "$C"
	exits 0 ctr task exec -d --exec-id second "$C" sleep 2000
	same 3 "$(ctr task ps "$C" | wc -l)"
	has second "$(ctr task ps "$C")"
	down "$C"
}

case_metrics() {
	need pids
	up "$C"
	exits 0 ctr task metrics "$C"
	has "pids.current"
	[[ $TEXT =~ pids.current\ +1 ]] || fail "pids.current is not 1"
	down "$C"
}

case_pause_resume() {
	local pid before
	exits 0 ctr_run -d "$IMAGE" "$C" sh -c 'while :; do echo x >>/ticks; sleep 0.01; done'
	pid=$(task_pid "$C")
	wait_for 10 in_container "$C" test -s /ticks
	exits 0 ctr task pause "$C"
	task_is "$C" PAUSED || fail "not paused"
	wait_for 5 frozen "$pid"
	exits 0 ctr task resume "$C"
	task_is "$C" RUNNING || fail "not running"
	before=$(in_container "$C" wc -c /ticks)
	wait_for 10 eval '[ "$(in_container '"$C"' wc -c /ticks)" != "'"$before"'" ]'
	down "$C"
}

case_kill_paused() {
	up "$C"
	exits 0 ctr task pause "$C"
	exits 0 ctr task kill -s KILL "$C"
	wait_for 10 task_is "$C" STOPPED
	exits 0 ctr task rm "$C"
	exits 0 ctr container rm "$C"
}

case_limits() {
	need memory cpu
	local pid
	up "$C" --memory-limit 33554432 --cpus 0.5
	pid=$(task_pid "$C")
	same 33554432 "$(limit "$pid" memory)"
	same "50000 100000" "$(limit "$pid" cpu)"
	down "$C"
}

case_devices() {
	exits 0 run_text --cap-add CAP_MKNOD "$IMAGE" "$C" \
		sh -c 'echo x >/dev/null && head -c 1 /dev/zero >/dev/null && mknod /kmsg c 1 11 && ! cat /kmsg; echo status $?'
	has "cat: can't open '/kmsg': Operation not permitted"
	has "status 0"
}

case_kill_signals() {
	exits 0 ctr_run -d --log-uri "file://$D/log" "$IMAGE" "$C" sh -c 'trap "echo got-usr1; exit 4" USR1; echo ready; while :; do sleep 0.05; done'
	wait_for 10 grep -q ready "$D/log"
	exits 0 ctr task kill -s SIGUSR1 "$C"
	wait_for 10 grep -q got-usr1 "$D/log"
	wait_for 10 task_is "$C" STOPPED
	exits 0 ctr task rm "$C"
	has "exit code 4"
	exits 0 ctr container rm "$C"
}

case_kill_all() {
	# Without a PID namespace of its own nothing dies with the first process.
	local pid
	exits 0 ctr_run -d --with-ns pid:/proc/1/ns/pid "$IMAGE" "$C" sh -c 'sleep 3000 & sleep 3000 & sleep 3000'
	pid=$(task_pid "$C")
	wait_for 10 eval '[ "$(pgrep -c -f "^sleep 3000")" = 3 ]'
	exits 0 ctr task kill -a -s KILL "$C"
	wait_for 10 task_is "$C" STOPPED
	wait_for 10 gone "$pid"
	wait_for 10 eval '! pgrep -f "^sleep 3000"'
	exits 0 ctr task rm "$C"
	has "exit code 137"
	exits 0 ctr container rm "$C"
}

case_rm_running() {
	local pid
	up "$C"
	pid=$(task_pid "$C")
	exits 1 ctr task rm "$C"
	exits 0 ctr task rm -f "$C"
	has "exit code 137"
	wait_for 5 gone "$pid"
	exits 0 ctr container rm "$C"
}

case_id_in_use() {
	up "$C"
	exits 1 ctr_run -d "$IMAGE" "$C" sleep 1000
	task_is "$C" RUNNING || fail "the first one suffered"
	down "$C"
}

case_events() {
	follow_events
	up "$C"
	exits 0 ctr task exec -d --exec-id ev "$C" true
	exits 0 ctr task pause "$C"
	exits 0 ctr task resume "$C"
	down "$C"
	local topic
	for topic in create start exec-added exec-started paused resumed exit delete; do
		wait_for 10 grep -q "/tasks/$topic .*$C" "$D/events"
	done
}

# follow_events writes events to $D/events and returns when they flow.
follow_events() {
	ctr events >"$D/events" 2>&1 &
	wait_for 10 eval 'ctr namespaces label '"$NS"' tick=$RANDOM; test -s '"$D/events"
}

case_oom() {
	need memory
	follow_events
	exits 0 ctr_run -d --memory-limit 16777216 "$IMAGE" "$C" \
		sh -c 'until [ -e /go ]; do sleep 0.05; done; exec dd if=/dev/zero of=/dev/null bs=100M count=1'
	exits 0 in_container "$C" touch /go
	wait_for 20 task_is "$C" STOPPED
	wait_for 10 grep -q "/tasks/oom .*$C" "$D/events"
	exits 0 ctr task rm "$C"
	has "exit code 137"
	exits 0 ctr container rm "$C"
}

case_daemon_restart() {
	local pid
	up "$C"
	pid=$(task_pid "$C")
	stop_daemon containerd
	start_containerd
	same "$pid" "$(task_pid "$C")"
	says alive in_container "$C" echo alive
	down "$C"
}

case_fifty_at_once() {
	each_of 50 fifty_run
	same 50 "$(ctr task ls | grep -c RUNNING)"
	each_of 50 fifty_exec
	each_of 50 fifty_rm
	same 0 "$(ctr container ls -q | wc -l)"
}
fifty_run() { ctr_run -d "$IMAGE" "$C-$1" sleep 1000; }
fifty_exec() { says "$1" in_container "$C-$1" echo "$1"; }
fifty_rm() {
	ctr task rm -f "$C-$1"
	ctr container rm "$C-$1"
}

case_nothing_left() {
	prints_nothing container_cgroups
	prints_nothing strangers
	prints_nothing find /run/containerd/runc /run/containerd/io.containerd.runtime.v2.task -mindepth 2
}
