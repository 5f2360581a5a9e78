#!/usr/bin/env bats
# checkpoint and restore, by CRIU.

load helpers
load ptydrive

# setup_file finds out once whether CRIU works here.
setup_file() {
	export PTYDRIVE=${PTYDRIVE:-$RUNC_BATS_DIR/ptydrive}
	[ -x "$PTYDRIVE" ] || build_ptydrive || PTYDRIVE=
	export CRIU_LACKS=""
	if [ "$(id -u)" -ne 0 ]; then
		CRIU_LACKS="needs root"
	elif ! command -v criu >/dev/null; then
		CRIU_LACKS="no criu is installed"
	elif ! criu check >/dev/null 2>&1; then
		CRIU_LACKS="criu check fails on this kernel: $(criu check 2>&1 | grep -m 1 Error)"
	fi
}

setup() {
	begin_test
	cd "$BUNDLE" || return
	container_script 'i=0; while :; do i=$((i + 1)); echo $i >/tmp/count; sleep 0.1; done'
}

need_root() { [ "$(id -u)" -eq 0 ] || skip "needs root, as CRIU does"; }

need_criu() { [ -z "$CRIU_LACKS" ] || skip "$CRIU_LACKS"; }

checkpoint() { run runc checkpoint --work-path "$W/work" "$@" "$ID"; }

# restore [flags] leaves $ID running.
restore() { detached runc restore --detach --bundle "$BUNDLE" --work-path "$W/work" "$@" "$ID"; }

# begun starts the container, without a file of the host's, and waits until it
# counts.
begun() {
	runc run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&-
	wait_until inside test -s /tmp/count
}

# inside COMMAND... looks at the container's files.
inside() {
	local pid
	pid=$(init_pid)
	"$1" "${@:2:$#-2}" "/proc/$pid/root${!#}"
}

counted() { inside cat /tmp/count; }

counts_on() { [ "$(counted)" -gt "$1" ]; }

no_container() {
	run runc state "$ID"
	assert_status 1
	assert_has "container does not exist"
}

# there_and_back checkpoints and restores the container; flags are for both.
there_and_back() {
	checkpoint "$@"
	assert_ok
	no_container
	restore "$@"
	assert_ok
	testcontainer "$ID" running
}

# mount_table prints what does not differ from one start to the next.
mount_table() {
	sed "s/^[0-9]* [0-9]* [0-9]*:[0-9]* //; s/ - .*//; s/\(master\|shared\):[0-9]*/\1/; s/$ID//g" "/proc/$(init_pid)/mountinfo" | sort
}

# --- what is refused, with or without CRIU ------------------------------------

@test "checkpoint: without criu in PATH it says so, and the container runs on" {
	need_root
	start_container
	PATH=$W/none run /usr/bin/env "$RUNC" --root "$STATE" checkpoint "$ID"
	assert_fails 'CRIU version check failed: exec: "criu": executable file not found in $PATH' "install CRIU"
	testcontainer "$ID" running
}

@test "restore: without criu in PATH it says so, and leaves nothing" {
	need_root
	mkdir checkpoint
	PATH=$W/none run /usr/bin/env "$RUNC" --root "$STATE" restore "$ID"
	assert_fails 'CRIU version check failed: exec: "criu": executable file not found in $PATH'
	no_container
}

@test "checkpoint: a container that does not run" {
	need_root
	create_container
	checkpoint
	assert_fails "Container cannot be checkpointed in created state"
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	checkpoint
	assert_fails "Container cannot be checkpointed in stopped state"
	run runc checkpoint "$ID-none"
	assert_fails "container does not exist"
}

@test "checkpoint: a mistake in a flag" {
	need_root
	local flags want
	start_container
	while IFS='|' read -r flags want; do
		# shellcheck disable=SC2086
		checkpoint $flags
		assert_status 1
		assert_has "$want"
	done <<-END
		--page-server 127.0.0.1|Use --page-server ADDRESS:PORT to specify page server
		--page-server :27|Use --page-server ADDRESS:PORT to specify page server
		--page-server 127.0.0.1:http|Invalid port number
		--page-server 127.0.0.1:70000|Invalid port number
		--manage-cgroups-mode hard|Invalid manage-cgroups-mode value
		--empty-ns uts|namespace "uts" is not supported
		--parent-path /tmp|--parent-path must be relative
		--parent-path ./none|invalid --parent-path
		--lazy-pages --status-fd 77|invalid --status-fd argument 77
		--lazy-pages --status-fd 0|invalid --status-fd argument 0: not writable
		--nonsense|nonsense
	END
	testcontainer "$ID" running
	[ ! -e "$W/work" ]
}

