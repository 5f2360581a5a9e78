# shellcheck shell=bash
# A user without privilege, for rootless.bats: alice, with subordinate ids, known
# in this mount namespace only. load it after helpers.

ALICE=7777
BE_ALICE=(setpriv --reuid "$ALICE" --regid "$ALICE" --clear-groups --inh-caps=-all)

# make_alice and unmake_alice are for setup_file and teardown_file.
make_alice() {
	[ "$(id -u)" -eq 0 ] || return 0 # see alice_test
	local dir=$RUNC_BATS_DIR/alice file
	mkdir -p "$dir/etc"
	for file in passwd group subuid subgid; do
		[ -e "/etc/$file" ] || touch "/etc/$file"
		cat "/etc/$file" >"$dir/etc/$file"
	done
	echo "alice:x:$ALICE:$ALICE::$dir/home:/bin/sh" >>"$dir/etc/passwd"
	echo "alice:x:$ALICE:" >>"$dir/etc/group"
	echo alice:200000:65536 >>"$dir/etc/subuid"
	echo alice:300000:65536 >>"$dir/etc/subgid"
	for file in passwd group subuid subgid; do
		mount --bind "$dir/etc/$file" "/etc/$file"
	done
	# The runtime under test may lie where only root may go.
	cp "$RUNC" "$dir/runc"
}

unmake_alice() {
	[ "$(id -u)" -eq 0 ] || return 0
	umount /etc/passwd /etc/group /etc/subuid /etc/subgid
	rm -r "$RUNC_BATS_DIR/alice"
}

need_user_namespaces() {
	[ "$(cat /proc/sys/user/max_user_namespaces)" -gt 0 ] || skip "user.max_user_namespaces is 0"
	"${BE_ALICE[@]}" unshare --user true 2>/dev/null ||
		skip "users may not make user namespaces here"
}

need_newuidmap() {
	command -v newuidmap newgidmap >/dev/null || skip "no newuidmap and newgidmap (package uidmap)"
}

# alice_test is begin_test, and gives alice a home and a bundle of her own.
alice_test() {
	begin_test
	[ "$(id -u)" -eq 0 ] || skip "needs root: it makes a user"
	need_user_namespaces
	mkdir -m 755 "$W/home"
	mkdir -m 700 "$W/run"
	chown "$ALICE:$ALICE" "$W/home" "$W/run"
	rm -r "$BUNDLE"
	BUNDLE=$W/home/bundle
	mkdir "$BUNDLE"
	cp -a "$ROOTFS_MASTER" "$BUNDLE/rootfs"
	chown -hR "$ALICE:$ALICE" "$BUNDLE"
	as_alice "$RUNC_BATS_DIR/alice/runc" spec --rootless --bundle "$BUNDLE"
	write_alice
	export STATE=$W/run/runc
}

# as_alice COMMAND... runs it as she would in a session of hers.
as_alice() {
	"${BE_ALICE[@]}" env -i PATH="${ALICE_PATH:-/usr/bin:/usr/sbin:/bin}" HOME="$W/home" XDG_RUNTIME_DIR="$W/run" "$@"
}

# runc is the runtime as alice calls it, with the state root of her session.
runc() { timeout --foreground -k 5 "${RUNC_TIMEOUT:-60}" bash "$W/alice" "$@"; }

# write_alice makes $W/alice, a script of the same, for who wants a program.
write_alice() {
	{
		declare -p W RUNC_BATS_DIR BE_ALICE
		echo "ALICE_PATH=\${ALICE_PATH:-/usr/bin:/usr/sbin:/bin}"
		declare -f as_alice
		# shellcheck disable=SC2016
		echo 'as_alice "$RUNC_BATS_DIR/alice/runc" "$@"'
	} >"$W/alice"
}

# ranges gives the container alice's subordinate ids as well.
ranges() {
	need_newuidmap
	config --argjson id "$ALICE" '.linux.uidMappings = [{"containerID": 0, "hostID": $id, "size": 1},
			{"containerID": 1, "hostID": 200000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": $id, "size": 1},
			{"containerID": 1, "hostID": 300000, "size": 65536}]'
}

# quiet lets the container have no terminal and a writable root.
quiet() { config '.process.terminal = false | .root.readonly = false'; }
