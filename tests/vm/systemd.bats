#!/usr/bin/env bats
# What the systemd driver does with a real systemd: names, properties, limits, and
# the end of units. For the modes with systemd: see README.md.
# bats file_tags=vm

load helpers

setup() {
	begin_test
	[[ $VM_MODE == *systemd ]] || skip "for the modes with systemd"
	SLICE=system.slice
	! rootless_mode || SLICE=user.slice
	SCOPE=runc-$ID.scope
}

property() { ctl show -P "$1" "${2:-$SCOPE}"; }

# has PROPERTY VALUE... asserts properties of the container's unit.
has() {
	local got
	while [ $# -gt 0 ]; do
		got=$(property "$1")
		[ "$got" = "$2" ] || fail "$1 is $got, want $2"
		shift 2
	done
}

# value FILE prints a file of the container's cgroup, is FILE VALUE asserts it.
value() { cat "$(cgroup_dir "$(init_pid)" any)/$1"; }
is() { assert_equal "$(value "$1")" "$2"; }

# limits FILTER sets linux.resources, and starts.
limits() {
	config ".linux.resources = $1"
	start_container
}

update() { run runc update "$@" "$ID"; }
# update_json TEXT
update_json() { run runc update -r - "$ID" <<<"$1"; }

failed() { [ "$(property ActiveState)" = failed ]; }
not_found() { [ "$(property LoadState "$1")" = not-found ]; }

# --- names -------------------------------------------------------------------

@test "systemd: without cgroupsPath" {
	start_container
	has ActiveState active Slice "$SLICE" Delegate yes Transient yes
	assert_equal "$(property ControlGroup)" "$(sed -n 's/^0:://p' "/proc/$(init_pid)/cgroup")"
}

@test "systemd: cgroupsPath is slice:prefix:name" {
	local path slice scope
	while read -r path slice scope; do
		config --arg p "$path" '.linux.cgroupsPath = $p'
		start_container
		[ "$slice" != - ] || slice=$SLICE
		assert_equal "$(property Slice "$scope")" "$slice"
		[ "$slice" != -.slice ] || slice=
		[[ $(sed -n 's/^0:://p' "/proc/$(init_pid)/cgroup") == */"${slice:+$slice/}$scope" ]] || fail "$(cat "/proc/$(init_pid)/cgroup")"
		runc delete --force "$ID"
		wait_until not_found "$scope"
	done <<-END
		machine.slice:pre:$ID machine.slice pre-$ID.scope
		:pre:$ID - pre-$ID.scope
		machine-deep.slice:pre-fix:$ID.x machine-deep.slice pre-fix-$ID.x.scope
		-.slice:pre:$ID -.slice pre-$ID.scope
		:cri-containerd:$ID+a_b - cri-containerd-$ID\x2ba_b.scope
	END
}

@test "systemd: an id with + (systemd has no such letter)" {
	ID=$ID+plus_x.y
	start_container
	assert_equal "$(property ActiveState "runc-${ID/+/\\x2b}.scope")" active
	run runc exec "$ID" echo in
	assert_output in
	run runc update --pids-limit 30 "$ID"
	assert_ok
	runc pause "$ID"
	testcontainer "$ID" paused
	runc resume "$ID"
	run runc delete --force "$ID"
	assert_ok
	wait_until not_found "runc-${ID/+/\\x2b}.scope"
}

@test "systemd: a cgroupsPath that is none" {
	local path
	for path in /a/b a a:b a:b:c:d "$SLICE:pre:" "$SLICE:pre:a/b"; do
		config --arg p "$path" '.linux.cgroupsPath = $p'
		run_container
		assert_fails linux.cgroupsPath "slice:prefix:name"
	done
	# Only systemd can tell.
	config --arg p "not-a-slice:pre:$ID" '.linux.cgroupsPath = $p'
	run_container
	assert_fails slice
	assert_equal "$(ls -A "$STATE")" ""
}

@test "systemd: the scope has every controller of its slice" {
	start_container
	is cgroup.controllers "$(cat "$(dirname "$(cgroup_dir "$(init_pid)" any)")/cgroup.controllers")"
}

# --- properties --------------------------------------------------------------

@test "systemd: org.systemd.property.*" {
	config '.annotations = {"org.systemd.property.Description": "'\''my box'\''", "org.systemd.property.TimeoutStopUSec": "uint64 123456789",
	  "org.systemd.property.CollectMode": "'\''inactive-or-failed'\''", "org.systemd.property.SendSIGHUP": "true", "other": "x"}'
	start_container
	has Description "my box" TimeoutStopUSec "2min 3.456789s" CollectMode inactive-or-failed SendSIGHUP yes
	runc delete --force "$ID"
	config '.annotations = {"org.systemd.property.TimeoutStopSec": "77"}'
	start_container
	has TimeoutStopUSec "1min 17s"
}

