#!/usr/bin/env bats
# Mounts: types, options, propagation, and where they may not lead.

load helpers

# mount_entry DESTINATION TYPE SOURCE [OPTION...] adds an entry to mounts.
mount_entry() {
	local options='[]'
	[ $# -le 3 ] || options=$(printf '%s\n' "${@:4}" | jq -R . | jq -s .)
	config --arg d "$1" --arg t "$2" --arg s "$3" --argjson o "$options" \
		'.mounts += [{"destination": $d, "type": $t, "source": $s, "options": $o}]'
}

# tree makes a directory to bind: $W/src with a file, and below it a tmpfs.
tree() {
	mkdir -p "$W/src/sub"
	echo content >"$W/src/file"
	host_mount -t tmpfs -o mode=755 below "$W/src/sub"
	echo deep >"$W/src/sub/file"
}

# mount_options DESTINATION lets the container print the options of a mount:
# those of the mount itself, not of the file system.
mount_options() { container_args awk -v d="$1" '$5 == d {print $6}' /proc/self/mountinfo; }

# has_options OPTION... looks for each in a list a,b,c.
has_options() {
	local option
	assert_ok
	for option; do
		[[ ,${lines[-1]}, == *,$option,* ]] || fail "want option $option, got $(show)"
	done
}

has_no_option() { [[ ,${lines[-1]}, != *,$1,* ]] || fail "want no option $1, got $(show)"; }

# --- types -------------------------------------------------------------------

@test "mounts: tmpfs with size and mode" {
	mount_entry /mnt tmpfs tmpfs size=1m mode=1755
	container_script 'stat -c %a /mnt; df -k /mnt | tail -1 | tr -s " " | cut -d " " -f 2; stat -f -c %T /mnt'
	run_container
	assert_ok
	assert_output 1755 1024 tmpfs
}

@test "mounts: proc shows the container's processes only" {
	container_script 'ls -d /proc/[0-9]* | wc -l'
	run_container
	assert_ok
	[ "$output" -le 3 ]
}

@test "mounts: sysfs" {
	container_script 'stat -f -c %t /sys; ls /sys/class/net'
	run_container
	assert_ok
	assert_equal "${lines[0]}" 62656572
	assert_equal "${lines[-1]}" lo
}

@test "mounts: devpts is a new instance" {
	container_script 'ls /dev/pts; stat -f -c %t /dev/pts'
	run_container
	assert_ok
	assert_output ptmx 1cd1
}

@test "mounts: mqueue" {
	container_script 'stat -f -c %t /dev/mqueue; touch /dev/mqueue/q && ls /dev/mqueue'
	run_container
	assert_ok
	assert_output 19800202 q
}

@test "mounts: bind a directory" {
	tree
	mount_entry /mnt bind "$W/src" bind
	container_script 'cat /mnt/file; ls /mnt/sub; echo new > /mnt/new'
	run_container
	assert_output content
	assert_equal "$(cat "$W/src/new")" new
}

@test "mounts: rbind takes what is below along" {
	tree
	mount_entry /mnt bind "$W/src" rbind
	container_args cat /mnt/sub/file
	run_container
	assert_output deep
}

@test "mounts: bind by option, whatever the type says" {
	tree
	local type
	for type in none '' bind; do
		setup_bundle "$W/b${type:-empty}"
		mount_entry /mnt "$type" "$W/src" bind
		container_args cat /mnt/file
		run_container
		[ "$output" = content ] || fail "type '$type': $(show)"
	done
}

@test "mounts: bind a file over a file that is made" {
	tree
	mount_entry /etc/new/file bind "$W/src/file" bind
	container_args cat /etc/new/file
	run_container
	assert_output content
}

@test "mounts: bind over an existing file" {
	tree
	mount_entry /etc/passwd bind "$W/src/file" bind ro
	container_args cat /etc/passwd
	run_container
	assert_output content
}

@test "mounts: a relative bind source is taken from the bundle" {
	mkdir "$BUNDLE/data"
	echo here >"$BUNDLE/data/file"
	mount_entry /mnt bind data bind
	container_args cat /mnt/file
	run_container
	assert_output here
}

@test "mounts: a source that is a symlink is followed on the host" {
	tree
	ln -s src "$W/link"
	mount_entry /mnt bind "$W/link" bind
	container_args cat /mnt/file
	run_container
	assert_output content
}

@test "mounts: a missing bind source" {
	mount_entry /mnt bind "$W/missing" bind
	run_container
	assert_fails "$W/missing" "no such file or directory"
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ]
}