@test "checkpoint, restore: their arguments" {
	need_root
	run runc checkpoint
	assert_status 1
	assert_has '"checkpoint" requires exactly 1 argument(s), got 0'
	run runc restore a b
	assert_status 1
	assert_has '"restore" requires exactly 1 argument(s), got 2'
	run runc restore --manage-cgroups-mode hard "$ID"
	assert_fails "Invalid manage-cgroups-mode value"
	run runc restore --empty-ns uts "$ID"
	assert_fails 'namespace "uts" is not supported'
}

@test "restore: no checkpoint" {
	need_root
	command -v criu >/dev/null || skip "no criu is installed"
	restore --image-path "$W/none"
	assert_fails "--image-path: no whole checkpoint" "$W/none/descriptors.json"
	no_container
	[ ! -e "$W/none" ]
}

@test "checkpoint, restore: only root may" {
	local as=()
	if [ "$(id -u)" -eq 0 ]; then
		as=(setpriv --reuid 1000 --regid 1000 --clear-groups)
		chmod 755 "$W"
		cp "$RUNC" "$W/runc"
		RUNC=$W/runc
	else
		start_container
		checkpoint
		assert_fails "runc checkpoint needs root"
		testcontainer "$ID" running
	fi
	run "${as[@]}" "$RUNC" --root "$W/other" restore --bundle "$BUNDLE" "$ID"
	assert_fails "runc restore needs root"
}

@test "checkpoint: CRIU's reason is in the error, its log is kept" {
	need_root
	command -v criu >/dev/null || skip "no criu is installed"
	container_args sleep 100
	runc run --detach "$ID" </dev/null >"$W/out" 2>&1 3>&-
	checkpoint
	assert_fails "criu failed: type " "Error (criu/" "; log file: $W/work/dump.log"
	[ -s "$W/work/dump.log" ]
	testcontainer "$ID" running
}

# --- there and back -----------------------------------------------------------

@test "checkpoint, restore: the program goes on, twice" {
	local before table
	need_criu
	begun
	table=$(mount_table)
	for _ in 1 2; do
		before=$(counted)
		there_and_back
		wait_until counts_on "$before"
		assert_equal "$(mount_table)" "$table"
	done
	[ -s checkpoint/inventory.img ]
	[ -s "$W/work/restore.log" ]
	jq -e 'length == 3' checkpoint/descriptors.json
}

@test "restore: in the foreground, until the end of the program" {
	need_criu
	container_script 'while [ ! -e /tmp/end ]; do echo 1 >/tmp/count; sleep 0.1; done; exit 7'
	begun
	checkpoint
	assert_ok
	touch rootfs/tmp/end
	run runc restore --pid-file "$W/pid" "$ID"
	assert_status 7
	[ -s "$W/pid" ]
	no_container
}

@test "restore: --pid-file, under another id, in a cgroup of its own" {
	need_criu
	begun
	checkpoint
	assert_ok
	ID=$ID-2
	restore --pid-file "$W/pid"
	assert_ok
	assert_equal "$(cat "$W/pid")" "$(init_pid)"
	[[ $(cgroup_dir "$(init_pid)" pids) == *"$ID" ]] || fail "cgroup: $(cat "/proc/$(init_pid)/cgroup")"
	[ -z "$(find /sys/fs/cgroup -type d -name "${ID%-2}")" ]
}

@test "checkpoint: --leave-running" {
	local before
	need_criu
	begun
	before=$(counted)
	checkpoint --leave-running
	assert_ok
	testcontainer "$ID" running
	wait_until counts_on "$before"
	runc delete --force "$ID"
	restore
	assert_ok
}

@test "checkpoint: --pre-dump, then --parent-path" {
	need_criu
	criu check --feature mem_dirty_track >/dev/null 2>&1 || skip "this kernel does not track dirty pages"
	begun
	checkpoint --pre-dump --image-path "$W/images/parent"
	assert_ok
	testcontainer "$ID" running
	[ -e "$W/images/parent/inventory.img" ]
	[ ! -e "$W/images/parent/descriptors.json" ]
	checkpoint --parent-path ../parent --image-path "$W/images/final"
	assert_ok
	[ -L "$W/images/final/parent" ]
	no_container
	restore --image-path "$W/images/final"
	assert_ok
	testcontainer "$ID" running
}

