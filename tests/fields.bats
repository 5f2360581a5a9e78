#!/usr/bin/env bats
# Fields of config.json that few containers use: each must do what the OCI
# runtime spec says of it. What all containers use has files of its own;
# libcontainer/specconv/fields_test.go holds the list of which test is for which
# field.

load helpers

# --- personality ---------------------------------------------------------------

@test "personality: LINUX32" {
	config '.linux.personality = {"domain": "LINUX32"}'
	container_script 'cat /proc/self/personality; uname -m'
	run_container
	assert_ok
	assert_equal "${lines[0]}" 00000008
	[ "$(uname -m)" != x86_64 ] || assert_equal "${lines[1]}" i686
}

@test "personality: flags" {
	only_ours "runc ignores flags"
	config '.linux.personality = {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE", "UNAME26"]}'
	container_script 'cat /proc/self/personality; uname -r'
	run_container
	assert_ok
	assert_equal "${lines[0]}" 00060000
	[[ ${lines[1]} == 2.6.* ]] || fail "$(show)"
}

@test "personality: of a process that exec adds" {
	config '.linux.personality = {"domain": "LINUX32", "flags": ["ADDR_NO_RANDOMIZE"]}'
	only_ours "runc ignores flags"
	start_container
	run runc exec "$ID" cat /proc/self/personality
	assert_output 00040008
}

@test "personality: a flag that is not known is ignored, with a warning" {
	config '.linux.personality = {"domain": "LINUX", "flags": ["NO_SUCH"]}'
	container_args true
	run_container
	assert_ok
	only_ours "1.1.5 ignores it without a word"
	assert_has NO_SUCH 'linux.personality.flags[0]'
}

@test "personality: an unknown domain" {
	config '.linux.personality = {"domain": "SOLARIS"}'
	run_container
	assert_status 1
	assert_has SOLARIS
}

# --- memory policy -------------------------------------------------------------

# policy JSON sets it.
policy() {
	[ -e /proc/self/numa_maps ] || skip "no NUMA in this kernel"
	only_ours "1.1.5 has no memory policy"
	config --argjson p "$1" '.linux.memoryPolicy = $p'
}

# numa_policy PATTERN: what the container prints of its numa_maps matches it.
numa_policy() { [[ $output =~ ^[0-9a-f]+\ $1\  ]] || fail "want $1, got $(show)"; }

@test "memoryPolicy: every mode" {
	local mode want
	while read -r mode want; do
		if [ "$mode" = MPOL_LOCAL ] || [ "$mode" = MPOL_DEFAULT ]; then
			policy "{\"mode\": \"$mode\"}"
		else
			policy "{\"mode\": \"$mode\", \"nodes\": \"0\"}"
		fi
		container_args head -n 1 /proc/self/numa_maps
		run_container
		assert_ok
		numa_policy "$want"
	done <<-'END'
		MPOL_DEFAULT default
		MPOL_LOCAL local
		MPOL_BIND bind:0
		MPOL_INTERLEAVE interleave:0
		MPOL_PREFERRED prefer:0
		MPOL_PREFERRED_MANY prefer.*:0
		MPOL_WEIGHTED_INTERLEAVE weighted.*:0
	END
}

@test "memoryPolicy: flags" {
	policy '{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}'
	container_args head -n 1 /proc/self/numa_maps
	run_container
	numa_policy 'bind=static:0'
	policy '{"mode": "MPOL_INTERLEAVE", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]}'
	run_container
	numa_policy 'interleave=relative:0'
}

@test "memoryPolicy: of a process that exec adds" {
	policy '{"mode": "MPOL_BIND", "nodes": "0"}'
	start_container
	run runc exec "$ID" head -n 1 /proc/self/numa_maps
	numa_policy bind:0
}

@test "memoryPolicy: a node that is not there" {
	policy '{"mode": "MPOL_BIND", "nodes": "900"}'
	run_container
	assert_fails linux.memoryPolicy 900
}

