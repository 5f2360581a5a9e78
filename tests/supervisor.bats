#!/usr/bin/env bats
# What a supervisor relies on: streams, descriptors, sd_notify, pidfds, signals,
# orphans, exit statuses.

load helpers
load ptydrive

# --- streams -----------------------------------------------------------------

# streams_of PID prints where its streams lead to.
streams_of() { readlink "/proc/$1/fd/0" "/proc/$1/fd/1" "/proc/$1/fd/2"; }

@test "supervisor: a detached container has exactly the streams it was given" {
	echo in >"$W/in"
	container_script 'cat; echo out; echo err >&2; sleep 1000'
	runc run --detach -b "$BUNDLE" "$ID" <"$W/in" >"$W/out" 2>"$W/err" 3>&-
	run streams_of "$(init_pid)"
	assert_output "$W/in" "$W/out" "$W/err"
	wait_until grep -q err "$W/err"
	assert_equal "$(cat "$W/out" "$W/err")" $'in\nout\nerr'
	assert_equal "$(find "/proc/$(init_pid)/fd" -mindepth 1 | wc -l)" 3
}

@test "supervisor: so has a created one" {
	echo in >"$W/in"
	runc create -b "$BUNDLE" "$ID" <"$W/in" >"$W/out" 2>"$W/err" 3>&-
	runc start "$ID" </dev/null
	run streams_of "$(init_pid)"
	assert_output "$W/in" "$W/out" "$W/err"
}

@test "supervisor: streams of files keep their owner, pipes go to the user (CVE-2026-88265)" {
	config '.process.user = {"uid": 77, "gid": 77}'
	container_script 'echo works >/proc/self/fd/2; echo file'
	run bash -c '"$0" --root "$1" run -b "$2" "$3" 2>&1 >"$4" | cat' "$RUNC" "$STATE" "$BUNDLE" "$ID" "$W/out"
	assert_output works
	assert_equal "$(cat "$W/out")" file
	assert_equal "$(stat -c %u "$W/out")" 0
}

# null_streams PID: all of them are the null device.
null_streams() {
	local fd
	for fd in 0 1 2; do
		assert_equal "$(stat -Lc %t:%T "/proc/$1/fd/$fd")" 1:3
	done
}

@test "supervisor: closed streams are replaced by the null device" {
	runc run -d -b "$BUNDLE" "$ID" <&- >&- 2>&- 3>&-
	null_streams "$(init_pid)"
	runc create -b "$BUNDLE" "$ID-2" <&- >&- 2>&- 3>&-
	runc start "$ID-2"
	null_streams "$(init_pid "$ID-2")"
	runc exec -d --pid-file "$W/pid" "$ID" sleep 1000 <&- >&- 2>&- 3>&-
	null_streams "$(cat "$W/pid")"
}

@test "supervisor: one closed stream each" {
	echo in >"$W/in"
	container_script 'read x; echo "out $x"; echo "err $x" >&2'
	runc run -b "$BUNDLE" "$ID" <&- >"$W/out" 2>"$W/err"
	assert_equal "$(cat "$W/out" "$W/err")" $'out \nerr '
	runc run -b "$BUNDLE" "$ID" <"$W/in" >&- 2>"$W/err"
	assert_equal "$(cat "$W/err")" "err in"
	runc run -b "$BUNDLE" "$ID" <"$W/in" >"$W/out" 2>&-
	assert_equal "$(cat "$W/out")" "out in"
}

@test "supervisor: a closed stream, and /dev/null of the host is something else" {
	only_ours
	config 'del(.linux.maskedPaths)'
	echo canary >"$W/fake"
	host_mount --bind "$W/fake" /dev/null
	# Not by bats' run: its pipe would take the place of the closed stream.
	status=0
	runc run -b "$BUNDLE" "$ID" <&- >"$W/out" 2>&1 || status=$?
	assert_status 1
	grep -q "not the null device" "$W/out"
	umount /dev/null
	rm "$W/host_mounts"
	assert_equal "$(cat "$W/fake")" canary
}

