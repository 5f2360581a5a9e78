# shellcheck shell=bash
# Podman as root, with the cgroupfs manager. Sourced by inside.sh and case.sh.

export CONTAINERS_CONF=$W/containers.conf CONTAINERS_STORAGE_CONF=$W/storage.conf
export CONTAINERS_REGISTRIES_CONF=/dev/null

engine_start() {
	cat >"$CONTAINERS_CONF" <<-END
		[containers]
		log_driver = "k8s-file"
		default_ulimits = ["nofile=$(ulimit -n):$(ulimit -Hn)", "nproc=$(ulimit -u):$(ulimit -Hu)"]
		pids_limit = $(has_controller pids && echo 2048 || echo 0)
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime_supports_json = ["runc"]
	END
	printf '[storage]\ndriver = "overlay"\ngraphroot = "%s"\nrunroot = "%s"\n' "$W/podman/root" "$W/podman/run" >"$CONTAINERS_STORAGE_CONF"
	podman load -i "$W/image.tar"
}

engine_clean() { podman rm -af -t 0; }

PODMAN=(podman --tmpdir "$W/podman/tmp" --runtime "$RUNTIME")
podman() { timeout -k 2 40 "${PODMAN[@]}" "$@"; }

# prun is podman run without network, which saves time.
prun() { podman run --network none "$@"; }

# up [flags] starts $C, which sleeps.
up() { exits 0 prun -d --name "$C" "$@" "$IMAGE" sleep 1000; }

# down removes $C by force.
down() { exits 0 podman rm -f -t 0 "$C"; }

# state FIELD prints .State.FIELD of $C.
state() { podman inspect -f "{{.State.$1}}" "$C"; }
state_is() { [ "$(state "$1")" = "$2" ]; }

case_run() { says "hello 1" prun --rm "$IMAGE" sh -c 'echo hello $$'; }

case_run_exit_status() {
	exits 7 prun --rm "$IMAGE" sh -c 'exit 7'
	exits 137 prun --rm "$IMAGE" sh -c 'sh -c "kill -9 \$\$; true"; exit $?'
}

case_run_exit_125_126_127() {
	exits 125 prun --rm --no-such-flag "$IMAGE" true
	exits 126 prun --rm "$IMAGE" /notexec
	has 'exec: "/notexec": permission denied'
	exits 127 prun --rm "$IMAGE" nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	exits 127 prun --rm "$IMAGE" /no/such
	has 'exec: "/no/such": stat /no/such: no such file or directory'
}

case_run_stdin() {
	echo "some words" >"$D/in"
	says "SOME WORDS" podman_from "$D/in" run --network none --rm -i "$IMAGE" tr a-z A-Z
}
# podman_from FILE ... is podman with the file as stdin.
podman_from() {
	local file=$1
	shift
	podman "$@" <"$file"
}

case_run_tty() {
	exits 0 on_tty "${PODMAN[@]}" run --network none --rm -it "$IMAGE" sh -c "$TTY_SCRIPT"
	has "/dev/pts/0"
	has "33 77"
	has "136,"
}

case_run_options() {
	echo from-outside >"$D/file"
	exits 0 prun --rm -e WORD=word -w /tmp --read-only --cap-drop CHOWN --device /dev/fuse --hostname inner \
		-v "$D:/mnt:ro" --tmpfs /t:size=1m,mode=700 --shm-size 2m --sysctl net.ipv4.ip_forward=0 --security-opt no-new-privileges \
		--ulimit nofile=77:88 --ulimit "nproc=$(ulimit -Hu)" --umask 0027 --oom-score-adj 500 "$IMAGE" sh -c \
		'exec 2>&1; echo $WORD; pwd; hostname; umask; cat /mnt/file; touch /mnt/x; touch /x; ls -l /dev/fuse; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj
		 cat /proc/sys/net/ipv4/ip_forward; grep -E "Cap|NoNew|Seccomp:" /proc/self/status; df -k /t /dev/shm'
	local want
	for want in word /tmp inner 0027 from-outside "touch: /mnt/x: Read-only file system" "touch: /x: Read-only file system" "10, 229" \
		$'\n77\n88\n500\n0\n' "NoNewPrivs:	1" "Seccomp:	2" "1024 " "2048 "; do
		has "$want"
	done
}

case_run_user() {
	says "uid=1000(app) gid=1000(app) groups=1000(app),2000(more)" prun --rm -u app "$IMAGE" id
	says "uid=4242(4242) gid=2000(more) groups=2000(more)" prun --rm -u 4242:2000 "$IMAGE" id
}

case_run_user_namespace() {
	exits 0 prun --rm --uidmap 0:100000:65536 --gidmap 0:100000:65536 -v "$D:/mnt:ro" "$IMAGE" sh -c 'cat /proc/self/uid_map; stat -c "owner %u" /bin /mnt'
	has "0     100000      65536"
	has $'owner 0\nowner 65534'
}

case_run_init() {
	says "podman-init" prun --rm --init "$IMAGE" sh -c 'sed -n "s/^Name:.//p" /proc/1/status'
}