@test "memoryPolicy: mode and nodes that do not go together" {
	policy '{"mode": "MPOL_BIND"}'
	run_container
	assert_fails "linux.memoryPolicy.nodes: memory policy mode requires at least one node but got 0"
	policy '{"mode": "MPOL_LOCAL", "nodes": "0"}'
	run_container
	assert_fails "linux.memoryPolicy.nodes: memory policy mode requires 0 nodes but got 1"
}

# --- id-mapped mounts -----------------------------------------------------------

# data_of UID makes $W/data with a file of that owner, to be bound at /data with
# OPTIONS...
data_of() {
	only_ours "1.1.5 has no id-mapped mounts"
	mkdir "$W/data"
	touch "$W/data/file"
	chown "$1:$1" "$W/data/file"
	config --arg d "$W/data" --arg o "${*:2}" \
		'.mounts += [{"destination": "/data", "source": $d, "options": ($o | split(" "))}]'
	container_script 'stat -c "%u %g" /data/file; touch /data/new && stat -c "%u %g" /data/new'
}

# bound_idmapped runs the container. Not every file system can be id-mapped.
bound_idmapped() {
	run_container
	[[ $output != *"cannot be id-mapped"* ]] || skip "the file system here cannot be id-mapped"
	assert_ok
}

@test "idmap: with the maps of the container" {
	data_of 1000 bind idmap
	in_userns
	bound_idmapped
	assert_output "1000 1000" "0 0"
	assert_equal "$(stat -c '%u %g' "$W/data/new")" "0 0"
}

@test "idmap: with maps of the mount, which need no user namespace" {
	data_of 1000 bind
	config '.mounts[-1] += {"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 2000}], "gidMappings": [{"containerID": 0, "hostID": 7000, "size": 2000}]}'
	container_args stat -c "%u %g" /data/file
	bound_idmapped
	assert_output "6000 8000"
}

@test "idmap: ridmap reaches the mounts below, idmap does not" {
	data_of 1000 rbind ridmap
	mkdir "$W/data/below"
	host_mount -t tmpfs below "$W/data/below"
	touch "$W/data/below/file"
	config '.mounts[-1] += {"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 2000}], "gidMappings": [{"containerID": 0, "hostID": 5000, "size": 2000}]}'
	container_args stat -c %u /data/below/file
	bound_idmapped
	assert_output 5000
	config '.mounts[-1].options = ["rbind", "idmap"]'
	bound_idmapped
	assert_output 0
}

# --- time ----------------------------------------------------------------------

@test "timeOffsets: both clocks, seconds and nanoseconds" {
	only_ours "1.1.5 has no time namespaces"
	config '.linux.namespaces += [{"type": "time"}]
		| .linux.timeOffsets = {"monotonic": {"secs": 86400, "nanosecs": 7}, "boottime": {"secs": 172800, "nanosecs": 999999999}}'
	container_script 'tr -s " " </proc/self/timens_offsets'
	run_container
	assert_output "monotonic 86400 7" "boottime 172800 999999999"
}

@test "timeOffsets: back in time, and not too far" {
	only_ours "1.1.5 has no time namespaces"
	config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": -10}}'
	container_script 'tr -s " " </proc/self/timens_offsets'
	run_container
	assert_output "monotonic 0 0" "boottime -10 0"
	config '.linux.timeOffsets.boottime.secs = -1000000000'
	run_container
	assert_fails linux.timeOffsets
}

# --- names ---------------------------------------------------------------------

@test "domainname: with a hostname, in the container only" {
	local before
	before=$(cat /proc/sys/kernel/domainname)
	only_ours "1.1.5 has no domainname"
	config '.hostname = "h" | .domainname = "example.org"'
	container_args cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname
	run_container
	assert_output h example.org
	assert_equal "$(cat /proc/sys/kernel/domainname)" "$before"
}

# --- network devices -----------------------------------------------------------