@test "systemd: org.systemd.property.* that are none" {
	local name text
	while read -r name text; do
		config --arg n "org.systemd.property.$name" --arg t "$text" '.annotations = {($n): $t}'
		run_container
		assert_fails "$name"
		assert_equal "$(ls -A "$STATE")" ""
		[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
	done <<-'END'
		Send-SIGHUP true
		SendSIGHUP maybe
		NoSuchProperty true
		ab true
		TimeoutStopUSec uint64
		TimeoutStopSec 'soon'
	END
}

# --- limits, as systemd knows them -------------------------------------------

@test "systemd: limits are properties of the unit" {
	limits '{memory: {limit: 67108864, reservation: 33554432, swap: 100663296}, pids: {limit: 20},
	  cpu: {shares: 1024, quota: 50000, period: 100000, cpus: "0", mems: "0"}}'
	has MemoryMax 67108864 MemoryLow 33554432 MemorySwapMax 33554432 TasksMax 20 CPUWeight 100 \
		CPUQuotaPerSecUSec 500ms AllowedCPUs 0 AllowedMemoryNodes 0
	is memory.max 67108864
	is memory.low 33554432
	is memory.swap.max 33554432
	is pids.max 20
	is cpu.weight 100
	is cpu.max "50000 100000"
	is cpuset.cpus 0
	is cpuset.mems 0
}

@test "systemd: update tells systemd as well" {
	limits '{memory: {limit: 33554432, reservation: 25165824}, cpu: {shares: 100, quota: 500000, period: 1000000}, pids: {limit: 20}}'
	has MemoryMax 33554432 MemoryLow 25165824 TasksMax 20 CPUQuotaPerSecUSec 500ms
	update --memory 67108864
	has MemoryMax 67108864
	update --memory 50M
	has MemoryMax 52428800
	update --memory-reservation 33554432
	has MemoryLow 33554432
	update --memory 52428800 --memory-swap 96468992
	has MemoryMax 52428800 MemorySwapMax 44040192
	update --memory -1
	has MemoryMax infinity MemorySwapMax infinity
	is memory.max max
	update --pids-limit 10
	has TasksMax 10
	update --pids-limit -1
	has TasksMax infinity
	is pids.max max
	# In whole percents: systemd rounds others up.
	update --cpu-period 800000 --cpu-quota 600000
	has CPUQuotaPerSecUSec 750ms
	is cpu.max "600000 800000"
	update --cpu-quota -1
	has CPUQuotaPerSecUSec infinity
	is cpu.max "max 800000"
	update --cpu-share 200
	has CPUWeight "$(value cpu.weight)"
	update --cpuset-cpus 1
	has AllowedCPUs 1
	is cpuset.cpus 1
}

