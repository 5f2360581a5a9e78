#!/usr/bin/env bats
# Namespaces: each of the eight kinds, new, joined and shared with the runtime.

load helpers

# The kind in config.json and the name under /proc/PID/ns.
declare -gA ns_file=([pid]=pid [network]=net [mount]=mnt [ipc]=ipc [uts]=uts [user]=user [cgroup]=cgroup [time]=time)

# namespaces KIND... sets the list to these, all new.
namespaces() {
	local list
	list=$(printf '{"type":"%s"}\n' "$@" | jq -s .)
	config --argjson l "$list" '.linux.namespaces = $l'
	# What needs a namespace that may now be missing goes.
	config 'del(.hostname) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
}

# ns_of PID KIND prints the namespace.
ns_of() { readlink "/proc/$1/ns/${ns_file[$2]}"; }

# assert_new KIND and assert_shared KIND look at the running container.
assert_new() { [ "$(ns_of "$(init_pid)" "$1")" != "$(ns_of self "$1")" ] || fail "$1 is the host's"; }
assert_shared() { assert_equal "$(ns_of "$(init_pid)" "$1")" "$(ns_of self "$1")"; }

# join KIND PID adds or replaces a namespace by the path of PID's.
join() {
	config --arg t "$1" --arg p "/proc/$2/ns/${ns_file[$1]}" \
		'.linux.namespaces |= map(select(.type != $t)) | .linux.namespaces += [{"type": $t, "path": $p}]'
}

@test "namespaces: the defaults are new" {
	local kind
	namespaces pid network mount ipc uts
	start_container
	for kind in pid network mount ipc uts; do assert_new "$kind"; done
	assert_shared user
	assert_shared cgroup
}

@test "namespaces: mount alone" {
	local kind
	namespaces mount
	start_container
	assert_new mount
	for kind in pid network ipc uts user cgroup; do assert_shared "$kind"; done
}

@test "namespaces: a new cgroup namespace" {
	namespaces mount pid cgroup
	start_container
	assert_new cgroup
}

@test "namespaces: in a cgroup namespace the container is at the root" {
	namespaces mount pid cgroup
	container_args cut -d : -f 3 /proc/self/cgroup
	run_container
	assert_ok
	assert_equal "$(sort -u <<<"$output")" /
}

@test "namespaces: a new time namespace, with offsets" {
	only_ours "1.1.5 has no time namespaces"
	namespaces mount pid time
	config '.linux.timeOffsets = {"boottime": {"secs": 1000000, "nanosecs": 0}, "monotonic": {"secs": 5, "nanosecs": 0}}'
	container_args cat /proc/uptime
	run_container
	assert_ok
	[ "${output%%.*}" -ge 1000000 ]
}

@test "namespaces: a new time namespace without offsets" {
	only_ours "1.1.5 has no time namespaces"
	namespaces mount pid time
	start_container
	assert_new time
}

@test "namespaces: a new user namespace with one range" {
	in_userns
	container_script 'cat /proc/self/uid_map /proc/self/gid_map | tr -s " "; id -u'
	run_container
	assert_ok
	assert_output ' 0 100000 65536' ' 0 100000 65536' 0
}

@test "namespaces: a user namespace with several ranges" {
	in_userns
	config '.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 1000},
			{"containerID": 1000, "hostID": 200000, "size": 10}, {"containerID": 5000, "hostID": 300000, "size": 1}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 1000}, {"containerID": 1000, "hostID": 400000, "size": 10}]
		| .process.user = {"uid": 1005, "gid": 1007, "additionalGids": [3]}'
	start_container
	local pid
	pid=$(init_pid)
	assert_equal "$(grep -E '^(Uid|Gid|Groups)' "/proc/$pid/status" | tr -s '\t \n' ' ')" \
		"Uid: 200005 200005 200005 200005 Gid: 400007 400007 400007 400007 Groups: 100003 "
	assert_equal "$(tr -s ' ' <"/proc/$pid/uid_map" | tr '\n' ';')" " 0 100000 1000; 1000 200000 10; 5000 300000 1;"
}

@test "namespaces: a user namespace and all others" {
	in_userns
	config '.linux.namespaces |= (. + [{"type": "cgroup"}] | unique)'
	start_container
	local kind
	for kind in pid network mount ipc uts user cgroup; do assert_new "$kind"; done
	# Those made with the user namespace belong to it.
	assert_equal "$(stat -c %u "/proc/$(init_pid)")" 100000
}

