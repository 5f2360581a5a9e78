#!/usr/bin/env bats
# bats file_tags=cgroups
# runc state, and the state.json that it is made from.

load helpers

@test "state: the keys that engines read" {
	config '.annotations = {"a": "b"}'
	start_container
	run runc state "$ID"
	assert_ok
	assert_equal "$(jq -c 'keys' <<<"$output")" \
		'["annotations","bundle","created","id","ociVersion","owner","pid","rootfs","status"]'
	assert_equal "$(jq -r .id <<<"$output")" "$ID"
	assert_equal "$(jq -r .bundle <<<"$output")" "$BUNDLE"
	assert_equal "$(jq -r .rootfs <<<"$output")" "$BUNDLE/rootfs"
	assert_equal "$(jq -r .status <<<"$output")" running
	assert_equal "$(jq -r .annotations.a <<<"$output")" b
	assert_equal "$(jq -r .owner <<<"$output")" ""
	[[ $(jq -r .ociVersion <<<"$output") == 1.* ]]
}

@test "state: no annotations, no key" {
	start_container
	assert_equal "$(runc state "$ID" | jq 'has("annotations")')" false
}

@test "state: created is now, in UTC, to the nanosecond" {
	local before after created
	before=$(date +%s)
	start_container
	after=$(date +%s)
	created=$(runc state "$ID" | jq -r .created)
	[[ $created =~ ^[0-9-]+T[0-9:]+(\.[0-9]+)?Z$ ]]
	created=$(date -d "$created" +%s)
	[ "$created" -ge "$before" ]
	[ "$created" -le "$after" ]
}

@test "state: created, running, stopped" {
	create_container
	testcontainer "$ID" created
	runc start "$ID"
	testcontainer "$ID" running
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	assert_equal "$(init_pid)" 0
}

@test "state: paused, when the cgroup is frozen" {
	unified || need_controller freezer
	start_container
	local pid dir
	pid=$(init_pid)
	dir=$(cgroup_dir "$pid" freezer)
	if unified; then
		echo 1 >"$dir/cgroup.freeze"
		wait_until grep -q 'frozen 1' "$dir/cgroup.events"
	else
		echo FROZEN >"$dir/freezer.state"
		wait_until grep -q FROZEN "$dir/freezer.state"
	fi
	testcontainer "$ID" paused
	if unified; then echo 0 >"$dir/cgroup.freeze"; else echo THAWED >"$dir/freezer.state"; fi
	wait_until has_status "$ID" running
}

@test "state: of an unknown container" {
	run runc state "$ID"
	assert_fails "container does not exist"
}

@test "state: an id that is a path is refused" {
	run runc state "../$(basename "$W")"
	assert_status 1
}

@test "state: does not believe in a pid that another process has now" {
	start_container
	local pid
	pid=$(init_pid)
	# As after a reboot: the pid lives, its start time is another.
	jq -c '.init_process_start = 1' "$STATE/$ID/state.json" >"$W/new"
	cp "$W/new" "$STATE/$ID/state.json"
	testcontainer "$ID" stopped
	kill -KILL "$pid"
	wait_until gone "$pid"
	runc delete "$ID"
}

@test "state: a clock that was set, or stood still in a snapshot, ends no container" {
	start_container
	jq -c '.created = "2001-01-01T00:00:00Z"' "$STATE/$ID/state.json" >"$W/new"
	cp "$W/new" "$STATE/$ID/state.json"
	testcontainer "$ID" running
	run runc delete "$ID"
	assert_fails "not stopped"
	testcontainer "$ID" running
}

@test "state: delete --force does not kill who has the pid now" {
	start_container
	local pid other
	pid=$(init_pid)
	background sleep 1000
	other=$!
	jq -c --argjson p "$other" '.init_process_pid = $p' "$STATE/$ID/state.json" >"$W/new"
	cp "$W/new" "$STATE/$ID/state.json"
	testcontainer "$ID" stopped
	kill -KILL "$pid"
	wait_until gone "$pid"
	run runc delete --force "$ID"
	kill -0 "$other"
}

@test "state.json: runc's keys" {
	start_container
	local key
	for key in id init_process_pid init_process_start created config cgroup_paths namespace_paths; do
		[ "$(jq --arg k "$key" 'has($k)' "$STATE/$ID/state.json")" = true ] || fail "no key $key"
	done
}

@test "state.json: runc's keys in its config" {
	start_container
	local key
	for key in rootfs mounts devices hostname namespaces capabilities cgroups mask_paths readonly_paths \
		version labels; do
		[ "$(jq --arg k "$key" '.config | has($k)' "$STATE/$ID/state.json")" = true ] || fail "no key config.$key"
	done
	assert_equal "$(jq -r .config.rootfs "$STATE/$ID/state.json")" "$BUNDLE/rootfs"
	jq -e '.config.labels | index("bundle='"$BUNDLE"'")' "$STATE/$ID/state.json"
}

@test "state.json: pid, start time and namespaces are init's" {
	start_container
	local pid file=$STATE/$ID/state.json
	pid=$(jq .init_process_pid "$file")
	assert_equal "$(init_pid)" "$pid"
	assert_equal "$(jq .init_process_start "$file")" "$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)"
	assert_equal "$(jq -r .namespace_paths.NEWNS "$file")" "/proc/$pid/ns/mnt"
	assert_equal "$(jq -r .namespace_paths.NEWPID "$file")" "/proc/$pid/ns/pid"
}

@test "state.json: unknown keys survive" {
	only_ours "runc drops them"
	create_container
	jq -c '. + {"from_the_future": {"a": [1, "x"]}} | .config.also_new = true' "$STATE/$ID/state.json" >"$W/new"
	cp "$W/new" "$STATE/$ID/state.json"
	testcontainer "$ID" created
	runc start "$ID"
	testcontainer "$ID" running
	assert_equal "$(jq -c .from_the_future "$STATE/$ID/state.json")" '{"a":[1,"x"]}'
}

@test "state and list: answer while a create hangs" {
	only_ours
	mkfifo "$W/hang"
	start_container "$ID-2"
	config --arg f "$W/hang" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", "echo > \($f).started; cat \($f)"]}]'
	"$RUNC" --root "$STATE" create -b "$BUNDLE" "$ID" </dev/null >"$W/1" 2>&1 3>&- &
	local creator=$!
	wait_until test -e "$W/hang.started"
	RUNC_TIMEOUT=5 run runc state "$ID-2"
	assert_ok
	RUNC_TIMEOUT=5 run runc list -q
	assert_ok
	assert_has "$ID-2"
	RUNC_TIMEOUT=5 run runc state "$ID"
	[ "$status" -le 1 ]
	timeout 10 sh -c "echo > $W/hang"
	wait "$creator"
	testcontainer "$ID" created
}
