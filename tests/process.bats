#!/usr/bin/env bats
# The process section of config.json.

load helpers

# self_status FIELD... lets the container print fields of its /proc/self/status.
self_status() {
	local field pattern=
	for field; do pattern+="|^$field:"; done
	container_args grep -E "${pattern#|}" /proc/self/status
}

# --- args, env, cwd ----------------------------------------------------------

@test "process: args are passed as they are" {
	container_args printf '<%s>' a 'b c' '' "d'e" '$HOME' '*' 'ü'
	run_container
	assert_output "<a><b c><><d'e><\$HOME><*><ü>"
}

@test "process: args[0] is looked up in the container's PATH, in order" {
	mkdir "$BUNDLE"/rootfs/{one,two}
	printf '#!/bin/sh\necho one\n' >"$BUNDLE/rootfs/one/tool"
	printf '#!/bin/sh\necho two\n' >"$BUNDLE/rootfs/two/tool"
	chmod +x "$BUNDLE/rootfs/two/tool"
	config '.process.env = ["PATH=/one:/two:/bin"]'
	container_args tool
	run_container
	assert_output two
	chmod +x "$BUNDLE/rootfs/one/tool"
	run_container
	assert_output one
}

@test "process: PATH of the host does not matter" {
	local dir=$W/hostbin
	mkdir "$dir"
	cp /bin/true "$dir/hosttool"
	container_args hosttool
	PATH=$dir:$PATH run_container
	assert_status 1
	assert_has 'exec: "hosttool": executable file not found in $PATH'
}

@test "process: a directory in PATH is no program" {
	mkdir -p "$BUNDLE/rootfs/one/sleep"
	config '.process.env = ["PATH=/one:/bin"]'
	container_args sleep 0
	run_container
	assert_ok
}

@test "process: a relative args[0] with a slash is found from cwd" {
	mkdir "$BUNDLE/rootfs/dir"
	printf '#!/bin/sh\necho found\n' >"$BUNDLE/rootfs/dir/tool"
	chmod +x "$BUNDLE/rootfs/dir/tool"
	config '.process.cwd = "/dir"'
	container_args ./tool
	run_container
	assert_output found
}

@test "process: a script with an interpreter" {
	printf '#!/bin/sh -e\necho "$0 $1"\n' >"$BUNDLE/rootfs/script"
	chmod +x "$BUNDLE/rootfs/script"
	container_args /script x
	run_container
	assert_output "/script x"
}

@test "process: empty args" {
	config '.process.args = []'
	run_container
	assert_fails args
}

@test "process: env keeps order and odd values" {
	config '.process.env = ["PATH=/bin", "B=2", "A==x=", "E="]'
	container_script 'tr "\0" "\n" </proc/1/environ | grep -E "^[ABE]="'
	run_container
	assert_output B=2 A==x= E=
}

@test "process: of a variable given twice the last one holds" {
	only_ours
	config '.process.env = ["PATH=/bin", "A=1", "A=2"]'
	container_script 'tr "\0" "\n" </proc/1/environ | grep ^A='
	run_container
	assert_output A=2
}

@test "process: cwd" {
	mkdir -p "$BUNDLE/rootfs/a/b"
	config '.process.cwd = "/a/b"'
	container_args pwd
	run_container
	assert_output /a/b
}

@test "process: a missing cwd is made" {
	config '.process.cwd = "/new/dir"'
	container_args pwd
	run_container
	assert_output /new/dir
}

@test "process: cwd through a symlink stays inside" {
	ln -s /tmp "$BUNDLE/rootfs/link"
	config '.process.cwd = "/link"'
	container_args pwd -P
	run_container
	assert_output /tmp
}

@test "process: cwd in /proc/self/fd never leads outside (CVE-2024-21626)" {
	local fd
	container_args ls ../../..
	for fd in 3 4 5 6 7 8 9 10 11 12; do
		config --arg d "/proc/self/fd/$fd" '.process.cwd = $d'
		run_container
		[ "$status" -ne 0 ] || fail "cwd /proc/self/fd/$fd: $(show)"
	done
}

@test "process: a relative cwd is refused" {
	config '.process.cwd = "a"'
	run_container
	assert_fails Cwd
}

@test "process: a cwd that only root may enter is entered first" {
	mkdir -m 700 "$BUNDLE/rootfs/private"
	config '.process.cwd = "/private" | .process.user = {"uid": 1000, "gid": 1000}
		| .process.capabilities = {}'
	container_args pwd
	run_container
	assert_output /private
}

@test "process: a cwd that is a file" {
	touch "$BUNDLE/rootfs/file"
	config '.process.cwd = "/file"'
	run_container
	[ "$status" -ne 0 ]
	assert_has "/file" "not a directory"
}

# --- user --------------------------------------------------------------------

