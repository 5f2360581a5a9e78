#!/usr/bin/env bats
# bats file_tags=cgroups
# Containers of a user without privilege: one id, ranges of ids, with and
# without a cgroup.

load helpers
load attack/user

setup_file() { make_alice; }
teardown_file() { unmake_alice; }
setup() { alice_test; }

@test "rootless: spec --rootless runs unedited, on a terminal" {
	# shellcheck disable=SC2016
	echo 'echo uid=$(id -u); exit 7' >"$W/input"
	run timeout 20 script -qefc "bash $W/alice run -b $BUNDLE $ID" "$W/typescript" <"$W/input"
	assert_status 7
	assert_has uid=0
}

@test "rootless: one id" {
	quiet
	container_script 'id; cat /proc/self/uid_map /proc/self/gid_map | tr -s " "; cat /proc/self/setgroups; echo x >/new; stat -c %u:%g /new'
	run_container
	assert_ok
	assert_output "uid=0(root) gid=0(root)" " 0 $ALICE 1" " 0 $ALICE 1" deny 0:0
	assert_equal "$(stat -c %u:%g "$BUNDLE/rootfs/new")" "$ALICE:$ALICE"
}

@test "rootless: ranges by newuidmap and newgidmap" {
	quiet
	ranges
	chmod 1777 "$BUNDLE/rootfs/tmp"
	config '.process.user = {"uid": 1000, "gid": 1001, "additionalGids": [5, 6]}'
	container_script 'id -u; id -G; echo x >/tmp/new; stat -c %u:%g /tmp/new'
	run_container
	assert_ok
	assert_output 1000 "1001 5 6" 1000:1001
	assert_equal "$(stat -c %u:%g "$BUNDLE/rootfs/tmp/new")" 200999:301000
}

@test "rootless: the whole life" {
	quiet
	container_script 'trap "exit 3" TERM; echo up >/up; while :; do sleep 0.1; done'
	create_container
	testcontainer "$ID" created
	runc start "$ID"
	wait_until [ -e "$BUNDLE/rootfs/up" ]
	testcontainer "$ID" running
	run runc list -q
	assert_output "$ID"
	run runc list
	assert_match "$ID +[1-9][0-9]* +running .* alice"
	run runc exec "$ID" sh -c 'id -u; ps | wc -l'
	assert_ok
	assert_equal "${lines[0]}" 0
	run runc exec "$ID" false
	assert_status 1
	run runc delete "$ID"
	assert_fails "not stopped"
	runc kill "$ID" TERM
	wait_until has_status "$ID" stopped
	runc delete "$ID"
	run runc state "$ID"
	assert_fails "container does not exist"
}

@test "rootless: the whole life, with ranges" {
	quiet
	ranges
	container_args sleep 100
	start_container
	run runc exec -u 1000:1001 "$ID" sh -c 'id -u; id -g'
	assert_output 1000 1001
	run runc exec -u 0:0 "$ID" cat /proc/self/uid_map
	assert_ok
	run runc exec -t "$ID" true
	assert_ok
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	runc delete "$ID"
}

@test "rootless: delete --force" {
	quiet
	container_args sleep 100
	start_container
	runc delete --force "$ID"
	run runc list -q
	assert_output ""
	runc delete --force "$ID"
}

@test "rootless: the state root is below XDG_RUNTIME_DIR, with the sticky bit" {
	quiet
	container_args sleep 100
	start_container
	assert_equal "$(stat -c '%A %u' "$W/run/runc")" "drwx-----T $ALICE"
	[ -e "$W/run/runc/$ID/state.json" ]
	[ ! -e "/run/runc/$ID" ]
}

@test "rootless: without XDG_RUNTIME_DIR the error names the state root" {
	quiet
	container_args true
	run as_alice env -u XDG_RUNTIME_DIR "$RUNC_BATS_DIR/alice/runc" run -b "$BUNDLE" "$ID"
	assert_fails /run/runc
}

@test "rootless: --rootless true, auto and false" {
	local mode
	quiet
	container_args sleep 100
	for mode in true auto; do
		detached runc --rootless "$mode" run -d -b "$BUNDLE" "$ID"
		assert_ok
		runc --rootless "$mode" exec "$ID" true
		runc --rootless "$mode" delete --force "$ID"
	done
	run runc --rootless false run -b "$BUNDLE" "$ID"
	assert_fails cgroup
	run runc --rootless maybe run -b "$BUNDLE" "$ID"
	assert_fails --rootless maybe
}

@test "rootless: limits and a path without a cgroup are an error" {
	quiet
	container_args true
	config '.linux.resources.pids.limit = 10'
	run_container
	assert_fails "rootless needs no limits + no cgrouppath when no permission is granted for cgroups"
	config --arg p "/$ID" '.linux.resources = {} | .linux.cgroupsPath = $p'
	run_container
	assert_fails "unable to apply cgroup configuration" "permission denied"
}

