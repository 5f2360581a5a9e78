#!/usr/bin/env bats
# Hooks: their order, namespaces, input, and how a failing one ends.

load helpers

# hook NAME SCRIPT adds a hook that runs a shell script; $LOG in it is a file that
# the hook can write.
hook() {
	local log=$W/log
	[ "$1" != startContainer ] || log=/log
	config --arg n "$1" --arg s "$2" --arg log "LOG=$log" \
		'.hooks[$n] += [{"path": "/bin/sh", "args": ["sh", "-c", $s], "env": ["PATH=/bin:/usr/bin", $log]}]'
}

HOOKS="prestart createRuntime createContainer startContainer poststart poststop"

# hooks_that SCRIPT adds one hook of each kind.
hooks_that() {
	local name
	for name in $HOOKS; do hook "$name" "${1//NAME/$name}"; done
}

# logged prints what the hooks wrote, those in the container last.
logged() { cat "$W/log" "$BUNDLE/rootfs/log" 2>/dev/null; }

# first_words prints the first word of each line that was logged, in one line.
first_words() { logged | cut -d ' ' -f 1 | tr '\n' ' '; }

@test "hooks: each at its time" {
	container_script 'echo program >>/log'
	hooks_that 'echo NAME >>$LOG'
	create_container
	assert_equal "$(first_words)" "prestart createRuntime createContainer "
	runc start "$ID"
	wait_until has_status "$ID" stopped
	assert_equal "$(first_words)" "prestart createRuntime createContainer poststart startContainer program "
	runc delete "$ID"
	assert_equal "$(first_words)" "prestart createRuntime createContainer poststart poststop startContainer program "
}

@test "hooks: run calls them all" {
	container_script 'echo program >>/log'
	hooks_that 'echo NAME >>$LOG'
	run_container
	assert_ok
	assert_equal "$(first_words)" "prestart createRuntime createContainer poststart poststop startContainer program "
}

@test "hooks: several of a kind run in their order" {
	local i
	for i in 1 2 3; do hook createRuntime "sleep 0.0$((4 - i)); echo $i >>\$LOG"; done
	container_args true
	run_container
	assert_equal "$(cat "$W/log")" $'1\n2\n3'
}

@test "hooks: the state on stdin" {
	config '.annotations = {"a.b": "c"}'
	hooks_that '{ printf "NAME "; cat; echo; } >>$LOG'
	create_container
	local pid
	pid=$(init_pid)
	only_ours "poststart of runc 1.1 runs in create, and is told created"
	runc start "$ID"
	runc delete --force "$ID"
	run bash -c 'sed "s/^\([a-zA-Z]*\) /\1 /" "$1" "$2" | while read -r name json; do echo "$name $(jq -c "[.status, .pid]" <<<"$json")"; done' \
		x "$W/log" "$BUNDLE/rootfs/log"
	assert_output "prestart [\"creating\",$pid]" "createRuntime [\"creating\",$pid]" 'createContainer ["creating",1]' \
		"poststart [\"running\",$pid]" 'poststop ["stopped",null]' 'startContainer ["created",1]'
	run bash -c 'cut -d " " -f 2- "$1" "$2" | jq -c "[.id, .bundle, .ociVersion, .annotations]" | sort -u' x "$W/log" "$BUNDLE/rootfs/log"
	assert_output "$(jq -c --arg id "$ID" --arg b "$BUNDLE" '[$id, $b, .ociVersion, .annotations]' "$BUNDLE/config.json")"
}

@test "hooks: namespaces and root" {
	local inside
	container_script 'sleep 1000'
	hooks_that 'echo "NAME $(readlink /proc/self/ns/pid /proc/self/ns/net /proc/self/ns/mnt | tr "\n" " ") $(test -d "$BUNDLE"; ls /proc/1/root >/dev/null 2>&1; stat -c %i /)" >>$LOG'
	# busybox's readlink takes one path.
	config '(.hooks.startContainer[0].args[2]) |= sub("readlink [^|]*"; "for n in pid net mnt; do readlink /proc/self/ns/$n; done ")'
	start_container
	inside=$(for ns in pid net mnt; do readlink "/proc/$(init_pid)/ns/$ns"; done | tr '\n' ' ')
	runc delete --force "$ID"
	local outside
	outside=$(for ns in pid net mnt; do readlink "/proc/self/ns/$ns"; done | tr '\n' ' ')
	run bash -c 'cut -d " " -f 1-4 "$1" "$2"' x "$W/log" "$BUNDLE/rootfs/log"
	assert_output "prestart ${outside% }" "createRuntime ${outside% }" "createContainer ${inside% }" \
		"poststart ${outside% }" "poststop ${outside% }" "startContainer ${inside% }"
	# createContainer's path is the host's, startContainer's the container's.
	local host root
	host=$(stat -c %i /)
	root=$(stat -c %i "$BUNDLE/rootfs")
	run bash -c 'sed "s/.* //" "$1" "$2"' x "$W/log" "$BUNDLE/rootfs/log"
	assert_output "$host" "$host" "$host" "$host" "$host" "$root"
}

