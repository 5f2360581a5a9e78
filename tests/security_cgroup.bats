#!/usr/bin/env bats
# bats file_tags=cgroups
# Past CVEs of runc, crun and youki, and what their users hit, by cgroups: the
# devices that a container may use, properties for systemd, exec --cgroup.

load helpers
load attack/lib

# shellcheck disable=SC2016
DEVICE_SCRIPT='cd /; for d in "kmsg c 1 11" "mem c 1 1" "loop b 7 0" "port c 1 4"; do
		set -- $d
		mknod $1 $2 $3 $4 2>/dev/null || continue
		head -c 1 $1 >/dev/null 2>$1.err && echo "$1 can be read"
		grep -q "Operation not permitted" $1.err || echo "$1: $(cat $1.err)"
		{ echo >$1; } 2>/dev/null && echo "$1 can be written"
		rm $1 $1.err
	done
	rm -f mynull; mknod mynull c 1 3 && echo x >mynull && head -c 1 /dev/zero | wc -c'

# device_access lets the container tell which devices it can make and read:
# those outside of the default set (memory, kernel messages, a disk) and null.
device_access() {
	capabilities CAP_MKNOD CAP_DAC_OVERRIDE
	container_script "$DEVICE_SCRIPT"
}

@test "GHSA-g54h-m393-cpwq: no list of devices means the default set" {
	device_access
	config 'del(.linux.resources.devices)'
	run_container
	assert_output 1
	config 'del(.linux.resources)'
	run_container
	assert_output 1
	config '.linux.resources = {"devices": []}'
	run_container
	assert_output 1
}

@test "GHSA-g54h-m393-cpwq: lists of every shape are lists of what is allowed" {
	local rules
	device_access
	for rules in '[{"allow": false, "access": "rwm"}]' \
		'[{"allow": false, "type": "a", "access": "rwm"}]' \
		'[{"allow": true, "type": "c", "major": 10, "minor": 200, "access": "rwm"}]' \
		'[{"allow": true, "type": "c", "major": 10, "minor": 200, "access": "rwm"}, {"allow": false, "access": "rwm"}]' \
		'[{"allow": false, "type": "b", "major": 7, "minor": 0, "access": "r"}]' \
		'[{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "m"}]'; do
		config --argjson r "$rules" '.linux.resources = {"devices": $r}'
		run_container
		[ "$output" = 1 ] || fail "$rules: $(show)"
	done
}

@test "GHSA-g54h-m393-cpwq: in a process that exec adds" {
	device_access
	config 'del(.linux.resources) | .process.args = ["sleep", "100"]'
	start_container
	run runc exec "$ID" sh -c "$DEVICE_SCRIPT"
	assert_output 1
}

@test "CVE-2024-3154: annotations that systemd or CRIU would obey are declared unsafe" {
	run "$RUNC" features
	assert_ok
	assert_equal "$(jq -r '.potentiallyUnsafeConfigAnnotations[]' <<<"$output" | grep -cx -e 'org.systemd.property.' -e org.criu.config)" 2
}

@test "CVE-2024-3154: a bad property is an error" {
	local name value
	while read -r name value; do
		config --arg n "org.systemd.property.$name" --arg v "$value" '.annotations = {($n): $v}'
		run runc --systemd-cgroup run -b "$BUNDLE" "$ID"
		assert_fails "$name"
	done <<-END
		TimeoutStopUSec notavalue
		Exec.Start 'x'
		Ab 'x'
		Name2 'x'
		With-Dash true
		TasksMax 5)
		CollectMode 'inactive' 'x'
	END
}

@test "crun 1.29: exec --cgroup does not lead out of the container's cgroup" {
	local path
	container_args sleep 100
	start_container
	for path in ../ .. ../.. /../ "../$ID-2" x/../../.. /; do
		run runc exec --cgroup "$path" "$ID" cat /proc/self/cgroup
		if [ "$status" -eq 0 ] && [ "$path" = / ]; then
			continue # the container's own root
		fi
		[ "$status" -eq 255 ] || fail "--cgroup $path: $(show)"
	done
}

@test "runc 5457: exec --cgroup does not reach a sibling whose name begins the same" {
	local boxes box file
	container_args sleep 100
	config --arg p "/$ID/box" '.linux.cgroupsPath = $p'
	start_container
	# In every hierarchy, so that nothing else refuses it.
	mapfile -t boxes < <(find /sys/fs/cgroup -type d -path "*/$ID/box")
	[ "${#boxes[@]}" -gt 0 ]
	for box in "${boxes[@]}"; do
		mkdir "$box-sibling"
		# A cpuset takes nobody before it has these.
		[[ $box != */cpuset/* ]] || for file in cpus mems; do
			cat "$box/cpuset.$file" >"$box-sibling/cpuset.$file"
		done
	done
	run runc exec --cgroup ../box-sibling "$ID" true
	[ "$status" -eq 255 ] || fail "$(show)"
	run runc exec --cgroup -sibling "$ID" true
	[ "$status" -eq 255 ] || fail "$(show)"
	rmdir "${boxes[@]/%/-sibling}"
}

@test "runc 1.5.2: no descriptor of a cgroup is left to a process" {
	with_attack
	container_args /attack look
	run_container
	assert_has_not cgroup
	config '.process.args = ["sleep", "100"]'
	start_container
	run runc exec "$ID" /attack look
	assert_ok
	assert_has_not cgroup
}

@test "runc 5403: bpf(2) gets a union of full size (BPF_PROG_QUERY of Linux 6.17 to 7.1)" {
	container_args true
	run "$ATTACK" short-bpf timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	assert_ok
	config '.process.args = ["sleep", "100"]'
	start_container
	echo '{"pids": {"limit": 50}}' >"$W/limits"
	run "$ATTACK" short-bpf timeout 60 "$RUNC" --root "$STATE" update -r "$W/limits" "$ID"
	[ "$status" -lt 128 ] || fail "$(show)" # no such controller in this view, perhaps
	run "$ATTACK" short-bpf timeout 60 "$RUNC" --root "$STATE" delete -f "$ID"
	assert_ok
}

@test "crun 1.29.1: a cgroup is not left frozen when something fails" {
	container_args sleep 100
	start_container
	run runc update --cpuset-cpus 9999 "$ID"
	[ "$status" -ne 0 ]
	testcontainer "$ID" running
	run runc exec "$ID" true
	assert_ok
}

@test "crun A.5: a missing user namespace leaves no cgroup" {
	config '.linux.namespaces += [{"type": "user", "path": "/proc/1234567/ns/user"}]'
	run_container
	refused user
	[ -z "$(test_cgroups)" ]
}