@test "systemd: limits hold over a daemon-reload, also after an update" {
	limits '{memory: {limit: 33554432}, pids: {limit: 20}, cpu: {quota: 20000, period: 100000, burst: 10000}, unified: {"cgroup.max.depth": "3"}}'
	update --memory 48M --pids-limit 30
	assert_ok
	ctl daemon-reload
	is memory.max 50331648
	is pids.max 30
	is cpu.max "20000 100000"
	is cpu.max.burst 10000
	is cgroup.max.depth 3
}

@test "systemd: unified is told in properties" {
	limits '{unified: {"memory.min": "131072", "memory.low": "524288", "memory.high": "5242880", "memory.max": "20484096",
	  "memory.swap.max": "20971520", "pids.max": "99", "cpu.max": "10000 100000", "cpu.weight": "42", "cpuset.cpus": "0"}}'
	is memory.min 131072
	is memory.high 5242880
	is cpu.max "10000 100000"
	has MemoryMin 131072 MemoryLow 524288 MemoryHigh 5242880 MemoryMax 20484096 MemorySwapMax 20971520 TasksMax 99 \
		CPUQuotaPerSecUSec 100ms CPUWeight 42 AllowedCPUs 0
	update_json '{"unified": {"memory.max": "25165824", "pids.max": "55", "cpuset.cpus": "0-1"}}'
	assert_ok
	has MemoryMax 25165824 TasksMax 55 AllowedCPUs 0-1
	is memory.max 25165824
	# What systemd has no property for goes into the file.
	update_json '{"unified": {"memory.oom.group": "1"}}'
	assert_ok
	is memory.oom.group 1
}

@test "systemd: limits that are none, and properties that nothing else sets" {
	limits '{memory: {limit: 33554432, swap: -1}, pids: {limit: 0}, unified: {"memory.oom.group": "1"}}'
	has MemoryMax 33554432 MemorySwapMax infinity TasksMax 1
	update --memory 48M
	is memory.oom.group 1
	runc delete --force "$ID"
	config '.annotations = {"org.systemd.property.After": "['\''basic.target'\'']", "org.systemd.property.CPUWeight": "uint64 50", "org.systemd.property.MemoryHigh": "uint64 50003968"}'
	limits '{pids: {limit: -1}, cpu: {quota: -1}}'
	[[ $(property After) == *basic.target* ]] || fail "$(property After)"
	update --memory 64M --cpu-quota 50000
	has TasksMax infinity CPUWeight 50 MemoryHigh 50003968
	is cpu.weight 50
	is memory.high 50003968
}

@test "systemd: a quota that is no whole percent is rounded up, in the cgroup as well" {
	limits '{cpu: {quota: 20004, period: 100000}}'
	has CPUQuotaPerSecUSec 210ms CPUQuotaPeriodUSec 100ms
	is cpu.max "21000 100000"
	update --cpu-quota 30001 --cpu-period 50000
	has CPUQuotaPerSecUSec 610ms CPUQuotaPeriodUSec 50ms
	is cpu.max "30500 50000"
	update --cpu-period 1000000
	has CPUQuotaPerSecUSec 40ms CPUQuotaPeriodUSec 1s
	is cpu.max "40000 1000000"
	ctl daemon-reload
	is cpu.max "40000 1000000"
}

@test "systemd: cpu.quota and period, one without the other" {
	start_container
	update --cpu-period 50000
	has CPUQuotaPerSecUSec infinity CPUQuotaPeriodUSec 50ms
	is cpu.max "max 50000"
	update --cpu-quota 30000
	has CPUQuotaPerSecUSec 600ms
	is cpu.max "30000 50000"
	runc delete --force "$ID"
	limits '{cpu: {quota: 5000}}'
	has CPUQuotaPerSecUSec 50ms
	is cpu.max "5000 100000"
	update_json '{"unified": {"cpu.max": "max 100000"}}'
	assert_ok
	has CPUQuotaPerSecUSec infinity CPUQuotaPeriodUSec 100ms
	is cpu.max "max 100000"
}

