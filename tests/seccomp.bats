#!/usr/bin/env bats
# linux.seccomp: actions, operators, architectures, flags, the listener, and the
# cache of compiled filters.

load helpers

setup() {
	begin_test
	SECCOMP=$RUNC_BATS_DIR/seccomp
	if command -v gcc >/dev/null; then
		[ -x "$SECCOMP" ] || gcc -static -O2 -o "$SECCOMP" "$REPO/tests/seccomp/seccomp.c"
	else
		SECCOMP=$REPO/_build/seccomp # brought along, in the guest
	fi
	[ -x "$SECCOMP" ] || skip "no C compiler"
	cp "$SECCOMP" "$BUNDLE/rootfs/seccomp"
	[ "$(uname -m)" = x86_64 ] || skip "the numbers of system calls are those of x86-64"
}

# filter JSON-RULE... sets a filter that allows what no rule is about.
filter() {
	local rules
	rules=$(printf '%s\n' "$@" | jq -sc .)
	config --argjson r "$rules" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": $r}'
}

# rule ACTION NAME... prints one.
rule() { jq -nc --arg a "SCMP_ACT_$1" '{"names": $ARGS.positional, "action": $a}' --args "${@:2}"; }

# argument ACTION NAME INDEX OP VALUE [VALUETWO] prints a rule with a condition.
argument() {
	jq -nc --arg a "SCMP_ACT_$1" --arg n "$2" --argjson i "$3" --arg o "SCMP_CMP_$4" --argjson v "$5" --argjson w "${6:-0}" \
		'{"names": [$n], "action": $a, "args": [{"index": $i, "op": $o, "value": $v, "valueTwo": $w}]}'
}

# Numbers: getpid 39, getppid 110, getuid 102, sync 162, umask 95.

@test "seccomp: ERRNO is EPERM, or what errnoRet says" {
	filter "$(rule ERRNO getppid)" '{"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}'
	container_args /seccomp call 39 110 102
	run_container
	assert_ok
	assert_output "39: ok" "110: EPERM" "102: ENOSPC"
}

@test "seccomp: the default action, and its errno" {
	filter "$(rule ALLOW getpid write writev exit exit_group fstat newfstatat execve brk arch_prctl set_tid_address set_robust_list rseq prlimit64 \
		readlink readlinkat getrandom mprotect futex rt_sigaction read close openat capget capset setuid setgid setgroups prctl chdir getcwd mmap munmap \
		fcntl epoll_ctl epoll_pwait nanosleep clock_nanosleep sigaltstack madvise gettid tgkill rt_sigprocmask rt_sigreturn sendmsg recvmsg fchown statx sched_yield access faccessat2 faccessat uname ioctl)"
	config '.linux.seccomp.defaultAction = "SCMP_ACT_ERRNO" | .linux.seccomp.defaultErrnoRet = 6 | .process.noNewPrivileges = true'
	container_args /seccomp call 39 110
	run_container
	assert_ok
	assert_output "39: ok" "110: ENXIO"
}

@test "seccomp: KILL, KILL_THREAD, KILL_PROCESS and TRAP end the program by SIGSYS" {
	local action
	for action in KILL KILL_THREAD KILL_PROCESS TRAP; do
		filter "$(rule $action getppid)"
		container_args /seccomp call 39 110 39
		run_container
		[ "$status" -eq 159 ] || fail "$action: $(show)"
	done
}

@test "seccomp: LOG lets the call through, TRACE without a tracer is ENOSYS" {
	filter "$(rule LOG getppid)" "$(rule TRACE getuid)"
	container_args /seccomp call 110 102
	run_container
	assert_ok
	assert_output "110: ok" "102: ENOSYS"
}

@test "seccomp: every operator" {
	filter "$(argument ERRNO umask 0 EQ 1)" "$(argument ERRNO getppid 0 NE 1)" "$(argument ERRNO getuid 0 LT 3)" \
		"$(argument ERRNO getgid 0 LE 3)" "$(argument ERRNO geteuid 0 GT 3)" "$(argument ERRNO getegid 0 GE 3)" \
		"$(argument ERRNO sync 0 MASKED_EQ 15 5)"
	container_args /seccomp call 95,0 95,1 95,2 110,0 110,1 102,2 102,3 104,3 104,4 107,3 107,4 108,2 108,3 162,5 162,0x15 162,0x16
	run_container
	assert_ok
	assert_output "95,0: ok" "95,1: EPERM" "95,2: ok" "110,0: EPERM" "110,1: ok" "102,2: EPERM" "102,3: ok" \
		"104,3: EPERM" "104,4: ok" "107,3: ok" "107,4: EPERM" "108,2: ok" "108,3: EPERM" "162,5: EPERM" "162,0x15: EPERM" "162,0x16: ok"
}