@test "checkpoint: a paused container" {
	need_criu
	begun
	runc pause "$ID"
	checkpoint
	assert_ok
	no_container
	restore
	assert_ok
}

@test "checkpoint, restore: --lazy-pages and --status-fd" {
	local before byte server pages
	need_criu
	criu check --feature uffd-noncoop >/dev/null 2>&1 || skip "this kernel has no userfaultfd for it"
	begun
	mkfifo "$W/ready"
	exec 8<>"$W/ready"
	# No file of the host's may be open in the container, or in its server.
	background runc checkpoint --lazy-pages --page-server 127.0.0.1:27277 --status-fd 8 \
		--manage-cgroups-mode ignore --work-path "$W/work" "$ID"
	server=$!
	byte=$(timeout 30 head -c 1 <&8 | od -An -tx1)
	exec 8>&-
	assert_equal "$byte" " 00"
	[ -e checkpoint/inventory.img ]
	background criu lazy-pages --page-server --address 127.0.0.1 --port 27277 -D checkpoint -W "$W/work"
	pages=$!
	wait_until test -S "$W/work/lazy-pages.socket"
	first=$ID
	ID=$ID-2
	restore --lazy-pages --manage-cgroups-mode ignore
	assert_ok
	wait "$server"
	wait "$pages"
	before=$(counted)
	wait_until counts_on "$before"
	run runc state "$first"
	assert_status 1
}

# --- what the container has from outside --------------------------------------

# piped FIFO COMMAND... has pipes as standard input and output, with FIFO and
# $W/out.txt at their other ends.
piped() {
	exec 6>&- 7>&-
	# shellcheck disable=SC2002 # a pipe is the point
	cat "$1" | "${@:2}" 2>/dev/null | cat >>"$W/out.txt"
}

@test "checkpoint, restore: pipes as standard streams" {
	need_criu
	container_script 'echo 1 >/tmp/count; while read -r line; do echo "got $line"; done'
	mkfifo "$W/in" "$W/in2"
	exec 6<>"$W/in" 7<>"$W/in2"
	background piped "$W/in" runc run --detach "$ID"
	wait_until inside test -s /tmp/count
	echo before >&6
	wait_until grep -q "got before" "$W/out.txt"
	checkpoint
	assert_ok
	jq -e 'map(select(startswith("pipe:"))) | length == 2' checkpoint/descriptors.json
	background piped "$W/in2" runc restore --detach --work-path "$W/work" "$ID"
	echo after >&7
	wait_until grep -q "got after" "$W/out.txt"
	exec 6>&- 7>&-
	runc delete --force "$ID" # or the readers of its pipes would not end
}

# on_terminal lets the container answer what is typed, until "end".
on_terminal() {
	need_criu
	[ -n "$PTYDRIVE" ] || skip "no Go to build tests/ptydrive"
	config '.process.terminal = true'
	container_script 'while read -r line && [ "$line" != end ]; do echo "got $line"; echo 1 >/tmp/count; done; exit 7'
	receiver recvtty 'send=before\r' 'expect=got before' file="$W/go"
	start_container "$ID" --console-socket "$W/socket"
	wait_until inside test -s /tmp/count
	checkpoint
	assert_ok
	touch "$W/go"
	received
	assert_ok
	rm "$W/socket"
}

@test "checkpoint, restore: a terminal, over --console-socket" {
	on_terminal
	restore
	assert_fails "cannot allocate tty if runc will detach without setting console socket"
	receiver recvtty 'send=after\r' 'expect=got after' file="$W/go2"
	restore --console-socket "$W/socket"
	assert_ok
	touch "$W/go2"
	received
	assert_ok
}

@test "checkpoint, restore: a terminal, in the foreground" {
	on_terminal
	on_tty 'send=after\r' 'expect=got after' 'send=end\r' wait -- restore --bundle "$BUNDLE" --work-path "$W/work" "$ID"
	assert_has "[status 7]"
}

