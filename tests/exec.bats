#!/usr/bin/env bats
# exec: the process that it adds, its flags, what it inherits.

load helpers

# exec_in ARGS... is bats' run for exec in $ID.
exec_in() { run runc exec "$ID" "$@"; }

# process_file JQ writes the process of the bundle, changed, for --process.
process_file() { jq "$@" "$BUNDLE/config.json" >"$W/process.json"; }

# exec_fails TEXT...: the exec ended before its program, with one line.
exec_fails() {
	assert_status 255
	[ "${#lines[@]}" -eq 1 ] || fail "want one line, got $(show)"
	assert_has "exec failed" "$@"
}

# self_status FIELD... prints fields of the /proc/self/status of an exec.
self_status() {
	local field pattern=
	for field; do pattern+="|^$field:"; done
	exec_in grep -E "${pattern#|}" /proc/self/status
}

# --- the program -------------------------------------------------------------

@test "exec: runs in the container" {
	start_container
	exec_in sh -c 'hostname; readlink /proc/1/exe; cat /proc/1/comm'
	assert_output runc /bin/busybox sleep
}

@test "exec: args are passed as they are, flags of the program too" {
	start_container
	exec_in printf '<%s>' -d --tty 'b c' '' '*' --
	assert_output '<-d><--tty><b c><><*><-->'
}

@test "exec: stdin, stdout and stderr" {
	start_container
	run --separate-stderr runc exec "$ID" sh -c 'cat; echo err >&2' <<<"typed"
	assert_output typed
	# shellcheck disable=SC2154
	assert_equal "$stderr" err
}

@test "exec: exits with the program's exit status" {
	local code
	start_container
	for code in 0 1 7 126 127 254 255; do
		exec_in sh -c "exit $code"
		assert_status "$code"
		[ -z "$output" ] || fail "$(show)"
	done
}

@test "exec: a program killed by a signal gives 128 + signal" {
	local sig
	start_container
	for sig in 1 9 11 15; do
		exec_in sh -c "kill -$sig \$\$"
		assert_status $((128 + sig))
	done
}

@test "exec: a program that is not there" {
	start_container
	exec_in nonesuch
	exec_fails 'exec: "nonesuch": executable file not found in $PATH'
	exec_in /no/such
	exec_fails 'exec: "/no/such": stat /no/such: no such file or directory'
}

@test "exec: a program that may not be executed" {
	echo hello >"$BUNDLE/rootfs/file"
	start_container
	exec_in /file
	exec_fails 'exec: "/file": permission denied'
	exec_in /bin/..
	exec_fails 'exec: "/bin/.."'
}

@test "exec: a file that is no program" {
	only_ours "runc says it inside"
	head -c 100 /dev/zero >"$BUNDLE/rootfs/file"
	chmod +x "$BUNDLE/rootfs/file"
	start_container
	exec_in /file
	exec_fails "exec format error"
}

@test "exec: no program" {
	start_container
	run runc exec "$ID"
	exec_fails "process args cannot be empty"
}

@test "exec: no container" {
	run runc exec "$ID" true
	exec_fails "container does not exist"
	run runc exec
	assert_status 1
	only_ours "runc shows its help"
	assert_has "requires a minimum of 1 argument"
}

@test "exec: into a created container" {
	create_container
	exec_in hostname
	assert_output runc
	testcontainer "$ID" created
}

@test "exec: into a stopped container" {
	container_args true
	start_container
	wait_until has_status "$ID" stopped
	exec_in true
	exec_fails "cannot exec in a stopped container"
}

@test "exec: ends with the container" {
	start_container
	background runc exec "$ID" sh -c 'echo up >/up; sleep 1000'
	local pid=$!
	wait_until test -e "$BUNDLE/rootfs/up"
	runc kill "$ID" KILL
	status=0
	wait "$pid" || status=$?
	assert_equal "$status" 137
}

