#!/usr/bin/env bats
# bats file_tags=cgroups
# runc run: in the foreground and detached, standard streams, exit status.

load helpers

@test "run: prints what the container prints" {
	container_args echo 'hello world'
	run_container
	assert_ok
	assert_output 'hello world'
}

@test "run: stdout and stderr stay apart" {
	container_script 'echo out; echo err >&2'
	runc run -b "$BUNDLE" "$ID" >"$W/out" 2>"$W/err"
	assert_equal "$(cat "$W/out")" out
	assert_equal "$(cat "$W/err")" err
}

@test "run: stdin reaches the container" {
	container_args cat
	run runc run -b "$BUNDLE" "$ID" <<<'from outside'
	assert_ok
	assert_output 'from outside'
}

@test "run: exits with the program's exit status" {
	local want
	for want in 0 1 42 255; do
		container_script "exit $want"
		run_container
		assert_status "$want"
	done
}

@test "run: a program killed by a signal gives 128 + signal" {
	local signal
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	for signal in 9 15 6; do
		container_script "kill -$signal \$\$"
		run_container
		assert_status $((128 + signal))
	done
}

@test "run: no trace of the container afterwards" {
	container_args true
	run_container
	assert_ok
	[ -z "$(ls -A "$STATE")" ]
	[ -z "$(test_cgroups)" ]
}

@test "run: --keep keeps the stopped container" {
	only_ours
	container_args true
	run_container --keep
	assert_ok
	testcontainer "$ID" stopped
	runc delete "$ID"
	[ ! -e "$STATE/$ID" ]
}

@test "run: --detach returns while the container runs" {
	start_container
	testcontainer "$ID" running
}

@test "run: --detach --pid-file" {
	start_container "$ID" --pid-file "$W/pid"
	assert_equal "$(cat "$W/pid")" "$(init_pid)"
}

@test "run: a program that is not there: exit status 1, nothing left" {
	container_args no-such-program
	run_container
	assert_status 1
	assert_has 'exec: "no-such-program": executable file not found in $PATH'
	[ -z "$(ls -A "$STATE")" ]
}

@test "run: a path that is not there" {
	container_args /no/such
	run_container
	assert_status 1
	assert_has 'exec: "/no/such": stat /no/such: no such file or directory'
}

@test "run: a program that may not be executed" {
	echo data >"$BUNDLE/rootfs/data"
	container_args /data
	run_container
	assert_status 1
	assert_has "permission denied"
}

@test "run: a file that is no program" {
	only_ours
	echo data >"$BUNDLE/rootfs/data"
	chmod +x "$BUNDLE/rootfs/data"
	container_args /data
	run_container
	assert_status 255
	assert_output "exec /data: exec format error"
	[ -z "$(ls -A "$STATE")" ]
}

@test "run: a script whose interpreter is not there" {
	printf '#!/no/such\n' >"$BUNDLE/rootfs/script"
	chmod +x "$BUNDLE/rootfs/script"
	container_args /script
	run_container
	assert_output "exec /script: no such file or directory"
	# Also in the log, which an engine reads; the container's own is without create.
	run runc --log "$W/log" --log-format json run -b "$BUNDLE" "$ID"
	assert_output "exec /script: no such file or directory"
	runc create -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&-
	runc start "$ID"
	wait_until has_status "$ID" stopped
	output=$(cat "$W/out")
	assert_match "^exec /script: no such file or directory"
	only_ours "runc is gone by then"
	assert_equal "$(jq -r .msg "$W/log")" "runc run failed: unable to start container process: $output"
	runc delete "$ID"
	detached runc run --detach -b "$BUNDLE" "$ID"
	assert_fails "exec /script: no such file or directory"
}

@test "run: without the right to change the root" {
	config '.process.capabilities = {}'
	container_script 'pwd; ls -d /proc/self; ls /proc/self/fd | wc -l'
	run setpriv --bounding-set=-sys_chroot --inh-caps=-all "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" 3>&-
	assert_output / /proc/self 4
}