@test "hooks: createContainer sees the container's mounts and its network" {
	config '.mounts += [{"destination": "/data", "type": "tmpfs", "source": "data"}]'
	hook createContainer 'grep -c " $(jq -r .root.path config.json 2>/dev/null || echo rootfs)" /proc/self/mountinfo >>$LOG; grep -c "/rootfs/data " /proc/self/mountinfo >>$LOG; ls /sys/class/net /proc/net/dev >/dev/null; grep -c lo: /proc/net/dev >>$LOG; wc -l </proc/net/dev >>$LOG'
	container_args true
	run_container
	assert_ok
	run tail -n 3 "$W/log"
	assert_output 1 1 3
}

@test "hooks: the working directory is the bundle; createContainer has the rootfs, startContainer /" {
	only_ours "1.1.5 runs poststop where delete is called"
	hooks_that 'echo NAME $(pwd) >>$LOG'
	start_container
	runc delete --force "$ID"
	run cat "$W/log" "$BUNDLE/rootfs/log"
	assert_output "prestart $BUNDLE" "createRuntime $BUNDLE" "createContainer $BUNDLE/rootfs" "poststart $BUNDLE" \
		"poststop $BUNDLE" "startContainer /"
}

@test "hooks: what createContainer mounts, the program sees" {
	mkdir "$BUNDLE/rootfs/data" "$W/source"
	echo mounted >"$W/source/file"
	hook createContainer "mount --bind $W/source $BUNDLE/rootfs/data"
	container_args cat /data/file
	run_container
	assert_output mounted
	[ ! -e "$BUNDLE/rootfs/data/file" ]
}

@test "hooks: what createRuntime does to the network namespace, the program sees" {
	hook createRuntime 'pid=$(sed "s/.*\"pid\":\([0-9]*\).*/\1/"); nsenter -t $pid -n sh -c "echo 1 >/proc/sys/net/ipv4/ip_forward"'
	container_args cat /proc/sys/net/ipv4/ip_forward
	run_container
	assert_output 1
}

@test "hooks: args and env are given as they are, nothing of ours" {
	cat >"$W/tool" <<-EOF
		#!/bin/sh
		{ printf '<%s>' "\$0" "\$@"; echo; tr '\0' '\n' </proc/\$\$/environ; } >"$W/log"
	EOF
	chmod +x "$W/tool"
	container_args true
	config --arg p "$W/tool" '.hooks.createRuntime = [{"path": $p, "args": ["zero", "b c", ""], "env": ["A=1", "B= 2"]}]'
	FROM_HOST=x run_container
	assert_ok
	run cat "$W/log"
	assert_output "<$W/tool><b c><>" A=1 "B= 2"
}

@test "hooks: without env, outside the runtime's, inside the program's" {
	local log=$W/log name
	container_args true
	for name in $HOOKS; do
		[ "$name" != startContainer ] || log=/log
		config --arg n "$name" --arg s "echo $name \$FROM_HOST \$IN_IMAGE \$HOME >>$log" \
			'.hooks[$n] = [{"path": "/bin/sh", "args": ["sh", "-c", $s]}]'
		log=$W/log
	done
	config '.process.env += ["IN_IMAGE=image"] | .process.user = {"uid": 1000, "gid": 1000}'
	chmod 777 "$BUNDLE/rootfs"
	HOME=/hosts FROM_HOST=host run_container
	assert_ok
	only_ours "runc 1.1 gives createContainer the program's (CVE-2025-23266), and leaves out HOME"
	run logged
	assert_output "prestart host /hosts" "createRuntime host /hosts" createContainer "poststart host /hosts" \
		"poststop host /hosts" "startContainer image /home/user"
}