@test "mounts: a directory over a file says which is which" {
	only_ours
	tree
	touch "$BUNDLE/rootfs/target"
	mount_entry /target bind "$W/src" bind
	run_container
	assert_fails /target directory file
}

@test "mounts: a file over a directory says which is which" {
	only_ours
	tree
	mkdir "$BUNDLE/rootfs/target"
	mount_entry /target bind "$W/src/file" bind
	run_container
	assert_fails /target directory file
}

@test "mounts: an unknown type" {
	mount_entry /mnt nosuchfs x
	run_container
	assert_fails /mnt
}

@test "mounts: an option that the file system does not know" {
	mount_entry /mnt tmpfs tmpfs bogus=1
	run_container
	assert_fails /mnt bogus
}

@test "mounts: in the order of config.json" {
	mount_entry /mnt tmpfs tmpfs
	mount_entry /mnt/a tmpfs tmpfs
	mount_entry /mnt/a/b tmpfs tmpfs
	container_script 'grep -c " /mnt" /proc/self/mountinfo'
	run_container
	assert_output 3
}

@test "mounts: a later one hides an earlier one" {
	tree
	mount_entry /mnt bind "$W/src" bind
	mount_entry /mnt tmpfs tmpfs
	container_args ls /mnt
	run_container
	assert_ok
	assert_output ""
}

# --- flags -------------------------------------------------------------------

# flag_on_tmpfs OPTION WANT: a tmpfs with OPTION shows WANT.
flags_on_tmpfs() {
	mount_entry /mnt tmpfs tmpfs "${@:2}"
	mount_options /mnt
	run_container
	# shellcheck disable=SC2086
	has_options $1
}

@test "mounts: tmpfs ro" { flags_on_tmpfs ro ro; }

@test "mounts: tmpfs nosuid, nodev, noexec" { flags_on_tmpfs "nosuid nodev noexec rw" nosuid nodev noexec; }

@test "mounts: tmpfs noatime" { flags_on_tmpfs noatime noatime; }

@test "mounts: tmpfs relatime" { flags_on_tmpfs relatime relatime; }

@test "mounts: tmpfs nodiratime" { flags_on_tmpfs nodiratime nodiratime; }

@test "mounts: tmpfs strictatime" {
	mount_entry /mnt tmpfs tmpfs strictatime
	mount_options /mnt
	run_container
	assert_ok
	has_no_option relatime
	has_no_option noatime
}

@test "mounts: nosymfollow" {
	only_ours "1.1.5 has it not"
	flags_on_tmpfs nosymfollow nosymfollow
}

@test "mounts: of two opposite options the last one holds" {
	mount_entry /mnt tmpfs tmpfs ro rw nosuid suid noexec exec
	mount_options /mnt
	run_container
	has_options rw
	has_no_option nosuid
	has_no_option noexec
}

@test "mounts: bind ro" {
	tree
	mount_entry /mnt bind "$W/src" bind ro
	container_script 'touch /mnt/new; awk "\$5 == \"/mnt\" {print \$6}" /proc/self/mountinfo'
	run_container
	assert_has "Read-only file system"
	has_options ro
	[ ! -e "$W/src/new" ]
	touch "$W/src/host-still-writes"
}

@test "mounts: bind nosuid, nodev, noexec" {
	tree
	mount_entry /mnt bind "$W/src" bind nosuid nodev noexec
	mount_options /mnt
	run_container
	has_options nosuid nodev noexec
}

@test "mounts: bind keeps the flags of its source" {
	tree
	mount -o remount,nosuid,nodev,noexec "$W/src/sub"
	mount_entry /mnt bind "$W/src/sub" bind
	mount_options /mnt
	run_container
	has_options nosuid nodev noexec
}

@test "mounts: bind with an option clears a flag of its source" {
	only_ours
	tree
	mount -o remount,noexec,nosuid "$W/src/sub"
	mount_entry /mnt bind "$W/src/sub" bind exec nosuid
	mount_options /mnt
	run_container
	has_options nosuid
	has_no_option noexec
}

@test "mounts: rbind ro leaves what is below writable" {
	tree
	mount_entry /mnt bind "$W/src" rbind ro
	container_script 'touch /mnt/sub/new && ! touch /mnt/new 2>/dev/null && echo right'
	run_container
	assert_output right
}

@test "mounts: rro is read-only all the way down" {
	tree
	mount_entry /mnt bind "$W/src" rbind rro
	container_script '! touch /mnt/sub/new 2>/dev/null && ! touch /mnt/new 2>/dev/null && echo right'
	run_container
	assert_output right
}

