#!/usr/bin/env bats
# What the runtimes of today do when probed, and what their users hit after a
# fix: security.md A.5 and A.6, and fixes that got no CVE.

load helpers
load attack/lib

# --- probes ------------------------------------------------------------------

@test "probe: /etc/passwd, /etc/group and what init could read are FIFOs" {
	local file
	config '.process.env = ["PATH=/bin"] | .mounts |= map(select(.destination | startswith("/dev"))) | .linux.maskedPaths = []
		| .linux.readonlyPaths = []'
	rm "$BUNDLE/rootfs/etc/passwd" "$BUNDLE/rootfs/etc/group"
	mkdir -p "$BUNDLE/rootfs/proc/"{self,thread-self,1}/attr "$BUNDLE/rootfs/proc/sys/kernel" \
		"$BUNDLE/rootfs/sys/kernel/mm/transparent_hugepage" "$BUNDLE/rootfs/sys/fs/cgroup"
	for file in etc/passwd etc/group proc/{self,thread-self,1}/{maps,cgroup,mountinfo,status,stat,uid_map,setgroups,auxv,attr/exec,attr/current} \
		proc/cpuinfo proc/meminfo proc/filesystems proc/sys/kernel/osrelease \
		sys/kernel/mm/transparent_hugepage/hpage_pmd_size sys/fs/cgroup/cpu.max; do
		mkfifo "$BUNDLE/rootfs/$file"
	done
	container_args true
	# detached, for who hangs in open(2) would hold a pipe of bats'.
	RUNC_TIMEOUT=20 detached runc run -b "$BUNDLE" "$ID"
	assert_ok
	config '.process.args = ["sleep", "100"]'
	start_container
	RUNC_TIMEOUT=20 detached runc exec "$ID" true
	assert_ok
	RUNC_TIMEOUT=20 detached runc exec -u 1000 --cap CAP_CHOWN -g 7 "$ID" true
	assert_ok
	RUNC_TIMEOUT=20 detached runc exec -t "$ID" true
	assert_ok
	RUNC_TIMEOUT=20 detached runc kill "$ID" KILL
	assert_ok
}

@test "probe: the files of /proc that init could read lead elsewhere" {
	config '.mounts |= map(select(.destination | startswith("/dev"))) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	mkdir -p "$BUNDLE/rootfs/proc/self" "$BUNDLE/rootfs/evil"
	echo '0::/evil' >"$BUNDLE/rootfs/proc/self/cgroup"
	echo '30 23 0:26 / /evil rw - cgroup2 cgroup2 rw' >"$BUNDLE/rootfs/proc/self/mountinfo"
	mkdir -p "$BUNDLE/rootfs/evil/evil"
	mkfifo "$BUNDLE/rootfs/evil/evil/cpu.max" "$BUNDLE/rootfs/evil/cpu.max"
	echo '7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 [stack]' >"$BUNDLE/rootfs/proc/self/maps"
	config '.process.args = ["sleep", "100"]'
	start_container
	RUNC_TIMEOUT=20 detached runc exec "$ID" true
	assert_ok
}

@test "probe: exec keeps noNewPrivileges" {
	config '.process.noNewPrivileges = true'
	start_container
	run runc exec "$ID" grep NoNewPrivs /proc/self/status
	assert_output $'NoNewPrivs:\t1'
}

@test "probe: exec --cap adds to what there is" {
	with_attack
	capabilities CAP_CHOWN
	start_container
	run runc exec --cap CAP_KILL "$ID" /attack look
	# CAP_CHOWN is bit 0, CAP_KILL bit 5.
	assert_equal "$(value CapEff) $(value CapPrm) $(value CapBnd)" "0000000000000021 0000000000000021 0000000000000021"
}

@test "probe: ids that are paths, blanks or control characters" {
	local id
	for id in . .. ../x /x a/b ' ' 'a b' $'a\nb' $'a\tb' $'\x01' 'a;b' 'a$b' '*' 'é'; do
		run runc run -b "$BUNDLE" -- "$id"
		assert_status 1
		assert_has "container I"
		assert_has format
		run runc state -- "$id"
		assert_status 1
		run runc delete --force -- "$id"
		[ ! -e "$STATE/x" ] && [ ! -e "$W/x" ]
	done
	run runc run -b "$BUNDLE" -- ""
	assert_fails "container id cannot be empty"
	host_same
}

