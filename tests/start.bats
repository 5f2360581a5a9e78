#!/usr/bin/env bats
# runc start.

load helpers

@test "start: runs the created container" {
	container_script 'touch /ran; exec sleep 1000'
	create_container
	run runc start "$ID"
	assert_ok
	assert_output ""
	testcontainer "$ID" running
	wait_until test -e "$BUNDLE/rootfs/ran"
}

@test "start: is the same process as the created one" {
	create_container
	local pid
	pid=$(init_pid)
	runc start "$ID"
	assert_equal "$(init_pid)" "$pid"
	wait_until grep -q sleep "/proc/$pid/comm"
}

@test "start: of a running container is refused" {
	start_container
	run runc start "$ID"
	assert_fails "cannot start an already running container"
	testcontainer "$ID" running
}

@test "start: of a stopped container is refused" {
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	run runc start "$ID"
	assert_fails "cannot start a container that has stopped"
}

@test "start: says at once that init is gone" {
	create_container
	kill -KILL "$(init_pid)"
	wait_until has_status "$ID" stopped
	RUNC_TIMEOUT=5 run runc start "$ID"
	assert_fails "stopped"
}

@test "start: does not wait for an init that dies meanwhile" {
	only_ours
	create_container
	# A stopped init can not open its gate; it dies while start waits.
	local pid
	pid=$(init_pid)
	kill -STOP "$pid"
	"$RUNC" --root "$STATE" start "$ID" </dev/null >"$W/start" 2>&1 3>&- &
	local starter=$!
	kill -KILL "$pid"
	status=0
	wait "$starter" || status=$?
	[ "$status" -le 1 ] || fail "start ended with $status: $(cat "$W/start")"
}

@test "start: of an unknown container" {
	run runc start "$ID"
	assert_fails "container does not exist"
}

@test "start: a container that ends at once is no error" {
	container_args true
	create_container
	run runc start "$ID"
	assert_ok
	wait_until has_status "$ID" stopped
}

@test "start: containers of one bundle, each for itself" {
	create_container "$ID"
	create_container "$ID-2"
	runc start "$ID-2"
	testcontainer "$ID" created
	testcontainer "$ID-2" running
}

@test "start: several ids are refused" {
	create_container
	run runc start "$ID" "$ID-2"
	[ "$status" -ne 0 ]
	testcontainer "$ID" created
}