@test "supervisor: closed streams, and /dev/null of the image leads elsewhere (CVE-2026-88265)" {
	mkdir "$BUNDLE/rootfs/vol"
	echo canary >"$BUNDLE/rootfs/vol/file"
	chmod 666 "$BUNDLE/rootfs/vol/file"
	config '.mounts |= map(select(.destination != "/dev")) | .process.user = {"uid": 77, "gid": 77}'
	container_args true
	ln -sf /vol/file "$BUNDLE/rootfs/dev/null"
	runc run -b "$BUNDLE" "$ID" <&- >&- 2>&- || true
	assert_equal "$(stat -c %u "$BUNDLE/rootfs/vol/file") $(cat "$BUNDLE/rootfs/vol/file")" "0 canary"
	# The device on its own, too.
	config 'del(.linux.maskedPaths)'
	runc run -b "$BUNDLE" "$ID" <&- >&- 2>&- || true
	assert_equal "$(stat -c %u "$BUNDLE/rootfs/vol/file") $(cat "$BUNDLE/rootfs/vol/file")" "0 canary"
}

# --- descriptors -------------------------------------------------------------

# activated FDS COMMAND... calls the runtime as socket activation does.
activated() { LISTEN_FDS=$1 sh -c 'LISTEN_PID=$$ exec "$@"' sh "$RUNC" --root "$STATE" "${@:2}"; }

@test "supervisor: sockets of LISTEN_FDS are handed over, and told of" {
	echo three >"$W/3"
	echo four >"$W/4"
	container_script 'echo $LISTEN_FDS $LISTEN_PID $$; cat <&3; cat <&4; ls /proc/self/fd | wc -l'
	run activated 2 run -b "$BUNDLE" "$ID" 3<"$W/3" 4<"$W/4" 5</
	assert_output "2 1 1" three four 6
}

@test "supervisor: LISTEN_PID is the pid that the program has" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	container_script 'test $LISTEN_PID = $$ && echo right'
	run activated 1 run -b "$BUNDLE" "$ID" 3</
	assert_output right
}

@test "supervisor: --preserve-fds come after those of LISTEN_FDS" {
	echo three >"$W/3"
	echo four >"$W/4"
	container_script 'echo $LISTEN_FDS; cat <&3; cat <&4; ls /proc/self/fd | wc -l'
	run activated 1 run --preserve-fds 1 -b "$BUNDLE" "$ID" 3<"$W/3" 4<"$W/4" 5</
	assert_output 1 three four 6
}

@test "supervisor: LISTEN_FDS that is not for us is passed over" {
	local pid
	container_script 'echo "-$LISTEN_FDS-"; ls /proc/self/fd | wc -l'
	for pid in "" 1 99999; do
		LISTEN_FDS=1 LISTEN_PID=$pid run runc run -b "$BUNDLE" "$ID" 3</
		assert_output -- 4
	done
}

@test "supervisor: LISTEN_FDS through create and start" {
	echo three >"$W/3"
	container_script 'echo $LISTEN_FDS $LISTEN_PID; cat <&3'
	activated 1 create -b "$BUNDLE" "$ID" 3<"$W/3" </dev/null >"$W/out" 2>&1
	runc start "$ID"
	wait_until grep -q three "$W/out"
	assert_equal "$(cat "$W/out")" $'1 1\nthree'
}

@test "supervisor: LISTEN_FDS with exec" {
	only_ours "runc's exec does not"
	echo three >"$W/3"
	start_container
	run activated 1 exec "$ID" sh -c 'echo $LISTEN_FDS; test $LISTEN_PID = $$ && cat <&3' 3<"$W/3"
	assert_output 1 three
}

# --- sd_notify ---------------------------------------------------------------

# notifying SCRIPT lets the container run a script that can say things.
notifying() {
	cp "$PTYDRIVE" "$BUNDLE/rootfs/bin/ptydrive"
	config '.process.env += ["GOMAXPROCS=1"]'
	container_script "say() { ptydrive notify \"\$1\"; }; $1"
}