@test "probe: failures at createRuntime, in a mount and for the program leave nothing" {
	local filter
	cp "$BUNDLE/config.json" "$W/config"
	for filter in '.hooks.createRuntime = [{"path": "/bin/false"}]' \
		'.mounts += [{"destination": "/x", "type": "nosuch", "source": "x"}]' '.process.args = ["/nosuch"]' \
		'.linux.namespaces += [{"type": "user", "path": "/nosuch"}]'; do
		cp "$W/config" "$BUNDLE/config.json"
		config "$filter"
		run_container
		assert_status 1
		[ -z "$(ls -A "$STATE")" ]
		[ -z "$(test_cgroups)" ]
		host_same
	done
}

@test "probe: RLIMIT_MEMLOCK is not raised" {
	container_script 'ulimit -l'
	local which
	# The soft one anybody may raise.
	for which in -Sl -l; do
		run bash -c 'ulimit "$1" 64 && exec "${@:2}"' - "$which" timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		assert_output 64
	done
}

# --- A.6: what the fixes broke -----------------------------------------------

@test "regression runc 4963: without fsopen, openat2, open_tree, move_mount, mount_setattr" {
	local errno
	echo secret >"$BUNDLE/rootfs/secret"
	ln -s "$HOST" "$BUNDLE/rootfs/link"
	masked /secret /proc/keys
	mount_entry /link/sub tmpfs tmpfs
	mount_entry /ro tmpfs tmpfs ro
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .root.readonly = true | .process.terminal = true'
	container_script "cat /secret; cat /proc/sys/net/ipv4/ip_forward; touch /x /ro/x 2>/dev/null || echo refused
		grep -c ' $HOST/sub ' /proc/self/mountinfo; stat -c %t /dev/console"
	for errno in 38 1; do
		run "$ATTACK" without "$errno" timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		assert_ok
		output=$(tr -d '\r' <<<"$output" | grep -v 'level=warning msg="falling back to securejoin')
		assert_output 1 refused 1 88
		host_same
	done
}

@test "regression runc 4963: attacks without fsopen, openat2, open_tree, move_mount, mount_setattr" {
	local entry
	fake=$W/fake
	mkdir -p "$fake/self/attr"
	ln -s /proc/sys "$BUNDLE/rootfs/lnk"
	cp "$BUNDLE/config.json" "$W/config"
	for entry in "/proc bind $fake rbind" "/lnk/net tmpfs tmpfs" "/proc/sys tmpfs tmpfs"; do
		cp "$W/config" "$BUNDLE/config.json"
		# shellcheck disable=SC2086
		mount_entry $entry
		run "$ATTACK" without 38 timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		refused /proc
	done
	cp "$W/config" "$BUNDLE/config.json"
	rmdir "$BUNDLE/rootfs/proc"
	ln -s /tmp "$BUNDLE/rootfs/proc"
	run "$ATTACK" without 38 timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
	refused "(/proc)"
}

@test "regression runc 4963: a race without the new system calls" {
	local i swapper
	VOLUME=$W/volume
	mkdir -p "$VOLUME/dir/there"
	ln -s "$HOST" "$VOLUME/link"
	mount_entry /vol bind "$VOLUME" rbind
	for i in {1..10}; do mount_entry "/vol/dir/t$i/x" tmpfs tmpfs; done
	container_args true
	"$ATTACK" swap "$VOLUME/dir" "$VOLUME/link" </dev/null >/dev/null 2>&1 3>&- &
	swapper=$!
	for ((i = 0; i < ${RUNC_ATTACK_ROUNDS:-20}; i++)); do
		run "$ATTACK" without 38 timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		host_same
	done
	kill "$swapper"
	wait "$swapper" || true
}

