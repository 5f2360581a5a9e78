#!/usr/bin/env bats
# bats file_tags=cgroups
# runc create: atomic, one winner, nothing left of a failed one.

load helpers

# refused_without_trace TEXT: the last create failed so, and left nothing.
refused_without_trace() {
	assert_fails "$@"
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ] || fail "state left: $(ls -A "$STATE")"
	[ -z "$(test_cgroups)" ] || fail "cgroups left: $(test_cgroups)"
}

@test "create: the waiting init has the names that tools know it by" {
	create_container
	local pid
	pid=$(init_pid)
	assert_equal "$(cat "/proc/$pid/comm")" 'runc:[2:INIT]'
	[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *"runc init " ]]
}

@test "create: the container is created, its program not yet running" {
	container_script 'touch /ran; sleep 1000'
	create_container
	testcontainer "$ID" created
	[ ! -e "$BUNDLE/rootfs/ran" ]
	[ -d "/proc/$(init_pid)" ]
}

@test "create: the bundle is the current directory by default" {
	cd "$BUNDLE"
	detached runc create "$ID"
	assert_ok
	assert_equal "$(runc state "$ID" | jq -r .bundle)" "$BUNDLE"
}

@test "create: a relative bundle" {
	cd "$W"
	detached runc create -b bundle "$ID"
	assert_ok
	assert_equal "$(runc state "$ID" | jq -r .bundle)" "$BUNDLE"
}

@test "create: root.path may be absolute" {
	config --arg p "$BUNDLE/rootfs" '.root.path = $p'
	create_container
	testcontainer "$ID" created
}

@test "create: --pid-file holds init's pid, without a newline" {
	create_container "$ID" --pid-file "$W/pid"
	assert_equal "$(cat "$W/pid")" "$(init_pid)"
	assert_equal "$(wc -l <"$W/pid")" 0
}

@test "create: a pid file that can not be written leaves nothing" {
	detached runc create -b "$BUNDLE" --pid-file "$W/missing/pid" "$ID"
	refused_without_trace "no such file or directory"
}

@test "create: state directories are for root only" {
	create_container
	assert_equal "$(stat -c %a "$STATE/$ID")" 711
	[ -s "$STATE/$ID/state.json" ]
}

@test "create: an id that exists is refused, and its owner unharmed" {
	create_container
	detached runc create -b "$BUNDLE" "$ID"
	assert_fails "container with given ID already exists"
	testcontainer "$ID" created
	runc start "$ID"
	testcontainer "$ID" running
}

@test "create: ids that are none" {
	local id
	for id in '' . .. / a/b ../a 'a b' 'a:b' $'a\nb' 'ä' '*'; do
		detached runc create -b "$BUNDLE" -- "$id"
		[ "$status" -eq 1 ] || fail "id '$id': $(show)"
		[ -z "$(ls -A "$STATE" 2>/dev/null)" ] || fail "id '$id' left: $(ls -A "$STATE")"
	done
}

@test "create: ids with every character that runc allows" {
	local id="$ID-_+.Az09"
	create_container "$id"
	testcontainer "$id" created
}

@test "create: an id of 1025 bytes is refused" {
	only_ours
	detached runc create -b "$BUNDLE" "$(printf 'a%.0s' {1..1025})"
	refused_without_trace "id"
}

@test "create: no config.json" {
	rm "$BUNDLE/config.json"
	detached runc create -b "$BUNDLE" "$ID"
	refused_without_trace "config.json"
}

@test "create: config.json is not JSON" {
	echo '{' >"$BUNDLE/config.json"
	detached runc create -b "$BUNDLE" "$ID"
	refused_without_trace ""
}

@test "create: no such bundle" {
	detached runc create -b "$W/missing" "$ID"
	refused_without_trace "missing"
}

@test "create: no root file system" {
	rm -r "$BUNDLE/rootfs"
	detached runc create -b "$BUNDLE" "$ID"
	refused_without_trace "rootfs"
}

@test "create: unknown fields are accepted" {
	config '.linux.somethingNew = {"a": [1]} | .process.alsoNew = true | .brandNew = 1'
	create_container
	testcontainer "$ID" created
}

@test "create: any ociVersion is accepted, and none" {
	local change
	for change in '.ociVersion = "1.99.0"' '.ociVersion = "1.0.2-dev"' '.ociVersion = ""' 'del(.ociVersion)'; do
		config "$change"
		create_container
		assert_output ""
		runc delete "$ID"
	done
	only_ours "runc does not look"
	for change in 2.0.0 0.9 v1.0.0 x; do
		config --arg v "$change" '.ociVersion = $v'
		create_container
		assert_has "ociVersion: \"$change\" is not of the 1.x series"
		runc delete "$ID"
	done
}