# supervised ARGS... calls the runtime with a NOTIFY_SOCKET; output tells what came
# there, after the container's.
supervised() { detached timeout --foreground -k 5 20 "$PTYDRIVE" supervise "$RUNC" --root "$STATE" "$@"; }

@test "supervisor: a foreground container's READY=1 is passed on, with the runtime as MAINPID" {
	notifying 'say READY=1; echo $NOTIFY_SOCKET'
	supervised run -b "$BUNDLE" "$ID"
	assert_ok
	assert_has 'got "MAINPID=command\nREADY=1\n"' 'got "BARRIER=1\n"' /run/notify/notify.sock
}

@test "supervisor: run --detach returns when the container is ready" {
	notifying 'say STATUS=starting; say READY=1; sleep 1000'
	supervised run --detach -b "$BUNDLE" "$ID"
	assert_ok
	assert_output "got \"MAINPID=$(init_pid)\\nREADY=1\\n\"" 'got "BARRIER=1\n"'
}

@test "supervisor: start returns when the container is ready" {
	notifying 'say READY=1; sleep 1000'
	supervised create -b "$BUNDLE" "$ID"
	assert_ok
	[ -z "$output" ]
	supervised start "$ID"
	assert_ok
	assert_output "got \"MAINPID=$(init_pid)\\nREADY=1\\n\"" 'got "BARRIER=1\n"'
	testcontainer "$ID" running
}

@test "supervisor: a container that ends without a word does not hold anybody up" {
	notifying 'true'
	supervised run --detach -b "$BUNDLE" "$ID"
	assert_output ""
	runc delete --force "$ID"
	supervised run -b "$BUNDLE" "$ID"
	assert_output ""
	supervised create -b "$BUNDLE" "$ID"
	supervised start "$ID"
	assert_ok
	assert_output ""
}

@test "supervisor: READY=1 of a container that ends right after it is not lost" {
	notifying 'say READY=1'
	for _ in 1 2 3; do
		supervised run --detach -b "$BUNDLE" "$ID"
		assert_has 'READY=1\n"'
		runc delete --force "$ID"
	done
}

@test "supervisor: only what a container may say of itself is passed on" {
	only_ours "runc passes on READY=1 alone"
	notifying 'say MAINPID=1; say FDSTORE=1; say "WATCHDOG=1
STATUS=fine
MAINPID=1"; say READY=0; say "READY=1"'
	supervised run -b "$BUNDLE" "$ID"
	assert_output 'got "WATCHDOG=1\nSTATUS=fine\n"' 'got "MAINPID=command\nREADY=1\n"' 'got "BARRIER=1\n"'
}

@test "supervisor: the container can not change the place of the socket" {
	container_script 'ls -l /run/notify/notify.sock | cut -c 1-10; rm /run/notify/notify.sock || touch /run/notify/x || echo no'
	supervised run -b "$BUNDLE" "$ID"
	assert_has srwxrwxrwx no "Read-only file system"
}

@test "supervisor: a socket in a container with a user namespace, for any user" {
	in_userns
	notifying 'say READY=1'
	config '.process.user = {"uid": 1000, "gid": 1000}'
	supervised run -b "$BUNDLE" "$ID"
	assert_has 'got "MAINPID=command\nREADY=1\n"'
}

@test "supervisor: a socket path beyond the length of addresses" {
	local deep=$STATE
	STATE=$W/$(printf 'd%.0s' {1..100})/state
	notifying 'say READY=1'
	supervised run -b "$BUNDLE" "$ID"
	assert_has 'got "MAINPID=command\nREADY=1\n"'
	rm -r "$W"/ddd*
	STATE=$deep
}

@test "supervisor: NOTIFY_SOCKET where nobody listens is a warning" {
	only_ours
	notifying 'echo works; ptydrive notify READY=1 || true'
	NOTIFY_SOCKET=$W/none run runc run -b "$BUNDLE" "$ID"
	assert_ok
	assert_has works warning NOTIFY_SOCKET
}