# private_host makes the network namespace that stands for the host's; runc_there
# runs the runtime in it, and there any other command.
private_host() {
	only_ours "1.1.5 has no netDevices"
	background unshare --net sleep 1000
	NET=$!
	wait_until own_network
	there ip link add net0 mtu 1280 type veth peer name peer0 || skip "no veth in this kernel"
	there ip addr add 192.0.2.5/24 dev net0
	there ip addr add 2001:db8::5/64 dev net0
	there ip link set net0 up
}
own_network() { [ "$(readlink /proc/$NET/ns/net)" != "$(readlink /proc/self/ns/net)" ]; }
there() { nsenter "--net=/proc/$NET/ns/net" "$@"; }
runc_there() { there timeout --foreground -k 5 60 "$RUNC" --root "$STATE" "$@"; }

# on_host prints name, state and addresses of a device there.
on_host() { there ip -o addr show "$1" 2>&1 | awk '/scope global/ {print $2, $4}' | xargs; }

@test "netDevices: moved, renamed, with its addresses, up" {
	private_host
	config '.linux.netDevices = {"net0": {"name": "uplink"}}'
	container_script 'ip -o link show uplink | grep -o "mtu [0-9]*\|[<,]UP[,>]"; ip -o addr show uplink | grep -v fe80 | awk "{print \$4}"'
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_ok
	assert_match '[<,]UP[,>]'
	assert_has "mtu 1280" 192.0.2.5/24 2001:db8::5/64
}

@test "netDevices: without a name it stays" {
	private_host
	config '.linux.netDevices = {"net0": {}}'
	detached runc_there run --detach --bundle "$BUNDLE" "$ID"
	assert_ok
	run nsenter "--net=/proc/$(init_pid)/ns/net" ip -o addr show net0
	assert_has 192.0.2.5/24
	run there ip link show net0
	[ "$status" -ne 0 ] || fail "still on the host: $(show)"
	# What is virtual ends with its namespace; the spec forbids taking it back.
	runc delete --force "$ID"
	wait_until no_peer
}
no_peer() { ! there ip link show peer0 >/dev/null 2>&1; }

@test "netDevices: into a user namespace, before sysctls and hooks" {
	private_host
	in_userns
	there ip link add a.b type veth peer name peer1
	cat >"$W/hook" <<-END
		#!/bin/sh
		nsenter --net=/proc/\$(jq .pid)/ns/net ip -o addr show uplink >"$W/seen"
	END
	chmod +x "$W/hook"
	config --arg hook "$W/hook" '.linux.netDevices = {"net0": {"name": "uplink"}, "a.b": {}}
		| .linux.sysctl = {"net.ipv4.conf.uplink.forwarding": "1", "net.ipv4.conf.a/b.proxy_arp": "1", "net/ipv4/conf/a.b/forwarding": "1"}
		| .hooks.createRuntime = [{"path": $hook}]'
	container_args cat /proc/sys/net/ipv4/conf/uplink/forwarding /proc/sys/net/ipv4/conf/a.b/proxy_arp /proc/sys/net/ipv4/conf/a.b/forwarding
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_output 1 1 1
	grep -q 192.0.2.5/24 "$W/seen"
}

@test "netDevices: into a namespace that stays" {
	private_host
	local inside
	background unshare --net sleep 1000
	inside=$!
	NET=$inside wait_until own_network
	nsenter "--net=/proc/$inside/ns/net" ip link add eth0 type veth peer name peer5
	config --arg p "/proc/$inside/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $p
		| .mounts |= map(select(.type != "sysfs"))
		| .linux.netDevices = {"net0": {"name": "eth%d"}}'
	container_script 'ip -o addr show eth1'
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_ok
	assert_has 192.0.2.5/24
	# Whoever owns the namespace owns what is in it now.
	run nsenter "--net=/proc/$inside/ns/net" ip -o addr show eth1
	assert_has 192.0.2.5/24
}

@test "netDevices: a create that fails later gives them back" {
	private_host
	local before
	before=$(on_host net0)
	assert_equal "$before" "net0 192.0.2.5/24 net0 2001:db8::5/64"
	config '.linux.netDevices = {"net0": {"name": "uplink"}}'
	container_args /no/such/program
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_equal "$(on_host net0)" "$before"
	[[ $(there ip -o link show net0) =~ [\<,]UP[,\>] ]] || fail "net0 is down"
}

