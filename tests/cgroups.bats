#!/usr/bin/env bats
# bats file_tags=cgroups
# cgroupsPath, limits, and what the container sees of its cgroups. These run in
# each view: version 1, version 2, and both.

load helpers

# cgroup_paths PID prints the distinct cgroup paths of a process. In a view of
# one version alone the other's line does not count.
cgroup_paths() {
	local file=/proc/$1/cgroup
	if unified; then
		sed -n 's/^0:://p' "$file"
	else
		sed -n 's/^[1-9][0-9]*:[^:]*://p' "$file" | sort -u
	fi
}

# remove_cgroups removes what is left of a nested cgroupsPath: runc, too, leaves
# the directories above the container's own.
remove_cgroups() { find /sys/fs/cgroup -depth -type d -path "*$ID*" -exec rmdir {} \; 2>/dev/null || true; }

# limit_file CONTROLLER V1NAME V2NAME prints a value of the container's cgroup.
limit_value() {
	local dir
	dir=$(cgroup_dir "$(init_pid)" "$1")
	if unified; then cat "$dir/$3"; else cat "$dir/$2"; fi
}

@test "cgroups: without cgroupsPath the cgroup has the id's name" {
	start_container
	local path
	for path in $(cgroup_paths "$(init_pid)"); do
		[ "${path##*/}" = "$ID" ] || fail "cgroup $path"
	done
	[ -n "$path" ]
}

@test "cgroups: in every hierarchy of the view" {
	unified && skip "there is one"
	start_container
	local number name path
	while IFS=: read -r number name path; do
		[ "$number" != 0 ] || continue
		[ "${path##*/}" = "$ID" ] || fail "hierarchy $name: $path"
	done <"/proc/$(init_pid)/cgroup"
}

