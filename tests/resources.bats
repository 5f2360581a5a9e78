#!/usr/bin/env bats
# bats file_tags=cgroups
# Every limit of linux.resources: the kernel's own file, or what a process then
# can not do. What a view has no controller for must be refused there.

load helpers

# dir CONTROLLER prints the directory of the container's cgroup.
dir() { cgroup_dir "$(init_pid)" "$1"; }

# limits FILTER sets linux.resources; starts the container.
limits() {
	config ".linux.resources = $1"
	start_container
}

# is CONTROLLER V1FILE V2FILE VALUE asserts the content of the file of this view.
is() {
	local file=$2
	! unified || file=$3
	assert_equal "$(cat "$(dir "$1")/$file")" "$4"
}

# both V1VALUE V2VALUE prints the one of this view.
both() { if unified; then echo "$2"; else echo "$1"; fi; }

# refused RESOURCES TEXT...: no container comes of it, and nothing is left.
refused() {
	config ".linux.resources = $1"
	run_container
	shift
	assert_fails "$@"
	[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
	[ -z "$(ls -A "$STATE")" ]
}

# passed_over RESOURCES FIELD: the container runs without that limit, and a
# warning says so.
passed_over() {
	config ".linux.resources = $1"
	container_args true
	run_container
	assert_ok
	[ "${#lines[@]}" -eq 1 ] || fail "want one line, got $(show)"
	assert_has "linux.resources: ignored, for cgroup v2" "$2"
}

# --- devices -----------------------------------------------------------------

# devices RULES SCRIPT runs a script with /k, the kernel's log (1:11), which
# no container may open by default.
devices() {
	config --argjson rules "$1" '.linux.resources.devices = $rules
	  | .process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_SYSLOG"])'
	container_script "rm -f /k; mknod /k c 1 11 || exit 9; r() { dd if=\$1 of=/dev/null count=0 2>&1 | grep -o 'not permitted'; }
		w() { (: >\$1) 2>&1 | grep -o 'not permitted'; }; $2; exit 0"
	run_container
	[ "$status" -ne 9 ] || fail "$(show)"
}

@test "resources: devices: without rules, and with an empty list, only the fixed ones" {
	local rules
	for rules in '[]' null '[{"allow": false, "access": "rwm"}]'; do
		devices "$rules" 'r /k; w /k; for d in null zero full random urandom tty ptmx; do r /dev/$d; done; w /dev/null'
		assert_ok
		assert_output "not permitted" "not permitted"
	done
}

@test "resources: devices: allowed by number, in part and whole" {
	devices '[{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "r"}]' 'r /k; echo; w /k'
	assert_output "" "not permitted"
	devices '[{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "w"}]' 'r /k; echo; w /k'
	assert_output "not permitted"
	devices '[{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rw"}]' 'r /k; w /k'
	assert_output ""
	devices '[{"allow": true, "type": "c", "major": 1, "access": "rw"}]' 'r /k; w /k'
	assert_output ""
	devices '[{"allow": true, "type": "b", "major": 1, "minor": 11, "access": "rw"}]' 'r /k; w /k'
	assert_output "not permitted" "not permitted"
}

@test "resources: devices: the last rule that matches decides" {
	devices '[{"allow": true, "access": "rwm"}]' 'r /k; w /k'
	assert_output ""
	devices '[{"allow": true, "access": "rwm"}, {"allow": false, "type": "c", "major": 1, "minor": 11, "access": "rw"}]' 'r /k; w /k'
	assert_output "not permitted" "not permitted"
	devices '[{"allow": false, "type": "c", "major": 1, "minor": 11, "access": "rw"}, {"allow": true, "access": "rwm"}]' 'r /k; w /k'
	assert_output ""
	devices '[{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rw"}, {"allow": false, "access": "rwm"}]' 'r /k; w /k'
	assert_output "not permitted" "not permitted"
	devices '[{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rw"}, {"allow": false, "type": "c", "major": 1, "minor": 11, "access": "w"}]' 'r /k; echo; w /k'
	assert_output "" "not permitted"
}

@test "resources: devices: an exception from an exception" {
	only_ours
	devices '[{"allow": true, "type": "c", "major": 1, "access": "rw"}, {"allow": false, "type": "c", "major": 1, "minor": 11, "access": "rw"}]' 'r /k; w /k'
	if unified; then
		assert_output "not permitted" "not permitted"
	else
		assert_fails "exception" "linux.resources.devices"
	fi
}

@test "resources: devices: the rules hold for exec" {
	config '.process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_SYSLOG"])'
	start_container
	run runc exec "$ID" sh -c 'mknod /k c 1 11; : > /k'
	assert_status 1
	assert_has "not permitted"
	run runc exec "$ID" sh -c ': > /dev/null'
	assert_ok
}

# --- memory ------------------------------------------------------------------

@test "resources: memory.limit, reservation and swap" {
	need_controller memory
	limits '{memory: {limit: 67108864, reservation: 33554432, swap: 100663296}}'
	is memory memory.limit_in_bytes memory.max 67108864
	is memory memory.soft_limit_in_bytes memory.low 33554432
	is memory memory.memsw.limit_in_bytes memory.swap.max "$(both 100663296 33554432)"
}

@test "resources: memory.limit holds" {
	need_controller memory
	config '.linux.resources.memory = {limit: 20971520, swap: 20971520}'
	container_args dd if=/dev/zero of=/dev/null bs=100M count=1
	run_container
	assert_status 137
}

@test "resources: a small memory.limit is all the program's" {
	only_ours
	need_controller memory
	config '.linux.resources.memory = {limit: 524288, swap: 524288}'
	start_container
	is memory memory.limit_in_bytes memory.max 524288
	run runc exec "$ID" true
	assert_ok
}

@test "resources: memory.limit is for all processes together" {
	need_controller memory
	config '.linux.resources.memory = {limit: 31457280, swap: 31457280}'
	container_script 'dd if=/dev/zero of=/dev/null bs=100M count=1; echo "exit $?"; dd if=/dev/zero of=/dev/null bs=1M count=1 2>/dev/null; echo "exit $?"'
	run_container
	assert_has "exit 137" "exit 0"
}

@test "resources: memory.swap without a limit, and as large as the limit" {
	need_controller memory
	limits '{memory: {limit: 67108864, swap: 67108864}}'
	is memory memory.memsw.limit_in_bytes memory.swap.max "$(both 67108864 0)"
	runc delete --force "$ID"
	limits '{memory: {limit: 67108864, swap: -1}}'
	is memory memory.limit_in_bytes memory.max 67108864
	is memory memory.memsw.limit_in_bytes memory.swap.max "$(both 9223372036854771712 max)"
}

@test "resources: memory.limit -1 is no limit" {
	need_controller memory
	limits '{memory: {limit: -1}}'
	is memory memory.limit_in_bytes memory.max "$(both 9223372036854771712 max)"
}

@test "resources: memory.swappiness" {
	only_ours
	if unified; then
		passed_over '{memory: {swappiness: 20}}' memory.swappiness
		return
	fi
	need_controller memory
	limits '{memory: {swappiness: 20}}'
	is memory memory.swappiness x 20
	runc delete --force "$ID"
	limits '{memory: {swappiness: 0}}'
	is memory memory.swappiness x 0
}

@test "resources: memory.disableOOMKiller" {
	only_ours
	if unified; then
		passed_over '{memory: {disableOOMKiller: true}}' memory.disableOOMKiller
		return
	fi
	need_controller memory
	limits '{memory: {limit: 67108864, disableOOMKiller: true}}'
	grep -qx 'oom_kill_disable 1' "$(dir memory)/memory.oom_control"
}

@test "resources: memory.disableOOMKiller false is no wish" {
	limits '{memory: {disableOOMKiller: false}}'
	testcontainer "$ID" running
}

@test "resources: memory.useHierarchy, kernel and kernelTCP have no effect" {
	config '.linux.resources = {memory: {useHierarchy: true}}'
	container_args true
	run_container
	assert_ok
	assert_output ""
	only_ours
	config '.linux.resources = {memory: {useHierarchy: false, kernel: 1000000, kernelTCP: 1000000}}'
	run_container
	assert_ok
	assert_has "kernel and kernelTCP are ignored" "useHierarchy"
}

@test "resources: a memory limit that is too small says so" {
	only_ours
	need_controller memory
	refused '{memory: {limit: 4096, swap: 4096}}' "OOM-killed (memory limit too low?)" "raise linux.resources.memory.limit"
}

@test "resources: what was killed in an old cgroup before is not this program's end" {
	only_ours
	need_controller memory
	unified && skip "version 1 only: the cgroup is made by hand"
	local old=/sys/fs/cgroup/memory/$ID-old
	mkdir "$old"
	echo 4194304 >"$old/memory.limit_in_bytes"
	bash -c 'echo 0 >"$0/tasks"; exec dd if=/dev/zero of=/dev/null bs=64M count=1' "$old" 2>/dev/null || true
	[ "$(sed -n 's/^oom_kill //p' "$old/memory.oom_control")" -gt 0 ] || skip "nothing was killed"
	config --arg p "/$ID-old" '.linux.cgroupsPath = $p | .linux.resources.memory.limit = 67108864'
	container_args true
	run_container
	assert_ok
	assert_output ""
}

# --- cpu ---------------------------------------------------------------------

@test "resources: cpu.shares" {
	need_controller cpu
	limits '{cpu: {shares: 2048}}'
	is cpu cpu.shares cpu.weight "$(both 2048 174)"
}

@test "resources: cpu.quota and period" {
	need_controller cpu
	limits '{cpu: {quota: 30000, period: 60000}}'
	if unified; then
		is cpu x cpu.max "30000 60000"
	else
		is cpu cpu.cfs_quota_us x 30000
		is cpu cpu.cfs_period_us x 60000
	fi
}

@test "resources: cpu.quota holds" {
	need_controller cpu
	config '.linux.resources = {cpu: {quota: 5000, period: 100000}}'
	container_args sh -c 'while :; do :; done'
	start_container
	throttled() { [ "$(sed -n 's/^nr_throttled //p' "$(dir cpu)/cpu.stat")" -gt 2 ]; }
	wait_until throttled
}

@test "resources: cpu.burst" {
	only_ours
	need_controller cpu
	limits '{cpu: {quota: 30000, period: 60000, burst: 20000}}'
	is cpu cpu.cfs_burst_us cpu.max.burst 20000
}

@test "resources: cpu.idle" {
	only_ours
	need_controller cpu
	limits '{cpu: {idle: 1}}'
	is cpu cpu.idle cpu.idle 1
}

@test "resources: cpu.cpus and mems" {
	need_controller cpuset
	limits '{cpu: {cpus: "0", mems: "0"}}'
	is cpuset cpuset.cpus cpuset.cpus 0
	is cpuset cpuset.mems cpuset.mems 0
	grep -q $'^Cpus_allowed_list:\t0$' "/proc/$(init_pid)/status"
	run runc exec "$ID" grep Cpus_allowed_list /proc/self/status
	assert_match $'\t0$'
}

@test "resources: cpu.cpus that are not there" {
	need_controller cpuset
	refused '{cpu: {cpus: "4000"}}' "cpuset.cpus"
}

@test "resources: cpu.realtimeRuntime and realtimePeriod" {
	only_ours
	if unified; then
		passed_over '{cpu: {realtimeRuntime: 1000, realtimePeriod: 900000}}' cpu.realtimeRuntime
		return
	fi
	need_controller cpu
	[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || skip "the kernel has no realtime groups"
	config '.linux.resources = {cpu: {realtimeRuntime: 1000, realtimePeriod: 900000}}'
	# A group has no more than the one above, whose default is nothing.
	config --arg p "/$ID" '.linux.cgroupsPath = $p'
	start_container
	is cpu cpu.rt_runtime_us x 1000
	is cpu cpu.rt_period_us x 900000
}

@test "resources: cpu.period without a quota, and a quota without a period" {
	need_controller cpu
	limits '{cpu: {period: 200000}}'
	is cpu cpu.cfs_period_us cpu.max "$(both 200000 "max 200000")"
	runc delete --force "$ID"
	limits '{cpu: {quota: 5000}}'
	is cpu cpu.cfs_quota_us cpu.max "$(both 5000 "5000 100000")"
}

@test "resources: a cpu.period that no kernel takes" {
	need_controller cpu
	refused '{cpu: {period: 100}}' "$(both cpu.cfs_period_us cpu.max)"
}

# --- pids --------------------------------------------------------------------

@test "resources: pids.limit" {
	need_controller pids
	limits '{pids: {limit: 21}}'
	is pids pids.max pids.max 21
	runc delete --force "$ID"
	limits '{pids: {limit: -1}}'
	is pids pids.max pids.max max
}

@test "resources: pids.limit: fork is refused" {
	need_controller pids
	config '.linux.resources = {pids: {limit: 3}}'
	container_script 'sleep 1000 & sleep 1000 & sleep 1000 & echo no'
	run_container
	[ "$status" -ne 0 ]
	assert_has "can't fork"
	assert_has_not no$'\n'
}

@test "resources: pids.limit 0 is 1: init and nobody else" {
	only_ours
	need_controller pids
	limits '{pids: {limit: 0}}'
	is pids pids.max pids.max 1
}

# --- blockIO -----------------------------------------------------------------

blkio() { both blkio io; }

need_blkio() { need_controller "$(blkio)"; }

# first_disk prints major:minor of a block device.
first_disk() { lsblk -dno MAJ:MIN | tail -n 1 | tr -d ' '; }

@test "resources: blockIO.weight" {
	need_blkio
	config '.linux.resources = {blockIO: {weight: 300}}'
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	if [ "$status" -ne 0 ]; then
		assert_has weight
		skip "the kernel has no weights: $output"
	fi
	local dir file
	dir=$(dir "$(blkio)")
	for file in blkio.bfq.weight blkio.weight io.bfq.weight; do
		[ ! -e "$dir/$file" ] || break
	done
	if [ -e "$dir/$file" ]; then
		grep -qwE '(default )?300' "$dir/$file" || fail "$(cat "$dir/$file")"
	else
		grep -qw 2930 "$dir/io.weight" || fail "$(cat "$dir/io.weight")"
	fi
}

@test "resources: blockIO.weightDevice" {
	only_ours
	need_blkio
	local disk dir file
	disk=$(first_disk)
	config --argjson a "${disk%:*}" --argjson b "${disk#*:}" \
		'.linux.resources = {blockIO: {weightDevice: [{major: $a, minor: $b, weight: 400}]}}'
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	if [ "$status" -ne 0 ]; then
		# A disk without that scheduler takes no weight: it has to be said.
		assert_has "weight"
		[ -z "$(test_cgroups)" ]
		skip "this disk takes no weights: $output"
	fi
	dir=$(dir "$(blkio)")
	for file in blkio.bfq.weight_device blkio.weight_device io.bfq.weight io.weight; do
		[ ! -e "$dir/$file" ] || break
	done
	grep -qE "^$disk (400|3940)" "$dir/$file" || fail "$file: $(cat "$dir/$file")"
}

@test "resources: blockIO.throttle*" {
	need_blkio
	local disk dir
	disk=$(first_disk)
	config --argjson a "${disk%:*}" --argjson b "${disk#*:}" 'def rate(r): [{major: $a, minor: $b, rate: r}];
	  .linux.resources = {blockIO: {throttleReadBpsDevice: rate(1048576), throttleWriteBpsDevice: rate(2097152),
	    throttleReadIOPSDevice: rate(1000), throttleWriteIOPSDevice: rate(2000)}}'
	start_container
	dir=$(dir "$(blkio)")
	if unified; then
		assert_equal "$(cat "$dir/io.max")" "$disk rbps=1048576 wbps=2097152 riops=1000 wiops=2000"
	else
		assert_equal "$(cat "$dir/blkio.throttle.read_bps_device")" "$disk 1048576"
		assert_equal "$(cat "$dir/blkio.throttle.write_bps_device")" "$disk 2097152"
		assert_equal "$(cat "$dir/blkio.throttle.read_iops_device")" "$disk 1000"
		assert_equal "$(cat "$dir/blkio.throttle.write_iops_device")" "$disk 2000"
	fi
}

@test "resources: blockIO.throttle* of 0 is no limit" {
	only_ours "runc writes rbps=0, which is out of range"
	need_blkio
	local disk
	disk=$(first_disk)
	config --argjson a "${disk%:*}" --argjson b "${disk#*:}" 'def rate(r): [{major: $a, minor: $b, rate: r}];
	  .linux.resources = {blockIO: {throttleReadBpsDevice: rate(0), throttleWriteBpsDevice: rate(2097152),
	    throttleReadIOPSDevice: rate(0), throttleWriteIOPSDevice: rate(0)}}'
	start_container
	if unified; then
		assert_equal "$(cat "$(dir io)/io.max")" "$disk rbps=max wbps=2097152 riops=max wiops=max"
	else
		assert_equal "$(cat "$(dir blkio)"/blkio.throttle.{read_bps,write_bps,read_iops,write_iops}_device)" "$disk 2097152"
	fi
}

@test "resources: blockIO.throttle* of a device that is not there" {
	need_blkio
	refused '{blockIO: {throttleReadBpsDevice: [{major: 4095, minor: 1, rate: 1000}]}}' "4095:1"
}

@test "resources: blockIO.leafWeight" {
	only_ours
	if unified; then
		passed_over '{blockIO: {leafWeight: 100}}' blockIO.leafWeight
		return
	fi
	need_blkio
	local file
	file=$(find /sys/fs/cgroup/blkio -name blkio.leaf_weight | head -n 1)
	[ -z "$file" ] || skip "the kernel has it"
	refused '{blockIO: {leafWeight: 100}}' "blkio.leaf_weight"
}

# --- the rest ----------------------------------------------------------------

@test "resources: hugepageLimits" {
	need_controller hugetlb
	limits '{hugepageLimits: [{pageSize: "2MB", limit: 8388608}]}'
	is hugetlb hugetlb.2MB.limit_in_bytes hugetlb.2MB.max 8388608
	is hugetlb hugetlb.2MB.rsvd.limit_in_bytes hugetlb.2MB.rsvd.max 8388608
}

@test "resources: hugepageLimits of a size that the kernel does not have" {
	only_ours
	need_controller hugetlb
	refused '{hugepageLimits: [{pageSize: "3MB", limit: 3145728}]}' "hugetlb.3MB" /sys/kernel/mm/hugepages
}

@test "resources: network.classID and priorities" {
	only_ours
	if unified; then
		passed_over '{network: {classID: 1048577}}' network.classID
		passed_over '{network: {priorities: [{name: "lo", priority: 3}]}}' network.priorities
		return
	fi
	if [ -d /sys/fs/cgroup/net_cls ]; then
		limits '{network: {classID: 1048577}}'
		is net_cls net_cls.classid x 1048577
	else
		refused '{network: {classID: 1048577}}' "network.classID" "net_cls is not available" "mount -t cgroup"
	fi
	if [ -d /sys/fs/cgroup/net_prio ]; then
		limits '{network: {priorities: [{name: "lo", priority: 3}]}}'
		grep -qx "lo 3" "$(dir net_prio)/net_prio.ifpriomap"
	else
		refused '{network: {priorities: [{name: "lo", priority: 3}]}}' "network.priorities" "net_prio is not available"
	fi
}

@test "resources: rdma" {
	only_ours
	if unified && grep -qw rdma /sys/fs/cgroup/cgroup.controllers; then
		[ -n "$(ls /sys/class/infiniband 2>/dev/null)" ] && skip "there are devices; what they are is not known"
		refused '{rdma: {mlx5_1: {hcaHandles: 3, hcaObjects: 10000}}}' "rdma.max"
	else
		refused '{rdma: {mlx5_1: {hcaHandles: 3, hcaObjects: 10000}}}' "rdma" "not available"
	fi
}

@test "resources: unified" {
	only_ours
	if ! unified; then
		refused '{unified: {"memory.high": "1000000000"}}' "linux.resources.unified" "cgroup v1"
		return
	fi
	limits '{unified: {"cgroup.max.descendants": "7", "cgroup.max.depth": "2"}}'
	is x x cgroup.max.descendants 7
	is x x cgroup.max.depth 2
	runc delete --force "$ID"
	if grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
		limits '{unified: {"memory.high": "33554432", "pids.max": "44"}}'
		is memory x memory.high 33554432
		is pids x pids.max 44
	else
		refused '{unified: {"memory.high": "33554432"}}' 'unified["memory.high"]' "memory is not available" "/sys/fs/cgroup/cgroup.controllers"
	fi
}

@test "resources: unified: several devices, a line each" {
	unified || skip "version 1"
	need_controller io
	local disks
	mapfile -t disks < <(lsblk -dno MAJ:MIN | tr -d ' ' | tail -n 2)
	[ "${#disks[@]}" -eq 2 ] || skip "fewer than two disks"
	config --arg v "${disks[0]} riops=333 wiops=444
${disks[1]} riops=555 wiops=666
" '.linux.resources = {unified: {"io.max": $v}}'
	start_container
	grep -qx "${disks[0]} rbps=max wbps=max riops=333 wiops=444" "$(dir io)/io.max"
	grep -qx "${disks[1]} rbps=max wbps=max riops=555 wiops=666" "$(dir io)/io.max"
}

@test "resources: unified: what is no file" {
	only_ours
	unified || skip "version 1"
	refused '{unified: {"cgroup.nonsense": "1"}}' "cgroup.nonsense"
	refused '{unified: {"../cgroup.procs": "1"}}' "unified"
}

@test "resources: what this view has no controller for is refused, with field, controller and mend" {
	only_ours
	local field resources controller v2
	while read -r field controller v2 resources; do
		! unified || controller=$v2
		[ "$controller" != - ] || continue
		if unified; then
			! grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers || continue
		else
			[ ! -d "/sys/fs/cgroup/$controller" ] || continue
		fi
		refused "$resources" "linux.resources.$field" "controller $controller is not available" "$(both "mount -t cgroup" "/sys/fs/cgroup/cgroup.controllers lacks it")"
	done <<-'END'
		memory.limit memory memory {memory: {limit: 100000000}}
		memory.reservation memory memory {memory: {reservation: 100000000}}
		cpu.shares cpu cpu {cpu: {shares: 100}}
		cpu.quota cpu cpu {cpu: {quota: 20000}}
		cpu.period cpu cpu {cpu: {period: 20000}}
		cpu.burst cpu cpu {cpu: {burst: 20000}}
		cpu.idle cpu cpu {cpu: {idle: 1}}
		cpu.cpus cpuset cpuset {cpu: {cpus: "0"}}
		cpu.mems cpuset cpuset {cpu: {mems: "0"}}
		pids.limit pids pids {pids: {limit: 100}}
		blockIO.weight blkio io {blockIO: {weight: 100}}
		blockIO.throttle blkio io {blockIO: {throttleReadBpsDevice: [{major: 254, minor: 0, rate: 1000}]}}
		hugepageLimits hugetlb hugetlb {hugepageLimits: [{pageSize: "2MB", limit: 0}]}
		network.classID net_cls - {network: {classID: 1}}
		network.priorities net_prio - {network: {priorities: [{name: "lo", priority: 1}]}}
		rdma rdma rdma {rdma: {a: {hcaHandles: 1}}}
	END
}

@test "resources: no limits where there are no controllers are no wish" {
	config '.linux.resources = {memory: {limit: -1, swap: -1}, pids: {limit: -1}, cpu: {quota: -1}}'
	container_args true
	run_container
	assert_ok
}

@test "resources: the first ancestor that lacks a controller is named" {
	only_ours
	unified || skip "version 1"
	need_controller hugetlb
	local top=/sys/fs/cgroup/$ID-top
	mkdir "$top" "$top/mid"
	# Processes in it keep a cgroup from giving controllers to those below.
	sleep 1000 &
	echo $! >"$top/mid/cgroup.procs"
	config --arg p "/$ID-top/mid/c" '.linux.cgroupsPath = $p | .linux.resources = {hugepageLimits: [{pageSize: "2MB", limit: 0}]}'
	run_container
	kill -KILL $!
	wait $! || true
	find "$top" -depth -type d -exec rmdir {} \;
	assert_status 1
	assert_has "hugetlb" "$ID-top/mid"
}

# --- ending ------------------------------------------------------------------

@test "resources: a fork bomb without a PID namespace ends by delete --force, and by kill" {
	only_ours
	need_controller pids
	local end
	for end in "delete --force $ID" "kill $ID KILL"; do
		config '.linux.namespaces |= map(select(.type != "pid")) | .linux.resources.pids.limit = 40'
		container_script 'b() { b & b & sleep 0.01; b; }; b 2>/dev/null; sleep 1000'
		start_container
		# shellcheck disable=SC2086
		RUNC_TIMEOUT=30 run runc $end
		assert_ok
		wait_until all_gone
		runc delete --force "$ID"
		[ -z "$(test_cgroups)" ]
	done
}

@test "resources: found and deletable when init is gone and others live on" {
	only_ours
	config '.linux.namespaces |= map(select(.type != "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & sleep 1000 & echo > /ready'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	wait_until has_status "$ID" stopped
	assert_equal "$(runc list -q)" "$ID"
	assert_equal "$(runc ps -f json "$ID" | jq length)" 2
	run runc kill "$ID" KILL
	assert_ok
	wait_until all_gone
	run runc delete "$ID"
	assert_ok
	[ -z "$(test_cgroups)" ]
}

# lifecycle N runs a container through its life, with limits.
lifecycle() {
	local id=$ID-$1
	runc create --bundle "$BUNDLE" "$id" </dev/null >"$W/life.$1" 2>&1 3>&- &&
		runc start "$id" && runc update -r "$W/update.json" "$id" && runc pause "$id" && runc resume "$id" &&
		runc delete --force "$id"
}

@test "resources: 100 parallel lifecycles with limits leave nothing" {
	only_ours
	local i failed=0 pids=()
	unified || [ -d /sys/fs/cgroup/freezer ] || skip "no controller freezer"
	if ! unified; then
		config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}, cpu: {shares: 100, quota: 50000, period: 100000}}'
		echo '{"memory": {"limit": 50331648}, "pids": {"limit": 30}}' >"$W/update.json"
	elif grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
		config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}, cpu: {shares: 100, quota: 50000, period: 100000}}'
		echo '{"memory": {"limit": 50331648}, "pids": {"limit": 30}}' >"$W/update.json"
	else
		config '.linux.resources = {hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}'
		echo '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}]}' >"$W/update.json"
	fi
	# shellcheck disable=SC2034 # runc() reads it
	RUNC_TIMEOUT=600
	for ((i = 0; i < 100; i++)); do
		lifecycle "$i" >"$W/out.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for ((i = 0; i < 100; i++)); do
		wait "${pids[i]}" || {
			failed=$((failed + 1))
			cat "$W/life.$i" "$W/out.$i"
		}
	done
	assert_equal "$failed" 0
	[ -z "$(ls -A "$STATE")" ] || fail "left: $(ls -A "$STATE")"
	[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
	wait_until all_gone
}