@test "netDevices: one that is not there, and one that may not leave" {
	private_host
	config '.linux.netDevices = {"net0": {}, "nix": {"name": "x"}}'
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_fails 'linux.netDevices["nix"]' "no such device"
	assert_equal "$(on_host net0)" "net0 192.0.2.5/24 net0 2001:db8::5/64"
	config '.linux.netDevices = {"net0": {}, "lo": {"name": "lo5"}}'
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_fails 'linux.netDevices["lo"]'
	assert_equal "$(on_host net0)" "net0 192.0.2.5/24 net0 2001:db8::5/64"
}

@test "netDevices: a name that is taken in the container" {
	private_host
	config '.linux.netDevices = {"net0": {"name": "lo"}}'
	run runc_there run --bundle "$BUNDLE" "$ID"
	assert_fails 'linux.netDevices["net0"]' '"lo"'
	assert_equal "$(on_host net0)" "net0 192.0.2.5/24 net0 2001:db8::5/64"
}

@test "netDevices: refused without a network namespace, and rootless" {
	only_ours "1.1.5 has no netDevices"
	config '.linux.netDevices = {"net0": {}}'
	run runc --rootless true run --bundle "$BUNDLE" "$ID"
	assert_fails linux.netDevices rootless
	config 'del(.linux.namespaces[] | select(.type == "network"))'
	run_container
	assert_fails linux.netDevices namespace
}

# --- Intel RDT -----------------------------------------------------------------

@test "intelRdt: where there is none" {
	only_ours
	! grep -qw resctrl /proc/self/mounts || skip "resctrl is mounted here"
	local rdt
	for rdt in '{}' '{"closID": "x"}' '{"l3CacheSchema": "L3:0=f"}' '{"memBwSchema": "MB:0=50"}' '{"schemata": ["L3:0=f"]}' '{"enableMonitoring": true}'; do
		config --argjson r "$rdt" '.linux.intelRdt = $r'
		run_container
		assert_fails linux.intelRdt "not supported or enabled" "mount -t resctrl"
		[ -z "$(ls -A "$STATE")" ] || fail "left: $(ls "$STATE")"
	done
}

@test "intelRdt: closID, schemata and monitoring, where there is resctrl" {
	grep -qw resctrl /proc/self/mounts || skip "no resctrl: this CPU or kernel has no RDT; over a fake tree in libcontainer/intelrdt"
	config '.linux.intelRdt = {"enableMonitoring": true}'
	start_container
	local dir
	dir=$(jq -r .intel_rdt_path "$STATE/$ID/state.json")
	assert_equal "${dir##*/}" "$ID"
	grep -qx "$(init_pid)" "$dir/tasks"
	grep -qx "$(init_pid)" "$dir/mon_groups/$ID/tasks"
	runc delete --force "$ID"
	[ ! -e "$dir" ] || fail "$dir is left"
}

# --- limits --------------------------------------------------------------------
# update.bats has them as update sets them; here they come from config.json.

# limits FILTER sets linux.resources, devices aside.
limits() { config ".linux.resources += $1"; }

# limit CONTROLLER V1FILE V2FILE prints a value of the container's cgroup.
limit() {
	local dir
	dir=$(cgroup_dir "$(init_pid)" "$1")
	if unified; then cat "$dir/$3"; else cat "$dir/$2"; fi
}

# disk prints the numbers of a disk.
disk() {
	local number
	number=$(lsblk -dno MAJ:MIN | head -n 1 | tr -d ' ')
	[ -n "$number" ] || skip "no block device"
	echo "$number"
}