@test "systemd: unified outdoes the named limits" {
	limits '{memory: {limit: 33554432, reservation: 25165824}, cpu: {shares: 3333, quota: 40000, period: 100000}, pids: {limit: 20},
	  unified: {"memory.min": "131072", "memory.max": "40484864", "pids.max": "42", "cpu.max": "5000 50000", "cpu.weight": "42"}}'
	has MemoryMin 131072 MemoryLow 25165824 MemoryMax 40484864 TasksMax 42 CPUQuotaPerSecUSec 100ms CPUQuotaPeriodUSec 50ms CPUWeight 42
	is memory.min 131072
	is memory.max 40484864
	is pids.max 42
	is cpu.max "5000 50000"
	is cpu.weight 42
}

@test "systemd: limits of swap" {
	limits '{memory: {limit: 33554432, swap: 33554432}}'
	has MemorySwapMax 0
	ctl daemon-reload
	is memory.swap.max 0
	update --memory 16M
	is memory.swap.max 0
	runc delete --force "$ID"
	config 'del(.linux.resources.memory)'
	start_container
	update --memory-swap 67108864
	assert_fails "unable to set swap limit without memory limit"
	update --memory 33554432 --memory-swap 67108864
	assert_ok
	has MemoryMax 33554432 MemorySwapMax 33554432
	update --memory-swap 33554432
	assert_ok
	is memory.swap.max 0
	ctl daemon-reload
	is memory.swap.max 0
	update --memory-swap -1
	assert_ok
	has MemoryMax 33554432 MemorySwapMax infinity
	is memory.swap.max max
	update --memory 67108864 --memory-swap 33554432
	assert_fails "memory+swap limit should be >= memory limit"
	has MemoryMax 33554432
}

@test "systemd: all changes at once, from flags and JSON" {
	limits '{memory: {limit: 33554432, reservation: 25165824}, cpu: {shares: 100, quota: 500000, period: 1000000, cpus: "0-1"}, pids: {limit: 20}}'
	update --memory 67108864 --memory-reservation 33554432 --cpu-period 900000 --cpu-quota 450000 --cpu-share 200 --cpu-burst 200000 \
		--pids-limit 0 --cpuset-cpus 1 --cpuset-mems 0
	assert_ok
	assert_output ""
	has MemoryMax 67108864 MemoryLow 33554432 CPUQuotaPerSecUSec 500ms CPUQuotaPeriodUSec 900ms CPUWeight "$(value cpu.weight)" TasksMax 1 \
		AllowedCPUs 1 AllowedMemoryNodes 0
	is cpu.max.burst 200000
	is pids.max 1
	update_json '{"memory": {"limit": 33554432, "reservation": 25165824}, "cpu": {"shares": 100, "quota": 500000, "period": 1000000, "burst": 0, "cpus": "0"}, "pids": {"limit": 20}}'
	assert_ok
	has MemoryMax 33554432 MemoryLow 25165824 CPUQuotaPerSecUSec 500ms CPUQuotaPeriodUSec 1s TasksMax 20 AllowedCPUs 0
	is cpu.max "500000 1000000"
	is cpu.max.burst 0
	update --cpu-idle 2
	assert_fails cpu.idle
}

@test "systemd: a paused container is updated, and stays paused" {
	start_container
	runc pause "$ID"
	update --memory 64M --pids-limit 30 --cpu-quota 50000
	assert_ok
	has MemoryMax 67108864 TasksMax 30 CPUQuotaPerSecUSec 500ms
	testcontainer "$ID" paused
	ctl daemon-reload
	testcontainer "$ID" paused
	runc resume "$ID"
	testcontainer "$ID" running
}

