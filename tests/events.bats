#!/usr/bin/env bats
# bats file_tags=cgroups
# runc events: what a container uses, and what happens to it.

load helpers

# key_paths prints the keys of a JSON value, without what only this kernel has.
key_paths() { jq -r 'paths | select(all(type == "string")) | select(.[:3] != ["data", "memory", "raw"]) | join(".")' | sort -u; }

# follow [flags] writes the events of $ID to $W/events in the background.
follow() { background bash -c 'exec "$@" >>"$0"' "$W/events" "$RUNC" --root "$STATE" events "$@" "$ID"; }

has_event() { [ -e "$W/events" ] && jq -e -s --arg t "$1" 'any(.type == $t)' "$W/events" >/dev/null 2>&1; }

# go_on lets the container go on that reads from /go.
go_on() { timeout 20 bash -c 'echo go >"$0"' "$BUNDLE/rootfs/go"; }

# watching: follow has begun; what it then sees is not missed.
watching() { has_event stats; }

# events_ended: the runc of follow is gone.
events_ended() { ! pgrep -f "events .*$ID" >/dev/null; }

@test "events: --stats prints one line and ends" {
	start_container
	run runc events --stats "$ID"
	assert_ok
	assert_equal "${#lines[@]}" 1
	jq -e --arg id "$ID" '.type == "stats" and .id == $id and (.data | type) == "object"' <<<"$output"
}

@test "events: the keys of stats are runc's" {
	start_container
	run runc events --stats "$ID"
	assert_ok
	key_paths <<<"$output" >"$W/keys"
	local key
	for key in type id data.cpu.usage.kernel data.cpu.usage.user data.cpu.throttling data.cpuset.cpu_exclusive data.cpuset.sched_relax_domain_level \
		data.memory.usage.limit data.memory.usage.failcnt data.memory.swap.limit data.memory.kernel.limit data.memory.kernelTCP.limit \
		data.pids data.blkio data.hugetlb data.intel_rdt data.network_interfaces; do
		grep -qx "$key" "$W/keys" || fail "no key $key in $output"
	done
}

@test "events: the same keys as the other runc prints" {
	need_other
	start_container
	runc events --stats "$ID" | key_paths >"$W/ours"
	other_runc events --stats "$ID" | key_paths >"$W/others"
	[ -s "$W/others" ]
	# Newer versions of runc, and so we, have more with cgroup version 2.
	unified || diff "$W/others" "$W/ours" || fail "keys differ"
	[ -z "$(comm -23 "$W/others" "$W/ours")" ] || fail "we lack $(comm -23 "$W/others" "$W/ours")"
}

@test "events: the figures are the kernel's" {
	need_controller memory
	need_controller pids
	config '.linux.resources.memory.limit = 67108864 | .linux.resources.pids.limit = 33'
	container_script 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; sleep 1000'
	start_container
	run runc events --stats "$ID"
	jq -e '.data.memory.usage.limit == 67108864 and .data.pids.limit == 33 and .data.pids.current >= 1
	  and .data.memory.usage.usage > 0 and .data.cpu.usage.total > 1000000' <<<"$output"
}

@test "events: huge pages" {
	need_controller hugetlb
	config '.linux.resources.hugepageLimits = [{"pageSize": "2MB", "limit": 4194304}]'
	start_container
	run runc events --stats "$ID"
	jq -e '.data.hugetlb["2MB"] | has("failcnt")' <<<"$output"
}

@test "events: pressure is part of stats with cgroup version 2" {
	only_ours "since 1.2"
	unified || skip "version 1"
	[ -e /proc/pressure/memory ] || skip "the kernel has no pressure stall information"
	start_container
	run runc events --stats "$ID"
	jq -e '.data.memory.psi.some | has("avg10") and has("avg60") and has("avg300") and has("total")' <<<"$output"
	jq -e '.data.cpu.psi and .data.blkio.psi' <<<"$output"
}

@test "events: stats come every interval" {
	start_container
	follow --interval 100ms
	three() { [ "$(jq -s 'map(select(.type == "stats")) | length' "$W/events" 2>/dev/null || echo 0)" -ge 3 ]; }
	wait_until three
}

@test "events: end when the container ends" {
	only_ours "1.1.5 waits for the cgroup to go with version 1"
	start_container
	follow --interval 100ms
	wait_until watching
	runc kill "$ID" KILL
	wait_until events_ended
	# Also if that is by delete.
	runc delete "$ID"
	start_container
	rm "$W/events"
	follow --interval 100ms
	wait_until watching
	runc delete --force "$ID"
	wait_until events_ended
}