@test "supervisor: without NOTIFY_SOCKET there is none" {
	container_script 'echo "-$NOTIFY_SOCKET-"; ls /run/notify'
	run_container
	assert_has -- "No such file"
	[ ! -e "$BUNDLE/rootfs/run/notify" ]
}

# --- pid file, pidfd ---------------------------------------------------------

@test "supervisor: run --pidfd-socket and create --pidfd-socket" {
	receiver pidfd
	start_container "$ID" --pidfd-socket "$W/socket"
	received
	assert_output "standard $(init_pid)"
	rm "$W/socket"
	receiver pidfd
	create_container "$ID-2" --pidfd-socket "$W/socket"
	received
	assert_output "standard $(init_pid "$ID-2")"
}

@test "supervisor: exec --pidfd-socket" {
	start_container
	receiver pidfd
	detached runc exec --detach --pid-file "$W/pid" --pidfd-socket "$W/socket" "$ID" sleep 1000
	assert_ok
	received
	assert_output "setns $(cat "$W/pid")"
}

@test "supervisor: a relative --pidfd-socket is below the bundle, for exec --process below the current directory" {
	mkdir -p "$W/a/b"
	cd "$W/a/b"
	receiver pidfd
	start_container "$ID" --pidfd-socket ../socket
	received
	assert_output "standard $(init_pid)"
	rm "$W/socket"
	receiver pidfd
	detached runc exec --pid-file pid --pidfd-socket ../socket "$ID" true
	received
	assert_output "setns $(cat pid)"
	rm "$W/socket"
	receiver pidfd
	echo '{"args": ["/bin/true"], "cwd": "/"}' >process.json
	detached runc exec --pid-file pid --pidfd-socket ../../socket --process process.json "$ID"
	received
	assert_output "setns $(cat pid)"
}

@test "supervisor: --pidfd-socket where nobody listens" {
	detached runc create -b "$BUNDLE" --pidfd-socket "$W/none" "$ID"
	assert_fails --pidfd-socket "$W/none"
	start_container
	detached runc exec --pidfd-socket "$W/none" "$ID" true
	assert_status 255
	assert_has --pidfd-socket
}

@test "supervisor: --pidfd-socket together with a terminal" {
	config '.process.terminal = true'
	container_script 'echo up; sleep 1000'
	receiver pidfd
	on_tty expect=up until-ended=HUP -- run -b "$BUNDLE" --pidfd-socket "$W/socket" "$ID"
	received
	assert_match '^standard [0-9]+$'
	runc delete --force "$ID"
}

# --- signals -----------------------------------------------------------------

@test "supervisor: signals to run and exec are passed on" {
	local sig command pid
	container_script 'for s in HUP INT QUIT USR1 USR2 ALRM TERM CONT TSTP WINCH; do trap "echo got $s; exit 3" $s; done; echo up >/up; while :; do sleep 0.05; done'
	start_container "$ID-2"
	for command in "run -b $BUNDLE $ID" "exec $ID-2 $(jq -r '.process.args[:2] | join(" ")' "$BUNDLE/config.json")"; do
		for sig in HUP INT QUIT USR1 USR2 ALRM TERM CONT TSTP; do
			rm -f "$BUNDLE/rootfs/up"
			if [[ $command = run* ]]; then
				"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" >"$W/out" 2>&1 3>&- &
			else
				"$RUNC" --root "$STATE" exec "$ID-2" sh -c "$(jq -r '.process.args[2]' "$BUNDLE/config.json")" >"$W/out" 2>&1 3>&- &
			fi
			pid=$!
			wait_until test -e "$BUNDLE/rootfs/up"
			kill "-$sig" "$pid"
			status=0
			wait "$pid" || status=$?
			assert_equal "$sig $status $(cat "$W/out")" "$sig 3 got $sig"
		done
	done
}

