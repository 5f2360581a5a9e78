#!/usr/bin/env bats
# linux.sysctl.

load helpers

# sysctl NAME VALUE sets one.
sysctl() { config --arg n "$1" --arg v "$2" '.linux.sysctl = {($n): $v}'; }

@test "sysctl: a network one, in the container only" {
	local before
	before=$(cat /proc/sys/net/ipv4/ip_forward)
	sysctl net.ipv4.ip_forward $((1 - before))
	container_args cat /proc/sys/net/ipv4/ip_forward
	run_container
	assert_output $((1 - before))
	assert_equal "$(cat /proc/sys/net/ipv4/ip_forward)" "$before"
}

@test "sysctl: IPC ones" {
	config '.linux.sysctl = {"kernel.shmmax": "1234567", "fs.mqueue.msg_max": "7", "kernel.msgmax": "4321"}'
	container_args cat /proc/sys/kernel/shmmax /proc/sys/fs/mqueue/msg_max /proc/sys/kernel/msgmax
	run_container
	assert_output 1234567 7 4321
}

@test "sysctl: kernel.domainname" {
	sysctl kernel.domainname example.org
	container_args cat /proc/sys/kernel/domainname
	run_container
	assert_output example.org
}

@test "sysctl: names with slashes" {
	sysctl net/ipv4/ip_default_ttl 42
	container_args cat /proc/sys/net/ipv4/ip_default_ttl
	run_container
	assert_output 42
}

@test "sysctl: a dot in an interface's name" {
	only_ours
	sysctl net/ipv4/conf/lo/accept_local 1
	container_args cat /proc/sys/net/ipv4/conf/lo/accept_local
	run_container
	assert_output 1
}

@test "sysctl: one that belongs to no namespace is refused" {
	local before
	before=$(cat /proc/sys/vm/overcommit_memory)
	sysctl vm.overcommit_memory $(((before + 1) % 3))
	run_container
	assert_fails vm.overcommit_memory
	assert_equal "$(cat /proc/sys/vm/overcommit_memory)" "$before"
}

@test "sysctl: kernel.core_pattern is refused" {
	local before
	before=$(cat /proc/sys/kernel/core_pattern)
	sysctl kernel.core_pattern "|/evil"
	run_container
	assert_fails kernel.core_pattern
	assert_equal "$(cat /proc/sys/kernel/core_pattern)" "$before"
}

@test "sysctl: a network one needs an own network namespace" {
	config 'del(.linux.namespaces[] | select(.type == "network"))
		| .mounts |= map(select(.type != "sysfs"))'
	sysctl net.ipv4.ip_default_ttl 42
	run_container
	assert_fails net.ipv4.ip_default_ttl
	[ "$(cat /proc/sys/net/ipv4/ip_default_ttl)" != 42 ]
}

@test "sysctl: the runtime's own network namespace by path is not an own one" {
	config --arg p "/proc/$$/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $p
		| .mounts |= map(select(.type != "sysfs"))'
	sysctl net.ipv4.ip_default_ttl 42
	run_container
	assert_fails net.ipv4.ip_default_ttl
	[ "$(cat /proc/sys/net/ipv4/ip_default_ttl)" != 42 ]
}

@test "sysctl: an IPC one needs an own IPC namespace" {
	config 'del(.linux.namespaces[] | select(.type == "ipc"))
		| .mounts |= map(select(.type != "mqueue"))'
	sysctl kernel.shmmax 1234567
	run_container
	assert_fails kernel.shmmax
}

@test "sysctl: kernel.hostname is refused: it has a field" {
	config 'del(.hostname)'
	sysctl kernel.hostname x
	run_container
	assert_fails kernel.hostname
}

@test "sysctl: a value that the kernel refuses" {
	sysctl net.ipv4.ip_default_ttl nonsense
	run_container
	[ "$status" -ne 0 ]
	assert_has ip_default_ttl
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ]
}

@test "sysctl: a name with .. leads nowhere" {
	local name
	for name in net/../kernel/core_pattern net.../kernel/core_pattern net/ipv4/../../vm/overcommit_memory; do
		sysctl "$name" 1
		run_container
		[ "$status" -ne 0 ] || fail "$name: $(show)"
	done
}

@test "sysctl: in a user namespace" {
	in_userns
	sysctl net.ipv4.ip_default_ttl 42
	container_args cat /proc/sys/net/ipv4/ip_default_ttl
	run_container
	assert_output 42
}
