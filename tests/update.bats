#!/usr/bin/env bats
# bats file_tags=cgroups
# runc update: each flag reaches the kernel, and a refused one changes nothing.

load helpers

# dir CONTROLLER prints the directory of the container's cgroup.
dir() { cgroup_dir "$(init_pid)" "$1"; }

# limit CONTROLLER V1NAME V2NAME prints a value of the container's cgroup.
limit() { if unified; then cat "$(dir "$1")/$3"; else cat "$(dir "$1")/$2"; fi; }

# saved KEY prints a limit of state.json.
saved() { jq -r ".config.cgroups.$1" "$STATE/$ID/state.json"; }

update() { run runc update "$@" "$ID"; }

# everything prints all limits of the container's cgroups.
everything() {
	local file
	for file in $(test_cgroups | while read -r d; do find "$d" -maxdepth 1 -type f \( -name '*limit*' -o -name '*.max' -o -name 'cpu.*_us' \
		-o -name cpu.shares -o -name cpu.weight -o -name cpu.idle -o -name 'cpuset.cpus' -o -name '*_device' -o -name '*weight' \
		-o -name memory.low -o -name memory.swappiness \) ! -name 'cgroup.*'; done | sort); do
		echo "$file: $(tr '\n' ' ' 2>/dev/null <"$file")"
	done
}

@test "update: memory" {
	need_controller memory
	start_container
	update --memory 67108864
	assert_ok
	assert_output ""
	assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
	assert_equal "$(saved memory)" 67108864
}

@test "update: sizes may have units" {
	need_controller memory
	start_container
	local size
	for size in 32M 32m 32mb 32MB 32MiB "32 m" 0.03125g 32768k; do
		runc update --memory 64M "$ID"
		update --memory "$size"
		assert_ok
		assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 33554432
	done
}

@test "update: memory-reservation" {
	need_controller memory
	start_container
	update --memory-reservation 33554432
	assert_ok
	assert_equal "$(limit memory memory.soft_limit_in_bytes memory.low)" 33554432
	assert_equal "$(saved memory_reservation)" 33554432
}

@test "update: memory and memory-swap go up and down together" {
	need_controller memory
	config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
	start_container
	local size
	for size in 67108864 16777216 134217728 33554432; do
		update --memory "$size" --memory-swap "$((size * 2))"
		assert_ok
		assert_equal "$(limit memory memory.limit_in_bytes memory.max)" "$size"
		if unified; then
			assert_equal "$(cat "$(dir memory)/memory.swap.max")" "$size"
		else
			assert_equal "$(cat "$(dir memory)/memory.memsw.limit_in_bytes")" "$((size * 2))"
		fi
		assert_equal "$(saved memory_swap)" "$((size * 2))"
	done
}

@test "update: memory-swap alone goes with the memory limit that is there" {
	only_ours "runc wants both with cgroup version 2"
	need_controller memory
	config '.linux.resources.memory = {limit: 33554432}'
	start_container
	update --memory-swap 67108864
	assert_ok
	assert_equal "$(limit memory memory.memsw.limit_in_bytes memory.swap.max)" "$(if unified; then echo 33554432; else echo 67108864; fi)"
}

@test "update: memory above memory and swap is refused, with the reason" {
	only_ours
	need_controller memory
	unified && skip "version 2 counts swap by itself"
	config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
	start_container
	update --memory 67108864
	assert_fails 33554432 memory-swap
	update --memory-swap 16777216
	assert_fails "memory+swap limit should be >= memory limit" 33554432 --memory
	assert_equal "$(limit memory memory.limit_in_bytes)" 33554432
}

