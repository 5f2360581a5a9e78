#!/usr/bin/env bats
# runc spec.

load helpers

setup() {
	begin_test
	mkdir "$W/new"
	cd "$W/new" || return
}

@test "spec: writes config.json into the current directory" {
	run runc spec
	assert_ok
	assert_output ""
	jq -e '.ociVersion | startswith("1.")' config.json
	assert_equal "$(jq -c .process.args config.json)" '["sh"]'
	assert_equal "$(jq -r .process.cwd config.json)" /
	assert_equal "$(jq -r .process.terminal config.json)" true
	assert_equal "$(jq -r .root.path config.json)" rootfs
	assert_equal "$(jq -r .root.readonly config.json)" true
	assert_equal "$(jq -r .hostname config.json)" runc
	assert_equal "$(jq -r .process.noNewPrivileges config.json)" true
}

@test "spec: --bundle and -b" {
	mkdir a b
	runc spec --bundle a
	runc spec -b b
	cmp a/config.json b/config.json
}

@test "spec: never overwrites" {
	echo mine >config.json
	run runc spec
	assert_fails "config.json exists"
	assert_equal "$(cat config.json)" mine
}

@test "spec: no such directory" {
	run runc spec --bundle missing
	assert_fails "missing"
}

@test "spec: the default mounts, in order" {
	runc spec
	assert_equal "$(jq -r '.mounts[].destination' config.json | tr '\n' ' ')" \
		"/proc /dev /dev/pts /dev/shm /dev/mqueue /sys /sys/fs/cgroup "
}

@test "spec: the default namespaces" {
	runc spec
	[ "$(jq -r '[.linux.namespaces[].type] - ["cgroup"] | sort | join(" ")' config.json)" = "ipc mount network pid uts" ]
}

@test "spec: masked and read-only paths" {
	runc spec
	jq -e '.linux.maskedPaths | index("/proc/kcore") and index("/sys/firmware")' config.json
	jq -e '.linux.readonlyPaths | index("/proc/sys") and index("/proc/sysrq-trigger")' config.json
}

@test "spec: no inheritable capabilities" {
	runc spec
	assert_equal "$(jq -c '.process.capabilities.inheritable // []' config.json)" '[]'
}

@test "spec: all devices are denied by default" {
	runc spec
	jq -e '.linux.resources.devices == [{allow: false, access: "rwm"}]' config.json
}

@test "spec: --rootless maps the caller alone, and asks for no gid=5" {
	run runc spec --rootless
	assert_ok
	jq -e '.linux.namespaces | map(.type) | index("user")' config.json
	assert_equal "$(jq -c '.linux.uidMappings' config.json)" "[{\"containerID\":0,\"hostID\":$(id -u),\"size\":1}]"
	assert_equal "$(jq -c '.linux.gidMappings' config.json)" "[{\"containerID\":0,\"hostID\":$(id -g),\"size\":1}]"
	assert_equal "$(jq '[.mounts[].options[]? | select(startswith("gid=") or startswith("uid="))] | length' config.json)" 0
	assert_equal "$(jq '.linux.namespaces | map(.type) | index("network")' config.json)" null
}

@test "spec: what it writes runs" {
	cp -al "$ROOTFS_MASTER" rootfs
	runc spec
	export BUNDLE=$PWD
	config '.process.terminal = false | .process.args = ["echo", "it runs"]'
	run_container
	assert_ok
	assert_output "it runs"
}

@test "spec: what --rootless writes runs" {
	cp -al "$ROOTFS_MASTER" rootfs
	runc spec --rootless
	export BUNDLE=$PWD
	config '.process.terminal = false | .process.args = ["id", "-u"]'
	run_container
	assert_ok
	assert_output 0
}
