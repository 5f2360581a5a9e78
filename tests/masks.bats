#!/usr/bin/env bats
# maskedPaths and readonlyPaths.

load helpers

# masked PATH... and readonly PATH... set the lists.
masked() { config --argjson l "$(printf '%s\n' "$@" | jq -R . | jq -s .)" '.linux.maskedPaths = $l'; }
readonly_paths() { config --argjson l "$(printf '%s\n' "$@" | jq -R . | jq -s .)" '.linux.readonlyPaths = $l'; }

@test "masked: a file reads as empty" {
	echo secret >"$BUNDLE/rootfs/secret"
	masked /secret
	container_script 'cat /secret; stat -c %F /secret'
	run_container
	assert_ok
	assert_output "character special file"
}

@test "masked: a directory is empty and read-only" {
	mkdir "$BUNDLE/rootfs/secrets"
	echo secret >"$BUNDLE/rootfs/secrets/file"
	masked /secrets
	container_script 'ls /secrets; touch /secrets/new 2>/dev/null || echo refused'
	run_container
	assert_output refused
}

@test "masked: a path that is not there is skipped" {
	masked /no/such/path /proc/no-such-file
	container_args true
	run_container
	assert_ok
}

@test "masked: the default list" {
	container_script 'cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c; ls /sys/firmware'
	run_container
	assert_output 0
}

@test "masked: many" {
	local list=() i
	for i in {1..40}; do
		mkdir "$BUNDLE/rootfs/d$i"
		touch "$BUNDLE/rootfs/d$i/f"
		list+=("/d$i")
	done
	masked "${list[@]}"
	container_script 'ls /d*/f 2>/dev/null | wc -l'
	run_container
	assert_output 0
}

@test "masked: a symlink is resolved inside" {
	echo secret >"$BUNDLE/rootfs/real"
	echo host >"$W/host"
	ln -s /real "$BUNDLE/rootfs/link"
	masked /link
	container_args cat /real
	run_container
	assert_ok
	assert_output ""
}

@test "masked: a fake /dev/null is not used (CVE-2025-31133)" {
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	rm -f "$BUNDLE/rootfs/dev/null"
	echo attacker >"$BUNDLE/rootfs/dev/null"
	echo secret >"$BUNDLE/rootfs/secret"
	masked /secret
	container_args cat /secret
	only_ours "1.1.5 binds the fake"
	run_container
	assert_has_not attacker
	assert_has_not secret
}

@test "masked: relative paths are refused" {
	only_ours
	masked relative/path
	run_container
	assert_fails maskedPaths relative/path
}

@test "readonly: a directory" {
	mkdir "$BUNDLE/rootfs/data"
	readonly_paths /data
	container_script 'touch /data/new 2>/dev/null || echo refused'
	run_container
	assert_output refused
}

@test "readonly: a file" {
	echo x >"$BUNDLE/rootfs/file"
	readonly_paths /file
	container_script 'cat /file; echo y 2>/dev/null > /file || echo refused'
	run_container
	assert_has x
	assert_equal "$(cat "$BUNDLE/rootfs/file")" x
}

@test "readonly: /proc/sys by default" {
	container_script '! echo 1 2>/dev/null > /proc/sys/net/ipv4/ip_forward && echo refused'
	run_container
	assert_has refused
}

@test "readonly: keeps the other flags of the mount" {
	readonly_paths /dev/shm
	container_args awk '$5 == "/dev/shm" {o = $6} END {print o}' /proc/self/mountinfo
	run_container
	assert_ok
	assert_has nosuid nodev noexec ro
}

@test "readonly: a path that is not there is skipped" {
	readonly_paths /no/such/path
	container_args true
	run_container
	assert_ok
}

@test "masked and readonly: in a user namespace, too" {
	in_userns
	container_script 'cat /proc/kcore 2>/dev/null | wc -c; ! echo 1 2>/dev/null > /proc/sys/kernel/shmmax && echo refused'
	run_container
	assert_has 0 refused
}