# bats test_tags=cgroups
@test "resources: cpu.shares, quota, period, burst, cpus and mems" {
	need_controller cpu
	need_controller cpuset
	limits '{"cpu": {"shares": 512, "quota": 50000, "period": 100000, "burst": 20000, "cpus": "0", "mems": "0"}}'
	start_container
	if unified; then
		assert_equal "$(limit cpu - cpu.max)" "50000 100000"
		[ "$(limit cpu - cpu.weight)" -lt 100 ]
	else
		assert_equal "$(limit cpu cpu.cfs_quota_us)" 50000
		assert_equal "$(limit cpu cpu.cfs_period_us)" 100000
		assert_equal "$(limit cpu cpu.shares)" 512
	fi
	assert_equal "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
	assert_equal "$(limit cpuset cpuset.mems cpuset.mems)" 0
	only_ours "1.1.5 has no burst"
	assert_equal "$(limit cpu cpu.cfs_burst_us cpu.max.burst)" 20000
}

# bats test_tags=cgroups
@test "resources: cpu.idle" {
	need_controller cpu
	only_ours "1.1.5 has no idle"
	limits '{"cpu": {"idle": 1}}'
	start_container
	assert_equal "$(limit cpu cpu.idle cpu.idle)" 1
}

# bats test_tags=cgroups
@test "resources: cpu.realtimeRuntime and realtimePeriod" {
	need_controller cpu
	unified && skip "version 2 has none"
	[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || skip "the kernel has no realtime groups"
	[ "$(cat "$(cgroup_dir self cpu)/cpu.rt_runtime_us")" != 0 ] || skip "no realtime budget in the cgroup above"
	limits '{"cpu": {"realtimeRuntime": 1000, "realtimePeriod": 900000}}'
	start_container
	assert_equal "$(limit cpu cpu.rt_runtime_us) $(limit cpu cpu.rt_period_us)" "1000 900000"
}

# bats test_tags=cgroups
@test "resources: memory.limit, reservation and swap" {
	need_controller memory
	limits '{"memory": {"limit": 67108864, "reservation": 33554432, "swap": 100663296}}'
	start_container
	assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
	assert_equal "$(limit memory memory.soft_limit_in_bytes memory.low)" 33554432
	# Version 2 counts swap alone.
	if unified; then
		assert_equal "$(limit memory - memory.swap.max)" 33554432
	else
		assert_equal "$(limit memory memory.memsw.limit_in_bytes)" 100663296
	fi
}

# bats test_tags=cgroups
@test "resources: memory.swappiness and disableOOMKiller" {
	need_controller memory
	unified && skip "version 2 has neither"
	limits '{"memory": {"limit": 67108864, "swappiness": 30, "disableOOMKiller": true}}'
	start_container
	assert_equal "$(limit memory memory.swappiness)" 30
	limit memory memory.oom_control | grep -qx 'oom_kill_disable 1'
}

# bats test_tags=cgroups
@test "resources: memory.kernel and kernelTCP are ignored, with a warning" {
	limits '{"memory": {"kernel": 1048576, "kernelTCP": 1048576}}'
	container_args true
	run_container
	assert_ok
	only_ours "names the hook"
	assert_has "kernel and kernelTCP are ignored"
}

# bats test_tags=cgroups
@test "resources: blockIO throttles" {
	unified && need_controller io
	unified || need_controller blkio
	local number
	number=$(disk)
	limits "$(jq -n --argjson a "${number%:*}" --argjson b "${number#*:}" '{"blockIO": {
		"throttleReadBpsDevice": [{"major": $a, "minor": $b, "rate": 1048576}],
		"throttleWriteBpsDevice": [{"major": $a, "minor": $b, "rate": 2097152}],
		"throttleReadIOPSDevice": [{"major": $a, "minor": $b, "rate": 100}],
		"throttleWriteIOPSDevice": [{"major": $a, "minor": $b, "rate": 200}]}}')"
	start_container
	if unified; then
		assert_equal "$(limit io - io.max)" "$number rbps=1048576 wbps=2097152 riops=100 wiops=200"
		return
	fi
	assert_equal "$(limit blkio blkio.throttle.read_bps_device)" "$number 1048576"
	assert_equal "$(limit blkio blkio.throttle.write_bps_device)" "$number 2097152"
	assert_equal "$(limit blkio blkio.throttle.read_iops_device)" "$number 100"
	assert_equal "$(limit blkio blkio.throttle.write_iops_device)" "$number 200"
}