@test "update: -1 takes limits away" {
	need_controller memory
	need_controller pids
	config '.linux.resources.memory = {limit: 33554432, swap: 67108864} | .linux.resources.pids.limit = 20 | .linux.resources.cpu.quota = 50000'
	start_container
	update --memory -1 --pids-limit -1 --cpu-quota -1
	assert_ok
	assert_equal "$(limit pids pids.max pids.max)" max
	if unified; then
		assert_equal "$(cat "$(dir memory)/memory.max")" max
		assert_equal "$(cat "$(dir memory)/memory.swap.max")" max
		[[ $(cat "$(dir cpu)/cpu.max") == max* ]]
	else
		[ "$(limit memory memory.limit_in_bytes)" -gt 1000000000000 ]
		[ "$(limit memory memory.memsw.limit_in_bytes)" -gt 1000000000000 ]
		assert_equal "$(limit cpu cpu.cfs_quota_us)" -1
	fi
	assert_equal "$(saved memory)" -1
}

# full_of_memory leaves a container running that holds 20 MiB.
full_of_memory() {
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'dd if=/dev/zero of=/dev/shm/x bs=1M count=20; echo > /ready; sleep 1000'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
}

@test "update: checkBeforeUpdate, version 2" {
	unified || skip "version 1 always checks"
	need_controller memory
	full_of_memory
	run runc update -r - "$ID" <<<'{"memory": {"limit": 1048576, "checkBeforeUpdate": true}}'
	assert_fails "rejecting memory limit"
	assert_equal "$(cat "$(dir memory)/memory.max")" max
	run runc update -r - "$ID" <<<'{"memory": {"limit": 1048576, "swap": 2097152, "checkBeforeUpdate": true}}'
	assert_fails "rejecting memory"
	assert_equal "$(cat "$(dir memory)/memory.max")" max
	testcontainer "$ID" running
}

@test "update: a memory limit below what is in use, version 1" {
	unified && skip "version 2 kills"
	need_controller memory
	full_of_memory
	update --memory 1048576
	assert_status 1
	assert_has "unable to set memory limit to 1048576 (current usage: "
	testcontainer "$ID" running
}

@test "update: a memory limit below what is in use ends the container, version 2" {
	unified || skip "version 1 refuses it"
	need_controller memory
	full_of_memory
	# It may fail or not: the cgroup can be gone by then.
	update --memory 1048576 --memory-swap 1048576
	wait_until has_status "$ID" stopped
}

@test "update: pids-limit, and it holds" {
	need_controller pids
	mkfifo "$BUNDLE/rootfs/go"
	container_script 'echo > /go; read x < /go
		sh -c "for i in 1 2 3 4 5 6; do sleep 1000 & done" 2>/said; echo > /go; sleep 1000'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/go"
	update --pids-limit 4
	assert_ok
	assert_equal "$(limit pids pids.max pids.max)" 4
	assert_equal "$(saved pids_limit)" 4
	echo >"$BUNDLE/rootfs/go"
	read -r -t 20 <"$BUNDLE/rootfs/go"
	grep -q "can't fork" "$BUNDLE/rootfs/said"
	[ "$(sed -n 's/^max //p' "$(dir pids)/pids.events")" -gt 0 ]
}

@test "update: pids-limit 0 is a limit" {
	only_ours "1.1.5 takes 0 for not given"
	need_controller pids
	start_container
	update --pids-limit 0
	assert_ok
	assert_equal "$(limit pids pids.max pids.max)" 1
}

@test "update: cpu-share" {
	need_controller cpu
	start_container
	update --cpu-share 512
	assert_ok
	assert_equal "$(limit cpu cpu.shares cpu.weight)" "$(if unified; then echo 59; else echo 512; fi)"
	assert_equal "$(saved cpu_shares)" 512
}

# quota_period prints both, as version 2 does.
quota_period() {
	if unified; then
		cat "$(dir cpu)/cpu.max"
	else
		echo "$(limit cpu cpu.cfs_quota_us) $(limit cpu cpu.cfs_period_us)"
	fi
}

@test "update: cpu-quota and cpu-period, together and alone" {
	need_controller cpu
	start_container
	update --cpu-period 50000 --cpu-quota 20000
	assert_ok
	assert_equal "$(quota_period)" "20000 50000"
	update --cpu-quota 30000
	assert_ok
	assert_equal "$(quota_period)" "30000 50000"
	update --cpu-period 60000
	assert_ok
	assert_equal "$(quota_period)" "30000 60000"
	assert_equal "$(saved cpu_quota) $(saved cpu_period)" "30000 60000"
}