@test "checkpoint, restore: in an external network namespace" {
	need_criu
	ip netns add "$ID"
	config --arg path "/run/netns/$ID" '(.linux.namespaces[] | select(.type == "network")).path = $path'
	begun
	there_and_back
	assert_equal "$(stat -Lc %i "/proc/$(init_pid)/ns/net")" "$(stat -Lc %i "/run/netns/$ID")"
	runc delete --force "$ID"
	ip netns del "$ID"
	restore
	umount /run/netns 2>/dev/null || true
	assert_fails "linux.namespaces[1].path: /run/netns/$ID does not exist"
}

no_zombies() { ! grep -qs '^State:.Z' /proc/[0-9]*/status; }

@test "checkpoint, restore: in an external PID namespace" {
	local holder
	need_criu
	# Its first process has to reap, for a restore needs the numbers again.
	unshare --pid --fork --mount-proc sh -c 'while :; do sleep 0.2; done' </dev/null >/dev/null 2>&1 3>&- &
	holder=$!
	wait_until pgrep -P "$holder" sh
	config --arg path "/proc/$(pgrep -P "$holder")/ns/pid" '(.linux.namespaces[] | select(.type == "pid")).path = $path'
	begun
	checkpoint
	assert_ok
	wait_until no_zombies
	restore
	assert_ok
	assert_equal "$(stat -Lc %i "/proc/$(init_pid)/ns/pid")" "$(stat -Lc %i "/proc/$(pgrep -P "$holder")/ns/pid")"
	runc delete --force "$ID"
	pkill -KILL -P "$holder"
	wait "$holder" || true
}

@test "restore: a network namespace of its own has a loopback device" {
	need_criu
	begun
	there_and_back
	run nsenter -t "$(init_pid)" -n ip -brief address show lo
	assert_has 127.0.0.1
}

@test "checkpoint, restore: in a time namespace the clock goes on" {
	local before
	need_criu
	[ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
	config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": 100000}}'
	begun
	there_and_back
	before=$(nsenter -t "$(init_pid)" -T cut -d . -f 1 /proc/uptime)
	[ "$before" -gt 100000 ]
}

@test "checkpoint, restore: hooks" {
	need_criu
	cat >"$W/hook" <<-END
		#!/bin/sh
		cat >"$W/state.\$1"
	END
	chmod 755 "$W/hook"
	config --arg hook "$W/hook" '.hooks = (["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]
		| map(select(. != "startContainer")) | map({(.): [{"path": $hook, "args": ["hook", .]}]}) | add)'
	begun
	checkpoint
	assert_ok
	assert_equal "$(jq -r .status "$W/state.poststop")" stopped
	rm "$W"/state.*
	restore
	assert_ok
	# As with runc: those that see the namespaces from outside.
	assert_equal "$(cd "$W" && echo state.*)" "state.createRuntime state.prestart"
	assert_equal "$(jq .pid "$W/state.prestart")" "$(init_pid)"
}

@test "restore: a hook that fails" {
	need_criu
	begun
	checkpoint
	assert_ok
	config '.hooks = {"createRuntime": [{"path": "/bin/false"}]}'
	restore
	assert_status 1
	assert_has "error running createRuntime hook #0" "/bin/false: exit status 1"
	no_container
}

@test "checkpoint, restore: org.criu.config" {
	need_criu
	echo "log-file=other.log" >"$W/criu.conf"
	config --arg file "$W/criu.conf" '.annotations = {"org.criu.config": $file}'
	begun
	there_and_back
	[ -s "$W/work/other.log" ]
	[ ! -e "$W/work/dump.log" ]
}

@test "checkpoint, restore: with seccomp and what the bundle lets the program do" {
	local pid
	need_criu
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}'
	begun
	there_and_back
	pid=$(init_pid)
	run grep -E '^(CapBnd|NoNewPrivs|Seccomp):' "/proc/$pid/status"
	assert_output $'CapBnd:\t0000000020000420' $'NoNewPrivs:\t1' $'Seccomp:\t2'
}

# --- mounts -------------------------------------------------------------------

# bind SOURCE DESTINATION [OPTION...] adds a mount.
bind() {
	local options
	options=$(printf '%s\n' bind "${@:3}" | jq -Rn '[inputs]')
	config --arg source "$1" --arg destination "$2" --argjson options "$options" \
		'.mounts += [{"type": "bind", "source": $source, "destination": $destination, "options": $options}]'
}