@test "seccomp: 64 bits of an argument, several arguments at once, one argument twice" {
	filter "$(argument ERRNO umask 0 EQ 4294967297)" \
		'{"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}' \
		'{"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}'
	container_args /seccomp call 95,1 95,0x100000001 110,1,1 110,1,2 102,0 102,1 102,2
	run_container
	assert_ok
	assert_output "95,1: ok" "95,0x100000001: EPERM" "110,1,1: ok" "110,1,2: EPERM" "102,0: ok" "102,1: EPERM" "102,2: EPERM"
}

@test "seccomp: 32 bit calls are filtered by their own numbers, and refused where not listed" {
	filter "$(rule ERRNO getppid)"
	# On i386 getpid is 20 and getppid 64.
	container_args /seccomp call32 20 64
	run_container
	[ "$status" -ne 139 ] || skip "this kernel runs no 32 bit programs"
	assert_output "20: ok" "64: EPERM"
	config '.linux.seccomp.architectures = ["SCMP_ARCH_X86_64"]'
	run_container
	assert_status 159
}

@test "seccomp: x32 calls are refused where it is not listed" {
	filter "$(rule ERRNO getppid)"
	config '.linux.seccomp.architectures = ["SCMP_ARCH_X86_64"]'
	container_args /seccomp call 0x40000027
	run_container
	assert_status 159
}

@test "seccomp: calls newer than the profile are ENOSYS, older ones the default" {
	only_ours "1.1.5 is alike, but wants another set of calls for itself"
	filter "$(jq -c '.syscalls[]' "$REPO/tests/testdata/seccomp-large.json")"
	config '.linux.seccomp.defaultAction = "SCMP_ACT_ERRNO"'
	# kexec_load 246 is not listed; the newest that is listed has number 449.
	container_args /seccomp call 39 246 450 460 1000
	run_container
	assert_ok
	assert_output "39: ok" "246: EPERM" "450: ENOSYS" "460: ENOSYS" "1000: ENOSYS"
}

@test "seccomp: an unknown system call is passed over, an empty name is a mistake" {
	filter "$(rule ERRNO getppid no_such_call)"
	container_args /seccomp call 110
	run_container
	assert_ok
	assert_output "110: EPERM"
	filter "$(rule ERRNO "")"
	run_container
	assert_status 1
	assert_has seccomp
}

@test "seccomp: with and without no_new_privs, as another user, in a user namespace" {
	local nnp
	in_userns
	cp "$SECCOMP" "$BUNDLE/rootfs/seccomp"
	filter "$(rule ERRNO getppid)"
	container_args /seccomp call 110
	for nnp in true false; do
		config ".process.noNewPrivileges = $nnp | .process.user = {\"uid\": 1000, \"gid\": 1000}"
		run_container
		assert_ok
		assert_output "110: EPERM"
	done
}

# flags_are FLAGS NUMBER: what is asked for, and what the kernel is given.
flags_are() {
	config ".linux.seccomp.flags = $1"
	[ "$1" != null ] || config 'del(.linux.seccomp.flags)'
	run_container
	[ "$status" -eq 0 ] || fail "$1: $(show)"
	assert_output "110: EPERM"
	run runc --debug run --bundle "$BUNDLE" "$ID"
	[[ $output == *"seccomp filter flags: $2"* ]] || fail "$1: want the flags $2, got $(show)"
}

@test "seccomp: flags" {
	only_ours "1.1.5 has fewer flags"
	filter "$(rule ERRNO getppid)"
	config '.process.noNewPrivileges = false'
	container_args /seccomp call 110
	flags_are null 4 # SPEC_ALLOW
	flags_are '[]' 0
	flags_are '["SECCOMP_FILTER_FLAG_LOG"]' 2
	flags_are '["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]' 4
	flags_are '["SECCOMP_FILTER_FLAG_TSYNC"]' 0 # there is one thread
	flags_are '["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"]' 6
	# The kernel takes it with a listener only.
	flags_are '["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]' 0
}

# --- the listener ------------------------------------------------------------

