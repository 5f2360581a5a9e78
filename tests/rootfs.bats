#!/usr/bin/env bats
# root and rootfsPropagation.

load helpers

# root_fields lets the container print options and propagation of its root.
root_fields() {
	container_args awk '$5 == "/" {printf "%s", $6; for (i = 7; $i != "-"; i++) printf " %s", $i; print ""}' /proc/self/mountinfo
}

@test "rootfs: readonly" {
	config '.root.readonly = true'
	container_script 'touch /new 2>&1; touch /dev/shm/new && echo shm is writable'
	run_container
	assert_has "Read-only file system" "shm is writable"
	[ ! -e "$BUNDLE/rootfs/new" ]
}

@test "rootfs: readonly stays writable for the host" {
	config '.root.readonly = true'
	start_container
	touch "$BUNDLE/rootfs/host"
}

@test "rootfs: writable" {
	container_args touch /new
	run_container
	assert_ok
	[ -e "$BUNDLE/rootfs/new" ]
}

@test "rootfs: the container sees nothing above it" {
	container_script 'cd ..; cd ../../..; ls | tr "\n" " "'
	run_container
	assert_ok
	assert_output "bin dev etc proc root run sys tmp var "
}

@test "rootfs: no old root is left among the mounts" {
	container_args cut -d ' ' -f 5 /proc/self/mountinfo
	run_container
	assert_ok
	[ "$(grep -vcE '^/($|proc|dev|sys)' <<<"$output")" -eq 0 ] || fail "$(show)"
}

@test "rootfs: slave or private by default" {
	root_fields
	run_container
	assert_ok
	assert_has_not shared
}

@test "rootfs: propagation private" {
	config '.linux.rootfsPropagation = "private"'
	root_fields
	run_container
	assert_ok
	assert_has_not shared
	assert_has_not master
}

@test "rootfs: propagation rslave, which is the default: what the host mounts in it later is seen" {
	local propagation
	mkdir "$BUNDLE/rootfs/later"
	mkfifo "$BUNDLE/rootfs/go"
	root_fields
	for propagation in '""' '"rslave"'; do
		config ".linux.rootfsPropagation = $propagation"
		run_container
		assert_ok
		assert_has_not shared:
		assert_has master:
	done
	container_script 'cat /go; cat /later/file'
	detached runc run --detach --bundle "$BUNDLE" "$ID"
	host_mount -t tmpfs later "$BUNDLE/rootfs/later"
	echo arrived >"$BUNDLE/rootfs/later/file"
	echo >"$BUNDLE/rootfs/go"
	wait_until grep -q arrived "$W/detached"
}

@test "rootfs: propagation shared" {
	only_ours "1.1.5 loses it"
	config '.linux.rootfsPropagation = "shared"'
	root_fields
	run_container
	assert_ok
	assert_has shared:
}

@test "rootfs: propagation unbindable" {
	only_ours "1.1.5 loses it"
	config '.linux.rootfsPropagation = "unbindable"'
	root_fields
	run_container
	assert_ok
	assert_has unbindable
}

@test "rootfs: unknown propagation" {
	config '.linux.rootfsPropagation = "sideways"'
	run_container
	assert_status 1
	assert_has sideways
}

@test "rootfs: shared propagation lets no mount of the set-up out" {
	config '.linux.rootfsPropagation = "rshared"'
	cat /proc/self/mountinfo >"$W/before"
	start_container
	diff "$W/before" /proc/self/mountinfo
}

@test "rootfs: a mount point of its own" {
	local old=$BUNDLE/rootfs
	mkdir "$W/mnt"
	host_mount --bind "$old" "$W/mnt"
	config --arg p "$W/mnt" '.root.path = $p'
	container_args ls /etc/passwd
	run_container
	assert_ok
}

@test "rootfs: mounts below it come along" {
	mkdir "$BUNDLE/rootfs/data"
	host_mount -t tmpfs data "$BUNDLE/rootfs/data"
	echo below >"$BUNDLE/rootfs/data/file"
	container_args cat /data/file
	run_container
	assert_output below
}

@test "rootfs: a symlink" {
	mv "$BUNDLE/rootfs" "$W/real"
	ln -s "$W/real" "$BUNDLE/rootfs"
	container_args echo fine
	run_container
	# runc takes it; refusing it in one line is as good.
	[ "$status" -le 1 ]
}

@test "rootfs: a file" {
	rm -r "$BUNDLE/rootfs"
	touch "$BUNDLE/rootfs"
	run_container
	assert_status 1
	only_ours "1.1.5 says: fork/exec /proc/self/exe: not a directory"
	assert_has rootfs
}

@test "rootfs: / itself stays as it is on the host" {
	config '.root.path = "/"'
	container_args true
	run_container
	# Older runc refuses it, without meaning to.
	[ "$status" -le 1 ]
	[ -c /dev/ptmx ]
}

@test "rootfs: overlayfs" {
	mkdir "$W"/{upper,work,merged}
	host_mount -t overlay -o "lowerdir=$ROOTFS_MASTER,upperdir=$W/upper,workdir=$W/work" overlay "$W/merged" ||
		skip "no overlayfs on tmpfs here"
	config --arg p "$W/merged" '.root.path = $p'
	container_script 'echo up > /file'
	run_container
	assert_ok
	assert_equal "$(cat "$W/upper/file")" up
}