@test "cgroups: an absolute path is taken from the root of the hierarchies" {
	config --arg p "/$ID-abs" '.linux.cgroupsPath = $p'
	start_container
	local pid
	pid=$(init_pid)
	grep -q ":/$ID-abs\$" "/proc/$pid/cgroup"
	runc delete --force "$ID"
	[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
}

@test "cgroups: a nested absolute path" {
	config --arg p "/$ID-abs/a/b" '.linux.cgroupsPath = $p'
	start_container
	grep -q ":/$ID-abs/a/b\$" "/proc/$(init_pid)/cgroup"
	runc delete --force "$ID"
	[ -z "$(find /sys/fs/cgroup -path "*$ID-abs/a/b" 2>/dev/null)" ]
	remove_cgroups
}

@test "cgroups: a relative path" {
	config --arg p "$ID-rel" '.linux.cgroupsPath = $p'
	start_container
	grep -q "/$ID-rel\$" "/proc/$(init_pid)/cgroup"
	runc delete --force "$ID"
	[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
}

@test "cgroups: .. in a path does not lead out of the hierarchy" {
	config --arg p "../../../../../../$ID-up" '.linux.cgroupsPath = $p'
	start_container
	grep -q "/$ID-up\$" "/proc/$(init_pid)/cgroup"
	runc delete --force "$ID"
	[ ! -e "/$ID-up" ]
	[ ! -e "/sys/fs/$ID-up" ]
}

@test "cgroups: state.json names the paths" {
	start_container
	local dir
	dir=$(cgroup_dir "$(init_pid)" pids)
	jq -e --arg d "$dir" '.cgroup_paths | to_entries | any(.value == $d)' "$STATE/$ID/state.json"
}

@test "cgroups: every process of the container is in it" {
	need_controller pids
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & sleep 1000 & echo > /ready; wait'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	assert_equal "$(wc -l <"$(cgroup_dir "$(init_pid)" pids)/cgroup.procs")" 3
}

@test "cgroups: pids.limit" {
	need_controller pids
	config '.linux.resources.pids.limit = 17'
	start_container
	assert_equal "$(limit_value pids pids.max pids.max)" 17
}

@test "cgroups: pids.limit holds" {
	need_controller pids
	config '.linux.resources.pids.limit = 5'
	container_script 'for i in 1 2 3 4 5 6 7 8; do sleep 2 & done'
	run_container
	assert_has "can't fork"
}

@test "cgroups: memory.limit" {
	need_controller memory
	config '.linux.resources.memory.limit = 50331648'
	start_container
	assert_equal "$(limit_value memory memory.limit_in_bytes memory.max)" 50331648
}

@test "cgroups: memory.limit holds" {
	need_controller memory
	config '.linux.resources.memory.limit = 33554432'
	container_script 'head -c 100m /dev/zero | tail'
	run_container
	[ "$status" -ne 0 ]
	[ -z "$(test_cgroups)" ]
}

@test "cgroups: a memory limit for a small program" {
	only_ours
	need_controller memory
	config '.linux.resources.memory.limit = 8388608'
	container_args true
	run_container
	assert_ok
}

@test "cgroups: a limit of a controller that this view lacks is an error that names it" {
	unified || skip "all are there"
	only_ours
	grep -qw pids /sys/fs/cgroup/cgroup.controllers && skip "all are there"
	config '.linux.resources.pids.limit = 17'
	run_container
	assert_fails pids
	[ -z "$(test_cgroups)" ]
}

@test "cgroups: no limits, no need for controllers" {
	config 'del(.linux.resources)'
	container_args true
	run_container
	assert_ok
}

# --- cgroup mounts -----------------------------------------------------------

# with_cgroupns and without_cgroupns say whether there is a cgroup namespace; spec
# adds one on cgroup version 2.
without_cgroupns() { config '.linux.namespaces |= map(select(.type != "cgroup"))'; }
with_cgroupns() { config '.linux.namespaces |= map(select(.type != "cgroup")) + [{"type": "cgroup"}]'; }

@test "cgroups: the mount, without a cgroup namespace" {
	without_cgroupns
	container_script 'ls /sys/fs/cgroup | head -20; [ -e /sys/fs/cgroup/cgroup.procs -o -d /sys/fs/cgroup/pids ] && echo there'
	run_container
	assert_ok
	assert_has there
}

@test "cgroups: the mount shows the container's own cgroup" {
	need_controller pids
	container_script 'cat /sys/fs/cgroup/pids/cgroup.procs 2>/dev/null || cat /sys/fs/cgroup/cgroup.procs'
	run_container
	assert_ok
	assert_equal "${lines[0]}" 1
	[ "${#lines[@]}" -le 3 ] || fail "more than the container's processes: $(show)"
}

@test "cgroups: the mount, with a cgroup namespace" {
	with_cgroupns
	container_script '[ -e /sys/fs/cgroup/cgroup.procs -o -d /sys/fs/cgroup/pids ] && echo there; cut -d : -f 3 /proc/self/cgroup | sort -u'
	run_container
	assert_ok
	assert_output there /
}

@test "cgroups: the mount is read-only by default" {
	local ns
	for ns in without with; do
		"${ns}_cgroupns"
		container_script 'mkdir /sys/fs/cgroup/pids/x 2>/dev/null || mkdir /sys/fs/cgroup/x 2>/dev/null || echo refused'
		run_container
		assert_ok
		assert_output refused
	done
}

@test "cgroups: a writable mount" {
	only_ours
	need_controller pids
	with_cgroupns
	config '(.mounts[] | select(.type == "cgroup")).options -= ["ro"]'
	container_script 'd=/sys/fs/cgroup; [ ! -d $d/pids ] || d=$d/pids; mkdir $d/x && rmdir $d/x && echo works'
	run_container
	assert_ok
	assert_output works
}

@test "cgroups: a user namespace and a cgroup namespace" {
	in_userns
	with_cgroupns
	container_script '[ -e /sys/fs/cgroup/cgroup.procs -o -d /sys/fs/cgroup/pids ] && echo there'
	run_container
	assert_ok
	assert_output there
}

# owners prints who owns the container's cgroup and some of its files, inside.
owners() { runc exec "$ID" sh -c 'cd /sys/fs/cgroup; stat -c %u . cgroup.procs cgroup.subtree_control cgroup.max.depth' | tr '\n' ' '; }

@test "cgroups: writable, with a user and a cgroup namespace, it belongs to the container" {
	unified || skip "version 1 is not given away"
	in_userns
	with_cgroupns
	config '(.mounts[] | select(.type == "cgroup")).options -= ["ro"]'
	start_container
	assert_equal "$(owners)" "0 0 0 65534 "
	run runc exec "$ID" sh -c 'mkdir /sys/fs/cgroup/sub && echo $$ >/sys/fs/cgroup/sub/cgroup.procs && cat /proc/self/cgroup'
	assert_ok
	assert_has 0::/sub
	runc delete --force "$ID"
	[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
}

@test "cgroups: a container that nests them deeper than a path is long can be listed, killed and deleted" {
	unified || skip "version 1 is not given away"
	only_ours
	in_userns
	with_cgroupns
	config '(.mounts[] | select(.type == "cgroup")).options -= ["ro"]'
	mkfifo -m 666 "$BUNDLE/rootfs/ready"
	container_script 'n=$(printf %200s | tr " " x); cd /sys/fs/cgroup; i=0
		while [ $((i += 1)) -le 45 ]; do mkdir $n && cd -P $n || exit; done
		sleep 1000 & echo $! >cgroup.procs; echo >/ready; wait'
	local end pids
	for end in "kill --all $ID KILL" "delete --force $ID"; do
		start_container
		read -r -t 20 <"$BUNDLE/rootfs/ready"
		mapfile -t pids < <(runc ps -f json "$ID" | jq '.[]')
		[ "${#pids[@]}" -eq 2 ] || fail "${pids[*]}"
		# shellcheck disable=SC2086
		run runc $end
		assert_ok
		wait_until gone "${pids[0]}"
		wait_until gone "${pids[1]}"
		runc delete --force "$ID"
		[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
	done
}

@test "cgroups: read-only, or without a cgroup namespace, it does not belong to the container" {
	unified || skip "version 1 is not given away"
	in_userns
	with_cgroupns
	start_container
	assert_equal "$(owners)" "65534 65534 65534 65534 "
	runc delete --force "$ID"
	config '(.mounts[] | select(.type == "cgroup")).options -= ["ro"]'
	without_cgroupns
	start_container
	[ "$(stat -c %u "$(cgroup_dir "$(init_pid)" any)")" = 0 ]
}

@test "cgroups: no cgroup mount at all" {
	config '.mounts |= map(select(.type != "cgroup"))'
	container_args ls /sys/fs/cgroup
	run_container
	assert_ok
	assert_output ""
}

# --- shared and odd cgroups --------------------------------------------------

@test "cgroups: one that has processes is refused" {
	only_ours "1.1.5 joins it"
	config --arg p "/$ID-shared" '.linux.cgroupsPath = $p'
	start_container "$ID-2"
	run_container
	assert_status 1
	assert_has "cgroup is not empty"
	testcontainer "$ID-2" running
}

@test "cgroups: one that exists and is empty is taken" {
	local dir
	dir=$(dirname "$(cgroup_dir self pids)/x")
	dir=${dir%"$(cgroup_paths self | head -n 1)"}/$ID-empty
	mkdir -p "$dir"
	config --arg p "/$ID-empty" '.linux.cgroupsPath = $p'
	container_args true
	run_container
	assert_ok
	rmdir "$dir" 2>/dev/null || true
}

@test "cgroups: a frozen one is refused and not waited for" {
	only_ours
	unified || need_controller freezer
	local dir
	if unified; then dir=/sys/fs/cgroup/$ID-frozen; else dir=/sys/fs/cgroup/freezer/$ID-frozen; fi
	mkdir "$dir"
	if unified; then echo 1 >"$dir/cgroup.freeze"; else echo FROZEN >"$dir/freezer.state"; fi
	config --arg p "/$ID-frozen" '.linux.cgroupsPath = $p'
	RUNC_TIMEOUT=10 run_container
	if unified; then echo 0 2>/dev/null >"$dir/cgroup.freeze" || true; else echo THAWED 2>/dev/null >"$dir/freezer.state" || true; fi
	assert_status 1
	assert_has frozen
	rmdir "$dir" 2>/dev/null || true
}

@test "cgroups: the host's own cgroup of the runtime does not change" {
	local before
	before=$(cat /proc/self/cgroup)
	start_container
	assert_equal "$(cat /proc/self/cgroup)" "$before"
}

# --- born in it --------------------------------------------------------------

@test "cgroups: init and exec'd processes are born in it, version 2" {
	unified || skip "version 1 has no such clone"
	only_ours
	command -v strace >/dev/null || skip "no strace"
	[[ ${VM_MODE:-} != *systemd ]] || skip "systemd makes the cgroup with its first process"
	start_container
	traced exec "$ID" true
	container_args true
	traced run --bundle "$BUNDLE" "$ID-2"
}

# traced COMMAND... asserts that a process of it was cloned into a cgroup. strace
# stays as long as a process does.
traced() {
	run timeout 60 strace -f -e trace=clone3 -o "$W/trace" "$RUNC" --root "$STATE" "$@"
	assert_ok
	grep -q CLONE_INTO_CGROUP "$W/trace" || fail "$1: $(cat "$W/trace")"
}

@test "cgroups: no need for CAP_SYS_RESOURCE, nor for locked memory" {
	only_ours "1.1.5 raises the limit"
	[ "$(id -u)" -eq 0 ] || skip "for root"
	container_script 'mknod /k c 1 11; dd if=/k count=0 of=/dev/null 2>&1 | grep -o "not permitted"; grep locked /proc/self/limits'
	config '.process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_SYSLOG"])'
	run prlimit --memlock=0:0 setpriv --bounding-set=-sys_resource timeout 60 "$RUNC" --root "$STATE" run --bundle "$BUNDLE" "$ID"
	assert_ok
	assert_match "^not permitted
Max locked memory +0 +0 "
}