# with_agent ERRNO [PATH] starts an agent that answers with ERRNO; what it is told
# goes to $W/told.
with_agent() {
	AGENT=${2:-$W/agent}
	"$SECCOMP" agent "$AGENT" "$1" </dev/null >"$W/told" 2>"$W/agent.err" 3>&- &
	wait_until agent_there
	config --arg p "$AGENT" '.linux.seccomp.listenerPath = $p | .linux.seccomp.listenerMetadata = "some words"'
}
agent_there() { grep -q " $AGENT\$" /proc/net/unix; }

@test "seccomp: NOTIFY asks the agent, which is told about the container" {
	filter "$(rule NOTIFY getppid)"
	with_agent 28
	config '.annotations = {"a": "b"}'
	container_args /seccomp call 110
	create_container
	local pid
	pid=$(init_pid)
	assert_equal "$(jq -r .pid "$W/told")" "$pid"
	assert_equal "$(jq -c .fds "$W/told")" '["seccompFd"]'
	assert_equal "$(jq -r .metadata "$W/told")" "some words"
	assert_equal "$(jq -r .ociVersion "$W/told")" "$(jq -r .ociVersion "$BUNDLE/config.json")"
	assert_equal "$(jq -c '.state | [.id, .status, .pid, .bundle, .annotations.a]' "$W/told")" "[\"$ID\",\"creating\",$pid,\"$BUNDLE\",\"b\"]"
	runc delete --force "$ID"
	run_container
	assert_ok
	assert_output "110: ENOSPC"
}

@test "seccomp: NOTIFY with and without no_new_privs, of calls that init makes itself" {
	local nnp
	filter "$(rule NOTIFY execve openat open read close fcntl chdir prctl getppid)"
	with_agent 0
	container_args /seccomp call 110
	for nnp in true false; do
		config ".process.noNewPrivileges = $nnp"
		run_container
		[ "$status" -eq 0 ] || fail "$nnp: $(show)"
		assert_output "110: ok"
	done
}

@test "seccomp: NOTIFY in exec" {
	filter "$(rule NOTIFY getppid)"
	with_agent 28
	start_container
	run runc exec "$ID" /seccomp call 110
	assert_ok
	assert_output "110: ENOSPC"
	assert_equal "$(jq -r .state.status "$W/told" | tr '\n' ' ')" "creating running "
	assert_equal "$(jq -s '.[1].state.pid' "$W/told")" "$(init_pid)"
	[ "$(jq -s '.[1].pid' "$W/told")" != "$(init_pid)" ]
}

@test "seccomp: NOTIFY beside other actions, with the flag WAIT_KILLABLE_RECV" {
	only_ours "newer flag"
	filter "$(rule NOTIFY getppid)" "$(rule ERRNO getuid)"
	with_agent 28
	config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
	container_args /seccomp call 39 102 110
	run runc --debug run --bundle "$BUNDLE" "$ID"
	assert_ok
	# NEW_LISTENER is 8, WAIT_KILLABLE_RECV 32: Linux 5.19.
	assert_has "39: ok" "102: EPERM" "110: ENOSPC"
	assert_match 'seccomp filter flags: (40|8)'
}

@test "seccomp: NOTIFY by an abstract socket" {
	filter "$(rule NOTIFY getppid)"
	with_agent 28 "@$ID"
	container_args /seccomp call 110
	run_container
	assert_ok
	assert_output "110: ENOSPC"
}

@test "seccomp: a startContainer hook is not in the way of NOTIFY" {
	filter "$(rule NOTIFY getppid)"
	with_agent 28
	config '.hooks.startContainer = [{"path": "/bin/true"}]'
	container_args /seccomp call 110
	run_container
	assert_ok
	assert_output "110: ENOSPC"
}

@test "seccomp: nobody listens" {
	local path
	filter "$(rule NOTIFY getppid)"
	for path in /no/such/socket "@no-$ID" "$W/file"; do
		touch "$W/file"
		config --arg p "$path" '.linux.seccomp.listenerPath = $p'
		run_container
		[ "$status" -ne 0 ] || fail "$path: $(show)"
		assert_has "$path"
		only_ours "its own words"
		assert_fails linux.seccomp.listenerPath
	done
}