@test "restore: bind mounts in one another, whose mount points are gone" {
	local table
	need_criu
	mkdir "$W/one" "$W/two"
	echo file >"$W/file"
	bind "$W/one" /test
	bind "$W/two" /test/for/nested ro nosuid
	bind "$W/file" /test/for/file ro
	begun
	table=$(mount_table)
	checkpoint
	assert_ok
	rm -r "$W/one/for" rootfs/test
	restore
	assert_ok
	assert_equal "$(mount_table)" "$table"
	assert_equal "$(inside cat /test/for/file)" file
}

@test "restore: what is read-only stays so" {
	local table
	need_criu
	mkdir "$W/dir"
	config '.root.readonly = true | .mounts += [{"type": "tmpfs", "source": "tmpfs", "destination": "/tmp"}]'
	mkdir rootfs/dir rootfs/rro
	bind "$W/dir" /dir ro noexec
	bind "$W/dir" /rro rbind rro
	begun
	table=$(mount_table)
	there_and_back
	assert_equal "$(mount_table)" "$table"
	for dir in / /dir /rro /proc/sys; do
		run inside touch "$dir/x"
		assert_status 1
	done
}

# Names that could mean another mount to CRIU (CVE-2026-119101, CVE-2026-115520).
@test "checkpoint, restore: mounts with strange names, by symlinks (CVE-2026-119101)" {
	local table
	need_criu
	mkdir "$W/dir" "$W/other" "$W/third"
	touch "$W/dir/it" "$W/other/other" "$W/third/third"
	ln -s real rootfs/link
	mkdir rootfs/real
	bind "$W/dir" /link/a
	bind "$W/other" "/a, b"
	bind "$W/third" '/0]'
	begun
	table=$(mount_table)
	there_and_back
	assert_equal "$(mount_table)" "$table"
	inside test -e /real/a/it
	inside test -e "/a, b/other"
}

@test "checkpoint: a mount whose name ends a key of CRIU's is refused (CVE-2026-115520)" {
	local name
	need_criu
	mkdir "$W/dir"
	cp config.json "$W/config.json"
	for name in '/x]:0' $'/x\ny'; do
		cp "$W/config.json" config.json
		bind "$W/dir" "$name"
		begun
		checkpoint
		assert_fails 'mounts[7] (/x' "rename it"
		testcontainer "$ID" running
		runc delete --force "$ID"
	done
}

@test "checkpoint, restore: destinations that have been exchanged are refused (CVE-2026-119101)" {
	need_criu
	mkdir "$W/secret" "$W/data" rootfs/one rootfs/two
	ln -s one rootfs/secret
	ln -s two rootfs/data
	bind "$W/secret" /secret/dir ro
	bind "$W/data" /data/dir
	begun
	checkpoint --leave-running
	assert_ok
	# As the container could.
	ln -sfn two rootfs/secret
	ln -sfn one rootfs/data
	checkpoint --image-path "$W/other"
	assert_status 1
	runc delete --force "$ID"
	restore
	assert_fails "the checkpoint has something else there"
	no_container
}

@test "restore: mounts in another order, or missing" {
	local table
	need_criu
	mkdir "$W/dir" "$W/other"
	bind "$W/dir" /dir ro
	bind "$W/other" /other
	begun
	table=$(mount_table)
	checkpoint
	assert_ok
	config '.mounts |= .[:-2] + [.[-1], .[-2]]'
	restore
	assert_ok
	assert_equal "$(mount_table)" "$table"
	runc delete --force "$ID"
	config '.mounts |= .[:-1]'
	restore
	assert_fails "the checkpoint has something of the host's mounted on /dir; the bundle has not"
	no_container
}

# --- the bundle's rights, not the checkpoint's --------------------------------

# The checkpoint of one container must not give another bundle's more rights
# (CVE-2026-95837, CVE-2026-92574).
@test "restore: a bundle that gives less is kept to (CVE-2026-95837)" {
	local filter want
	need_criu
	config '.process.noNewPrivileges = false | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}'
	begun
	checkpoint
	assert_ok
	cp config.json "$W/config.json"
	while IFS='|' read -r filter want; do
		jq "${filter// @ / | }" "$W/config.json" >config.json
		restore
		assert_status 1
		assert_has "$want"
		no_container
	done <<-'END'
		.process.capabilities = {}|process.capabilities.bounding: it has [CAP_
		.process.capabilities.effective = [] @ .process.capabilities.permitted = [] @ .process.noNewPrivileges = true|process.capabilities.permitted: it has [CAP_
		.linux.seccomp.syscalls[0].names = ["mkdirat"]|linux.seccomp: the checkpoint has another filter than the bundle
		.process.user.uid = 1000 @ .process.noNewPrivileges = true|process.user.uid: it has ids
		.linux.namespaces += [{"type": "user"}] @ .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 10}] @ .linux.gidMappings = .linux.uidMappings|linux.namespaces (user)
		.linux.maskedPaths += ["/proc/version"]|linux.maskedPaths
		.mounts += [{"type": "bind", "source": "/tmp", "destination": "/bound", "options": ["bind"]}]|(/bound)
	END
	cp "$W/config.json" config.json
	restore
	assert_ok
}

