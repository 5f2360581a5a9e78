#!/usr/bin/env bats
# Cases that need the guest: systemd, pure cgroup v2 with every controller, a
# delegated cgroup, AppArmor. $VM_MODE says how they are run: see README.md.
# bats file_tags=vm

load helpers

only_mode() {
	local mode
	for mode; do
		[ "$mode" != "$VM_MODE" ] || return 0
	done
	skip "for the modes: $*"
}

# limits sets the limits that the cases below look for.
limits() {
	config '.linux.resources.memory = {"limit": 33554432} | .linux.resources.pids = {"limit": 20}
	  | .linux.resources.cpu = {"quota": 20000, "period": 100000}'
	# The user's own cgroupfs is below the cgroup that he was given.
	if [ "$VM_MODE" = rootless ]; then
		config --arg p "$VM_CGROUP/$ID" '.linux.cgroupsPath = $p'
	fi
}

@test "guest: systemd runs" {
	# cgroupfs has a /run of its own, where systemctl finds nobody.
	only_mode systemd rootless rootless-systemd
	run systemctl is-system-running
	assert_output running
}

@test "guest: cgroups are version 2, with every controller" {
	unified || fail "/sys/fs/cgroup is not cgroup2"
	for name in cpuset cpu io memory hugetlb pids rdma misc; do grep -qw "$name" /sys/fs/cgroup/cgroup.controllers || fail "no $name"; done
}

@test "guest: apparmor is live" {
	assert_equal "$(cat /sys/module/apparmor/parameters/enabled)" Y
	if [ "$(id -u)" -eq 0 ]; then grep -q enforce /sys/kernel/security/apparmor/profiles; fi
}

@test "guest: the user has a delegated cgroup" {
	only_mode rootless rootless-systemd
	run cat "/sys/fs/cgroup$VM_CGROUP/cgroup.controllers"
	assert_output "cpuset cpu io memory pids"
	mkdir "/sys/fs/cgroup$VM_CGROUP/$ID"
	rmdir "/sys/fs/cgroup$VM_CGROUP/$ID"
}

@test "guest: a container runs" {
	container_args echo hello
	run_container
	assert_ok
	assert_equal "${lines[-1]}" hello
}

@test "guest: limits are in the container's cgroup" {
	limits
	start_container
	dir=$(cgroup_dir "$(init_pid)")
	[[ $dir == *"$ID"* ]] || fail "cgroup $dir is not of $ID"
	assert_equal "$(cat "$dir/memory.max")" 33554432
	assert_equal "$(cat "$dir/pids.max")" 20
	assert_equal "$(cat "$dir/cpu.max")" "20000 100000"
}

@test "guest: systemd knows the container as a scope, with its limits" {
	only_mode systemd rootless-systemd
	limits
	start_container
	scope=runc-$ID.scope
	assert_equal "$(ctl show -P ActiveState "$scope")" active
	assert_equal "$(ctl show -P MemoryMax "$scope")" 33554432
	assert_equal "$(ctl show -P TasksMax "$scope")" 20
	assert_equal "$(ctl show -P ControlGroup "$scope")" "$(sed -n 's/^0:://p' "/proc/$(init_pid)/cgroup")"
	run runc delete --force "$ID"
	assert_ok
	wait_until scope_gone "$scope"
}

scope_gone() { [ "$(ctl show -P ActiveState "$1")" = inactive ]; }

@test "guest: systemd survives daemon-reload with the limits in place" {
	only_mode systemd rootless-systemd
	limits
	start_container
	ctl daemon-reload
	assert_equal "$(cat "$(cgroup_dir "$(init_pid)")/memory.max")" 33554432
	testcontainer "$ID" running
}

@test "guest: exec, kill and delete" {
	limits
	start_container
	run runc exec "$ID" echo inside
	assert_ok
	assert_output inside
	run runc kill "$ID" KILL
	assert_ok
	wait_until has_status "$ID" stopped
	run runc delete "$ID"
	assert_ok
}

@test "guest: a small memory limit bears init where all memory may be of huge pages" {
	only_mode cgroupfs systemd
	grep -F "[always]" /sys/kernel/mm/transparent_hugepage/enabled
	config '.linux.resources.memory = {limit: 4194304}'
	container_args true
	for _ in 1 2 3 4 5 6; do
		run_container
		assert_ok
	done
}