@test "systemd: weights and throttles of disks hold over daemon-reload and update" {
	grep -qw io "/sys/fs/cgroup${VM_CGROUP:-}/cgroup.controllers" || skip "the user has no controller io"
	local file dir reload disk before
	disk=$(lsblk -dno MAJ:MIN | tail -n 1 | tr -d ' ')
	limits '{blockIO: {weight: 500, weightDevice: [{major: '"${disk%:*}"', minor: '"${disk#*:}"', weight: 300}]}, unified: {"io.max": "'"$disk"' rbps=1048576"}}'
	dir=$(cgroup_dir "$(init_pid)" any)
	for file in io.bfq.weight io.weight; do
		[ ! -e "$dir/$file" ] || break
	done
	before=$(value "$file")
	for reload in update daemon-reload; do
		case $reload in
		update) update --memory 64M --cpu-share 200 --pids-limit 30 ;;
		*) ctl daemon-reload ;;
		esac
		is "$file" "$before"
		is io.max "$disk rbps=1048576 wbps=max riops=max wiops=max"
	done
	update --blkio-weight 400
	assert_ok
	[ "$(value "$file" | tail -n 1)" = "$(tail -n 1 <<<"$before")" ] || fail "$(value "$file")"
	before=$(value "$file")
	update_json '{"blockIO": {"weight": 700}, "unified": {"cgroup.max.depth": "nonsense"}}'
	assert_fails cgroup.max.depth
	is "$file" "$before"
	ctl daemon-reload
	is "$file" "$before"
}

@test "systemd: without linux.resources" {
	config 'del(.linux.resources)'
	start_container
	has MemoryMax infinity CPUWeight "[not set]" CPUQuotaPerSecUSec infinity
	update --pids-limit 30
	assert_ok
	has TasksMax 30
	run runc exec "$ID" sh -c 'echo >/dev/null && echo in'
	assert_output in
	ctl daemon-reload
	run runc exec "$ID" sh -c 'echo >/dev/null && echo in'
	assert_output in
}

@test "systemd: the runtime's CPU affinity is not passed on" {
	limits '{cpu: {cpus: "0-1"}}'
	runc delete --force "$ID"
	detached taskset -c 1 "$RUNC" --root "$STATE" --systemd-cgroup run --detach --bundle "$BUNDLE" "$ID"
	assert_ok
	grep -q $'^Cpus_allowed_list:\t0-1$' "/proc/$(init_pid)/status" || fail "$(grep Cpus_allowed_list "/proc/$(init_pid)/status")"
	run taskset -c 1 "$RUNC" --root "$STATE" --systemd-cgroup exec "$ID" grep Cpus_allowed_list /proc/self/status
	assert_match $'\t0-1$'
}

@test "systemd: cpu.idle and weights exclude each other" {
	start_container
	# As runc 1.5: systemd has one property for both.
	update --cpu-share 200 --cpu-idle 1
	assert_ok
	assert_has "unable to apply both"
	has CPUWeight idle
	is cpu.idle 1
	update --cpu-share 200
	assert_ok
	is cpu.idle 0
	local weight
	weight=$(value cpu.weight)
	has CPUWeight "$weight"
	update_json '{"unified": {"cpu.idle": "1", "cpu.weight": "8"}}'
	assert_ok
	assert_has "unable to apply both"
	has CPUWeight idle
	update_json '{"unified": {"cpu.weight": "8"}}'
	assert_ok
	has CPUWeight 8
	is cpu.idle 0
	# An end of idleness is not forgotten, nor is the weight from before.
	update --cpu-share 200
	update --cpu-idle 1
	update --cpu-idle 0
	update --cpu-period 50000
	is cpu.idle 0
	is cpu.weight "$weight"
	ctl daemon-reload
	is cpu.idle 0
	is cpu.weight "$weight"
	update_json '{"unified": {"cpu.idle": "1"}}'
	is cpu.idle 1
	update_json '{"unified": {"cpu.idle": "0"}}'
	ctl daemon-reload
	is cpu.idle 0
}

