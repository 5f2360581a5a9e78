#!/usr/bin/env bats
# runc features.

load helpers

feature() { runc features | jq "$@"; }

@test "features: one JSON document" {
	run runc features
	assert_ok
	jq -e 'type == "object"' <<<"$output"
}

@test "features: versions of the spec" {
	assert_equal "$(feature -r .ociVersionMin)" 1.0.0
	[[ $(feature -r .ociVersionMax) == 1.* ]]
}

@test "features: hooks" {
	assert_equal "$(feature -c .hooks)" \
		'["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]'
}

@test "features: namespaces" {
	assert_equal "$(feature -c '.linux.namespaces - ["time"] | sort')" \
		'["cgroup","ipc","mount","network","pid","user","uts"]'
}

@test "features: every mount option that it names can be used" {
	only_ours
	local option options
	options=$(feature -r '.mountOptions[]' | grep -vE '^(bind|rbind|idmap|ridmap|remount|tmpcopyup)$')
	# All in one container: a mount each.
	config --arg o "$options" '.mounts += ($o | split("\n") | to_entries | map(
		{"destination": "/mnt/\(.key)", "type": "tmpfs", "source": "tmpfs", "options": [.value]}))'
	container_args true
	run_container
	assert_ok
}

@test "features: mount options of runc" {
	local option
	feature -r '.mountOptions[]' >"$W/options"
	for option in async atime bind dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime \
		noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev \
		rdiratime relatime remount rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid \
		rnosymfollow ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw \
		shared silent slave strictatime suid symfollow sync tmpcopyup unbindable; do
		case $option in
		nosymfollow | rnosymfollow | symfollow | rsymfollow) [ "$RUNC" = "$REPO/runc" ] || continue ;;
		esac
		grep -qx "$option" "$W/options" || fail "no mount option $option"
	done
}

@test "features: cgroup drivers" {
	assert_equal "$(feature .linux.cgroup.v1)" true
	assert_equal "$(feature .linux.cgroup.v2)" true
}

@test "features: annotations tell the version" {
	assert_equal "$(feature -r '.annotations["org.opencontainers.runc.version"]')" \
		"$(runc --version | sed -n 's/^runc version //p')"
	assert_equal "$(feature -r '.annotations["org.opencontainers.runc.checkpoint.enabled"]')" true
	[[ $(feature -r '.annotations["io.github.seccomp.libseccomp.version"]') == [0-9]*.* ]]
}

@test "features: capabilities" {
	feature -e '.linux.capabilities | index("CAP_SYS_ADMIN")'
	feature -e '.linux.capabilities | index("CAP_CHECKPOINT_RESTORE")'
}