@test "exec: killed in the middle of its set-up it leaves nothing" {
	local i pid
	start_container
	for i in 1 2 3 4 5 6 7 8; do
		background runc exec "$ID" sleep 500
		pid=$!
		sleep "0.00$i"
		kill -KILL "$pid"
		wait "$pid" || true
	done
	runc kill "$ID" KILL
}

@test "exec: a container that ends meanwhile" {
	only_ours
	local i
	for i in 1 2 3 4 5; do
		start_container
		background runc kill "$ID" KILL
		exec_in true
		case $status in
		0 | 137) ;;
		255) assert_match 'stopped container|container not running' ;;
		*) fail "$(show)" ;;
		esac
		wait
		runc delete --force "$ID"
	done
}

# --- cwd, env, user ----------------------------------------------------------

@test "exec: cwd is the bundle's, or --cwd" {
	mkdir "$BUNDLE"/rootfs/{a,b}
	config '.process.cwd = "/a"'
	start_container
	exec_in pwd
	assert_output /a
	run runc exec --cwd /b "$ID" pwd
	assert_output /b
}

@test "exec: a --cwd that is not there, or relative" {
	start_container
	run runc exec --cwd /none "$ID" pwd
	exec_fails /none "no such file or directory"
	run runc exec --cwd b "$ID" pwd
	exec_fails Cwd
}

@test "exec: --cwd in /proc/self/fd never leads outside (CVE-2024-21626)" {
	local fd
	start_container
	ln -s /proc/self/fd/7 "$BUNDLE/rootfs/link"
	for fd in 3 4 5 6 7 8 9 10 11 12; do
		run runc exec --cwd "/proc/self/fd/$fd" "$ID" ls ../../..
		assert_status 255
	done 3</ 4</ 5</ 6</ 7</ 8</ 9</
	run runc exec --cwd /link "$ID" ls ../../.. 7</
	assert_status 255
}

@test "exec: env is the bundle's and --env" {
	only_ours "runc keeps both of a variable given twice"
	config '.process.env = ["PATH=/bin", "A=1", "B=2"]'
	start_container
	HOSTVAR=x run runc exec -e B=3,4 --env C= "$ID" sh -c 'echo $A $B $C; env | sort'
	assert_output '1 3,4' A=1 B=3,4 C= HOME=/root PATH=/bin PWD=/ SHLVL=1
}

@test "exec: --env without a value or name" {
	start_container
	run runc exec -e FOO "$ID" true
	exec_fails FOO
	run runc exec -e =x "$ID" true
	exec_fails env
}

@test "exec: --user" {
	start_container
	run runc exec --user 1000 "$ID" id
	assert_output 'uid=1000(user) gid=0(root)'
	run runc exec -u 1000:1000 "$ID" sh -c 'id; echo $HOME'
	assert_output 'uid=1000(user) gid=1000(user)' /home/user
	only_ours
	run runc exec -u 4294967294:7 "$ID" id
	assert_output 'uid=4294967294 gid=7'
}

@test "exec: --user keeps the gid of the bundle" {
	config '.process.user = {"uid": 5, "gid": 6}'
	start_container
	run runc exec --user 7 "$ID" id
	assert_output 'uid=7 gid=6'
}

@test "exec: a --user that is no number is never root" {
	local user
	only_ours
	start_container
	for user in root 1: :1 : +1 ' 1' '1 ' 0x1 0b1 1_0 -1 4294967295 4294967296 18446744073709551616 1.0 1:root 1:+1 \
		1:-1 1:4294967295 1:1:1 "1
"; do
		run runc exec "--user=$user" "$ID" id
		assert_status 255
		assert_has "--user" "is not an id"
	done
}

@test "exec: a user named like a number is another one (CVE-2016-3697)" {
	echo '1000:x:0:0::/pwn:/bin/sh' >>"$BUNDLE/rootfs/etc/passwd"
	start_container
	run runc exec -u 1000 "$ID" sh -c 'id -u; echo $HOME'
	assert_output 1000 /home/user
}