@test "user: uid, gid and additional gids" {
	config '.process.user = {"uid": 1000, "gid": 100, "additionalGids": [10, 20]}'
	self_status Uid Gid Groups
	run_container
	assert_output $'Uid:\t1000\t1000\t1000\t1000' $'Gid:\t100\t100\t100\t100' $'Groups:\t10 20 '
}

@test "user: no groups of the caller" {
	self_status Groups
	run_container
	assert_output $'Groups:\t '
}

@test "user: umask" {
	config '.process.user.umask = 63'
	container_script 'umask; touch /f; stat -c %a /f'
	run_container
	assert_output 0077 600
}

@test "user: the default umask is 0022" {
	container_args sh -c umask
	(umask 077 && runc run -b "$BUNDLE" "$ID") >"$W/out"
	assert_equal "$(cat "$W/out")" 0022
}

@test "user: HOME is that of the uid" {
	config '.process.user = {"uid": 1000, "gid": 1000}'
	container_script 'echo $HOME'
	run_container
	assert_output /home/user
}

@test "user: HOME of an unknown uid is /" {
	config '.process.user = {"uid": 4242, "gid": 4242}'
	container_script 'echo $HOME'
	run_container
	assert_output /
}

@test "user: a HOME in env is kept" {
	config '.process.env += ["HOME=/else"]'
	container_script 'echo $HOME'
	run_container
	assert_output /else
}

@test "user: HOME without /etc/passwd" {
	rm "$BUNDLE/rootfs/etc/passwd"
	container_script 'echo $HOME'
	run_container
	assert_ok
	[[ $output == / || $output == /root ]]
}

@test "user: a FIFO as /etc/passwd does not hang" {
	only_ours "runc hangs"
	rm "$BUNDLE/rootfs/etc/passwd"
	mkfifo "$BUNDLE/rootfs/etc/passwd"
	container_args true
	RUNC_TIMEOUT=10 run_container
	[ "$status" -le 1 ] || fail "$(show)"
}

@test "user: /etc/passwd as a symlink is read inside" {
	rm "$BUNDLE/rootfs/etc/passwd"
	echo 'root:x:0:0::/outside:/bin/sh' >"$W/passwd"
	echo 'root:x:0:0::/inside:/bin/sh' >"$BUNDLE/rootfs/etc/inner"
	ln -s ../../../../../../etc/inner "$BUNDLE/rootfs/etc/passwd"
	container_script 'echo $HOME'
	run_container
	assert_output /inside
}

@test "user: ids beyond the range are refused" {
	local id
	for id in -1 4294967295 4294967296 1.5; do
		jq -c . "$BUNDLE/config.json" >"$W/saved"
		config --argjson i "$id" '.process.user.uid = $i'
		run_container
		[ "$status" -eq 1 ] || [ "$RUNC" != "$REPO/runc" ] || fail "uid $id: $(show)"
		cp "$W/saved" "$BUNDLE/config.json"
	done
}

@test "user: standard streams belong to the user" {
	config '.process.user = {"uid": 1000, "gid": 1000}'
	container_script 'echo works > /proc/self/fd/1'
	run_container
	assert_ok
	assert_output works
}

# --- capabilities ------------------------------------------------------------

# caps SETS EXPR sets capability sets, from a jq object.
caps() { config ".process.capabilities = $1"; }

@test "capabilities: the five sets" {
	caps '{"bounding": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID"], "permitted": ["CAP_KILL", "CAP_CHOWN"],
		"effective": ["CAP_KILL"], "inheritable": ["CAP_KILL", "CAP_CHOWN"], "ambient": ["CAP_CHOWN"]}'
	config '.process.user = {"uid": 1000, "gid": 1000}'
	self_status CapInh CapPrm CapEff CapBnd CapAmb
	run_container
	assert_ok
	# Who is not root keeps the ambient ones over execve: CHOWN is 0, KILL 5, SETUID 7.
	assert_output $'CapInh:\t0000000000000021' $'CapPrm:\t0000000000000001' $'CapEff:\t0000000000000001' \
		$'CapBnd:\t00000000000000a1' $'CapAmb:\t0000000000000001'
}

@test "capabilities: root gets what is in the bounding set" {
	caps '{"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"]}'
	self_status CapInh CapPrm CapEff CapBnd CapAmb
	run_container
	assert_output $'CapInh:\t0000000000000000' $'CapPrm:\t0000000000000020' $'CapEff:\t0000000000000020' \
		$'CapBnd:\t0000000000000020' $'CapAmb:\t0000000000000000'
}

@test "capabilities: none at all" {
	caps '{}'
	self_status CapInh CapPrm CapEff CapBnd CapAmb
	run_container
	assert_equal "$(cut -f 2 <<<"$output" | sort -u)" 0000000000000000
}

@test "capabilities: no section means none" {
	config 'del(.process.capabilities)'
	self_status CapEff CapBnd
	run_container
	assert_equal "$(cut -f 2 <<<"$output" | sort -u)" 0000000000000000
}