@test "create: annotations may be anything" {
	config '.annotations = {"a.b/c": "d=e,\nf", "empty": ""}'
	create_container
	assert_equal "$(runc state "$ID" | jq -c .annotations)" '{"a.b/c":"d=e,\nf","empty":""}'
}

@test "create: a failing mount leaves nothing" {
	config '.mounts += [{"destination": "/x", "type": "nosuchfs", "source": "x"}]'
	detached runc create -b "$BUNDLE" "$ID"
	refused_without_trace "/x"
	refute_processes
}

refute_processes() {
	wait_until all_gone || fail "processes left: $(cat "$W/left")"
}

@test "create: a program that is not there fails, and leaves nothing" {
	container_args /no/such/program
	detached runc create -b "$BUNDLE" "$ID"
	refused_without_trace "/no/such/program" "no such file or directory"
	refute_processes
}

@test "create: too few descriptors, wherever they end, leave nothing" {
	only_ours
	local n
	config '.process.rlimits = []'
	for n in {4..24}; do
		detached bash -c 'ulimit -n "$1" && exec "${@:2}"' - "$n" "$RUNC" --root "$STATE" run -b "$BUNDLE" -d "$ID"
		[ "$status" -ne 0 ] || break
		[ -z "$(ls -A "$STATE" 2>/dev/null)" ] || fail "$n descriptors: $(ls -A "$STATE"); $(show)"
		[ -z "$(test_cgroups)" ] || fail "$n descriptors: $(test_cgroups); $(show)"
	done
	[ "$n" -gt 10 ]
}

@test "create: of two with one id at once, one wins" {
	only_ours "1.1.5 lets both lose"
	local won first second
	for _ in 1 2 3 4 5; do
		"$RUNC" --root "$STATE" create -b "$BUNDLE" "$ID" </dev/null >"$W/1" 2>&1 3>&- &
		first=$!
		"$RUNC" --root "$STATE" create -b "$BUNDLE" "$ID" </dev/null >"$W/2" 2>&1 3>&- &
		second=$!
		won=0
		! wait "$first" || won=$((won + 1))
		! wait "$second" || won=$((won + 1))
		assert_equal "$won" 1
		testcontainer "$ID" created
		runc delete --force "$ID"
	done
}

@test "create: killed half-way, it blocks neither id nor delete" {
	only_ours
	# A mount from a FIFO's directory can not hang; a hook can.
	mkfifo "$W/hang"
	config --arg f "$W/hang" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", "echo x > \($f).started; cat \($f)"]}]'
	"$RUNC" --root "$STATE" create -b "$BUNDLE" "$ID" </dev/null >"$W/1" 2>&1 3>&- &
	local creator=$!
	wait_until test -e "$W/hang.started"
	kill -KILL "$creator"
	wait "$creator" || true
	: >"$W/unblock" && timeout 5 sh -c "echo > $W/hang" || true
	run runc delete --force "$ID"
	assert_ok
	config 'del(.hooks)'
	create_container
	testcontainer "$ID" created
}

@test "create: killed at any moment, the id stays usable" {
	only_ours
	local round creator delay
	for round in {1..12}; do
		"$RUNC" --root "$STATE" create -b "$BUNDLE" "$ID" </dev/null >"$W/1" 2>&1 3>&- &
		creator=$!
		# Not to wait for anything: to kill at another moment each round.
		printf -v delay '0.%03d' $((round * 2))
		sleep "$delay"
		kill -KILL "$creator" 2>/dev/null || true
		wait "$creator" || true
		run runc delete --force "$ID"
		assert_ok
		detached runc create -b "$BUNDLE" "$ID"
		assert_ok
		run runc delete --force "$ID"
		assert_ok
	done
}

@test "create: takes exactly one id" {
	run runc create -b "$BUNDLE"
	[ "$status" -ne 0 ]
	assert_has "create"
	run runc create -b "$BUNDLE" "$ID" more
	[ "$status" -ne 0 ]
	assert_has "create"
}

@test "create: a terminal without a console socket is refused" {
	config '.process.terminal = true'
	detached runc create -b "$BUNDLE" "$ID"
	refused_without_trace "t"
	assert_match "terminal|tty"
}

@test "create: a console socket without a terminal is refused" {
	detached runc create -b "$BUNDLE" --console-socket "$W/sock" "$ID"
	refused_without_trace "console"
}
