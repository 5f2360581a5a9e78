#!/usr/bin/env bats
# AppArmor profiles and SELinux labels. Where the host has the module they are
# seen to hold (AppArmor: in the guest, tests/vm); where it has not, asking for
# one is an error, never a silent nothing. The files that are written, and their
# order, are tested in libcontainer/initproc, apparmor and selinux.

load helpers

# The profiles of a test are named after its container.
setup() {
	begin_test
	PROFILE=runc-test-$ID
}
teardown() {
	[ ! -e "$W/profile" ] || apparmor_parser -R "$W/profile"
	end_test
}

has_apparmor() { grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null; }
has_selinux() { [ -e /sys/fs/selinux/enforce ]; }

need_apparmor() {
	has_apparmor || skip "no AppArmor in this kernel"
	command -v apparmor_parser >/dev/null || skip "no apparmor_parser"
}

# load_profile loads one that allows all but writing to /tmp/no, and another
# that adds -exec to its name and forbids /tmp/exec.
load_profile() {
	need_apparmor
	[ "$(id -u)" -eq 0 ] || skip "needs root: loading a profile"
	cat >"$W/profile" <<-END
		profile $PROFILE flags=(attach_disconnected,mediate_deleted) {
		  file, capability, network, mount, umount, pivot_root, signal, ptrace, unix,
		  deny /tmp/no w,
		}
		profile $PROFILE-exec flags=(attach_disconnected,mediate_deleted) {
		  file, capability, network, mount, umount, pivot_root, signal, ptrace, unix,
		  deny /tmp/exec w,
		}
	END
	apparmor_parser -r "$W/profile"
}

# confinement prints the profile of a process of the host.
confinement() { cat "/proc/$1/attr/apparmor/current" 2>/dev/null || cat "/proc/$1/attr/current"; }

@test "apparmor: a profile where there is no AppArmor" {
	has_apparmor && skip "there is AppArmor"
	config '.process.apparmorProfile = "docker-default"'
	run_container
	assert_status 1
	assert_has "apparmor: config provided but apparmor not supported"
	only_ours
	assert_fails process.apparmorProfile
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ]
}

@test "apparmor: exec with a profile where there is no AppArmor" {
	has_apparmor && skip "there is AppArmor"
	only_ours "other words"
	start_container
	run runc exec --apparmor docker-default "$ID" true
	assert_has "apparmor: config provided but apparmor not supported"
	[ "$status" -ne 0 ]
}

@test "apparmor: the profile holds" {
	load_profile
	config --arg p "$PROFILE" '.process.apparmorProfile = $p'
	container_script 'cat /proc/self/attr/current; echo x >/tmp/yes && echo written; echo x >/tmp/no || echo denied'
	run_container
	assert_has "$PROFILE (enforce)" written denied
}

@test "apparmor: with no_new_privs, as another user, in a user namespace" {
	load_profile
	config --arg p "$PROFILE" '.process.apparmorProfile = $p | .process.noNewPrivileges = true | .process.user = {"uid": 1000, "gid": 1000}'
	container_args cat /proc/self/attr/current
	run_container
	assert_output "$PROFILE (enforce)"
	in_userns
	run_container
	assert_output "$PROFILE (enforce)"
}

@test "apparmor: from create on the profile waits for the exec" {
	load_profile
	config --arg p "$PROFILE" '.process.apparmorProfile = $p'
	create_container
	assert_equal "$(confinement "$(init_pid)")" "$(confinement self)"
	runc start "$ID"
	wait_until confined "$PROFILE (enforce)"
}
confined() { [ "$(confinement "$(init_pid)")" = "$1" ]; }

@test "apparmor: exec has the container's, or its own" {
	load_profile
	config --arg p "$PROFILE" '.process.apparmorProfile = $p'
	start_container
	run runc exec "$ID" cat /proc/self/attr/current
	assert_output "$PROFILE (enforce)"
	run runc exec --apparmor "$PROFILE-exec" "$ID" sh -c 'cat /proc/self/attr/current; echo x >/tmp/exec || echo denied'
	assert_has "$PROFILE-exec (enforce)" denied
}

@test "apparmor: a profile that is not loaded" {
	need_apparmor
	config --arg p "$PROFILE" '.process.apparmorProfile = $p'
	run_container
	assert_status 1
	assert_has "apparmor failed to apply profile" "$PROFILE"
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ]
}

@test "selinux: a label where there is no SELinux" {
	has_selinux && skip "there is SELinux"
	local field
	for field in process.selinuxLabel linux.mountLabel; do
		config 'del(.process.selinuxLabel) | del(.linux.mountLabel)'
		config ".$field = \"system_u:system_r:container_t:s0:c1,c2\""
		[ $field = process.selinuxLabel ] || only_ours "the kernel's answer to an option"
		run_container
		assert_status 1
		assert_has "selinux label is specified in config, but selinux is disabled or not supported"
		[ "$RUNC" != "$REPO/runc" ] || assert_fails "$field"
		[ -z "$(ls -A "$STATE" 2>/dev/null)" ]
	done
}

@test "selinux: exec with a label where there is no SELinux" {
	has_selinux && skip "there is SELinux"
	only_ours "other words"
	start_container
	run runc exec --process-label system_u:system_r:container_t:s0:c1,c2 "$ID" true
	assert_has "selinux label is specified in config, but selinux is disabled or not supported"
	[ "$status" -ne 0 ]
}

@test "selinux: the label of the process" {
	has_selinux || skip "no SELinux in this kernel"
	local label=system_u:system_r:container_t:s0:c1,c2
	config --arg l "$label" '.process.selinuxLabel = $l'
	container_args cat /proc/self/attr/current
	run_container
	assert_has "$label"
}