@test "hooks: run as root of the runtime, with the rights of the container in it" {
	config '.process.user = {"uid": 1000, "gid": 1000}'
	chmod 777 "$BUNDLE/rootfs"
	container_args true
	hooks_that 'echo "NAME $(id -u) $(sed -n "s/^CapEff:.//p" /proc/self/status)" >>$LOG'
	run_container
	assert_ok
	run bash -c 'cut -d " " -f 1,2 "$1" "$2"' x "$W/log" "$BUNDLE/rootfs/log"
	assert_output "prestart 0" "createRuntime 0" "createContainer 0" "poststart 0" "poststop 0" "startContainer 1000"
	assert_equal "$(grep -o '[^ ]*$' "$BUNDLE/rootfs/log")" 0000000000000000
}

@test "hooks: one that does not read its stdin, and one that leaves a child behind" {
	container_args true
	hook createRuntime 'exec 0<&-; true'
	hook createRuntime 'sleep 3 & echo left'
	config '.annotations = {"long": ("x" * 100000)}'
	run_container
	assert_ok
}

@test "hooks: the output of good ones is not shown" {
	container_args echo program
	hooks_that 'echo out; echo err >&2'
	run_container
	assert_output program
}

# --- failures ----------------------------------------------------------------

# a_failing NAME lets the second hook of a kind fail.
a_failing() {
	container_script 'echo program >>/log; sleep 0.3'
	hooks_that 'echo NAME >>$LOG'
	hook "$1" 'echo out; echo err >&2; exit 3'
}

@test "hooks: a failing prestart, createRuntime or createContainer ends the creation" {
	local name before=""
	for name in prestart createRuntime createContainer; do
		before+="$name "
		cp "$BUNDLE/config.json" "$W/saved"
		a_failing "$name"
		for command in run create; do
			rm -f "$W/log"
			detached runc $command -b "$BUNDLE" "$ID"
			assert_fails "exit status 3" "stdout: out" "stderr: err"
			if [ "$RUNC" = "$REPO/runc" ]; then assert_has "error running $name hook #1: /bin/sh: "; fi
			[ ! -e "$STATE/$ID" ]
			assert_equal "$(first_words)" "${before}poststop "
		done
		cp "$W/saved" "$BUNDLE/config.json"
	done
}

@test "hooks: a failing startContainer ends the container" {
	only_ours "start of runc does not tell"
	a_failing startContainer
	run_container
	assert_fails "startContainer hook #1: /bin/sh: " "exit status 3" "stdout: out" "stderr: err"
	[ ! -e "$STATE/$ID" ]
	assert_equal "$(first_words)" "prestart createRuntime createContainer poststop startContainer "
	rm "$W/log" "$BUNDLE/rootfs/log"
	create_container
	run runc start "$ID"
	assert_fails "startContainer hook #1: /bin/sh: " "exit status 3" "stdout: out" "stderr: err"
	wait_until has_status "$ID" stopped
	assert_equal "$(first_words)" "prestart createRuntime createContainer startContainer "
	runc delete "$ID"
	assert_equal "$(first_words)" "prestart createRuntime createContainer poststop startContainer "
}

@test "hooks: a failing startContainer with much to say" {
	only_ours
	hook startContainer 'yes 0123456789 | head -c 100000; yes abcdefghi | head -c 100000 >&2; exit 3'
	create_container
	run runc start "$ID"
	assert_fails "startContainer hook #0" "0123456789" "abcdefghi"
	[ "${#output}" -lt 5000 ]
}

@test "hooks: a failing poststart ends the container" {
	only_ours "poststart of runc 1.1 runs in create"
	a_failing poststart
	container_script 'echo program >>/log; sleep 1000'
	run_container
	assert_fails "poststart hook #1" "exit status 3" "stdout: out" "stderr: err"
	[ ! -e "$STATE/$ID" ]
	assert_has_not "level=warning"
	rm "$W/log" "$BUNDLE/rootfs/log"
	create_container
	run runc start "$ID"
	assert_fails "poststart hook #1" "exit status 3" "stdout: out" "stderr: err"
	wait_until has_status "$ID" stopped
}

@test "hooks: a failing poststop is a warning, and the next one runs" {
	only_ours "runc runs no other one after it"
	a_failing poststop
	hook poststop 'echo after >>$LOG'
	run_container
	assert_ok
	assert_has "exit status 3" "stdout: out" "stderr: err"
	assert_equal "$(grep -c after "$W/log")" 1
	start_container
	run runc delete --force "$ID"
	assert_ok
	assert_has "exit status 3"
	assert_equal "$(grep -c after "$W/log")" 2
	[ ! -e "$STATE/$ID" ]
}