@test "mounts: rnosuid, rnodev, rnoexec, rnoatime reach down" {
	tree
	mount_entry /mnt bind "$W/src" rbind rnosuid rnodev rnoexec rnoatime
	mount_options /mnt/sub
	run_container
	has_options nosuid nodev noexec noatime
}

@test "mounts: rrw and rexec undo below" {
	tree
	mount -o remount,ro,noexec "$W/src/sub"
	mount_entry /mnt bind "$W/src" rbind rrw rexec
	mount_options /mnt/sub
	run_container
	has_options rw
	has_no_option noexec
}

@test "mounts: rnosymfollow reaches down" {
	only_ours "1.1.5 lacks it"
	tree
	mount_entry /mnt bind "$W/src" rbind rnosymfollow
	mount_options /mnt/sub
	run_container
	has_options nosymfollow
}

@test "mounts: ro proc and sysfs" {
	config '(.mounts[] | select(.destination == "/proc")).options = ["ro", "nosuid"]'
	mount_options /proc
	run_container
	has_options ro nosuid
}

# --- propagation -------------------------------------------------------------

# propagation DESTINATION prints the optional fields of a mount.
propagation_of() {
	container_args awk -v d="$1" '$5 == d {for (i = 7; $i != "-"; i++) printf "%s ", $i; print ""}' /proc/self/mountinfo
}

@test "mounts: private by default" {
	tree
	mount_entry /mnt bind "$W/src" rbind rprivate
	propagation_of /mnt
	run_container
	assert_ok
	assert_equal "${output// /}" ""
}

@test "mounts: rslave sees the host's later mounts" {
	tree
	mount_entry /mnt bind "$W/src" rbind rslave
	mkfifo "$BUNDLE/rootfs/go"
	mkdir "$W/src/later"
	container_script 'grep -o "master:[0-9]*" /proc/self/mountinfo | head -1 | cut -d : -f 1; cat /go >/dev/null; cat /mnt/later/file'
	"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	wait_until grep -q master "$W/out"
	host_mount -t tmpfs later "$W/src/later"
	echo arrived >"$W/src/later/file"
	echo >"$BUNDLE/rootfs/go"
	wait $!
	assert_equal "$(tail -n 1 "$W/out")" arrived
}

@test "mounts: rshared reaches the host" {
	tree
	host_mount --bind "$W/src" "$W/src"
	mount --make-rshared "$W/src"
	config '.linux.rootfsPropagation = "rshared"'
	mount_entry /mnt bind "$W/src" rbind rshared
	propagation_of /mnt
	run_container
	assert_ok
	assert_has shared:
}

@test "mounts: unbindable" {
	tree
	mount_entry /mnt bind "$W/src" bind unbindable
	propagation_of /mnt
	run_container
	assert_ok
	assert_has unbindable
}

@test "mounts: the host's mount table does not change while a container runs" {
	tree
	cat /proc/self/mountinfo >"$W/before"
	mount_entry /mnt bind "$W/src" rbind
	mount_entry /tmp tmpfs tmpfs
	start_container
	diff "$W/before" /proc/self/mountinfo
}

# --- tmpcopyup ---------------------------------------------------------------

@test "mounts: tmpcopyup copies what the image has" {
	mkdir -p "$BUNDLE/rootfs/data/sub"
	echo x >"$BUNDLE/rootfs/data/sub/file"
	chmod 646 "$BUNDLE/rootfs/data/sub/file"
	chown 5:6 "$BUNDLE/rootfs/data/sub/file"
	ln -s sub/file "$BUNDLE/rootfs/data/link"
	mount_entry /data tmpfs tmpfs tmpcopyup
	container_script 'cat /data/link; stat -c "%a %u:%g" /data/sub/file; echo y > /data/sub/file; stat -f -c %T /data'
	run_container
	assert_output x "646 5:6" tmpfs
	assert_equal "$(cat "$BUNDLE/rootfs/data/sub/file")" x
}

@test "mounts: tmpcopyup, then read-only" {
	mkdir -p "$BUNDLE/rootfs/data"
	echo x >"$BUNDLE/rootfs/data/file"
	mount_entry /data tmpfs tmpfs tmpcopyup ro
	container_script 'cat /data/file; touch /data/new 2>/dev/null || echo refused'
	run_container
	assert_output x refused
}

@test "mounts: a tmpfs keeps the mode of the directory that it covers" {
	mkdir -m 1777 "$BUNDLE/rootfs/scratch"
	mount_entry /scratch tmpfs tmpfs
	container_args stat -c %a /scratch
	run_container
	assert_output 1777
}

# --- targets -----------------------------------------------------------------

