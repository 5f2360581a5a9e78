#!/usr/bin/env bats
# bats file_tags=cgroups
# runc delete.

load helpers

# stop_container kills it and waits for its end.
stop_container() {
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
}

# nothing_left asserts that no state and no cgroup of this test is there.
nothing_left() {
	[ -z "$(ls -A "$STATE")" ] || fail "state left: $(ls -A "$STATE")"
	[ -z "$(test_cgroups)" ] || fail "cgroups left: $(test_cgroups)"
}

@test "delete: a stopped container" {
	start_container
	stop_container
	run runc delete "$ID"
	assert_ok
	assert_output ""
	nothing_left
}

@test "delete: a created container" {
	create_container
	local pid
	pid=$(init_pid)
	run runc delete "$ID"
	assert_ok
	gone "$pid"
	nothing_left
}

@test "delete: a running container is refused" {
	start_container
	run runc delete "$ID"
	assert_fails "cannot delete container $ID that is not stopped: running"
	testcontainer "$ID" running
}

@test "delete: --force a running container" {
	start_container
	local pid
	pid=$(init_pid)
	run runc delete --force "$ID"
	assert_ok
	gone "$pid"
	nothing_left
}

@test "delete: -f" {
	start_container
	run runc delete -f "$ID"
	assert_ok
	nothing_left
}

@test "delete: --force of an unknown container is no error" {
	run runc delete --force "$ID"
	assert_ok
	assert_output ""
}

@test "delete: of an unknown container" {
	run runc delete "$ID"
	assert_fails "container does not exist"
}

@test "delete: twice" {
	start_container
	stop_container
	runc delete "$ID"
	run runc delete "$ID"
	assert_fails "container does not exist"
}

@test "delete: --force ignores that the container ignores signals" {
	container_script 'trap "" TERM INT HUP; while :; do sleep 1; done'
	start_container
	run runc delete --force "$ID"
	assert_ok
	nothing_left
}

@test "delete: --force does not poll: the quickest of some takes less than 60 ms" {
	only_ours "runc sleeps 100 ms"
	local begin
	for _ in {1..20}; do
		start_container
		begin=$(date +%s%N)
		runc delete --force "$ID"
		echo $((($(date +%s%N) - begin) / 1000000)) >>"$W/times"
		[ "$(tail -n 1 "$W/times")" -ge 60 ] || return 0
	done
	fail "milliseconds: $(tr '\n' ' ' <"$W/times")"
}

@test "delete: --force a container without a PID namespace takes all processes" {
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & sleep 1000 & echo > /ready; wait'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	run runc delete --force "$ID"
	assert_ok
	nothing_left
	wait_until all_gone
}

@test "delete: a stopped container's left processes" {
	only_ours
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & sleep 1000 & echo > /ready'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	wait_until has_status "$ID" stopped
	run runc delete "$ID"
	assert_ok
	nothing_left
	wait_until all_gone
}

@test "delete: --force a paused container" {
	unified || need_controller freezer
	start_container
	local dir
	dir=$(cgroup_dir "$(init_pid)" freezer)
	if unified; then echo 1 >"$dir/cgroup.freeze"; else echo FROZEN >"$dir/freezer.state"; fi
	wait_until has_status "$ID" paused
	run runc delete --force "$ID"
	assert_ok
	nothing_left
}

@test "delete: sub-cgroups of the container go as well" {
	only_ours
	start_container
	local dir
	dir=$(cgroup_dir "$(init_pid)" pids)
	mkdir -p "$dir/a/b"
	run runc delete --force "$ID"
	assert_ok
	nothing_left
}

@test "delete: without the bundle" {
	start_container
	stop_container
	rm -r "$BUNDLE"
	run runc delete "$ID"
	assert_ok
	nothing_left
}

@test "delete: a state directory without a state is no container, and is removed" {
	mkdir -p "$STATE/$ID/x"
	run runc delete "$ID"
	assert_fails "container does not exist"
	only_ours "runc removes it without a word"
	assert_has "$STATE/$ID, a directory without state.json, is removed"
	[ ! -e "$STATE/$ID" ]
	mkdir -p "$STATE/$ID"
	run runc delete --force "$ID"
	assert_ok
	assert_output ""
	create_container
	testcontainer "$ID" created
}

@test "delete: leaves other containers alone" {
	start_container "$ID-2"
	start_container
	runc delete --force "$ID"
	testcontainer "$ID-2" running
}

@test "delete: of a path is refused and removes nothing" {
	mkdir -p "$W/victim" "$STATE"
	run runc delete --force ../victim
	[ -d "$W/victim" ]
}

@test "delete: --force two at once" {
	only_ours
	start_container
	"$RUNC" --root "$STATE" delete --force "$ID" >"$W/1" 2>&1 3>&- &
	local other=$!
	run runc delete --force "$ID"
	assert_ok
	wait "$other" || fail "the other: $(cat "$W/1")"
	nothing_left
}

@test "delete: --force two at once: the slower one spares a new container of the same id" {
	only_ours
	unified && skip "version 1 can hold up both"
	need_controller freezer
	config --arg p "/$ID-parent/$ID" '.linux.cgroupsPath = $p'
	start_container
	local parent one two
	parent=$(dirname "$(cgroup_dir "$(init_pid)" freezer)")
	echo FROZEN >"$parent/freezer.state"
	"$RUNC" --root "$STATE" delete --force "$ID" >"$W/1" 2>&1 3>&- &
	one=$!
	"$RUNC" --root "$STATE" delete --force "$ID" >"$W/2" 2>&1 3>&- &
	two=$!
	sleep 0.5 # both wait for init
	kill -STOP "$two"
	echo THAWED >"$parent/freezer.state"
	wait "$one" || fail "the first: $(cat "$W/1")"
	start_container
	kill -CONT "$two"
	wait "$two" || fail "the second: $(cat "$W/2")"
	testcontainer "$ID" running
	runc delete --force "$ID"
	rmdir /sys/fs/cgroup/*/"$ID-parent" 2>/dev/null || true
}

@test "delete: --force with a threaded sub-cgroup" {
	only_ours
	unified || skip "version 2"
	start_container
	detached runc exec -d "$ID" sleep 1000
	local dir pid
	dir=$(cgroup_dir "$(init_pid)" any)
	pid=$(runc ps -f json "$ID" | jq --argjson i "$(init_pid)" 'map(select(. != $i))[0]')
	mkdir "$dir/sub"
	echo threaded >"$dir/sub/cgroup.type"
	echo "$pid" >"$dir/sub/cgroup.threads"
	assert_equal "$(runc ps -f json "$ID" | jq 'unique | length')" 2
	run runc delete --force "$ID"
	assert_ok
	nothing_left
	gone "$pid"
}