@test "update: cpu-period alone, without a quota" {
	need_controller cpu
	start_container
	update --cpu-period 20000
	assert_ok
	assert_match '^$'
	[[ $(quota_period) =~ ^(-1|max)\ 20000$ ]] || fail "$(quota_period)"
}

@test "update: cpu-burst" {
	only_ours "1.1.5 has no such flag"
	need_controller cpu
	config '.linux.resources.cpu = {quota: 20000, period: 100000}'
	start_container
	update --cpu-burst 10000
	assert_ok
	assert_equal "$(limit cpu cpu.cfs_burst_us cpu.max.burst)" 10000
	update --cpu-quota 50000 --cpu-burst 40000
	assert_ok
	assert_equal "$(limit cpu cpu.cfs_burst_us cpu.max.burst)" 40000
	assert_equal "$(saved cpu_burst)" 40000
}

@test "update: cpu-idle" {
	only_ours "1.1.5 has no such flag"
	need_controller cpu
	start_container
	update --cpu-idle 1
	assert_ok
	assert_equal "$(cat "$(dir cpu)/cpu.idle")" 1
	assert_equal "$(saved cpu_idle)" 1
	update --cpu-share 512
	# systemd takes a weight for the wish not to be idle any more.
	if [[ ${VM_MODE:-} == *systemd ]]; then assert_ok; else assert_fails idle; fi
	update --cpu-share 512 --cpu-idle 0
	assert_ok
	assert_equal "$(cat "$(dir cpu)/cpu.idle")" 0
	local weight=512
	! unified || weight=59
	assert_equal "$(limit cpu cpu.shares cpu.weight)" "$weight"
	# Idleness takes the weight away, and its end gives it back.
	update --cpu-idle 1
	update --cpu-idle 0
	assert_ok
	assert_equal "$(limit cpu cpu.shares cpu.weight)" "$weight"
}

@test "update: cpuset-cpus and cpuset-mems" {
	need_controller cpuset
	start_container
	update --cpuset-cpus 0 --cpuset-mems 0
	assert_ok
	assert_equal "$(cat "$(dir cpuset)/cpuset.cpus")" 0
	assert_equal "$(cat "$(dir cpuset)/cpuset.mems")" 0
	grep -q $'^Cpus_allowed_list:\t0$' "/proc/$(init_pid)/status"
}