@test "events: a removal while statistics are read is no error" {
	local i events
	for i in 1 2 3 4 5 6 7 8; do
		start_container
		"$RUNC" --root "$STATE" events --interval 1ms "$ID" </dev/null >"$W/events$i" 3>&- &
		events=$!
		wait_until [ -s "$W/events$i" ]
		runc delete --force "$ID"
		wait "$events"
		jq -e .data.cpu.usage.total <(tail -n 1 "$W/events$i")
	done
}

@test "events: do not end with init while others live on" {
	only_ours
	config '.linux.namespaces |= map(select(.type != "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & echo > /ready; read x < /ready'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	follow --interval 100ms
	wait_until watching
	echo >"$BUNDLE/rootfs/ready"
	wait_until has_status "$ID" stopped
	: >"$W/events"
	wait_until watching
	runc kill --all "$ID" KILL
	wait_until events_ended
}

# greedy_config lets the container ask for too much memory whenever told.
greedy_config() {
	config '.linux.resources.memory = {limit: 20971520, swap: 20971520}'
	mkfifo "$BUNDLE/rootfs/go"
	container_script 'while read x < /go; do (exec dd if=/dev/zero of=/dev/null bs=100M count=1); done; sleep 1000'
}

greedy_container() {
	greedy_config
	start_container
}

@test "events: oom, when a process is killed for want of memory" {
	need_controller memory
	greedy_container
	follow --interval 100ms
	wait_until watching
	run ! has_event oom
	go_on
	wait_until has_event oom
	jq -e -s --arg id "$ID" 'map(select(.type == "oom"))[0] == {type: "oom", id: $id}' "$W/events"
	testcontainer "$ID" running
	runc delete --force "$ID"
}

@test "events: oom, once for each" {
	only_ours "version 2 of older runc repeats it"
	need_controller memory
	greedy_container
	follow --interval 100ms
	wait_until watching
	go_on
	wait_until has_event oom
	: >"$W/events"
	wait_until watching
	run ! has_event oom
	go_on
	wait_until has_event oom
	runc delete --force "$ID"
	wait_until events_ended
}

@test "events: oom of the last process is not lost" {
	only_ours
	need_controller memory
	config '.linux.resources.memory = {limit: 20971520, swap: 20971520}'
	mkfifo "$BUNDLE/rootfs/go"
	container_script 'read x < /go; exec dd if=/dev/zero of=/dev/null bs=100M count=1'
	start_container
	follow --interval 100ms
	wait_until watching
	go_on
	wait_until events_ended
	has_event oom || fail "$(cat "$W/events")"
}

@test "events: a lack of memory that the kernel does not end by killing" {
	need_controller memory
	unified && skip "version 2 always kills"
	greedy_config
	config '.linux.resources.memory.disableOOMKiller = true'
	# Memory that runs out in a system call, as in dd's, is no event: the call fails.
	container_script 'read x < /go; exec awk "BEGIN { s = \"x\"; while (1) s = s s }"'
	start_container
	follow --interval 100ms
	wait_until watching
	go_on
	wait_until has_event oom
	testcontainer "$ID" running
	runc delete --force "$ID"
}

@test "events: --pressure" {
	only_ours "an addition"
	need_controller memory
	mkfifo "$BUNDLE/rootfs/go"
	if unified; then
		# Who exceeds this one is made to wait, not killed.
		config '.linux.resources = {unified: {"memory.high": "8388608"}}'
		container_script 'read x < /go; while :; do dd if=/dev/zero of=/dev/null bs=40M count=1; done'
	else
		config '.linux.resources.memory = {limit: 20971520, swap: 20971520}'
		# A file that is too large for the cache.
		container_script 'read x < /go; dd if=/dev/zero of=/big bs=1M count=60; while :; do cat /big /big > /dev/null; done'
	fi
	start_container
	follow --interval 100ms --pressure low
	wait_until watching
	go_on
	wait_until has_event pressure
	jq -e -s 'map(select(.type == "pressure"))[0].data == {resource: "memory", level: "low"}' "$W/events"
	runc delete --force "$ID"
	wait_until events_ended
}

@test "events: levels of pressure that are none" {
	only_ours
	start_container
	run runc events --pressure high "$ID"
	assert_fails "choose low, medium or critical"
}

@test "events: intervals that are none" {
	start_container
	run runc events --interval 0s "$ID"
	assert_fails "interval must be greater than 0"
	run runc events --interval soon "$ID"
	assert_status 1
	assert_has soon
}

@test "events: a stopped container" {
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	run runc events "$ID"
	assert_fails "container with id $ID is not running"
	run runc events --stats "$ID"
	assert_fails "container with id $ID is not running"
}

@test "events: an unknown container, and no container" {
	run runc events --stats "$ID"
	assert_fails "container does not exist"
	run runc events
	assert_status 1
	assert_has "requires exactly 1 argument"
}

@test "events: a created container" {
	create_container
	run runc events --stats "$ID"
	assert_ok
}