@test "seccomp: NOTIFY without listenerPath, listenerPath without NOTIFY" {
	filter "$(rule NOTIFY getppid)"
	run_container
	assert_status 1
	assert_has "listenerPath is not set"
	filter "$(rule ERRNO getppid)"
	config '.linux.seccomp.listenerPath = "/no/such/socket" | .linux.seccomp.listenerMetadata = "x"'
	container_args /seccomp call 110
	run_container
	assert_ok
	assert_output "110: EPERM"
}

@test "seccomp: NOTIFY for all calls, or for write, is refused" {
	filter "$(rule NOTIFY write)"
	config '.linux.seccomp.listenerPath = "/x"'
	run_container
	assert_status 1
	assert_has "SCMP_ACT_NOTIFY cannot be used for the write syscall"
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_NOTIFY", "listenerPath": "/x"}'
	run_container
	assert_status 1
	assert_has "SCMP_ACT_NOTIFY cannot be used as default action"
}

# --- the cache ---------------------------------------------------------------

CACHE=/run/runc-cache

# large_filter [RULE...] sets a profile that is worth a cache.
large_filter() {
	local rules=()
	mapfile -t rules < <(jq -c '.syscalls[]' "$REPO/tests/testdata/seccomp-large.json")
	filter "${rules[@]}" "$@"
	config '.linux.seccomp.defaultAction = "SCMP_ACT_ERRNO"'
	container_args /seccomp call 39 246
}

only_with_cache() {
	only_ours "no cache"
	[ "$(id -u)" -eq 0 ] || skip "the place of root's cache"
	rm -rf "$CACHE"
}

cached_files() { find "$CACHE" -type f -printf '%f %i\n' | sort; }

@test "seccomp: a large filter is compiled once, for run, create and exec" {
	only_with_cache
	large_filter
	run_container
	assert_output "39: ok" "246: EPERM"
	assert_equal "$(stat -c '%a %u' "$CACHE" "$CACHE"/*)" $'700 0\n600 0'
	local before
	before=$(cached_files)
	[ "$(wc -l <<<"$before")" -eq 1 ]
	run_container
	assert_output "39: ok" "246: EPERM"
	container_args sleep 100
	start_container
	run runc exec "$ID" /seccomp call 39 246
	assert_output "39: ok" "246: EPERM"
	assert_equal "$(cached_files)" "$before"
}

@test "seccomp: each change of the profile is another file, and holds" {
	only_with_cache
	large_filter
	run_container
	large_filter "$(rule ALLOW add_key)"
	container_args /seccomp call 248 246
	run_container
	assert_output "248: EFAULT" "246: EPERM"
	config '.linux.seccomp.defaultErrnoRet = 6'
	run_container
	assert_output "248: EFAULT" "246: ENXIO"
	assert_equal "$(cached_files | wc -l)" 3
}

@test "seccomp: a small filter is not cached" {
	only_with_cache
	filter "$(rule ERRNO getppid)"
	container_args true
	run_container
	assert_ok
	[ ! -e "$CACHE" ]
}

@test "seccomp: what of the cache is damaged or another's does no harm" {
	only_with_cache
	local file harm
	large_filter
	run_container
	file=$(echo "$CACHE"/*)
	for harm in 'truncate -s 100' 'truncate -s 1G' 'truncate -s 0' 'chmod 666' 'chown 1000' 'sed -i s/./x/300' 'mkfifo' 'ln -s /etc/passwd' 'mkdir'; do
		case $harm in mkfifo | ln* | mkdir) rm "$file" ;; esac
		$harm "$file"
		run_container
		[ "$status" -eq 0 ] || fail "$harm: $(show)"
		assert_output "39: ok" "246: EPERM"
		[ "$harm" = mkdir ] || assert_equal "$harm: $(stat -c '%F %a %u' "$file")" "$harm: regular file 600 0"
	done
	rm -r "$CACHE"
	mkdir -m 777 "$CACHE"
	run_container
	assert_output "39: ok" "246: EPERM"
	[ -z "$(ls -A "$CACHE")" ]
	rmdir "$CACHE"
	ln -s "$HOME" "$CACHE"
	run_container
	assert_output "39: ok" "246: EPERM"
	rm "$CACHE"
}

@test "seccomp: the cache is no container" {
	only_with_cache
	large_filter
	container_args sleep 100
	detached "$RUNC" run -d --bundle "$BUNDLE" "$ID"
	assert_ok
	run "$RUNC" list -q
	"$RUNC" delete --force "$ID"
	assert_output "$ID"
	[ -z "$(ls -A /run/runc)" ]
}