@test "rootless: a user namespace is needed, and maps" {
	quiet
	container_args true
	cp "$BUNDLE/config.json" "$W/config"
	config '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	run_container
	assert_fails "user namespace"
	cp "$W/config" "$BUNDLE/config.json"
	config '.process.user.uid = 5'
	run_container
	assert_fails "process.user.uid" "not mapped"
	cp "$W/config" "$BUNDLE/config.json"
	config '.process.user.additionalGids = [0]'
	run_container
	assert_fails additionalGids
}

@test "rootless: by root of a user namespace" {
	quiet
	config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	container_script 'id -u; stat -c %u /; cat /proc/self/uid_map | tr -s " "'
	run as_alice unshare --user --map-root-user "$RUNC_BATS_DIR/alice/runc" run -b "$BUNDLE" "$ID"
	assert_ok
	assert_output 0 0 " 0 0 1"
}

@test "rootless: ids that are not granted" {
	quiet
	ranges
	container_args true
	config '.linux.uidMappings[1].hostID = 100000'
	run_container
	assert_fails uidMappings /etc/subuid 100000-165535
}

@test "rootless: newuidmap is missing" {
	quiet
	ranges
	container_args true
	mkdir "$W/bin"
	ALICE_PATH=$W/bin run_container
	assert_fails newuidmap uidmap
}

@test "rootless: what only root may do is said in words" {
	quiet
	container_args true
	cp "$BUNDLE/config.json" "$W/config"
	config '.mounts += [{"destination": "/mnt", "type": "bind", "source": "/usr", "options": ["bind", "idmap"],
		"uidMappings": [{"containerID": 0, "hostID": 5, "size": 1}], "gidMappings": [{"containerID": 0, "hostID": 5, "size": 1}]}]'
	run_container
	assert_fails "mounts[" id-mapped rootless
	cp "$W/config" "$BUNDLE/config.json"
	config '.process.oomScoreAdj = -1000 | .process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 1073741816, "hard": 1073741816}]'
	run_container
	assert_fails "process.rlimits[0]" CAP_SYS_RESOURCE
	cp "$W/config" "$BUNDLE/config.json"
	config '(.mounts[] | select(.destination == "/dev/pts")).options += ["gid=5"]'
	run_container
	assert_fails "gid=5" "not mapped"
}

@test "rootless: hooks, masked paths, read-only root, devices, preserved descriptors" {
	container_args sh -c 'touch /x 2>/dev/null || echo ro; cat /secret; echo end; cat <&3'
	config --arg f "$W/home/hook" '.process.terminal = false | .hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", "id -u >\($f)"]}]
		| .linux.maskedPaths += ["/secret"]
		| .linux.devices = [{"path": "/dev/full", "type": "c", "major": 1, "minor": 7}]'
	echo secret >"$BUNDLE/rootfs/secret"
	run runc run --preserve-fds 1 -b "$BUNDLE" "$ID" 3<<<handed
	assert_ok
	assert_output ro end handed
	assert_equal "$(cat "$W/home/hook")" "$ALICE"
}

@test "rootless: a terminal" {
	quiet
	ranges
	config '.process.terminal = true | .process.user = {"uid": 1000, "gid": 1000}'
	container_script 'test -t 0 && stat -c "%u %a" $(tty)'
	run_container
	assert_ok
	output=${output//$'\r'/}
	assert_output "1000 620"
}

# own_cgroup makes a cgroup of alice's, as systemd delegates one, and enters it.
own_cgroup() {
	unified || skip "delegation is tested in the v2 view"
	CGROUP=/sys/fs/cgroup/$ID-alice
	mkdir "$CGROUP"
	mkdir "$CGROUP/session"
	chown "$ALICE" "$CGROUP" "$CGROUP"/cgroup.{procs,threads,subtree_control} "$CGROUP/session" "$CGROUP"/session/cgroup.{procs,threads,subtree_control}
}

# in_own_cgroup COMMAND... runs it in there.
in_own_cgroup() { bash -c 'echo $$ >"$0/session/cgroup.procs"; exec "$@"' "$CGROUP" "$@"; }

@test "rootless: in a delegated cgroup" {
	own_cgroup
	quiet
	config --arg p "/$ID-alice/box" '.linux.cgroupsPath = $p'
	container_args sleep 100
	detached in_own_cgroup bash "$W/alice" run -d -b "$BUNDLE" "$ID"
	assert_ok
	grep -qx "$(init_pid)" "$CGROUP/box/cgroup.procs"
	runc pause "$ID"
	testcontainer "$ID" paused
	runc resume "$ID"
	runc kill --all "$ID" KILL
	wait_until has_status "$ID" stopped
	runc delete "$ID"
	[ ! -e "$CGROUP/box" ]
	rmdir "$CGROUP/session" "$CGROUP"
}

@test "rootless: without a cgroup what needs one says so" {
	quiet
	container_args sleep 100
	start_container
	run runc pause "$ID"
	assert_fails cgroup
	run runc update --pids-limit 10 "$ID"
	assert_fails "rootless needs no limits + no cgrouppath"
	run runc ps "$ID"
	[ "$status" -eq 0 ] || assert_fails cgroup
}

# cgroup_writers prints what of the cgroups the container can write or make. On
# v1 /sys/fs/cgroup is a tmpfs of its own.
cgroup_writers() {
	container_script 'find /sys/fs/cgroup -type f -writable 2>/dev/null | head -5
		find /sys/fs/cgroup -type d 2>/dev/null | while read d; do
			[ "$(stat -fc %t $d 2>/dev/null)" = 1021994 ] || { mkdir $d/evil 2>/dev/null && echo "made $d/evil"; }
		done
		echo end'
}

@test "CVE-2023-25809: no cgroup namespace, cgroups mounted read-write" {
	quiet
	config '.linux.namespaces |= map(select(.type != "cgroup"))
		| .mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}]'
	cgroup_writers
	run_container
	[ "$status" -ne 0 ] || assert_output end
}