@test "systemd: a failed update changes neither files nor properties" {
	limits '{memory: {limit: 67108864}, pids: {limit: 20}}'
	update_json '{"memory": {"limit": 33554432}, "pids": {"limit": 10}, "unified": {"cgroup.max.depth": "nonsense"}}'
	assert_fails cgroup.max.depth
	has MemoryMax 67108864 TasksMax 20
	is memory.max 67108864
	is pids.max 20
	ctl daemon-reload
	is memory.max 67108864
}

# --- devices -----------------------------------------------------------------

@test "systemd: a device stays open over daemon-reload and update, and others stay shut (users.md B4)" {
	! rootless_mode || skip "device rules are the host root's"
	config '.linux.resources.devices = [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rw"}]
	  | .process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_SYSLOG", "CAP_SYS_RAWIO"])'
	start_container
	local reload
	for reload in "" reload update; do
		[ "$reload" != reload ] || systemctl daemon-reload
		[ "$reload" != update ] || runc update --pids-limit 100 "$ID"
		run runc exec "$ID" sh -c 'rm -f /k /m; mknod /k c 1 11; : >/k && echo k; : >/dev/null && echo null
			mknod /m c 1 1; dd if=/m count=0 of=/dev/null 2>&1 | grep -o "not permitted"'
		assert_output k null "not permitted"
	done
	[[ $(property DeviceAllow) == *"/dev/char/1:11 rw"* ]] || fail "$(property DeviceAllow)"
	assert_equal "$(property DevicePolicy)" strict
}

@test "systemd: rules that systemd has no word for, and a privileged container's, hold over a daemon-reload" {
	! rootless_mode || skip "device rules are the host root's"
	local policy rules mem
	config '.process.capabilities |= map_values(. + ["CAP_MKNOD", "CAP_SYSLOG", "CAP_SYS_RAWIO"])'
	while read -r policy mem rules; do
		config --argjson r "$rules" '.linux.resources.devices = $r'
		start_container
		assert_equal "$(property DevicePolicy)" "$policy"
		systemctl daemon-reload
		runc update --pids-limit 100 "$ID"
		run runc exec "$ID" sh -c 'rm -f /k /m; mknod /k c 1 11; : >/k && echo k; : >/dev/null && echo null
			mknod /m c 1 1; dd if=/m count=0 of=/dev/null 2>/dev/null && echo mem || echo no'
		assert_output k null "$mem"
		runc delete --force "$ID"
	done <<-'END'
		auto mem [{"allow": true, "access": "rwm"}]
		auto no [{"allow": true, "access": "rwm"}, {"allow": false, "type": "c", "major": 1, "minor": 1, "access": "rw"}]
		auto no [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "minor": 11, "access": "rwm"}, {"allow": true, "type": "c", "access": "m"}]
		auto no [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "access": "rwm"}, {"allow": false, "type": "c", "major": 1, "minor": 1, "access": "rw"}]
	END
}

@test "systemd: exec with a terminal after daemon-reload" {
	! rootless_mode || skip "the user has no devices of his own"
	start_container
	local reload
	for reload in "" daemon-reload daemon-reexec; do
		[ -z "$reload" ] || ctl "$reload"
		run script -qec "$RUNC --root $STATE exec -t $ID sh -c 'ls -l /proc/self/fd/0; echo 123'" /dev/null
		assert_ok
		assert_has 123
	done
}

# --- the end -----------------------------------------------------------------

@test "systemd: delete removes a unit that failed" {
	config '.annotations = {"org.systemd.property.RuntimeMaxSec": "8", "org.systemd.property.TimeoutStopSec": "1"} | .process.args = ["sleep", "1000"]'
	start_container
	wait_until has_status "$ID" stopped
	wait_until failed
	run ctl status "$SCOPE"
	assert_status 3 # not active
	run runc delete "$ID"
	assert_ok
	wait_until not_found "$SCOPE"
	run ctl status "$SCOPE"
	assert_status 4 # no such unit
}