@test "exec: --additional-gids" {
	only_ours "runc takes one spelling"
	config '.process.user.additionalGids = [10]'
	start_container
	run runc exec -g 20 --additional-gids 30 "$ID" grep ^Groups /proc/self/status
	assert_output $'Groups:\t10 20 30 '
	local gid
	for gid in 4294967296 -1; do
		run runc exec -g "$gid" "$ID" true
		exec_fails additional-gids
	done
}

@test "exec: umask is the container's" {
	only_ours "newer behaviour"
	config '.process.user.umask = 63'
	start_container
	exec_in sh -c umask
	assert_output 0077
}

# --- rights ------------------------------------------------------------------

@test "exec: inherits noNewPrivileges and capabilities" {
	config '.process.capabilities = {"bounding": ["CAP_KILL", "CAP_CHOWN"], "permitted": ["CAP_KILL", "CAP_CHOWN"],
		"effective": ["CAP_KILL", "CAP_CHOWN"]}'
	start_container
	self_status CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs
	assert_output $'CapInh:\t0000000000000000' $'CapPrm:\t0000000000000021' $'CapEff:\t0000000000000021' \
		$'CapBnd:\t0000000000000021' $'CapAmb:\t0000000000000000' $'NoNewPrivs:\t1'
}

@test "exec: --cap adds, and never to the inheritable set (CVE-2022-29162)" {
	only_ours "runc 1.1 adds to the ambient set"
	config '.process.capabilities = {"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"]}'
	start_container
	run runc exec --cap CAP_CHOWN -c CAP_SETUID "$ID" grep ^Cap /proc/self/status
	assert_output $'CapInh:\t0000000000000000' $'CapPrm:\t00000000000000a1' $'CapEff:\t00000000000000a1' \
		$'CapBnd:\t00000000000000a1' $'CapAmb:\t0000000000000000'
	run runc exec --cap CAP_CHOWN --user 1000 "$ID" grep -E '^Cap(Inh|Eff|Amb)' /proc/self/status
	assert_output $'CapInh:\t0000000000000000' $'CapEff:\t0000000000000000' $'CapAmb:\t0000000000000000'
}

@test "exec: --cap makes ambient what the bundle has made inheritable" {
	config '.process.capabilities = {"bounding": ["CAP_CHOWN"], "permitted": [], "inheritable": ["CAP_CHOWN"]}'
	start_container
	run runc exec --cap CAP_CHOWN --cap CAP_SETUID --user 1000 "$ID" grep -E '^Cap(Inh|Eff|Amb)' /proc/self/status
	assert_ok
	assert_match $'CapInh:\t0000000000000001.*CapAmb:\t0000000000000001$'
}

@test "exec: --no-new-privs" {
	config '.process.noNewPrivileges = false'
	start_container
	self_status NoNewPrivs
	assert_output $'NoNewPrivs:\t0'
	run runc exec --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
	assert_output $'NoNewPrivs:\t1'
}

@test "exec: rlimits are the container's" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_FSIZE", "soft": 4096, "hard": 8192}]'
	start_container
	exec_in sh -c 'ulimit -Sn; ulimit -Hn; grep "^Max file size" /proc/self/limits | tr -s " "'
	assert_output 100 200 "Max file size 4096 8192 bytes "
}

@test "exec: seccomp is the container's" {
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
	start_container
	exec_in sh -c 'grep ^Seccomp: /proc/self/status; mkdir /x'
	assert_status 1
	assert_has $'Seccomp:\t2' "supported"
}

@test "exec: oomScoreAdj is the container's" {
	config '.process.oomScoreAdj = 321'
	start_container
	exec_in cat /proc/self/oom_score_adj
	assert_output 321
}

@test "exec: --apparmor and --process-label where the host has none" {
	only_ours
	start_container
	if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ]; then
		run runc exec --apparmor other "$ID" true
		exec_fails "process.apparmorProfile"
	fi
	if [ ! -e /sys/fs/selinux/enforce ]; then
		run runc exec --process-label a:b:c:d "$ID" true
		assert_status 255
	fi
}

# --- scheduling --------------------------------------------------------------

all_cpus() { sed -n 's/Cpus_allowed_list:\t//p' /proc/1/status; }