@test "regression runc 4963: exec without the new system calls, but not where they fail" {
	local errno
	start_container
	for errno in 38 1 13; do
		run "$ATTACK" without "$errno" timeout 60 "$RUNC" --root "$STATE" exec "$ID" echo fine
		assert_ok
		assert_has fine # the library for cgroups may warn
	done
	# ENOMEM does not say that there is no such call: no weaker way is taken.
	run "$ATTACK" without 12 timeout 60 "$RUNC" --root "$STATE" exec "$ID" echo fine
	assert_status 255
	assert_has "open_tree /proc/self/ns: cannot allocate memory"
}

@test "regression runc 4968: where a procfs of one's own is denied /proc serves, checked" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shmmni": "4000"}'
	container_script 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni'
	# EACCES is what AppArmor says.
	run "$ATTACK" without 13 timeout 60 "$RUNC" --root "$STATE" --debug run -b "$BUNDLE" "$ID"
	assert_ok
	assert_has "no private procfs"
	assert_equal "$(grep -v level= <<<"$output")" $'1\n4000'
}

@test "regression runc 4971: the mode of a tmpfs" {
	mkdir -m 1777 "$BUNDLE/rootfs/old"
	mount_entry /old tmpfs tmpfs
	mount_entry /made tmpfs tmpfs mode=1770
	mount_entry /plain tmpfs tmpfs
	container_script 'stat -c "%n %a" /old /made /plain /dev/shm'
	run_container
	assert_output "/old 1777" "/made 1770" "/plain 1777" "/dev/shm 1777"
}

@test "regression: dangling symlinks as targets are made inside" {
	echo bound >"$W/file"
	ln -s /not/there "$BUNDLE/rootfs/dir"
	ln -s ../../missing/file "$BUNDLE/rootfs/etc/resolv.conf"
	mount_entry /dir tmpfs tmpfs
	mount_entry /etc/resolv.conf bind "$W/file" bind
	container_script 'stat -fc %T /not/there; cat /missing/file'
	run_container
	assert_output tmpfs bound
}

@test "regression: openat2 gives EAGAIN, thrice before each call and for ever" {
	local times
	ln -s ../../etc "$BUNDLE/rootfs/var/up"
	mount_entry /var/up/../up/sub tmpfs tmpfs
	container_script 'stat -fc %T /etc/sub'
	for times in 3 1000000; do
		run "$ATTACK" again "$times" timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		assert_ok
		grep -qx tmpfs <<<"$output" || fail "$(show)"
		assert_match 'calls: [1-9][0-9]+'
	done
}

@test "regression runc 4427: a small memory limit bears the runtime's own weight" {
	need_controller memory
	config '.linux.resources.memory = {"limit": 4194304}'
	container_script 'echo fine'
	run_container
	assert_output fine
	container_args sleep 100
	start_container
	run runc exec "$ID" echo fine
	assert_output fine
}

# --- fixes without a CVE -----------------------------------------------------

@test "crun 1.29.1: /dev/shm keeps mode 1777" {
	container_args stat -c %a /dev/shm
	run_container
	assert_output 1777
	in_userns
	run_container
	assert_output 1777
}

@test "crun 2178, 2179, 1.31: a read-only /sys is read-only, with a user namespace and the host's network too" {
	# A new sysfs is refused there; a bind must not be writable anywhere.
	in_userns
	config '.linux.namespaces |= map(select(.type != "network"))'
	container_script 'grep " /sys" /proc/self/mountinfo | grep -v " ro,"; touch /sys/kernel/x 2>&1 | grep -q Read-only || echo writable; echo end'
	run_container
	[ "$status" -ne 0 ] || assert_output end
	without_mounts /sys
	mount_entry /sys none /sys rbind rro
	run_container
	assert_output end
}