@test "namespaces: in a user namespace root may use its own network" {
	in_userns
	config '.process.capabilities = {"bounding": ["CAP_NET_ADMIN"], "permitted": ["CAP_NET_ADMIN"], "effective": ["CAP_NET_ADMIN"]}'
	container_script 'ip link add dummy0 type bridge 2>&1 || ip link set lo down && ip link set lo up && echo fine'
	run_container
	assert_has fine
}

@test "namespaces: maps without a user namespace" {
	only_ours
	config '.linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 1}]'
	run_container
	assert_fails uidMappings
}

@test "namespaces: loopback is up in a new network namespace" {
	container_script 'ip -o addr show lo'
	run_container
	assert_ok
	assert_has 127.0.0.1
}

@test "namespaces: the host's network without a namespace" {
	namespaces mount pid
	container_script 'ls /sys/class/net 2>/dev/null; readlink /proc/self/ns/net'
	run_container
	assert_has "$(readlink /proc/self/ns/net)"
}

@test "namespaces: hostname needs a UTS namespace" {
	namespaces mount pid
	config '.hostname = "x"'
	run_container
	assert_fails ostname UTS
	assert_equal "$(hostname)" "$(cat /proc/sys/kernel/hostname)"
}

# join_each KIND: a second container joins the first one's namespace.
join_each() {
	start_container "$ID-2"
	local holder pid
	holder=$(init_pid "$ID-2")
	join "$1" "$holder"
	start_container
	pid=$(init_pid)
	assert_equal "$(ns_of "$pid" "$1")" "$(ns_of "$holder" "$1")"
}

@test "namespaces: join another's network" { join_each network; }

@test "namespaces: join another's IPC" { join_each ipc; }

@test "namespaces: join another's UTS" {
	config 'del(.hostname)'
	join_each uts
}

@test "namespaces: join another's PID" {
	join_each pid
	# Both see each other.
	local holder pid
	holder=$(init_pid "$ID-2")
	pid=$(init_pid)
	grep -q '^NSpid:.*	1$' "/proc/$holder/status"
	run grep -q '^NSpid:.*	1$' "/proc/$pid/status"
	assert_status 1
}

@test "namespaces: join another's cgroup namespace" {
	config '.linux.namespaces |= (. + [{"type": "cgroup"}] | unique)'
	join_each cgroup
}

@test "namespaces: join a time namespace" {
	only_ours "1.1.5 has no time namespaces"
	config '.linux.namespaces += [{"type": "time"}]'
	join_each time
}

@test "namespaces: join another's user namespace" {
	in_userns
	start_container "$ID-2"
	local holder pid
	holder=$(init_pid "$ID-2")
	join user "$holder"
	config 'del(.linux.uidMappings, .linux.gidMappings)'
	only_ours "1.1.5 wants the maps again"
	start_container
	pid=$(init_pid)
	assert_equal "$(ns_of "$pid" user)" "$(ns_of "$holder" user)"
	assert_equal "$(stat -c %u "/proc/$pid")" 100000
}

@test "namespaces: join another's user namespace, with its maps or wrong ones" {
	in_userns
	start_container "$ID-2"
	join user "$(init_pid "$ID-2")"
	container_args true
	run_container
	assert_ok
	only_ours "1.1.5 does not look"
	config '.linux.gidMappings[0].hostID = 200000'
	run_container
	assert_fails 'linux.gidMappings: the user namespace has ["0 100000 65536"]; drop'
}

@test "namespaces: join user and network of another" {
	only_ours "1.1.5 wants the maps again"
	in_userns
	start_container "$ID-2"
	local holder pid
	holder=$(init_pid "$ID-2")
	join user "$holder"
	join network "$holder"
	join ipc "$holder"
	config 'del(.linux.uidMappings, .linux.gidMappings)'
	start_container
	pid=$(init_pid)
	assert_equal "$(ns_of "$pid" network)" "$(ns_of "$holder" network)"
	assert_equal "$(ns_of "$pid" ipc)" "$(ns_of "$holder" ipc)"
	[ "$(ns_of "$pid" pid)" != "$(ns_of "$holder" pid)" ]
}

