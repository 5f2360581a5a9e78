#!/usr/bin/env bats
# runc doctor: what it tells of hosts that are broken on purpose, and that it
# changes nothing. That it agrees with what run then does is tested with each
# message, in messages.bats.

load helpers

setup() {
	only_ours "doctor is ours alone"
	begin_test
}

# finding TOPIC prints a finding of the JSON in $output.
finding() { jq -c --arg t "$1" '.findings[] | select(.topic == $t)' <<<"$output"; }

# assert_finding TOPIC STATUS TEXT...
assert_finding() {
	local found text
	found=$(finding "$1")
	[ "$(jq -r .status <<<"$found")" = "$2" ] || fail "want $1 to be $2: $found"
	for text in "${@:3}"; do
		[[ $found == *"$text"* ]] || fail "want '$text' in $found"
	done
}

@test "doctor: a screen for people" {
	run runc doctor
	assert_ok
	[ "${#lines[@]}" -le 50 ] || fail "${#lines[@]} lines are no screen"
	for topic in user namespaces ids cgroups devices systemd lsm seccomp syscalls binary limits root state; do
		assert_match "(^|"$'\n'")$topic +(ok|limited|missing) "
	done
}

@test "doctor: --format json tells the same" {
	run runc doctor --format json
	assert_ok
	jq -e '(.findings | length) == 13 and all(.findings[]; has("topic") and has("status") and has("found")) and .failures == []' <<<"$output"
	assert_finding namespaces ok user cgroup ipc uts network pid mount
	assert_finding binary ok
}

@test "doctor: a bundle that is well, and that runs" {
	container_args true
	run runc doctor -b "$BUNDLE"
	assert_ok
	assert_output "$BUNDLE: nothing that would fail was found"
	run_container
	assert_ok
}

@test "doctor: a bundle with a user namespace that is well, and that runs" {
	in_userns
	container_args true
	run runc doctor -b "$BUNDLE" -f json
	assert_ok
	assert_equal "$(jq -c .failures <<<"$output")" "[]"
	run_container
	assert_ok
}

@test "doctor: several faults in a bundle are told at once" {
	config '.process.args = ["no-such-program"] | .process.cwd = "/etc/passwd"
		| .mounts += [{"destination": "/t", "type": "nosuchfs", "source": "t"}] | .linux.sysctl = {"net.ipv4.nosuch": "1"}'
	run runc doctor -b "$BUNDLE"
	assert_status 1
	assert_has "$BUNDLE would fail:" "mount-type: mounts[" "sysctl: linux.sysctl" "cwd: process.cwd" "command-not-found: exec:"
}

@test "doctor: nothing is changed" {
	in_userns
	cat /proc/self/mountinfo >"$W/before"
	find "$BUNDLE" -printf '%p %m %U %s %T@\n' | sort >"$W/seen"
	run runc doctor
	run runc doctor -b "$BUNDLE"
	cmp /proc/self/mountinfo "$W/before"
	diff "$W/seen" <(find "$BUNDLE" -printf '%p %m %U %s %T@\n' | sort)
	[ ! -e "$STATE" ]
}

@test "doctor: a state root that cannot be written" {
	mkdir "$W/ro"
	host_mount -t tmpfs -o ro none "$W/ro"
	run "$RUNC" --root "$W/ro/here" doctor -f json
	assert_ok
	assert_finding state missing "read-only file system" "--root"
}

@test "doctor: no namespaces left" {
	# shellcheck disable=SC2016
	run unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces; exec "$@"' sh "$RUNC" doctor -f json
	assert_ok
	assert_finding namespaces limited "uts (no space left on device)" "max_uts_namespaces is 0"
	assert_finding user ok "in a user namespace"
	assert_finding ids limited "maps of ids that this user namespace lacks"
}

@test "doctor: a user without any privilege" {
	cp "$RUNC" "$W/runc"
	run env -u XDG_RUNTIME_DIR setpriv --reuid 7777 --regid 7777 --clear-groups --inh-caps=-all "$W/runc" doctor -f json
	assert_ok
	assert_finding user limited "uid 7777" "runc spec --rootless"
	assert_finding ids limited /etc/subuid
	assert_finding cgroups missing "permission denied" "Delegate=yes"
	assert_finding state missing "access /run"
}

@test "doctor: cgroups that cannot be written" {
	# shellcheck disable=SC2016
	run unshare --mount sh -c 'grep " /sys/fs/cgroup" /proc/self/mountinfo | while read -r _ _ _ _ dir _; do
			mount -o remount,bind,ro "$dir" || exit 99
		done && exec "$@"' sh "$RUNC" doctor -f json
	assert_ok
	assert_finding cgroups missing "read-only file system" "mount it read-write"
}

@test "doctor: few files" {
	run prlimit --nofile=40:40 "$RUNC" doctor -f json
	assert_ok
	assert_finding limits limited "nofile 40 is less than 64" LimitNOFILE
}

@test "doctor: a seccomp profile around the runtime" {
	config '.process.args = ["/runc", "doctor", "-f", "json"] | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["openat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}'
	cp "$RUNC" "$BUNDLE/rootfs/runc"
	run_container
	assert_ok
	assert_finding seccomp limited "a filter around the runtime"
	assert_finding syscalls limited "openat2 (Linux 5.6; function not implemented)"
}

@test "doctor: a wrong format, and an argument" {
	run runc doctor --format yaml
	assert_fails "--format \"yaml\": invalid format option; choose text or json"
	run runc doctor x
	assert_status 1
	assert_has "requires exactly 0 argument(s)"
}

@test "doctor: a bundle that is not there" {
	run runc doctor -b "$W/missing" -f json
	assert_status 1
	assert_equal "$(jq -r '.failures[0].code' <<<"$output")" bundle
}