@test "supervisor: signals that come while the container starts are not lost" {
	mkfifo "$W/fifo"
	container_script 'trap "exit 4" TERM; while :; do sleep 0.05; done'
	config --arg f "$W/fifo" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", "cat <\($f)"]}]'
	"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	local pid=$!
	exec 4>"$W/fifo" # the hook has opened it
	kill -USR1 "$pid"
	kill -TERM "$pid"
	# The program is pid 1 of its namespace: a signal that it does not catch
	# yet passes it by, so this one is sent until it does.
	exec 4>&-
	wait_until ends_by TERM "$pid"
	status=0
	wait "$pid" || status=$?
	case $status in 4 | 143 | 138) ;; *) fail "status $status: $(cat "$W/out")" ;; esac
}

ends_by() {
	kill "-$1" "$2" 2>/dev/null || true
	gone "$2"
}

# --- orphans -----------------------------------------------------------------

# with_orphan lets the container leave a process behind, without a PID namespace
# that would take it.
with_orphan() {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	container_script '(sh -c "sleep 1000 & echo \$! >/orphan" &); while [ ! -s /orphan ]; do sleep 0.02; done
		while grep -qs "^PPid:.$(cat /up)$" /proc/$(cat /orphan)/status; do sleep 0.02; done
		echo >/ready; trap "exit 0" TERM; while :; do sleep 0.05; done'
	echo 1 >"$BUNDLE/rootfs/up"
}

parent_of() { sed -n 's/^PPid:\t//p' "/proc/$1/status"; }

@test "supervisor: run takes in the container's orphans, and reaps them" {
	with_orphan
	"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	local pid=$! orphan
	wait_until test -s "$BUNDLE/rootfs/orphan"
	orphan=$(cat "$BUNDLE/rootfs/orphan")
	wait_until is_child "$orphan" "$pid"
	kill -KILL "$orphan"
	wait_until test ! -e "/proc/$orphan"
	kill "$pid"
	wait "$pid" || true
}

is_child() { [ "$(parent_of "$1")" = "$2" ]; }

@test "supervisor: run --no-subreaper does not" {
	with_orphan
	"$RUNC" --root "$STATE" run --no-subreaper -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	local pid=$! orphan
	wait_until test -s "$BUNDLE/rootfs/orphan"
	orphan=$(cat "$BUNDLE/rootfs/orphan")
	wait_until is_child "$orphan" 1
	kill -KILL "$orphan"
	kill "$pid"
	wait "$pid" || true
}

@test "supervisor: in the foreground only pipes and /dev/null are handed through" {
	local output
	container_script 'for n in 0 1 2; do readlink /proc/self/fd/$n; done; echo late >/dev/stderr; exit 3'
	status=0
	runc run --bundle "$BUNDLE" "$ID" <"$BUNDLE/config.json" >"$W/out" 2>"$W/err" || status=$?
	assert_status 3
	assert_equal "$(sed 's/[0-9]*//g' "$W/out" | sort -u)" 'pipe:[]'
	assert_equal "$(cat "$W/err")" late
	# A terminal of the caller's is not the container's to set or to read.
	output=$(script -qec "$RUNC --root $STATE run --bundle $BUNDLE $ID" /dev/null </dev/null | tr -d '\r')
	assert_equal "$(grep -c 'pipe:' <<<"$output")" 3
	container_args sleep 100
	start_container "$ID-2"
	output=$(script -qec "$RUNC --root $STATE exec $ID-2 sh -c 'readlink /proc/self/fd/0; seq 3; exit 4' && :; echo \$?" /dev/null </dev/null | tr -d '\r')
	assert_match '^pipe:.*'
	assert_has 3 4
	runc delete --force "$ID-2"
}

@test "supervisor: a reader of stderr that is gone does not leave the container" {
	only_ours
	container_script 'exit 5'
	for _ in 1 2 3; do
		runc --debug run --bundle "$BUNDLE" "$ID" 2>&1 >/dev/null </dev/null | head -n 1 >/dev/null
		[ "${PIPESTATUS[0]}" -eq 5 ] || fail "status ${PIPESTATUS[0]}"
		[ -z "$(runc list -q)" ] || fail "left"
	done
}