@test "exec: the runtime's CPU affinity is not passed on" {
	local all
	[ "$(nproc --all)" -gt 1 ] || skip "one CPU"
	only_ours
	all=$(all_cpus)
	detached taskset -c 0 "$RUNC" --root "$STATE" run -d -b "$BUNDLE" "$ID"
	exec_in sh -c 'for p in 1 self; do sed -n "s/Cpus_allowed_list:\t//p" /proc/$p/status; done'
	assert_output "$all" "$all"
	run taskset -c 1 "$RUNC" --root "$STATE" exec "$ID" sed -n 's/Cpus_allowed_list:\t//p' /proc/self/status
	assert_output "$all"
}

@test "exec: execCPUAffinity" {
	[ "$(nproc --all)" -gt 1 ] || skip "one CPU"
	only_ours
	config '.process.execCPUAffinity = {"initial": "0", "final": "1"}'
	start_container
	run runc exec "$ID" sed -n 's/Cpus_allowed_list:\t//p' /proc/self/status
	assert_output 1
	exec_in sed -n 's/Cpus_allowed_list:\t//p' /proc/1/status
	assert_output "$(all_cpus)"
	process_file '.process | .execCPUAffinity = {"initial": "1"} | .args = ["sed", "-n", "s/Cpus_allowed_list:\t//p", "/proc/self/status"]'
	run runc exec -p "$W/process.json" "$ID"
	assert_output "$(all_cpus)"
}

@test "exec: the initial CPUs are those of the set-up" {
	[ "$(nproc --all)" -gt 1 ] || skip "one CPU"
	only_ours
	local cpu
	start_container
	for cpu in 0 1; do
		process_file --arg c "$cpu" '.process | .execCPUAffinity = {"initial": $c} | .args = ["true"] | .terminal = false'
		run runc --debug exec -p "$W/process.json" "$ID"
		assert_ok
		assert_match "nsexec.*: affinity: 0x$((1 << cpu))\""
	done
}

@test "exec: execCPUAffinity with CPUs that are not there" {
	only_ours
	start_container
	process_file '.process | .execCPUAffinity = {"initial": "4000"}'
	run runc exec -p "$W/process.json" "$ID"
	exec_fails process.execCPUAffinity.initial
	process_file '.process | .execCPUAffinity = {"final": "4000"}'
	run runc exec -p "$W/process.json" "$ID"
	exec_fails process.execCPUAffinity.final
	process_file '.process | .execCPUAffinity = {"final": "1-x"}'
	run runc exec -p "$W/process.json" "$ID"
	exec_fails process.execCPUAffinity.final
}

# policy PID prints the scheduling policy and nice value of a process.
policy() { sed -n 's/.*) //p' "/proc/$1/stat" | cut -d ' ' -f 17,39; }

@test "exec: scheduler of the container and of the process" {
	only_ours
	config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 7}'
	start_container
	assert_equal "$(policy "$(init_pid)")" "7 3"
	exec_in sh -c 'cut -d " " -f 19,41 /proc/$$/stat'
	assert_output "7 3"
	process_file '.process | .scheduler = {"policy": "SCHED_IDLE"} | .args = ["sh", "-c", "cut -d \" \" -f 41 /proc/$$/stat"]'
	run runc exec -p "$W/process.json" "$ID"
	assert_output 5
}

@test "exec: a real-time scheduler" {
	only_ours
	chrt -f 5 true || skip "not allowed here"
	process_file '.process | .scheduler = {"policy": "SCHED_FIFO", "priority": 5} | .args = ["sh", "-c", "cut -d \" \" -f 40,41 /proc/$$/stat"]'
	if ! unified && [ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]; then
		start_container
		run runc exec -p "$W/process.json" "$ID"
		exec_fails process.scheduler cpu.rt_runtime_us
		runc delete --force "$ID"
		config '.linux.resources.cpu = {"realtimeRuntime": 1000, "realtimePeriod": 1000000}'
	fi
	start_container
	run runc exec -p "$W/process.json" "$ID"
	assert_output "5 1"
}