@test "run: the container's pid 1 is the program" {
	container_script 'echo $$; cat /proc/1/comm; :'
	run_container
	assert_output 1 sh
}

@test "run: hostname" {
	config '.hostname = "telling"'
	container_args hostname
	run_container
	assert_output telling
}

@test "run: domainname" {
	only_ours
	config '.domainname = "example.org"'
	container_args cat /proc/sys/kernel/domainname
	run_container
	assert_output example.org
}

@test "run: SIGTERM to runc reaches the container" {
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'trap "exit 7" TERM; echo > /ready; while :; do sleep 0.05; done'
	"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	local pid=$!
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	assert_status 7
}

@test "run: SIGHUP, SIGUSR1 and SIGINT are passed on as well" {
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'trap "echo hup" HUP; trap "echo usr1" USR1; trap "echo int; exit" INT
		echo > /ready; while :; do sleep 0.05; done'
	# A shell makes background jobs ignore SIGINT; setsid's child does not.
	"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	local pid=$!
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	kill -HUP "$pid"
	wait_until grep -q hup "$W/out"
	kill -USR1 "$pid"
	wait_until grep -q usr1 "$W/out"
	runc kill "$ID" INT
	wait "$pid"
	assert_equal "$(tr '\n' ' ' <"$W/out")" "hup usr1 int "
}

@test "run: --preserve-fds hands descriptors through" {
	echo content >"$W/file"
	container_script 'cat <&3; ls /proc/self/fd'
	run runc run -b "$BUNDLE" --preserve-fds 1 "$ID" 3<"$W/file"
	assert_ok
	assert_equal "${lines[0]}" content
}

@test "run: no other descriptor of the caller gets in" {
	container_script 'ls /proc/1/fd; :'
	exec 4<"$W" 5</dev/null 7<"$BUNDLE"
	run_container
	exec 4<&- 5<&- 7<&-
	assert_ok
	assert_output 0 1 2
}

@test "run: no environment of the caller gets in" {
	config '.process.env = ["PATH=/bin", "A=b c"]'
	container_args env
	SECRET=x run_container
	assert_ok
	assert_has_not SECRET
	assert_equal "$(sort <<<"$output" | grep -v -e ^SHLVL -e ^PWD | tr '\n' ' ')" "A=b c HOME=/root PATH=/bin "
}

@test "run: --no-new-keyring" {
	container_args true
	run_container --no-new-keyring
	assert_ok
}

@test "run: --no-pivot" {
	container_args ls /
	run_container --no-pivot
	assert_ok
	assert_has etc
	assert_has_not "$(basename "$RUNC_BATS_DIR")"
}

@test "run: a container's name is free again at once" {
	container_args true
	for _ in 1 2 3 4 5; do
		run_container
		assert_ok
	done
}

@test "run: an id in use" {
	start_container
	run_container
	assert_fails "container with given ID already exists"
	testcontainer "$ID" running
}

@test "run: works with closed standard streams" {
	only_ours
	container_script 'echo x > /ran'
	runc run -b "$BUNDLE" "$ID" <&- >&- 2>&-
	assert_equal "$(cat "$BUNDLE/rootfs/ran")" x
}

@test "run: 20 kilobytes of arguments and environment" {
	local long
	long=$(printf 'x%.0s' {1..20000})
	config --arg l "$long" '.process.env += ["LONG=\($l)"] | .process.args = ["sh", "-c", "echo ${#LONG} ${#1}", "sh", $l]'
	run_container
	assert_output "20000 20000"
}

@test "run: the shell's orphans end with the container" {
	container_script 'sleep 1000 & sleep 1000 & exit 3'
	run_container
	assert_status 3
}

@test "run: a container without a PID namespace takes its children along" {
	only_ours
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	container_script 'sleep 1000 >/dev/null 2>&1 & exit 3'
	run_container
	assert_status 3
}