# weights prints the first file of weights that the container's cgroup has.
weights() {
	local dir file
	if unified; then dir=$(cgroup_dir "$1" io); else dir=$(cgroup_dir "$1" blkio); fi
	for file in blkio.bfq.weight blkio.weight io.bfq.weight io.weight; do
		[ ! -e "$dir/$file" ] || { echo "$dir/$file" && return; }
	done
}

# bats test_tags=cgroups
@test "resources: blockIO.weight and weightDevice" {
	unified && need_controller io
	unified || need_controller blkio
	start_container
	[ -n "$(weights "$(init_pid)")" ] || skip "the kernel has no weights"
	runc delete --force "$ID"
	local number
	number=$(disk)
	limits "$(jq -n --argjson a "${number%:*}" --argjson b "${number#*:}" \
		'{"blockIO": {"weight": 500, "weightDevice": [{"major": $a, "minor": $b, "weight": 300}]}}')"
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	if [ "$status" -ne 0 ]; then
		# A disk without the bfq scheduler has no weight of its own.
		assert_has weight
		config 'del(.linux.resources.blockIO.weightDevice)'
		start_container
	fi
	grep -qE '(^|default )500$' "$(weights "$(init_pid)")" || fail "$(cat "$(weights "$(init_pid)")")"
}

# bats test_tags=cgroups
@test "resources: hugepageLimits, of pages and of reservations" {
	need_controller hugetlb
	limits '{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
	start_container
	assert_equal "$(limit hugetlb hugetlb.2MB.limit_in_bytes hugetlb.2MB.max)" 4194304
	only_ours "1.1.5 sets no reservations"
	assert_equal "$(limit hugetlb hugetlb.2MB.rsvd.limit_in_bytes hugetlb.2MB.rsvd.max)" 4194304
}

# bats test_tags=cgroups
@test "resources: network.classID and priorities" {
	unified && skip "version 2 has neither"
	need_controller net_cls
	need_controller net_prio
	limits '{"network": {"classID": 1048577, "priorities": [{"name": "lo", "priority": 3}]}}'
	start_container
	assert_equal "$(limit net_cls net_cls.classid)" 1048577
	limit net_prio net_prio.ifpriomap | grep -qx 'lo 3'
}

# bats test_tags=cgroups
@test "resources: network, where the controllers are missing" {
	unified && skip "version 2 has neither"
	[ ! -d /sys/fs/cgroup/net_cls ] || skip "they are there"
	only_ours "1.1.5 ignores them"
	limits '{"network": {"classID": 1048577}}'
	run_container
	assert_fails net_cls
}

# bats test_tags=cgroups
@test "resources: rdma of a device that is not there, or without the controller" {
	only_ours
	limits '{"rdma": {"mlx9_9": {"hcaHandles": 3, "hcaObjects": 10000}}}'
	run_container
	assert_fails rdma
}

# bats test_tags=cgroups
@test "resources: unified" {
	unified || skip "version 1"
	limits '{"unified": {"cgroup.max.depth": "3"}}'
	start_container
	assert_equal "$(limit - - cgroup.max.depth)" 3
}

# --- hooks ---------------------------------------------------------------------

@test "hooks: each kind, in order, with its arguments, environment and state" {
	only_ours "1.1.5 tells other states"
	# On the host, where createContainer finds it too, and in the container.
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/sh' 'echo "$1 $VAR $(sed "s/.*\"status\":\"\([a-z]*\)\".*/\1/")" >>"$2"' >"$W/hook"
	chmod +x "$W/hook"
	cp "$W/hook" "$BUNDLE/rootfs/hook"
	config --arg w "$W" 'def hook(kind; path; log): [{"path": path, "args": ["hook", kind, log], "env": ["VAR=of-\(kind)", "PATH=/bin:/usr/bin"], "timeout": 20}];
		.hooks = (["prestart", "createRuntime", "createContainer", "poststart", "poststop"] | map({key: ., value: hook(.; $w + "/hook"; $w + "/log")}) | from_entries)
		| .hooks.startContainer = hook("startContainer"; "/hook"; "/log")'
	start_container
	runc delete --force "$ID"
	assert_equal "$(paste -s -d, "$W/log")" "prestart of-prestart creating,createRuntime of-createRuntime creating,createContainer of-createContainer creating,poststart of-poststart running,poststop of-poststop stopped"
	assert_equal "$(cat "$BUNDLE/rootfs/log")" "startContainer of-startContainer created"
}