@test "exec: ioPriority of the container and of the process" {
	only_ours
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 3}'
	start_container
	run ionice -p "$(init_pid)"
	assert_output "best-effort: prio 3"
	exec_in sh -c 'ionice -p $$'
	assert_output "best-effort: prio 3"
	process_file '.process | .ioPriority = {"class": "IOPRIO_CLASS_IDLE", "priority": 0} | .args = ["sh", "-c", "ionice -p $$"]'
	run runc exec -p "$W/process.json" "$ID"
	assert_output idle
}

# --- process file ------------------------------------------------------------

@test "exec: --process" {
	only_ours "newer behaviour"
	mkdir "$BUNDLE/rootfs/dir"
	start_container
	process_file '.process | .args = ["sh", "-c", "echo $A; pwd; id -u; id -g; ulimit -Sn; umask"] | .env = ["A=x", "PATH=/bin"]
		| .cwd = "/dir" | .user = {"uid": 5, "gid": 6, "umask": 7} | .rlimits = [{"type": "RLIMIT_NOFILE", "soft": 50, "hard": 60}]'
	run runc exec --process "$W/process.json" "$ID"
	assert_output x /dir 5 6 50 0007
}

@test "exec: --process - what it is silent on is the container's" {
	only_ours
	config '.process.capabilities = {"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"]}
		| .process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]'
	start_container
	echo '{"args": ["sh", "-c", "grep ^CapEff /proc/self/status; ulimit -n"], "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}}' >"$W/process.json"
	run runc exec -p "$W/process.json" "$ID"
	assert_output $'CapEff:\t0000000000000020' 100
}

@test "exec: --process from a pipe" {
	start_container
	process_file '.process | .args = ["echo", "piped"]'
	run runc exec -p <(cat "$W/process.json") "$ID"
	assert_output piped
}

@test "exec: a --process that is missing, broken or empty" {
	start_container
	run runc exec -p "$W/none.json" "$ID"
	exec_fails "no such file"
	only_ours
	echo '{"args": [' >"$W/process.json"
	run runc exec -p "$W/process.json" "$ID"
	exec_fails process.json
	echo '{"cwd": "/", "user": {"uid": 0, "gid": 0}}' >"$W/process.json"
	run runc exec -p "$W/process.json" "$ID"
	exec_fails args
	echo '{"cwd": "/", "args": ["true"], "user": {"uid": 4294967295, "gid": 0}}' >"$W/process.json"
	[ "$RUNC" != "$REPO/runc" ] || run runc exec -p "$W/process.json" "$ID"
	[ "$status" -eq 255 ]
}

@test "exec: without config.json in the bundle only --process works" {
	start_container
	process_file '.process | .args = ["echo", "works"]'
	rm "$BUNDLE/config.json"
	run runc exec -p "$W/process.json" "$ID"
	assert_output works
	exec_in true
	exec_fails config.json
}

# --- detach, pid file, descriptors -------------------------------------------

@test "exec: --detach returns at once, --pid-file tells the pid" {
	local pid
	start_container
	detached runc exec --detach --pid-file "$W/pid" "$ID" sleep 1234
	assert_ok
	pid=$(cat "$W/pid")
	assert_equal "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "sleep 1234 "
	assert_equal "$(wc -l <"$W/pid")" 0
	assert_equal "$(readlink "/proc/$pid/ns/mnt")" "$(readlink "/proc/$(init_pid)/ns/mnt")"
}

@test "exec: --pid-file in the foreground" {
	start_container
	run runc exec --pid-file "$W/pid" "$ID" true
	assert_ok
	assert_match ''
	grep -qE '^[0-9]+$' "$W/pid"
}

@test "exec: a pid file that can not be written ends the process" {
	start_container
	detached runc exec --detach --pid-file "$W/none/pid" "$ID" sleep 1234
	assert_status 255
	assert_has "$W/none"
	wait_until gone_from_container sleep\ 1234
}

# gone_from_container COMMAND: no process of the container has this command line.
gone_from_container() { ! runc exec "$ID" ps | grep -q "$1"; }