case_run_masked_paths() {
	exits 1 prun --rm "$IMAGE" sh -c 'ls -A /proc/acpi /sys/firmware | grep -v :; cat /proc/keys; echo x >/proc/sys/kernel/domainname'
	same "sh: can't create /proc/sys/kernel/domainname: Read-only file system" "${TEXT//$'\n'/}"
}

case_run_namespaces() {
	up --ipc shareable
	local pid
	pid=$(state Pid)
	exits 0 podman run --rm --pid "container:$C" --network "container:$C" --ipc "container:$C" --uts host "$IMAGE" \
		sh -c 'readlink /proc/self/ns/net; tr "\0" " " </proc/1/cmdline; readlink /proc/self/ns/uts'
	has "$(readlink "/proc/$pid/ns/net")"
	has "sleep 1000"
	has "$(readlink /proc/self/ns/uts)"
	says "$(readlink /proc/self/ns/pid)" prun --rm --pid host "$IMAGE" readlink /proc/self/ns/pid
	down
}

case_run_network() {
	exits 0 podman run -d --name "$C" "$IMAGE" sh -c 'echo from-httpd >/tmp/index.html; httpd -f -h /tmp'
	local address
	address=$(podman inspect -f '{{.NetworkSettings.IPAddress}}' "$C")
	wait_for 10 http_get "$address" 80
	# busybox's wget crashes: a static program cannot look up names.
	exits 0 podman run --rm "$IMAGE" sh -c "printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' | nc $address 80"
	has from-httpd
	down
}

case_run_preserved_fd() {
	echo "by descriptor" >"$D/in"
	says "by descriptor" eval 'podman run --network none --rm --preserve-fds 1 "$IMAGE" cat /proc/self/fd/3 3<"$D/in"'
}

case_logs() {
	exits 0 prun --name "$C" "$IMAGE" sh -c 'echo out; echo err >&2'
	set +x
	same out "$(podman logs "$C" 2>/dev/null)"
	same err "$(podman logs "$C" 2>&1 >/dev/null)"
	down
}

case_attach() {
	local pid
	exits 0 prun -d -i --name "$C" "$IMAGE" sh -c 'read line; echo "got $line"; exit 3'
	mkfifo "$D/in"
	podman attach "$C" <"$D/in" >"$D/out" 2>&1 &
	pid=$!
	exec 5>"$D/in"
	echo words >&5
	# Podman 4.3 does not pass the exit status on here.
	wait "$pid"
	exec 5>&-
	says 3 podman wait "$C"
	exits 0 grep "got words" "$D/out"
	down
}

case_exec() {
	up
	says "inside" podman exec "$C" echo inside
	exits 9 podman exec "$C" sh -c 'exit 9'
	# Podman 4.3 leaves the primary group out of the additional ones here.
	says "uid=1000(app) gid=1000(app) groups=2000(more) /tmp word" podman exec -u app -w /tmp -e WORD=word "$C" sh -c 'echo $(id) $(pwd) $WORD'
	echo "some words" >"$D/in"
	says "SOME WORDS" podman_from "$D/in" exec -i "$C" tr a-z A-Z
	down
}

case_exec_exit_126_127() {
	up
	exits 126 podman exec "$C" /notexec
	has 'exec: "/notexec": permission denied'
	exits 127 podman exec "$C" nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	exits 127 podman exec "$C" /no/such
	has 'exec: "/no/such": stat /no/such: no such file or directory'
	exits 127 podman exec -w /no/such "$C" true
	down
}

case_exec_tty() {
	up
	exits 5 on_tty "${PODMAN[@]}" exec -it "$C" sh -c "$TTY_SCRIPT; exit 5"
	has "/dev/pts/"
	has "33 77"
	down
}

case_exec_detached() {
	up
	exits 0 podman exec -d "$C" sh -c 'echo begun >/file; sleep 2000'
	wait_for 10 podman exec "$C" grep begun /file
	exits 0 podman top "$C" args
	has "sleep 2000"
	down
}

case_exec_preserved_fd() {
	up
	echo "by descriptor" >"$D/in"
	says "by descriptor" eval 'podman exec --preserve-fds 1 "$C" cat /proc/self/fd/3 3<"$D/in"'
	down
}

# The soft limit is the hard one: Debian's runc now and then raises it.
case_exec_inherits() {
	up --cap-add SYS_PTRACE --security-opt no-new-privileges --ulimit nofile=88:88 --ulimit "nproc=$(ulimit -Hu)"
	local pid
	pid=$(state Pid)
	says "$(grep -E '^(CapBnd|Seccomp:|NoNew)' "/proc/$pid/status")" podman exec "$C" grep -E '^(CapBnd|Seccomp:|NoNew)' /proc/self/status
	says "88 88" podman exec "$C" sh -c 'echo $(ulimit -n) $(ulimit -Hn)'
	down
}

case_stats() {
	need pids
	up
	exits 0 podman stats --no-stream --format '{{.Name}} {{.PIDs}}' "$C"
	has "$C 1"
	down
}