@test "namespaces: a new user namespace, but the host's network joined by path" {
	in_userns
	config '.mounts |= map(select(.destination != "/sys"))
		| .mounts += [{"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "ro"]}]'
	join network self
	config --arg p "/proc/$$/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $p'
	start_container
	assert_shared network
}

@test "namespaces: join a bind mount of a namespace" {
	touch "$W/netns"
	unshare --net="$W/netns" true
	echo "$W/netns" >>"$W/host_mounts"
	config --arg p "$W/netns" '(.linux.namespaces[] | select(.type == "network")).path = $p'
	start_container
	assert_equal "$(readlink "/proc/$(init_pid)/ns/net")" "net:[$(stat -c %i "$W/netns")]"
}

@test "namespaces: a missing path" {
	config '(.linux.namespaces[] | select(.type == "network")).path = "/no/such/ns"'
	run_container
	assert_fails /no/such/ns
}

@test "namespaces: a path that is no namespace" {
	config '(.linux.namespaces[] | select(.type == "network")).path = "/etc/passwd"'
	run_container
	assert_status 1
	only_ours "1.1.5 names no path"
	assert_has /etc/passwd
}

@test "namespaces: a path of another kind" {
	config --arg p "/proc/$$/ns/uts" '(.linux.namespaces[] | select(.type == "network")).path = $p'
	run_container
	assert_status 1
}

@test "namespaces: combinations of new ones" {
	local combination
	for combination in "mount pid" "mount uts" "mount ipc network" "mount pid cgroup" "mount network uts cgroup" \
		"mount pid ipc uts network cgroup"; do
		# shellcheck disable=SC2086
		namespaces $combination
		container_args true
		run_container
		[ "$status" -eq 0 ] || fail "$combination: $(show)"
	done
}

@test "namespaces: combinations with a user namespace" {
	only_ours "runc needs /proc among the mounts"
	local combination
	in_userns
	for combination in "user mount" "user mount pid" "user mount pid ipc uts" "user mount pid network" \
		"user mount pid ipc uts network cgroup"; do
		# shellcheck disable=SC2086
		namespaces $combination
		# A new sysfs needs an own network, a new procfs an own PID namespace,
		# mqueue an own IPC namespace.
		config '.mounts = []'
		container_args true
		run_container
		[ "$status" -eq 0 ] || fail "$combination: $(show)"
	done
}

@test "namespaces: without a mount namespace" {
	only_ours "runc refuses or not, by version"
	namespaces pid
	config '.mounts = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	container_args true
	run_container
	# Either refused in one line or run; never the host's mounts changed: end_test looks.
	[ "$status" -le 1 ]
}

@test "namespaces: mounts without a mount namespace are seen by nobody else" {
	only_ours "runc leaves them in the host's mount table"
	printf '%s\n' 6.15 "$(uname -r)" | sort -VC || skip "mounts on a detached root need Linux 6.15"
	namespaces pid network ipc uts
	config '.root.readonly = true
	  | .mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "t", "options": ["ro"]}]'
	container_script 'stat -fc %T /proc /dev /dev/pts /dev/shm; touch /x; touch /mnt/x; mkdir /sys/fs/cgroup/x
	  touch /dev/shm/y && echo made; exec sleep 100'
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	assert_ok
	wait_until grep -q made "$W/detached"
	output=$(cat "$W/detached")
	assert_has proc$'\n'tmpfs$'\n'devpts$'\n'tmpfs "touch: /x: Read-only file system" "touch: /mnt/x: Read-only file system" \
		"mkdir: can't create directory '/sys/fs/cgroup/x': Read-only file system"
	assert_shared mount
	assert_equal "$(cat /proc/self/mountinfo)" "$(cat "$W/mountinfo")"
	[ ! -e "$BUNDLE/rootfs/dev/null" ]
	run runc exec "$ID" stat -fc %T /proc /
	assert_ok
	assert_equal "${lines[0]}" proc
}

@test "namespaces: what a detached root cannot have is refused" {
	namespaces pid network ipc uts
	config '.root.readonly = false | .mounts = [{"destination": "/mnt", "type": "tmpfs", "source": "t", "options": ["remount"]}]'
	run_container
	assert_status 1
	assert_has 'mounts[0] (/mnt): option ro or remount: needs a mount namespace'
}