@test "exec: a detached process has exactly the streams it was given" {
	local pid fd
	start_container
	echo in >"$W/in"
	runc exec --detach --pid-file "$W/pid" "$ID" sleep 1234 <"$W/in" >"$W/out" 2>"$W/err" 3>&-
	pid=$(cat "$W/pid")
	assert_equal "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2")" "$W/in"$'\n'"$W/out"$'\n'"$W/err"
	assert_equal "$(find "/proc/$pid/fd" -mindepth 1 | wc -l)" 3
}

@test "exec: --preserve-fds" {
	echo three >"$W/3"
	echo four >"$W/4"
	start_container
	run runc exec --preserve-fds 2 "$ID" sh -c 'cat <&3; cat <&4; ls /proc/self/fd | wc -l' 3<"$W/3" 4<"$W/4" 5</
	# 0 to 4, and that of ls.
	assert_output three four 6
	run runc exec "$ID" sh -c 'ls /proc/self/fd | wc -l' 3<"$W/3" 4<"$W/4" 5</
	assert_output 4
}

@test "exec: --preserve-fds with what is not there" {
	only_ours "runc hands over descriptors of its own"
	start_container
	run runc exec --preserve-fds 3 "$ID" true 3</ 4>&- 5</
	exec_fails "preserved-fd 1 (of 3)"
	# What the Go runtime opens for itself does not count.
	run runc exec --preserve-fds 1 "$ID" true 3>&- 4>&- 5>&-
	exec_fails "preserved-fd 0 (of 1)"
	run runc exec --preserve-fds -1 "$ID" true
	assert_status 255
}

# --- namespaces --------------------------------------------------------------

# same_namespaces: an exec is in all namespaces of the container's first process.
same_namespaces() {
	local pid ns
	detached runc exec --detach --pid-file "$W/pid" "$ID" sleep 1234
	assert_ok
	pid=$(cat "$W/pid")
	for ns in cgroup ipc mnt net pid time user uts; do
		[ ! -e "/proc/self/ns/$ns" ] ||
			assert_equal "$(readlink "/proc/$pid/ns/$ns")" "$(readlink "/proc/$(init_pid)/ns/$ns")"
	done
}

@test "exec: joins the usual namespaces" {
	start_container
	same_namespaces
}

@test "exec: joins a user namespace" {
	in_userns
	start_container
	same_namespaces
	exec_in sh -c 'id -u; cat /proc/self/uid_map | tr -s " "; touch /f; stat -c %u /f'
	assert_output 0 " 0 100000 65536" 0
	run runc exec -u 1000:1000 "$ID" id
	assert_output 'uid=1000(user) gid=1000(user)'
	only_ours
	run runc exec -u 65536 "$ID" id
	exec_fails 65536
}

@test "exec: joins all eight kinds" {
	[ -e /proc/self/ns/time ] || skip "no time namespaces"
	only_ours
	in_userns
	config '.linux.namespaces |= (. + [{"type": "cgroup"}, {"type": "time"}] | unique) | .linux.timeOffsets = {"boottime": {"secs": 100000000}}'
	start_container
	same_namespaces
	exec_in sh -c 'test $(cut -d. -f 1 /proc/uptime) -gt 100000000'
	assert_ok
}

@test "exec: joins few namespaces" {
	config '.linux.namespaces = [{"type": "mount"}, {"type": "pid"}] | del(.hostname)'
	start_container
	same_namespaces
}

@test "exec: joins no PID namespace" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container
	same_namespaces
}

@test "exec: joins no mount namespace, but the root" {
	only_ours
	config '.linux.namespaces = [{"type": "pid"}, {"type": "uts"}] | .mounts = [] | del(.linux.maskedPaths, .linux.readonlyPaths)'
	echo inside >"$BUNDLE/rootfs/where"
	start_container
	same_namespaces
	exec_in cat /where
	assert_output inside
}