case_pause() {
	up
	local pid
	pid=$(state Pid)
	exits 0 podman pause "$C"
	state_is Status paused || fail "not paused"
	wait_for 5 frozen "$pid"
	exits 255 podman exec "$C" true
	exits 0 podman unpause "$C"
	says alive podman exec "$C" echo alive
	exits 0 podman pause "$C"
	down
}

case_limits() {
	need memory cpu pids
	up --memory 32m --memory-swap 32m --cpus 0.5 --pids-limit 33 --cpuset-cpus 0
	local pid
	pid=$(state Pid)
	same "33554432 / 50000 100000 / 33" "$(limit "$pid" memory) / $(limit "$pid" cpu) / $(limit "$pid" pids)"
	says 0 podman exec "$C" sh -c 'grep Cpus_allowed_list /proc/self/status | tr -dc 0-9-,'
	down
}

case_update() {
	need memory cpu
	up --memory 32m --memory-swap 32m
	local pid
	pid=$(state Pid)
	exits 0 podman update --memory 64m --memory-swap 64m --cpus 0.25 "$C"
	same "67108864 / 25000 100000" "$(limit "$pid" memory) / $(limit "$pid" cpu)"
	says null podman exec "$C" sh -c 'echo null >/dev/null && echo null'
	down
}

case_kill() {
	exits 0 prun -d --name "$C" "$IMAGE" sh -c 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.05; done'
	wait_for 10 eval 'podman logs "$C" | grep -q ready'
	exits 0 podman kill -s USR1 "$C"
	wait_for 10 eval 'podman logs "$C" | grep -q usr1'
	exits 0 podman kill "$C"
	says 137 podman wait "$C"
	exits 125 podman kill "$C"
	down
}

case_stop() {
	exits 0 prun -d --name "$C" "$IMAGE" sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
	wait_for 10 eval 'podman logs "$C" | grep -q ready'
	exits 0 podman stop -t 20 "$C"
	says 5 podman wait "$C"
	down
	# The first process ignores TERM, so KILL follows.
	up
	exits 0 podman stop -t 1 "$C"
	says 137 podman wait "$C"
	down
}

case_restart() {
	up
	local pid
	pid=$(state Pid)
	exits 0 podman restart -t 0 "$C"
	[ "$(state Pid)" != "$pid" ] || fail "the same process"
	says alive podman exec "$C" echo alive
	down
}

case_create_init_start() {
	exits 0 podman create --network none --name "$C" "$IMAGE" sh -c 'echo started'
	# init is the runtime's create without its start.
	exits 0 podman init "$C"
	state_is Status initialized || fail "not initialized"
	says started podman start -a "$C"
	exits 0 podman rm "$C"
}

case_events() {
	up
	exits 0 podman pause "$C"
	exits 0 podman unpause "$C"
	exits 0 podman kill "$C"
	exits 0 podman wait "$C"
	down
	local event
	exits 0 podman events --stream=false --since 10m --filter "container=$C"
	for event in create init start pause unpause kill died remove; do has " $event "; done
}

# OOMKilled is not looked at: with cgroup v1 conmon 2.1.6 does not report it.
case_oom() {
	need memory
	exits 137 prun --rm --memory 16m --memory-swap 16m "$IMAGE" dd if=/dev/zero of=/dev/null bs=100M count=1
}

case_health_check() {
	up --health-cmd 'test -e /healthy' --health-retries 1 --health-interval disable
	exits 1 podman healthcheck run "$C"
	exits 0 podman exec "$C" touch /healthy
	exits 0 podman healthcheck run "$C"
	down
}

case_pod() {
	exits 0 podman pod create --network none --name "$C"
	exits 0 podman run -d --pod "$C" --name "$C-1" "$IMAGE" sleep 1000
	says "$(podman exec "$C-1" readlink /proc/self/ns/net)" podman run --rm --pod "$C" "$IMAGE" readlink /proc/self/ns/net
	exits 0 podman pod rm -f -t 0 "$C"
}

case_build() {
	printf 'FROM %s\nRUN echo built >/file\nUSER app\nRUN id -u >/tmp/id\nCMD ["cat", "/file", "/tmp/id"]\n' "$IMAGE" >"$D/Dockerfile"
	exits 0 podman build --isolation oci --network none -t built "$D"
	says $'built\n1000' prun --rm built
	exits 0 podman rmi -f built
}

case_rm() {
	up
	exits 2 podman rm "$C"
	exits 0 podman stop -t 0 "$C"
	exits 0 podman rm "$C"
	exits 1 podman container exists "$C"
}

case_fifty_at_once() {
	each_of 50 fifty_run
	same 50 "$(podman ps -q | wc -l)"
	each_of 50 fifty_exec
	exits 0 podman rm -af -t 0
	same 0 "$(podman ps -aq | wc -l)"
}
fifty_run() { prun -d --name "$C-$1" "$IMAGE" sleep 1000; }
fifty_exec() { says "$1" podman exec "$C-$1" echo "$1"; }

case_nothing_left() {
	prints_nothing container_cgroups
	prints_nothing strangers
	prints_nothing find /run/runc -mindepth 1
}