@test "CVE-2023-25809: no cgroup namespace, /sys bound from the host" {
	local options
	quiet
	cp "$BUNDLE/config.json" "$W/config"
	for options in '["rbind"]' '["rbind", "ro"]' '["rbind", "rw"]' '["bind"]'; do
		cp "$W/config" "$BUNDLE/config.json"
		config --argjson o "$options" '.linux.namespaces |= map(select(.type != "cgroup"))
			| .mounts |= map(select(.destination | startswith("/sys") | not))
			| .mounts += [{"destination": "/sys", "type": "none", "source": "/sys", "options": $o}]'
		cgroup_writers
		run_container
		[ "$status" -ne 0 ] || assert_output end
	done
}

@test "CVE-2023-25809: in a delegated cgroup nothing but the container's own can be written" {
	local kind
	own_cgroup
	quiet
	config --arg p "/$ID-alice/box" '.linux.cgroupsPath = $p | .linux.namespaces |= map(select(.type != "cgroup"))
		| .mounts |= map(select(.destination | startswith("/sys") | not))'
	cgroup_writers
	cp "$BUNDLE/config.json" "$W/config"
	for kind in '{"destination": "/sys", "type": "none", "source": "/sys", "options": ["rbind"]}' \
		'{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}' \
		'{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": []}'; do
		cp "$W/config" "$BUNDLE/config.json"
		config --argjson m "$kind" '.mounts += [$m]'
		in_own_cgroup bash "$W/alice" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- || true
		# Of its own cgroup the container may do what it likes, and that alone.
		run find "$CGROUP" /sys/fs/cgroup -maxdepth 2 -name evil
		assert_output ""
		run grep -v -e '^/sys/fs/cgroup/[a-z.]*$' -e '^made /sys/fs/cgroup/evil$' -e '^end$' -e level= "$W/out"
		assert_output ""
		find "$CGROUP" -mindepth 1 -depth -type d -name evil -exec rmdir {} +
	done
	find "$CGROUP" -depth -type d -exec rmdir {} +
}

@test "rootless: sysctls of the container's own namespaces, and no others" {
	quiet
	config '.linux.sysctl = {"net.ipv4.ip_unprivileged_port_start": "77"}
		| .linux.namespaces |= (map(select(.type != "network")) + [{"type": "network"}])'
	container_args cat /proc/sys/net/ipv4/ip_unprivileged_port_start
	run_container
	assert_ok
	assert_output 77
	config '.linux.sysctl = {"kernel.pid_max": "1000"}'
	run_container
	assert_fails sysctl kernel.pid_max
}

@test "rootless: in a container whose /proc is partly covered the refusal of another is explained" {
	quiet
	config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	container_args true
	# shellcheck disable=SC2016
	run as_alice unshare --user --map-root-user --mount --pid --fork --mount-proc \
		sh -c 'mount -t tmpfs none /proc/sys && exec unshare --user --map-root-user --mount "$@"' \
		sh "$RUNC_BATS_DIR/alice/runc" run -b "$BUNDLE" "$ID"
	# More of them where binfmt_misc is mounted.
	assert_fails "mounts[0] (/proc)" "a new procfs is not allowed since /proc out here has " " over-mounts (" "/proc/sys)"
}

@test "rootless: the user's own cache of seccomp filters" {
	local names
	quiet
	names=$(jq -c '.syscalls[0].names' "$REPO/tests/testdata/seccomp-large.json")
	config --argjson n "$names" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": $n, "action": "SCMP_ACT_ALLOW"}]}'
	container_args grep Seccomp: /proc/self/status
	for _ in 1 2; do
		run_container
		assert_ok
		assert_output $'Seccomp:\t2'
	done
	assert_equal "$(stat -c '%a %u' "$W/run/runc-cache" "$W"/run/runc-cache/*)" "700 $ALICE"$'\n'"600 $ALICE"
}