@test "exec: joins namespaces that another container made" {
	start_container
	local pid
	pid=$(init_pid)
	config --arg p "/proc/$pid/ns" '.linux.namespaces |= map(if .type == "network" then .path = $p + "/net" elif .type == "ipc" then .path = $p + "/ipc" else . end)'
	start_container "$ID-2"
	run runc exec "$ID-2" sh -c 'readlink /proc/self/ns/net; readlink /proc/self/ns/ipc'
	assert_output "$(readlink "/proc/$pid/ns/net")" "$(readlink "/proc/$pid/ns/ipc")"
}

# --- files that never answer ---------------------------------------------------

# with_traps SCRIPT: the container, which may mount, runs it and then sleeps.
with_traps() {
	local all='["CAP_SYS_ADMIN", "CAP_SYS_CHROOT", "CAP_MKNOD"]'
	config --argjson c "$all" '.process.capabilities = {"bounding": $c, "permitted": $c, "effective": $c}'
	container_script "exec 2>/err; set -e; mkfifo /fifo; $1; echo up >/up; exec sleep 100"
	start_container
	wait_until test -e "$BUNDLE/rootfs/up" || fail "$(cat "$BUNDLE/rootfs/err")"
}

@test "exec: a FIFO for a file that libraries read when they are loaded" {
	local path mounts=
	for path in /proc/sys/kernel/cap_last_cap /sys/kernel/mm/transparent_hugepage/hpage_pmd_size /sys/devices/system/cpu/online; do
		[ -e "$path" ] || continue
		mounts+="${mounts:+; }mount --bind /fifo $path"
	done
	with_traps "$mounts"
	run runc exec "$ID" test -p /proc/sys/kernel/cap_last_cap
	assert_ok
	RUNC_TIMEOUT=15 run runc exec "$ID" echo on
	assert_output on
}

@test "exec: nothing of /proc and /sys is what it seems" {
	only_ours
	local fifos
	# What the Go runtime, the C library and gocapability name.
	fifos='mount -t tmpfs none /proc; mount -t tmpfs none /sys; mkdir -p /proc/self /proc/sys/kernel /proc/sys/fs /proc/sys/vm
		/sys/kernel/mm/transparent_hugepage /sys/devices/system/cpu /sys/fs/cgroup;
		for f in self/auxv self/cgroup self/mountinfo self/maps self/status self/stat self/exe sys/kernel/cap_last_cap
			sys/kernel/ngroups_max sys/vm/overcommit_memory meminfo stat cpuinfo filesystems; do mkfifo /proc/$f; done;
		for f in kernel/mm/transparent_hugepage/hpage_pmd_size kernel/mm/transparent_hugepage/enabled
			devices/system/cpu/online devices/system/cpu/possible fs/cgroup/cpu.max; do mkfifo /sys/$f; done'
	with_traps "${fifos//$'\n'/ }"
	RUNC_TIMEOUT=15 run runc exec "$ID" sh -c 'cd /proc && find . -type p | wc -l'
	assert_output 14
	run runc exec --tty "$ID" true
	[ "$status" -ne 124 ] || fail "$(show)"
}

# --- many --------------------------------------------------------------------

files_and_descriptors() { find "$STATE" "$BUNDLE" "/proc/$(init_pid)/fd" | sort; }

# RUNC_EXECS=1000 makes it a thousand.
@test "exec: many leave no zombie, descriptor or file" {
	local i before after
	container_args sleep 10000
	start_container
	before=$(files_and_descriptors)
	for ((i = 0; i < ${RUNC_EXECS:-100}; i++)); do
		case $((i % 4)) in
		0) runc exec "$ID" true ;;
		1) runc exec "$ID" false || true ;;
		2) runc exec "$ID" nonesuch 2>/dev/null || true ;;
		3) runc exec --detach "$ID" true 3>&- ;;
		esac
	done
	wait_until no_zombies
	after=$(files_and_descriptors)
	assert_equal "$after" "$before"
	exec_in ps
	assert_equal "$(grep -cv PID <<<"$output")" 2
}

# no_zombies: bash, PID 1 here, reaps what detached execs leave to it.
no_zombies() { ! grep -qs '^State:.Z' /proc/[0-9]*/status; }
