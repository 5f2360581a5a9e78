# shellcheck shell=bash
# Docker. Sourced by inside.sh and case.sh.

export DOCKER_HOST=unix://$W/docker.sock DOCKER_BUILDKIT=0

engine_start() {
	start_docker
	docker load -i "$W/image.tar"
}

# Debian's containerd is started by dockerd, as a child.
start_docker() {
	start_daemon docker dockerd --data-root "$W/docker" --exec-root /run/docker -p "$W/dockerd.pid" -H "$DOCKER_HOST" \
		--add-runtime "ours=$RUNTIME" --default-runtime ours --live-restore
	wait_for 60 docker version
}

engine_clean() {
	local names
	mapfile -t names < <(docker ps -aq)
	[ ${#names[@]} -eq 0 ] || docker rm -f "${names[@]}"
}

docker() { timeout -k 2 40 docker "$@"; }

# up [flags] starts $C, which sleeps. (Not as PID 1: that would ignore TERM.)
up() { exits 0 docker run -d --name "$C" "$@" "$IMAGE" sleep 1000; }

# down removes $C by force.
down() { exits 0 docker rm -f "$C"; }

# state FIELD prints .State.FIELD of $C.
state() { docker inspect -f "{{.State.$1}}" "$C"; }
state_is() { [ "$(state "$1")" = "$2" ]; }

case_run() { says "hello 1" docker run --rm "$IMAGE" sh -c 'echo hello $$'; }

case_run_exit_status() {
	exits 7 docker run --rm "$IMAGE" sh -c 'exit 7'
	exits 137 docker run --rm "$IMAGE" sh -c 'sh -c "kill -9 \$\$; true"; exit $?'
}

case_run_exit_125_126_127() {
	exits 125 docker run --rm --no-such-flag "$IMAGE" true
	exits 125 docker run --rm -v /nope:relative "$IMAGE" true
	exits 126 docker run --rm "$IMAGE" /notexec
	has 'exec: "/notexec": permission denied'
	exits 126 docker run --rm "$IMAGE" /tmp
	exits 127 docker run --rm "$IMAGE" nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	exits 127 docker run --rm "$IMAGE" /no/such
	has 'exec: "/no/such": stat /no/such: no such file or directory'
}

case_run_missing_mount_source() {
	exits 125 docker run --rm --mount type=bind,src=/no/such,dst=/mnt "$IMAGE" true
	exits 125 docker run --rm -v "$D:/etc/passwd" "$IMAGE" true
	has "not a directory"
}

case_run_stdin() {
	echo "some words" >"$D/in"
	says "SOME WORDS" docker_from "$D/in" run --rm -i "$IMAGE" tr a-z A-Z
}
# docker_from FILE ... is docker with the file as stdin.
docker_from() {
	local file=$1
	shift
	docker "$@" <"$file"
}

case_run_tty() {
	exits 0 on_tty command docker run --rm -it "$IMAGE" sh -c "$TTY_SCRIPT"
	has "/dev/pts/0"
	has "33 77"
	has "136,"
}

case_run_options() {
	echo from-outside >"$D/file"
	exits 0 docker run --rm -e WORD=word -w /tmp --read-only --cap-drop CHOWN --device /dev/fuse --hostname inner \
		-v "$D:/mnt:ro" --tmpfs /t:size=1m,mode=700 --shm-size 2m --sysctl net.ipv4.ip_forward=0 --security-opt no-new-privileges \
		--ulimit nofile=77:88 --oom-score-adj 500 --add-host other:1.2.3.4 "$IMAGE" sh -c \
		'exec 2>&1; echo $WORD; pwd; hostname; cat /mnt/file; touch /mnt/x; touch /x; ls -l /dev/fuse; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj
		 cat /etc/hosts /proc/sys/net/ipv4/ip_forward; grep -E "Cap|NoNew|Seccomp:" /proc/self/status; df -k /t /dev/shm'
	local want
	for want in word /tmp inner from-outside "touch: /mnt/x: Read-only file system" "touch: /x: Read-only file system" "10, 229" $'\n77\n88\n500\n' \
		"1.2.3.4	other" "00000000a80425fa" "NoNewPrivs:	1" "Seccomp:	2" "1024 " "2048 "; do
		has "$want"
	done
}

case_run_user() {
	says "uid=1000(app) gid=1000(app) groups=1000(app),2000(more)" docker run --rm -u app "$IMAGE" id
	says "uid=4242 gid=2000(more) groups=2000(more)" docker run --rm -u 4242:more "$IMAGE" id
	exits 125 docker run --rm -u nosuch "$IMAGE" id
}

case_run_masked_paths() {
	exits 1 docker run --rm "$IMAGE" sh -c 'ls -A /proc/acpi /sys/firmware | grep -v :; cat /proc/keys; echo x >/proc/sys/kernel/domainname'
	same "sh: can't create /proc/sys/kernel/domainname: Read-only file system" "${TEXT//$'\n'/}"
}

case_run_init() { says "/sbin/docker-init" docker run --rm --init "$IMAGE" sh -c 'tr "\0" "\n" </proc/1/cmdline | head -n 1'; }

case_run_namespaces() {
	up --ipc shareable
	local pid
	pid=$(state Pid)
	exits 0 docker run --rm --pid "container:$C" --net "container:$C" --ipc "container:$C" --uts host "$IMAGE" \
		sh -c 'readlink /proc/self/ns/net; tr "\0" " " </proc/1/cmdline; readlink /proc/self/ns/uts'
	has "$(readlink "/proc/$pid/ns/net")"
	has "sleep 1000"
	has "$(readlink /proc/self/ns/uts)"
	says "$(readlink /proc/self/ns/pid)" docker run --rm --pid host "$IMAGE" readlink /proc/self/ns/pid
	exits 0 docker run --rm --cgroupns private "$IMAGE" cat /proc/self/cgroup
	has ":/"
	[[ $TEXT != *docker* ]] || fail "the cgroup namespace shows the outside: $TEXT"
	down
}

case_run_network() {
	# A prestart hook of dockerd's gives the container its network.
	local address
	up -p 127.0.0.1:8080:80
	address=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' "$C")
	exits 0 docker exec -d "$C" sh -c 'echo from-httpd >/tmp/index.html; httpd -f -h /tmp'
	wait_for 10 http_get 127.0.0.1 8080
	# busybox's wget crashes: a static program cannot look up names.
	exits 0 docker run --rm "$IMAGE" sh -c "printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' | nc $address 80"
	has from-httpd
	down
}

case_run_privileged() {
	capable 24 || skip "dockerd raises limits for --privileged: needs CAP_SYS_RESOURCE"
	exits 0 docker run --rm --privileged "$IMAGE" sh -c 'grep CapEff /proc/self/status; mount -t tmpfs x /mnt'
}

case_logs() {
	exits 0 docker run --name "$C" "$IMAGE" sh -c 'echo out; echo err >&2'
	set +x
	same out "$(docker logs "$C" 2>/dev/null)"
	same err "$(docker logs "$C" 2>&1 >/dev/null)"
	down
}

case_attach() {
	local pid status=0
	exits 0 docker run -d -i --name "$C" "$IMAGE" sh -c 'read line; echo "got $line"; exit 3'
	mkfifo "$D/in"
	docker attach "$C" <"$D/in" >"$D/out" 2>&1 &
	pid=$!
	exec 5>"$D/in"
	echo words >&5
	wait "$pid" || status=$?
	exec 5>&-
	same 3 "$status"
	exits 0 grep "got words" "$D/out"
	down
}

case_exec() {
	up
	says "inside" docker exec "$C" echo inside
	exits 9 docker exec "$C" sh -c 'exit 9'
	says "uid=1000(app) gid=1000(app) groups=1000(app),2000(more) /tmp word" docker exec -u app -w /tmp -e WORD=word "$C" sh -c 'echo $(id) $(pwd) $WORD'
	echo "some words" >"$D/in"
	says "SOME WORDS" docker_from "$D/in" exec -i "$C" tr a-z A-Z
	down
}

case_exec_exit_126_127() {
	up
	exits 126 docker exec "$C" /notexec
	has 'exec: "/notexec": permission denied'
	exits 126 docker exec "$C" nosuch
	has 'exec: "nosuch": executable file not found in $PATH'
	exits 126 docker exec "$C" /no/such
	has 'exec: "/no/such": stat /no/such: no such file or directory'
	exits 126 docker exec -w /no/such "$C" true
	down
}

case_exec_tty() {
	up
	exits 5 on_tty command docker exec -it "$C" sh -c "$TTY_SCRIPT; exit 5"
	has "/dev/pts/"
	has "33 77"
	down
}

case_exec_detached() {
	up
	exits 0 docker exec -d "$C" sh -c 'echo begun >/file; sleep 2000'
	wait_for 10 docker exec "$C" grep begun /file
	exits 0 docker top "$C"
	has "sleep 2000"
	down
}

# The soft limit is the hard one: Debian's runc now and then raises it.
case_exec_inherits() {
	up --cap-add SYS_PTRACE --security-opt no-new-privileges --ulimit nofile=88:88 --group-add 2000
	local pid
	pid=$(state Pid)
	says "$(grep -E '^(Cap|Seccomp:|NoNew)' "/proc/$pid/status")" docker exec "$C" grep -E '^(Cap|Seccomp:|NoNew)' /proc/self/status
	says "88 88" docker exec "$C" sh -c 'echo $(ulimit -n) $(ulimit -Hn)'
	down
}

case_exec_privileged() {
	capable 24 || skip "--privileged is all capabilities: needs CAP_SYS_RESOURCE"
	up
	exits 0 docker exec --privileged "$C" grep CapEff /proc/self/status
	[[ $TEXT != *a80425fb* ]] || fail "no more capabilities: $TEXT"
	down
}

case_stats() {
	need pids
	up
	exits 0 docker stats --no-stream --format '{{.Name}} {{.PIDs}}' "$C"
	has "$C 1"
	down
}

case_pause() {
	up
	local pid
	pid=$(state Pid)
	exits 0 docker pause "$C"
	state_is Paused true || fail "not paused"
	wait_for 5 frozen "$pid"
	exits 1 docker exec "$C" true
	has "is paused"
	exits 0 docker unpause "$C"
	says alive docker exec "$C" echo alive
	exits 0 docker pause "$C"
	exits 0 docker rm -f "$C"
}

case_limits() {
	need memory cpu pids
	up --memory 32m --memory-swap 32m --cpus 0.5 --pids-limit 33 --cpuset-cpus 0
	local pid
	pid=$(state Pid)
	same "33554432 / 50000 100000 / 33" "$(limit "$pid" memory) / $(limit "$pid" cpu) / $(limit "$pid" pids)"
	says 0 docker exec "$C" sh -c 'grep Cpus_allowed_list /proc/self/status | tr -dc 0-9-,'
	down
}

case_update() {
	need memory cpu pids
	up --memory 32m --memory-swap 32m
	local pid
	pid=$(state Pid)
	exits 0 docker update --memory 64m --memory-swap 64m --cpus 0.25 --pids-limit 44 "$C"
	same "67108864 / 25000 100000 / 44" "$(limit "$pid" memory) / $(limit "$pid" cpu) / $(limit "$pid" pids)"
	exits 0 docker update --memory 48m "$C"
	same "50331648 / 25000 100000 / 44" "$(limit "$pid" memory) / $(limit "$pid" cpu) / $(limit "$pid" pids)"
	says null docker exec "$C" sh -c 'echo null >/dev/null && echo null'
	down
}

case_kill() {
	exits 0 docker run -d --name "$C" "$IMAGE" sh -c 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.05; done'
	wait_for 10 eval 'docker logs "$C" | grep -q ready'
	exits 0 docker kill -s USR1 "$C"
	wait_for 10 eval 'docker logs "$C" | grep -q usr1'
	exits 0 docker kill "$C"
	says 137 docker wait "$C"
	exits 1 docker kill "$C"
	has "is not running"
	down
}

case_stop() {
	exits 0 docker run -d --name "$C" "$IMAGE" sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
	wait_for 10 eval 'docker logs "$C" | grep -q ready'
	exits 0 docker stop -t 20 "$C"
	says 5 docker wait "$C"
	down
	# The first process ignores TERM, so KILL follows.
	up
	exits 0 docker stop -t 1 "$C"
	says 137 docker wait "$C"
	down
}

case_restart() {
	up
	local pid
	pid=$(state Pid)
	exits 0 docker restart -t 0 "$C"
	state_is Running true || fail "not running"
	[ "$(state Pid)" != "$pid" ] || fail "the same process"
	says alive docker exec "$C" echo alive
	exits 0 docker stop -t 0 "$C"
	exits 0 docker start "$C"
	says alive docker exec "$C" echo alive
	down
}

case_restart_policy() {
	exits 0 docker run -d --name "$C" --restart on-failure:2 "$IMAGE" sh -c 'exit 3'
	wait_for 20 eval '[ "$(docker inspect -f "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}" "$C")" = "2 exited 3" ]'
	down
}

case_events() {
	local began
	began=$(date +%s.%N)
	up
	exits 0 docker exec "$C" true
	exits 0 docker pause "$C"
	exits 0 docker unpause "$C"
	exits 0 docker kill "$C"
	exits 0 docker wait "$C"
	down
	local event
	for event in create start exec_create exec_start exec_die pause unpause kill die destroy; do
		wait_for 10 eval 'docker events --since '"$began"' --until "$(date +%s.%N)" --filter container='"$C"' --filter event='"$event"' | grep -q .'
	done
}

case_oom() {
	need memory
	local began
	began=$(date +%s.%N)
	# Docker watches the memory cgroup only once the container runs.
	exits 0 docker run -d --name "$C" --memory 16m --memory-swap 16m "$IMAGE" \
		sh -c 'until [ -e /go ]; do sleep 0.05; done; exec dd if=/dev/zero of=/dev/null bs=100M count=1'
	exits 0 docker exec "$C" touch /go
	says 137 docker wait "$C"
	wait_for 10 state_is OOMKilled true
	wait_for 10 eval 'docker events --since '"$began"' --until "$(date +%s.%N)" --filter event=oom | grep -q .'
	down
}

case_health_check() {
	up --health-cmd 'test -e /healthy' --health-interval 300ms --health-retries 1
	wait_for 20 state_is Health.Status unhealthy
	exits 0 docker exec "$C" touch /healthy
	wait_for 20 state_is Health.Status healthy
	down
}

case_build() {
	printf 'FROM %s\nRUN echo built >/file\nUSER app\nRUN id -u >/tmp/id\nCMD ["cat", "/file", "/tmp/id"]\n' "$IMAGE" >"$D/Dockerfile"
	exits 0 docker build -t built "$D"
	says $'built\n1000' docker run --rm built
	exits 0 docker rmi -f built
}

case_daemon_restart() {
	up
	local pid
	pid=$(state Pid)
	stop_daemon docker
	gone "$pid" && fail "the container did not live on"
	start_docker
	same "$pid" "$(state Pid)"
	says alive docker exec "$C" echo alive
	exits 0 docker kill "$C"
	says 137 docker wait "$C"
	down
}

case_fifty_at_once() {
	each_of 50 fifty_run
	same 50 "$(docker ps -q | wc -l)"
	each_of 50 fifty_exec
	local names
	mapfile -t names < <(docker ps -q)
	exits 0 docker rm -f "${names[@]}"
	same 0 "$(docker ps -aq | wc -l)"
}
fifty_run() { docker run -d --net none --name "$C-$1" "$IMAGE" sleep 1000; }
fifty_exec() { says "$1" docker exec "$C-$1" echo "$1"; }

case_nothing_left() {
	prints_nothing container_cgroups
	prints_nothing strangers
	prints_nothing find /run/docker/runtime-* /run/docker/containerd/daemon/io.containerd.runtime.v2.task -mindepth 2
}