@test "hooks: one that takes longer than its timeout fails the container" {
	local kind
	for kind in prestart createRuntime createContainer; do
		config --arg k "$kind" '.hooks = {($k): [{"path": "/bin/sleep", "args": ["sleep", "100"], "timeout": 1}]}'
		run_container
		[ "$status" -ne 0 ] || fail "$kind: $(show)"
		only_ours "names the hook"
		assert_has "$kind" "hook ran past specified timeout of 1.0s"
	done
}

# --- scheduling ----------------------------------------------------------------

# scheduling prints policy, nice and realtime priority of the container's init.
scheduling() {
	local line
	read -r line <"/proc/$(init_pid)/stat"
	read -ra line <<<"${line##*) }"
	# Fields 41, 19 and 40 of proc_pid_stat(5); the first here is the third.
	echo "${line[38]} ${line[16]} ${line[37]}"
}

@test "scheduler: policy, nice, priority and flags" {
	only_ours "1.1.5 has no scheduler"
	config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 7}'
	start_container
	assert_equal "$(scheduling)" "3 7 0"
	runc delete --force "$ID"
	config '.process.scheduler = {"policy": "SCHED_FIFO", "priority": 5, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}'
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	# A v1 cgroup needs a realtime budget, which only the one above can give.
	if [ "$status" -ne 0 ]; then
		assert_has process.scheduler cpu.rt_runtime_us
		return
	fi
	assert_equal "$(scheduling)" "1 0 5"
	chrt -p "$(init_pid)" | grep RESET_ON_FORK
}

@test "scheduler: every policy" {
	only_ours "1.1.5 has no scheduler"
	local policy number more
	while read -r policy number more; do
		config --argjson s "{\"policy\": \"$policy\" $more}" '.process.scheduler = $s'
		detached runc run --detach --bundle "$BUNDLE" "$ID"
		if [ "$status" -eq 0 ]; then
			[[ $(scheduling) == "$number "* ]] || fail "$policy: $(scheduling)"
			runc delete --force "$ID"
		else
			# Real time may be denied, SCHED_ISO has a number and no kernel.
			[[ $policy =~ ISO|FIFO|RR|DEADLINE ]] || fail "$policy: $(show)"
			assert_has process.scheduler
		fi
	done <<-'END'
		SCHED_OTHER 0 , "nice": -3
		SCHED_BATCH 3 , "nice": 4
		SCHED_IDLE 5
		SCHED_ISO 4
		SCHED_FIFO 1 , "priority": 1
		SCHED_RR 2 , "priority": 1
		SCHED_DEADLINE 6 , "runtime": 1000000, "deadline": 10000000, "period": 20000000
	END
}

@test "scheduler: runtime, deadline and period" {
	only_ours "1.1.5 has no scheduler"
	config '.process.scheduler = {"policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 10000000, "period": 20000000}'
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	if [ "$status" -ne 0 ]; then
		assert_has process.scheduler
		skip "the kernel grants no deadline here: $output"
	fi
	chrt -p "$(init_pid)" | grep 1000000/10000000/20000000
	runc delete --force "$ID"
	need_controller cpuset
	[ "$(nproc --all)" -gt 1 ] || skip "one CPU"
	config '.linux.resources.cpu.cpus = "0"'
	run_container
	assert_fails process.scheduler "process scheduler can't be used together with AllowedCPUs"
}

@test "ioPriority: class and priority" {
	only_ours "1.1.5 has no ioPriority"
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 6}'
	start_container
	assert_equal "$(ionice -p "$(init_pid)")" "best-effort: prio 6"
	runc delete --force "$ID"
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_IDLE", "priority": 0}'
	start_container
	assert_equal "$(ionice -p "$(init_pid)")" idle
	runc delete --force "$ID"
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_RT", "priority": 2}'
	start_container
	assert_equal "$(ionice -p "$(init_pid)")" "realtime: prio 2"
}

