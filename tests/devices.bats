#!/usr/bin/env bats
# Device nodes, links under /dev, ptmx.

load helpers

@test "devices: the default ones" {
	container_script 'for d in null zero full random urandom tty; do stat -c "%n %F %t:%T %a" /dev/$d; done'
	run_container
	assert_ok
	assert_output "/dev/null character special file 1:3 666" "/dev/zero character special file 1:5 666" \
		"/dev/full character special file 1:7 666" "/dev/random character special file 1:8 666" \
		"/dev/urandom character special file 1:9 666" "/dev/tty character special file 5:0 666"
}

@test "devices: they work" {
	container_script 'echo x > /dev/null && head -c 3 /dev/zero | wc -c; ! echo x 2>/dev/null > /dev/full || echo wrote'
	run_container
	assert_equal "${lines[0]}" 3
	assert_has_not wrote
}

@test "devices: links" {
	container_script 'for l in fd stdin stdout stderr ptmx; do echo "$l $(readlink /dev/$l)"; done'
	run_container
	assert_output "fd /proc/self/fd" "stdin /proc/self/fd/0" "stdout /proc/self/fd/1" "stderr /proc/self/fd/2" "ptmx pts/ptmx"
}

@test "devices: nothing else in /dev" {
	# A link to /proc/kcore is there where the kernel has one.
	container_script 'ls /dev | grep -v core | tr "\n" " "'
	run_container
	assert_ok
	assert_output "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero "
}

@test "devices: listed ones, with mode and owner" {
	config '.linux.devices = [
		{"path": "/dev/mychar", "type": "c", "major": 1, "minor": 5, "fileMode": 416, "uid": 11, "gid": 12},
		{"path": "/dev/sub/myblock", "type": "b", "major": 7, "minor": 99, "fileMode": 384},
		{"path": "/dev/myfifo", "type": "p", "fileMode": 438},
		{"path": "/dev/unbuffered", "type": "u", "major": 1, "minor": 3, "fileMode": 438}]'
	container_script 'stat -c "%n %F %t:%T %a %u:%g" /dev/mychar /dev/sub/myblock /dev/myfifo /dev/unbuffered'
	run_container
	assert_ok
	assert_output "/dev/mychar character special file 1:5 640 11:12" "/dev/sub/myblock block special file 7:63 600 0:0" \
		"/dev/myfifo fifo 0:0 666 0:0" "/dev/unbuffered character special file 1:3 666 0:0"
}

@test "devices: the umask of the caller does not matter" {
	config '.linux.devices = [{"path": "/dev/mine", "type": "c", "major": 1, "minor": 5, "fileMode": 438}]'
	container_args stat -c %a /dev/mine /dev/null
	(umask 077 && runc run -b "$BUNDLE" "$ID") >"$W/out"
	assert_equal "$(tr '\n' ' ' <"$W/out")" "666 666 "
}

@test "devices: a default one may be listed with another mode" {
	config '.linux.devices = [{"path": "/dev/full", "type": "c", "major": 1, "minor": 7, "fileMode": 384}]'
	container_args stat -c %a /dev/full
	run_container
	assert_output 600
}

@test "devices: an unknown type" {
	config '.linux.devices = [{"path": "/dev/x", "type": "z", "major": 1, "minor": 3}]'
	run_container
	assert_status 1
	only_ours "1.1.5 names no field"
	assert_has devices
}

@test "devices: in a user namespace they are the host's, bound" {
	in_userns
	container_script 'echo x > /dev/null && stat -c "%t:%T" /dev/null && grep -c " /dev/null " /proc/self/mountinfo'
	run_container
	assert_ok
	assert_output 1:3 1
}

@test "devices: /dev as a symlink to the host is refused or harmless (CVE-2026-41579)" {
	mkdir "$W/outside"
	touch "$W/outside/ptmx"
	rmdir "$BUNDLE/rootfs/dev"
	ln -s "$W/outside" "$BUNDLE/rootfs/dev"
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	container_args true
	only_ours "1.1.5 writes to the host"
	run_container
	assert_equal "$(ls -A "$W/outside")" ptmx
}

@test "devices: a bound /dev is left as it is" {
	mkdir "$W/dev"
	mknod -m 666 "$W/dev/null" c 1 3
	config --arg d "$W/dev" '.mounts |= map(select(.destination | startswith("/dev") | not))
		| .mounts += [{"destination": "/dev", "type": "bind", "source": $d, "options": ["rbind"]}]'
	container_args ls /dev
	run_container
	assert_ok
	assert_equal "$(ls "$W/dev")" null
}

@test "devices: a file in the place of a device" {
	only_ours
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	echo evil >"$BUNDLE/rootfs/dev/null"
	container_args stat -c %F /dev/null
	run_container
	# Never a plain file passed off as /dev/null (CVE-2025-31133).
	[ "$status" -ne 0 ] || assert_output "character special file"
}

@test "devices: access to others is denied" {
	unified && skip "no device rules without the BPF program's controller in this test"
	config '.process.capabilities.bounding += ["CAP_MKNOD"] | .process.capabilities.permitted += ["CAP_MKNOD"]
		| .process.capabilities.effective += ["CAP_MKNOD"]'
	container_script 'mknod /tmp/kmsg c 1 11 && cat /tmp/kmsg'
	run_container
	[ "$status" -ne 0 ]
	assert_has "not permitted"
}