@test "capabilities: who is not root gets none without ambient (CVE-2016-8867)" {
	caps '{"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"]}'
	config '.process.user = {"uid": 1000, "gid": 1000}'
	self_status CapPrm CapEff CapAmb
	run_container
	assert_equal "$(cut -f 2 <<<"$output" | sort -u)" 0000000000000000
}

@test "capabilities: an unknown name is skipped, not fatal" {
	caps '{"bounding": ["CAP_KILL", "CAP_FROM_THE_FUTURE"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"]}'
	self_status CapBnd
	run_container
	assert_ok
	assert_has $'CapBnd:\t0000000000000020'
}

# --- limits and the rest -----------------------------------------------------

@test "rlimits: soft and hard" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
		{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}, {"type": "RLIMIT_FSIZE", "soft": 1048576, "hard": 2097152}]'
	container_script 'ulimit -Sn; ulimit -Hn; grep "^Max file size" /proc/self/limits | tr -s " "'
	run_container
	assert_output 100 200 "Max file size 1048576 2097152 bytes "
}

@test "rlimits: the caller's hold without a section" {
	config 'del(.process.rlimits)'
	container_script 'ulimit -Hn'
	(ulimit -n 321 && runc run -b "$BUNDLE" "$ID") >"$W/out"
	assert_equal "$(cat "$W/out")" 321
}

@test "rlimits: soft above hard" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 200, "hard": 100}]'
	run_container
	assert_status 1
}

@test "rlimits: an unknown type" {
	config '.process.rlimits = [{"type": "RLIMIT_BOGUS", "soft": 1, "hard": 1}]'
	run_container
	assert_fails RLIMIT_BOGUS
}

@test "rlimits: one type twice" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 1, "hard": 1}, {"type": "RLIMIT_NOFILE", "soft": 2, "hard": 2}]'
	only_ours
	run_container
	assert_fails RLIMIT_NOFILE
}

@test "noNewPrivileges: true and false" {
	self_status NoNewPrivs
	run_container
	assert_output $'NoNewPrivs:\t1'
	config '.process.noNewPrivileges = false'
	run_container
	assert_output $'NoNewPrivs:\t0'
}

@test "oomScoreAdj" {
	config '.process.oomScoreAdj = 321'
	container_args cat /proc/self/oom_score_adj
	run_container
	assert_output 321
}

@test "oomScoreAdj: the caller's without a setting" {
	container_args cat /proc/self/oom_score_adj
	(echo 77 >/proc/self/oom_score_adj && runc run -b "$BUNDLE" "$ID") >"$W/out"
	assert_equal "$(cat "$W/out")" 77
}

@test "oomScoreAdj: out of range" {
	config '.process.oomScoreAdj = 1001'
	run_container
	assert_status 1
}

@test "process: signals are at their defaults, none blocked" {
	self_status SigBlk SigIgn
	trap '' USR2
	run_container
	trap - USR2
	assert_has $'SigBlk:\t0000000000000000'
}

@test "process: is a session leader" {
	container_script 'cut -d " " -f 6 /proc/$$/stat'
	run_container
	assert_output 1
}

@test "process: no seccomp section, no filter" {
	config 'del(.linux.seccomp)'
	self_status Seccomp
	run_container
	assert_output $'Seccomp:\t0'
}

@test "process: a seccomp rule holds" {
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
	container_args mkdir /tmp/x
	run_container
	assert_status 1
	[ ! -e "$BUNDLE/rootfs/tmp/x" ]
}

@test "process: the program, a hook and exec'd ones may have transparent huge pages, as the caller" {
	local want
	want=$(grep THP_enabled /proc/self/status)
	config --arg out "$W/hook" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "grep THP_enabled /proc/self/status >" + $out]}]'
	need_controller memory
	config '.linux.resources.memory = {limit: 4194304}'
	container_script 'grep THP_enabled /proc/self/status; exec sleep 100'
	start_container
	wait_until grep -q . "$W/detached"
	assert_equal "$(cat "$W/detached")" "$want"
	assert_equal "$(cat "$W/hook")" "$want"
	run runc exec "$ID" grep THP_enabled /proc/self/status
	assert_output "$want"
}

@test "process: the timer slack is the caller's, not that of Go's monitor thread" {
	local want
	want=$(cat /proc/self/timerslack_ns)
	cat >"$W/hook" <<-EOS
		#!/bin/sh
		cat /proc/self/timerslack_ns >$W/slack
	EOS
	chmod +x "$W/hook"
	config --arg hook "$W/hook" '.hooks.createRuntime = [{path: $hook}]'
	container_script 'cat /proc/self/timerslack_ns; exec sleep 100'
	start_container
	wait_until grep -q . "$W/detached"
	assert_equal "$(cat "$W/detached")" "$want"
	assert_equal "$(cat "$W/slack")" "$want"
	run runc exec "$ID" cat /proc/self/timerslack_ns
	assert_output "$want"
}