@test "hooks: poststop runs when the bundle is gone" {
	only_ours "runc runs it where delete is called"
	hook poststop 'echo poststop >>$LOG'
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	mv "$BUNDLE" "$BUNDLE.gone"
	run runc delete "$ID"
	mv "$BUNDLE.gone" "$BUNDLE"
	assert_ok
	assert_equal "$output" ""
	assert_equal "$(cat "$W/log")" poststop
}

@test "hooks: poststop runs when a program is not there" {
	hooks_that 'echo NAME >>$LOG'
	container_args /no/such
	run_container
	assert_status 1
	assert_equal "$(first_words)" "prestart createRuntime createContainer poststop "
}

@test "hooks: one that is not there, or no program" {
	local path
	for path in /no/such /etc/passwd; do
		config --arg p "$path" '.hooks = {"createRuntime": [{"path": $p}]}'
		run_container
		assert_fails "$path"
		[ ! -e "$STATE/$ID" ]
	done
}

@test "hooks: a relative path is refused" {
	config '.hooks = {"createRuntime": [{"path": "bin/true"}]}'
	only_ours
	run_container
	assert_fails "hooks.createRuntime[0].path"
}

@test "hooks: a timeout ends the hook, and the container" {
	local began=$SECONDS
	hook createRuntime 'echo begun; exec sleep 1000'
	config '.hooks.createRuntime[0].timeout = 1'
	run_container
	assert_status 1
	[ $((SECONDS - began)) -lt 20 ]
	if [ "$RUNC" = "$REPO/runc" ]; then assert_fails "createRuntime hook #0" "hook ran past specified timeout of 1.0s" begun; fi
	[ ! -e "$STATE/$ID" ]
}

@test "hooks: a timeout inside the container" {
	only_ours
	hook startContainer 'exec sleep 1000'
	config '.hooks.startContainer[0].timeout = 1'
	create_container
	run runc start "$ID"
	assert_fails "startContainer hook #0" "hook ran past specified timeout of 1.0s"
}

@test "hooks: one killed by a signal" {
	hook createRuntime 'kill -9 $$'
	run_container
	assert_fails "signal: killed"
}

@test "hooks: while a hook runs the status is creating, and the id taken" {
	local pid
	mkfifo "$W/fifo"
	hook createRuntime "cat <$W/fifo"
	background runc create -b "$BUNDLE" "$ID"
	pid=$!
	exec 4>"$W/fifo" # the hook has opened it
	only_ours
	testcontainer "$ID" creating
	detached runc create -b "$BUNDLE" "$ID"
	assert_fails "container with given ID already exists"
	exec 4>&-
	wait "$pid"
	testcontainer "$ID" created
}

@test "hooks: while startContainer runs the status is created" {
	only_ours
	mkfifo "$BUNDLE/rootfs/fifo"
	hook startContainer 'cat </fifo'
	create_container
	background runc start "$ID"
	local pid=$!
	exec 4>"$BUNDLE/rootfs/fifo"
	testcontainer "$ID" created
	exec 4>&-
	wait "$pid"
	testcontainer "$ID" running
}

@test "hooks: none for exec" {
	hooks_that 'echo NAME >>$LOG'
	start_container
	logged >"$W/before"
	run runc exec "$ID" true
	assert_ok
	assert_equal "$(logged)" "$(cat "$W/before")"
}

@test "hooks: createContainer alone finds cgroup and limits" {
	only_ours "runc's init does not fit into the smaller one"
	need_controller pids
	need_controller memory
	local limit
	# Where it is, and what holds there.
	cat >"$W/hook" <<-EOS
		#!/bin/sh
		cgroup=\$(sed -n 's/.*:pids://p' /proc/self/cgroup)
		case \$cgroup in *$ID*) cat "/sys/fs/cgroup/pids\$cgroup/pids.max" ;; esac >$W/limits
	EOS
	chmod +x "$W/hook"
	unified && sed -i "s/[.][*]:pids:/^0::/; s,cgroup/pids,cgroup," "$W/hook"
	for limit in 3000000 64000000; do
		config --arg hook "$W/hook" --argjson limit "$limit" '.linux.resources = {pids: {limit: 77}, memory: {limit: $limit}}
		  | del(.linux.namespaces[] | select(.type == "cgroup"))
		  | .hooks = {createContainer: [{path: $hook}]}'
		container_args true
		run_container
		assert_ok
		assert_equal "$(cat "$W/limits")" 77
	done
}