@test "restore: the bundle's no_new_privs is applied (CVE-2026-95837)" {
	need_criu
	config '.process.noNewPrivileges = false'
	begun
	checkpoint
	assert_ok
	config '.process.noNewPrivileges = true'
	restore
	assert_ok
	grep -q 'NoNewPrivs:.1' "/proc/$(init_pid)/status"
}

# --- one flag each ------------------------------------------------------------

@test "checkpoint, restore: --manage-cgroups-mode ignore, into another cgroup" {
	local dir one=/$ID/one two=/$ID/two
	need_criu
	[[ ${VM_MODE:-} != *systemd ]] || one=:one:$ID two=:two:$ID
	config --arg path "$one" '.linux.cgroupsPath = $path'
	begun
	dir=$(cgroup_dir "$(init_pid)" pids)
	checkpoint --manage-cgroups-mode ignore
	assert_ok
	[ ! -e "$dir" ]
	config --arg path "$two" '.linux.cgroupsPath = $path'
	restore --manage-cgroups-mode ignore
	assert_ok
	[ ! -e "$dir" ]
	[[ $(cgroup_dir "$(init_pid)" pids) == *"/two"* ]]
	runc delete --force "$ID"
	find /sys/fs/cgroup -depth -type d -name "$ID" -exec rmdir {} + # of cgroupsPath
}

@test "checkpoint, restore: limits" {
	need_criu
	need_controller pids
	config '.linux.resources.pids.limit = 33'
	begun
	there_and_back --manage-cgroups-mode full
	assert_equal "$(cat "$(cgroup_dir "$(init_pid)" pids)/pids.max")" 33
}

@test "checkpoint, restore: --file-locks" {
	need_criu
	busybox --list | grep -qx flock || skip "this busybox has no flock"
	echo 'echo 1 >/tmp/count; sleep 100' >rootfs/tmp/holder
	container_script 'flock /tmp/lock sh /tmp/holder'
	begun
	checkpoint
	assert_fails "criu failed" "lock"
	testcontainer "$ID" running
	there_and_back --file-locks
}

@test "checkpoint: --link-remap" {
	need_criu
	container_script 'echo x >/tmp/a; ln /tmp/a /tmp/b; exec 9</tmp/a; rm /tmp/a; echo 1 >/tmp/count; sleep 100'
	begun
	checkpoint
	assert_fails "criu failed"
	checkpoint --link-remap
	assert_ok
	restore
	assert_ok
}

@test "checkpoint, restore: --tcp-established" {
	need_criu
	ip netns add "$ID"
	ip -n "$ID" link set lo up
	config --arg path "/run/netns/$ID" '(.linux.namespaces[] | select(.type == "network")).path = $path'
	container_script 'nc -l -p 7777 127.0.0.1 <>/tmp/fifo >/tmp/got & until nc 127.0.0.1 7777 <>/tmp/fifo2; do sleep 0.1; done & sleep 1; echo 1 >/tmp/count; sleep 100'
	mkfifo rootfs/tmp/fifo rootfs/tmp/fifo2
	begun
	checkpoint
	assert_fails "criu failed" "tcp"
	testcontainer "$ID" running
	there_and_back --tcp-established
	runc delete --force "$ID"
	ip netns del "$ID"
	umount /run/netns 2>/dev/null || true
}

@test "checkpoint, restore: the remaining flags are CRIU's" {
	need_criu
	begun
	checkpoint --shell-job --ext-unix-sk --auto-dedup --tcp-skip-in-flight --empty-ns network
	assert_ok
	restore --shell-job --ext-unix-sk --auto-dedup --empty-ns network --no-subreaper --no-pivot
	assert_ok
}