@test "update: realtime budget" {
	need_controller cpu
	unified && skip "version 2 has none"
	[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || skip "the kernel has no realtime groups"
	start_container
	update --cpu-rt-period 900000 --cpu-rt-runtime 1000
	[ "$status" -eq 0 ] || [[ $output == *rt_runtime_us* ]] || fail "$(show)"
	[ "$status" -eq 0 ] || skip "no realtime budget above: $output"
	assert_equal "$(limit cpu cpu.rt_period_us)" 900000
	assert_equal "$(limit cpu cpu.rt_runtime_us)" 1000
}

@test "update: blkio-weight" {
	if unified; then need_controller io; else need_controller blkio; fi
	local file
	for file in blkio.bfq.weight blkio.weight io.bfq.weight io.weight; do
		start_container
		file=$(dir "$(if unified; then echo io; else echo blkio; fi)")/$file
		if [ -e "$file" ]; then break; else file=; fi
		runc delete --force "$ID"
	done
	[ -n "$file" ] || skip "the kernel has no weights"
	update --blkio-weight 500
	assert_ok
	grep -q 500 "$file" || fail "$file: $(cat "$file")"
	assert_equal "$(saved blkio_weight)" 500
}

@test "update: what is not given stays" {
	need_controller memory
	need_controller pids
	config '.linux.resources.memory.limit = 67108864 | .linux.resources.pids.limit = 20'
	start_container
	update --cpu-share 100
	assert_ok
	update --pids-limit 30
	assert_ok
	assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
	assert_equal "$(limit pids pids.max pids.max)" 30
	assert_equal "$(saved memory) $(saved pids_limit) $(saved cpu_shares)" "67108864 30 100"
}

@test "update: nothing given changes nothing" {
	start_container
	local before
	before=$(everything)
	update
	assert_ok
	assert_equal "$(everything)" "$before"
	run runc update -r - "$ID" <<<'{}'
	assert_ok
	assert_equal "$(everything)" "$before"
}

@test "update: --resources from a file; other flags are ignored" {
	need_controller memory
	need_controller pids
	start_container
	echo '{"memory": {"limit": 33554432, "reservation": 16777216}, "pids": {"limit": 10}, "cpu": {"shares": 100}, "later": 1}' >"$W/r.json"
	update --resources "$W/r.json" --pids-limit 20
	assert_ok
	assert_equal "$(limit memory memory.limit_in_bytes memory.max)" 33554432
	assert_equal "$(limit memory memory.soft_limit_in_bytes memory.low)" 16777216
	assert_equal "$(limit pids pids.max pids.max)" 10
}

@test "update: --resources from standard input" {
	need_controller pids
	start_container
	run runc update -r - "$ID" <<<'{"pids": {"limit": 11}}'
	assert_ok
	assert_equal "$(limit pids pids.max pids.max)" 11
}

@test "update: throttles, one device after the other" {
	only_ours "runc ignores them"
	unified && need_controller io
	unified || need_controller blkio
	start_container
	local number file
	number=$(lsblk -dno MAJ:MIN | head -n 1 | tr -d ' ')
	[ -n "$number" ] || skip "no block device"
	run runc update -r - "$ID" <<<"{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": ${number%:*}, \"minor\": ${number#*:}, \"rate\": 1048576}]}}"
	assert_ok
	run runc update -r - "$ID" <<<"{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": ${number%:*}, \"minor\": ${number#*:}, \"rate\": 2097152}]}}"
	assert_ok
	if unified; then file=$(dir io)/io.max; else file=$(dir blkio)/blkio.throttle.read_bps_device; fi
	grep -q "^$number .*2097152" "$file" || fail "$(cat "$file")"
	assert_equal "$(saved 'blkio_throttle_read_bps_device | length')" 1
	update --cpu-share ""
	grep -q "^$number .*2097152" "$file" || fail "$(cat "$file")"
	run runc update -r - "$ID" <<<"{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": ${number%:*}, \"minor\": ${number#*:}, \"rate\": 0}]}}"
	assert_ok
	! grep -q 2097152 "$file" || fail "$(cat "$file")"
}

@test "update: huge pages" {
	only_ours "runc ignores them"
	need_controller hugetlb
	start_container
	run runc update -r - "$ID" <<<'{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
	assert_ok
	assert_equal "$(limit hugetlb hugetlb.2MB.limit_in_bytes hugetlb.2MB.max)" 4194304
	assert_equal "$(limit hugetlb hugetlb.2MB.rsvd.limit_in_bytes hugetlb.2MB.rsvd.max)" 4194304
}

@test "update: unified" {
	unified || skip "version 1"
	start_container
	run runc update -r - "$ID" <<<'{"unified": {"cgroup.max.depth": "3"}}'
	assert_ok
	assert_equal "$(cat "$(dir x)/cgroup.max.depth")" 3
	run runc update -r - "$ID" <<<'{"unified": {"cgroup.max.depth": "5", "cgroup.max.descendants": "nonsense"}}'
	assert_fails cgroup.max.descendants
	assert_equal "$(cat "$(dir x)/cgroup.max.depth")" 3
}

@test "update: unified is refused on version 1" {
	unified && skip "version 2"
	start_container
	run runc update -r - "$ID" <<<'{"unified": {"memory.high": "1000"}}'
	assert_fails unified
}

@test "update: obsolete flags are taken, with a warning" {
	start_container
	local before
	before=$(everything)
	update --kernel-memory 1000000 --kernel-memory-tcp 1000000
	assert_ok
	assert_has "ignored"
	assert_equal "$(everything)" "$before"
	run runc update --help
	assert_has_not kernel-memory
	assert_has --l3-cache-schema --mem-bw-schema --cpu-burst --cpu-idle
}

@test "update: Intel RDT is refused where there is none" {
	grep -q cat_l3 /proc/cpuinfo && skip "there is"
	start_container
	update --l3-cache-schema 'L3:0=f'
	assert_fails "l3 cache schema is not enabled"
	update --mem-bw-schema 'MB:0=70'
	assert_fails "memory bandwidth schema is not enabled"
}

@test "update: values that are none" {
	start_container
	local before flag value
	before=$(everything)
	while read -r flag value; do
		update "$flag" "$value"
		[ "$status" -eq 1 ] || fail "$flag $value: $(show)"
		[ "${#lines[@]}" -eq 1 ] || fail "$flag $value: $(show)"
		[[ $output == *"${flag#--}"* || $output == *weight* ]] || fail "$flag $value: $(show)"
	done <<-'END'
		--memory lots
		--memory -5
		--memory 1.2.3m
		--memory 1x
		--memory 99999999999p
		--memory-swap m
		--cpu-quota 1.5
		--cpu-period -1
		--cpu-share x
		--cpu-burst -1
		--cpu-idle yes
		--cpu-rt-runtime x
		--blkio-weight 70000
		--blkio-weight 5
		--pids-limit many
	END
	assert_equal "$(everything)" "$before"
}

@test "update: resources that are none" {
	start_container
	run runc update -r "$W/missing" "$ID"
	assert_fails "$W/missing" "no such file"
	run runc update -r - "$ID" <<<'{"memory": {"limit": "64M"}}'
	assert_fails "memory.limit" "whole number"
	run runc update -r - "$ID" <<<'{'
	assert_fails "standard input"
	run runc update -r - "$ID" <<<'{"memory": {"limit": 100, "swap": 50}}'
	assert_fails "memory.swap"
}

@test "update: a failed one changes nothing" {
	only_ours "runc keeps what was not limited before"
	unified && skip "see the cases of unified"
	need_controller memory
	need_controller pids
	config '.linux.resources.memory = {limit: 67108864} | .linux.resources.cpu = {quota: 40000, period: 80000}'
	start_container
	local before old
	before=$(everything)
	old=$(jq -S . "$STATE/$ID/state.json")
	# The library writes cpuset first, then memory, cpu, pids and blkio.
	run runc update -r - "$ID" <<-'END'
		{"memory": {"limit": 33554432, "swap": 33554432, "reservation": 1000000}, "pids": {"limit": 10},
		 "cpu": {"shares": 77, "quota": 60000, "period": 90000, "burst": 1000, "idle": 0, "cpus": "0"},
		 "blockIO": {"throttleReadBpsDevice": [{"major": 4095, "minor": 1, "rate": 1000}]}}
	END
	assert_status 1
	assert_has 4095
	assert_equal "$(everything)" "$before"
	assert_equal "$(jq -S . "$STATE/$ID/state.json")" "$old"
	update --pids-limit 10 --memory 32M --cpuset-cpus 4000
	assert_status 1
	assert_has cpuset.cpus
	assert_equal "$(everything)" "$before"
	update --pids-limit 10 --cpu-period 1 --cpu-share 5
	assert_status 1
	assert_equal "$(everything)" "$before"
}

@test "update: a limit that this view cannot hold is refused, with controller and mend" {
	only_ours
	unified || skip "see rdma"
	start_container
	local flag controller
	while read -r flag controller; do
		grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers && continue
		update "$flag" 100
		assert_fails "controller $controller is not available" "/sys/fs/cgroup"
	done <<-'END'
		--memory memory
		--pids-limit pids
		--cpu-share cpu
		--cpu-quota cpu
		--cpu-burst cpu
		--blkio-weight io
	END
	testcontainer "$ID" running
}

@test "update: a created and a paused container" {
	need_controller pids
	unified || need_controller freezer
	create_container
	update --pids-limit 12
	assert_ok
	assert_equal "$(limit pids pids.max pids.max)" 12
	testcontainer "$ID" created
	runc start "$ID"
	runc pause "$ID"
	update --pids-limit 13
	assert_ok
	assert_equal "$(limit pids pids.max pids.max)" 13
	testcontainer "$ID" paused
	runc resume "$ID"
	testcontainer "$ID" running
}

@test "update: a stopped container" {
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	update --memory 64M
	assert_fails "container not running"
}

@test "update: an unknown container" {
	update --memory 64M
	assert_fails "container does not exist"
	run runc update
	assert_status 1
	assert_has "requires exactly 1 argument"
}

@test "update: leaves the device rules alone" {
	mkfifo "$BUNDLE/rootfs/go"
	container_script 'echo > /go; read x < /go; mknod /k c 1 11; cat /dev/null && echo null > /out
		head -c 1 /k 2>> /out; echo > /go'
	config '.linux.resources.devices = [{"allow": false, "access": "rwm"}] | .process.capabilities.bounding += ["CAP_MKNOD"]
	  | .process.capabilities.effective += ["CAP_MKNOD"] | .process.capabilities.permitted += ["CAP_MKNOD"]'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/go"
	run runc update -r - "$ID" <<<'{"devices": [{"allow": true, "access": "rwm"}]}'
	assert_ok
	echo >"$BUNDLE/rootfs/go"
	read -r -t 20 <"$BUNDLE/rootfs/go"
	grep -qx null "$BUNDLE/rootfs/out"
	grep -q "not permitted" "$BUNDLE/rootfs/out" || fail "$(cat "$BUNDLE/rootfs/out")"
}

@test "update: the device rules hold at every moment" {
	need_controller pids
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'echo > /ready; while echo >/dev/null; do :; done'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	local i
	for i in 21 22 23 24 25 26 27 28 29 30; do
		runc update --pids-limit "$i" "$ID"
	done
	testcontainer "$ID" running
}

@test "update: names of fields in any case" {
	need_controller cpuset
	start_container
	run runc update -r - "$ID" <<<'{"CPU": {"Cpus": "0"}}'
	assert_ok
	assert_equal "$(cat "$(dir cpuset)/cpuset.cpus")" 0
}

@test "update: cpu-burst stays when something else changes, and 0 takes it away" {
	only_ours "1.1.5 has no such flag"
	need_controller cpu
	config '.linux.resources.cpu = {quota: 500000, period: 1000000}'
	start_container
	update --cpu-period 900000 --cpu-burst 500000
	assert_ok
	update --cpu-share 200
	assert_ok
	assert_equal "$(limit cpu cpu.cfs_burst_us cpu.max.burst)" 500000
	update --cpu-quota 400000
	assert_fails "burst of 500000" --cpu-burst
	update --cpu-burst 600000
	assert_fails "quota of 500000" --cpu-burst
	update --cpu-period 900000 --cpu-burst 0
	assert_ok
	assert_equal "$(limit cpu cpu.cfs_burst_us cpu.max.burst)" 0
}

@test "update: cpu-quota alone, without a period; -1 takes it away and the period stays" {
	need_controller cpu
	start_container
	update --cpu-quota 30000
	assert_ok
	assert_equal "$(quota_period)" "30000 100000"
	update --cpu-period 50000
	assert_equal "$(quota_period)" "30000 50000"
	update --cpu-quota -1
	assert_ok
	[[ $(quota_period) =~ ^(-1|max)\ 50000$ ]] || fail "$(quota_period)"
}

@test "update: cpu-idle takes 0 and 1, and other changes leave it" {
	only_ours "1.1.5 has no such flag"
	need_controller cpu
	start_container
	local value
	for value in 1 0 1; do
		update --cpu-idle "$value"
		assert_ok
		assert_equal "$(cat "$(dir cpu)/cpu.idle")" "$value"
	done
	for value in -1 2 3; do
		update --cpu-idle "$value"
		assert_fails cpu.idle
		assert_equal "$(cat "$(dir cpu)/cpu.idle")" 1
	done
	update --cpu-period 10000
	assert_ok
	assert_equal "$(cat "$(dir cpu)/cpu.idle")" 1
}