@test "crun 1.28: neither cgroupsPath nor an annotation leads to another cgroup" {
	local own path
	for path in "/$ID/x/../../../../$ID-2" "/../../../../../$ID-2" "../../../../../../$ID-2"; do
		config --arg p "$path" '.linux.cgroupsPath = $p | .annotations = {"run.oci.delegate-cgroup": "../../.."}'
		start_container
		own=$(sed -n "s/.*:\(.*$ID-2\)$/\1/p" "/proc/$(init_pid)/cgroup" | head -n 1)
		[ -n "$own" ] && [[ $own != *..* ]] || fail "$path: $(cat "/proc/$(init_pid)/cgroup")"
		run runc exec "$ID" sh -c 'cat /proc/self/cgroup | grep -F ..'
		assert_status 1
		runc delete --force "$ID"
		[ -z "$(test_cgroups)" ]
	done
}

@test "crun 1.29.1: propagation is set without mount_setattr" {
	local flag want
	mkdir "$W/data"
	while read -r flag want; do
		config --arg s "$W/data" --arg f "$flag" '.mounts |= (map(select(.destination != "/data"))
			+ [{"destination": "/data", "type": "bind", "source": $s, "options": ["bind", $f]}])'
		container_script "awk '\$5 == \"/data\" {sub(/:.*/, \"\", \$7); print \$7}' /proc/self/mountinfo"
		run "$ATTACK" without 38 timeout 60 "$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID"
		assert_output "$want"
		run_container
		assert_output "$want"
	done <<-END
		private -
		rprivate -
		rslave master
		rshared shared
		unbindable unbindable
	END
}

@test "crun 1.31: the mount of the notify socket does not come back to the host" {
	container_script 'grep " /run/notify" /proc/self/mountinfo | grep -q shared: && echo shared; ls -d /run/notify; echo end'
	NOTIFY_SOCKET=$W/none run_container
	assert_has /run/notify end
	assert_has_not shared
	host_same
}

@test "crun 1.30: sysctl keys with slashes" {
	config '.linux.sysctl = {"net/ipv4/ip_forward": "1", "net/ipv4/conf/lo.1/../lo/forwarding": "1"}'
	run_container
	assert_fails linux.sysctl
	config '.linux.sysctl = {"net/ipv4/ip_forward": "1", "net.ipv4.conf.lo.forwarding": "1"}'
	container_script 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/lo/forwarding'
	run_container
	assert_output 1 1
	local key
	for key in net.ipv4/../../kernel/core_pattern net/../kernel/core_pattern 'net.//.kernel.core_pattern' \
		net..ipv4 kernel.core_pattern net/ipv4//ip_forward; do
		config --arg k "$key" '.linux.sysctl = {($k): "1"}'
		run_container
		assert_status 1
		assert_has sysctl
	done
}

@test "crun 1.30: a bind source that holds a pinned namespace" {
	touch "$W/netns"
	unshare --net="$W/netns" true
	mount_entry /netns bind "$W/netns" bind
	container_args stat -fc %t /netns
	run_container
	umount "$W/netns"
	assert_output 6e736673
}

@test "runc 1.5.3: without a mount namespace of its own the host's propagation stays" {
	grep ' / / ' /proc/self/mountinfo | grep -q shared: || skip "/ is not shared here"
	config '.linux.namespaces |= map(select(.type != "mount")) | .mounts = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = []
		| .linux.rootfsPropagation = ""'
	container_args true
	run_container
	host_same
	config '.linux.rootfsPropagation = "rprivate"'
	run_container
	refused rootfsPropagation
	host_same
}

@test "runc 1.5.3: read-only binds of every kind are read-only" {
	local options
	mkdir "$W/data"
	echo data >"$W/data/file"
	for options in "bind ro" "rbind ro" "bind ro nosuid nodev" "rbind rro" "bind ro rprivate" "bind ro rslave"; do
		setup_bundle "$W/b${options// /-}"
		# shellcheck disable=SC2086
		mount_entry /data bind "$W/data" $options
		# shellcheck disable=SC2086
		mount_entry /file bind "$W/data/file" $options
		container_script '{ touch /data/new; echo x >/file; } 2>&1 | grep -c Read-only; grep -c -e " /data ro," -e " /file ro," /proc/self/mountinfo'
		run_container
		assert_output 2 2
	done
	BUNDLE=$W/bundle
}