@test "mounts: missing targets are made in the rootfs" {
	mount_entry /a/b/c tmpfs tmpfs
	container_args true
	run_container
	assert_ok
	[ -d "$BUNDLE/rootfs/a/b/c" ]
}

@test "mounts: an absolute symlink in a target stays in the rootfs" {
	mkdir "$W/outside"
	ln -s "$W/outside" "$BUNDLE/rootfs/link"
	mount_entry /link/new tmpfs tmpfs
	container_args true
	run_container
	[ -z "$(ls -A "$W/outside")" ]
	[ ! -e "$W/outside/new" ]
}

@test "mounts: a symlink with .. in a target stays in the rootfs" {
	mkdir "$W/outside" "$BUNDLE/rootfs/real"
	ln -s ../../../../../../../../../real "$BUNDLE/rootfs/link"
	mount_entry /link/new tmpfs tmpfs
	container_script 'grep -c " /real/new " /proc/self/mountinfo'
	run_container
	assert_output 1
}

@test "mounts: the last component of a target may be a symlink" {
	tree
	mkdir "$BUNDLE/rootfs/real"
	ln -s /real "$BUNDLE/rootfs/link"
	mount_entry /link bind "$W/src" bind
	container_args cat /real/file
	run_container
	assert_output content
}

@test "mounts: a file target through a symlink makes nothing outside (CVE-2019-18837)" {
	tree
	mkdir "$W/outside"
	ln -s "$W/outside/new" "$BUNDLE/rootfs/etc/resolv.conf"
	mount_entry /etc/resolv.conf bind "$W/src/file" bind
	container_args cat /etc/resolv.conf
	run_container
	[ -z "$(ls -A "$W/outside")" ]
}

@test "mounts: /proc and /sys may not be symlinks (CVE-2023-27561)" {
	local name
	for name in proc sys; do
		setup_bundle "$W/b-$name"
		rmdir "$BUNDLE/rootfs/$name"
		mkdir "$BUNDLE/rootfs/vol"
		ln -s vol "$BUNDLE/rootfs/$name"
		container_args true
		run_container
		[ "$status" -eq 1 ] || fail "$name: $(show)"
	done
}

@test "mounts: nothing may cover /proc" {
	local target
	for target in /proc /proc/self /proc/sys/kernel; do
		setup_bundle "$W/b$target"
		mount_entry "$target" bind "$BUNDLE" bind
		container_args true
		run_container
		[ "$status" -eq 1 ] || fail "$target: $(show)"
	done
}

@test "mounts: a relative destination is taken from the root" {
	mount_entry mnt/x tmpfs tmpfs
	container_script 'grep -c " /mnt/x " /proc/self/mountinfo'
	run_container
	# runc warns, and so may we.
	assert_equal "${lines[-1]}" 1
}

@test "mounts: .. in a destination stays in the rootfs" {
	mount_entry /../../../up tmpfs tmpfs
	container_script 'grep -c " /up " /proc/self/mountinfo'
	run_container
	assert_output 1
	[ ! -e /up ]
	[ ! -e "$W/up" ]
}

@test "mounts: spaces and odd characters in names" {
	mkdir "$W/a b\\c"
	echo odd >"$W/a b\\c/file"
	mount_entry '/x y\z' bind "$W/a b\\c" bind
	container_args cat '/x y\z/file'
	run_container
	assert_output odd
}

@test "mounts: devpts with gid=5 needs 5 to be mapped" {
	in_userns
	config '.linux.gidMappings[0].size = 1'
	run_container
	assert_status 1
	only_ours "runc says no more than: invalid argument"
	assert_fails gid=5 "not mapped"
}

@test "mounts: in a user namespace all default mounts work" {
	in_userns
	container_script 'for d in /proc /dev /dev/pts /dev/shm /dev/mqueue /sys; do grep -q " $d " /proc/self/mountinfo || echo "no $d"; done; echo done'
	run_container
	assert_output "done"
}

@test "mounts: in a user namespace a bind source of root alone" {
	in_userns
	mkdir -m 700 "$W/private"
	mkdir -m 755 "$W/private/src"
	echo seen >"$W/private/src/file"
	mount_entry /mnt bind "$W/private/src" bind ro
	container_args cat /mnt/file
	run_container
	assert_output seen
}

@test "mounts: a hundred of them" {
	config '.mounts += [range(100) | {"destination": "/many/\(.)", "type": "tmpfs", "source": "tmpfs"}]'
	container_script 'grep -c " /many/" /proc/self/mountinfo'
	run_container
	assert_output 100
}