# --- no cgroup at all --------------------------------------------------------

without() { run runc --cgroup-manager disabled "$@"; }

# start_without [flags] leaves $ID running without a cgroup.
start_without() {
	config 'del(.linux.resources)'
	detached runc --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID"
	assert_ok
}

@test "no cgroup: the container stays in the caller's" {
	only_ours "an addition"
	start_without
	assert_equal "$(cat "/proc/$(init_pid)/cgroup")" "$(cat /proc/self/cgroup)"
	[ -z "$(test_cgroups)" ]
	testcontainer "$ID" running
	run runc exec "$ID" echo in
	assert_output in
	assert_equal "$(runc ps -f json "$ID")" "[$(init_pid)]"
	run runc delete --force "$ID"
	assert_ok
}

@test "no cgroup: create, start, kill, delete" {
	only_ours
	config 'del(.linux.resources)'
	detached runc --cgroup-manager=disabled create --bundle "$BUNDLE" "$ID"
	assert_ok
	testcontainer "$ID" created
	without start "$ID"
	assert_ok
	without kill "$ID" KILL
	assert_ok
	wait_until has_status "$ID" stopped
	without delete "$ID"
	assert_ok
	[ -z "$(ls -A "$STATE")" ]
}

@test "no cgroup: the container's view of cgroups" {
	only_ours
	config 'del(.linux.resources)'
	container_script 'ls /sys/fs/cgroup > /dev/null && echo fine'
	without run --bundle "$BUNDLE" "$ID"
	assert_ok
	assert_output fine
	config '.linux.namespaces |= map(select(.type != "cgroup")) + [{"type": "cgroup"}]'
	without run --bundle "$BUNDLE" "$ID"
	assert_ok
	assert_output fine
}