@test "systemd: a failed unit of the same name does not keep a container from it" {
	config '.annotations = {"org.systemd.property.RuntimeMaxUSec": "uint64 8000000", "org.systemd.property.TimeoutStopUSec": "uint64 1000000"}'
	start_container
	wait_until failed
	# As if its runtime had been killed and the state lost.
	rm -r "${STATE:?}/$ID"
	config 'del(.annotations)'
	start_container
	has ActiveState active
}

@test "systemd: a unit of the same name that runs is refused, and left alone" {
	start_container
	mv "$STATE/$ID" "$W/kept"
	run_container
	assert_fails "cgroup is not empty"
	mv "$W/kept" "$STATE/$ID"
	testcontainer "$ID" running
	has ActiveState active
}

@test "systemd: a cgroup that is there and frozen is refused and not waited for" {
	! rootless_mode || skip "needs root: a cgroup in another's slice"
	local dir=/sys/fs/cgroup/system.slice/$SCOPE
	mkdir "$dir"
	echo 1 >"$dir/cgroup.freeze"
	RUNC_TIMEOUT=20 run_container
	rmdir "$dir"
	assert_status 1
	assert_has "container's cgroup unexpectedly frozen"
	wait_until not_found "$SCOPE"
}

@test "systemd: a cgroupsPath that another container has is refused" {
	config --arg p "$SLICE:pre:$ID" '.linux.cgroupsPath = $p'
	start_container
	run runc run --bundle "$BUNDLE" "$ID-2"
	assert_fails "container's cgroup is not empty"
	run runc create --bundle "$BUNDLE" "$ID-2"
	assert_fails "container's cgroup is not empty"
	testcontainer "$ID" running
	assert_equal "$(property ActiveState "pre-$ID.scope")" active
}

@test "systemd: who stops the unit stops the container" {
	start_container
	ctl stop "$SCOPE"
	wait_until has_status "$ID" stopped
	run runc delete "$ID"
	assert_ok
	wait_until not_found "$SCOPE"
}

@test "systemd: a failed start leaves no unit" {
	container_args /no/such/program
	run_container
	assert_status 1
	wait_until not_found "$SCOPE"
	config '.process.args = ["sleep", "1000"] | .linux.resources.unified = {"cgroup.nonsense": "1"}'
	run_container
	assert_status 1
	wait_until not_found "$SCOPE"
}

@test "systemd: unit after unit of the same name" {
	for _ in 1 2 3 4 5; do
		start_container
		runc delete --force "$ID"
	done
}

@test "systemd: the driver of a container is the one it was made with" {
	local plain=("$RUNC" --root "$STATE")
	start_container
	run "${plain[@]}" update --pids-limit 30 "$ID"
	assert_ok
	has TasksMax 30
	run "${plain[@]}" exec "$ID" echo in
	assert_output in
	run "${plain[@]}" delete --force "$ID"
	assert_ok
	wait_until not_found "$SCOPE"
}

@test "systemd: restore makes a unit with the limits of the bundle" {
	criu check >/dev/null 2>&1 || skip "criu check fails"
	config '.linux.resources += {memory: {limit: 67108864}, pids: {limit: 40}, cpu: {quota: 50000}}'
	runc run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&-
	update --pids-limit 50
	run runc checkpoint --image-path "$W/img" --work-path "$W/work" "$ID"
	assert_ok
	wait_until not_found "$SCOPE"
	detached runc restore --detach --bundle "$BUNDLE" --image-path "$W/img" --work-path "$W/work" "$ID"
	assert_ok
	has ActiveState active MemoryMax 67108864 TasksMax 40 CPUQuotaPerSecUSec 500ms DevicePolicy strict Slice "$SLICE"
	is memory.max 67108864
	ctl daemon-reload
	run runc exec "$ID" sh -c 'echo >/dev/null && echo in'
	assert_output in
}