@test "execCPUAffinity: the process that exec adds ends on the final CPUs" {
	only_ours "1.1.5 has no execCPUAffinity"
	config '.process.execCPUAffinity = {"initial": "0", "final": "0"}'
	start_container
	run runc exec "$ID" grep Cpus_allowed_list /proc/self/status
	assert_ok
	assert_equal "${output##*[[:space:]]}" 0
}

# --- seccomp -------------------------------------------------------------------

@test "seccomp: a filter without what Go or the search for a home needs does not hinder the start" {
	only_ours "runc looks where it is with the filter on"
	local nnp
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getcwd", "eventfd2", "epoll_create1",
			"epoll_ctl", "epoll_pwait", "tgkill", "setresuid", "setresgid"], "action": "SCMP_ACT_ERRNO"}]}
		| .process.env = ["PATH=/bin"] | .process.user = {"uid": 1000, "gid": 1000, "additionalGids": [5]}'
	container_script 'id -u; id -G; realpath .'
	for nnp in true false; do
		config ".process.noNewPrivileges = $nnp"
		run_container
		assert_has 1000$'\n'"1000 5"$'\n' "Operation not permitted"
		assert_has_not "runc run failed"
	done
}

@test "seccomp: action, errnoRet and the arguments of a rule" {
	# EIO and ENOSPC, for these would not come by themselves. Signals 10 and 12
	# are kill's second argument; 0x3f masks all but 0x0a and 0x2a to it.
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5},
		{"names": ["kill"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28, "args": [{"index": 1, "value": 12, "op": "SCMP_CMP_EQ"}]},
		{"names": ["kill"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5, "args": [{"index": 1, "value": 15, "valueTwo": 10, "op": "SCMP_CMP_MASKED_EQ"}]}]}'
	container_script 'mkdir /x; kill -12 $$; kill -10 $$; kill -0 $$ && echo allowed'
	run_container
	assert_ok
	assert_has "'/x': Input/output error" "kill pid 1: No space left on device" "kill pid 1: Input/output error" allowed
}

@test "seccomp: the flags; SPEC_ALLOW where there is no list" {
	only_ours
	container_args mkdir /dev/shm/x
	while read -r want flags; do
		config --argjson flags "$flags" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
			{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]} | if $flags then .linux.seccomp.flags = $flags else . end'
		run runc --debug run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_has "Operation not permitted" "\"seccomp filter flags: $want\""
	done <<-END
		4 null
		0 []
		2 ["SECCOMP_FILTER_FLAG_LOG"]
		4 ["SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"]
		6 ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]
	END
}

# --- terminal ------------------------------------------------------------------

@test "terminal: the three streams and /dev/console" {
	config '.process.terminal = true'
	container_script 'test -t 0 && test -t 1 && test -t 2 && tty && test -c /dev/console && echo console'
	run script -qefc "timeout --foreground -k 5 60 '$RUNC' --root '$STATE' run --bundle '$BUNDLE' '$ID'" /dev/null
	assert_ok
	assert_has /dev/pts/0 console
}

# --- features ------------------------------------------------------------------

@test "features: what they say of the fields here" {
	only_ours "newer keys"
	run runc features
	assert_ok
	jq -e '.linux | .netDevices.enabled and .intelRdt.enabled and .intelRdt.schemata and .intelRdt.monitoring
		and .apparmor.enabled and .selinux.enabled and .mountExtensions.idmap.enabled and .cgroup.rdma and .seccomp.enabled
		and (.namespaces | index("time")) and (.memoryPolicy.modes | length) == 7 and (.memoryPolicy.flags | length) == 3' <<<"$output"
	# The kernel has had this flag since 4.14.
	jq -e '.linux.seccomp | (.supportedFlags - .knownFlags == []) and (.supportedFlags | index("SECCOMP_FILTER_FLAG_LOG") != null)' <<<"$output"
}