@test "no cgroup: limits are refused" {
	only_ours
	config '.linux.resources = {pids: {limit: 20}}'
	without run --bundle "$BUNDLE" "$ID"
	assert_fails "linux.resources.pids.limit" "--cgroup-manager disabled"
	config '.linux.resources = {unified: {"memory.max": "20"}}'
	without run --bundle "$BUNDLE" "$ID"
	assert_fails "linux.resources.unified"
	start_without
	run runc update --pids-limit 20 "$ID"
	assert_fails "pids.limit" "the container has no cgroup" "--cgroup-manager disabled"
	run runc pause "$ID"
	assert_fails "no cgroup"
	run runc events --stats "$ID"
	assert_fails "no cgroup"
}

@test "no cgroup: without a PID namespace kill and delete end the descendants as well" {
	only_ours
	local end
	for end in "kill $ID KILL" "kill --all $ID KILL" "delete --force $ID"; do
		config '.linux.namespaces |= map(select(.type != "pid"))'
		rm -f "$BUNDLE/rootfs/ready"
		mkfifo "$BUNDLE/rootfs/ready"
		container_script 'sleep 1000 & sh -c "sleep 1000 & echo > /ready; wait"; wait'
		start_without
		read -r -t 20 <"$BUNDLE/rootfs/ready"
		[ "$(runc ps -f json "$ID" | jq length)" -eq 4 ]
		# shellcheck disable=SC2086
		run runc $end
		assert_ok
		wait_until all_gone
		runc delete --force "$ID"
	done
}

@test "no cgroup: events end with the container" {
	only_ours
	start_without
	background "$RUNC" --root "$STATE" events --interval 1h "$ID"
	local events=$!
	wait_until [ -e "/proc/$events/fd/3" ]
	runc kill "$ID" KILL
	wait_until gone "$events"
}

@test "cgroup-manager: cgroupfs is the default; others" {
	only_ours
	container_args true
	run runc --cgroup-manager cgroupfs run --bundle "$BUNDLE" "$ID"
	assert_ok
	run runc --cgroup-manager nonsense run --bundle "$BUNDLE" "$ID"
	assert_fails "choose cgroupfs, systemd or disabled"
	run runc --cgroup-manager disabled --systemd-cgroup run --bundle "$BUNDLE" "$ID"
	assert_fails "exclude each other"
}
