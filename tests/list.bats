#!/usr/bin/env bats
# runc list.

load helpers

@test "list: the table" {
	start_container
	local pid
	pid=$(init_pid)
	run runc list
	assert_ok
	assert_equal "${#lines[@]}" 2
	[[ ${lines[0]} =~ ^ID\ +PID\ +STATUS\ +BUNDLE\ +CREATED\ +OWNER$ ]]
	[[ ${lines[1]} =~ ^"$ID"\ +"$pid"\ +running\ +"$BUNDLE"\ +[0-9-]+T[0-9:.]+Z\ +root$ ]]
}

@test "list: nothing but the header in an empty root" {
	run runc list
	assert_ok
	assert_equal "${#lines[@]}" 1
	assert_match '^ID +PID +STATUS'
}

@test "list: the empty JSON list" {
	run runc list --format json
	assert_ok
	[ "$(jq -c '. // []' <<<"$output")" = '[]' ]
}

@test "list: JSON has the keys of state" {
	config '.annotations = {"x": "y"}'
	start_container
	run runc list --format json
	assert_ok
	assert_equal "$(jq -c '.[0] | keys' <<<"$output")" \
		'["annotations","bundle","created","id","ociVersion","owner","pid","rootfs","status"]'
	assert_equal "$(jq -c '.[0] | del(.owner)' <<<"$output")" "$(runc state "$ID" | jq -c 'del(.owner)')"
	assert_equal "$(jq -r '.[0].owner' <<<"$output")" root
}

@test "list: -f json" {
	start_container
	assert_equal "$(runc list -f json | jq -r '.[].id')" "$ID"
}

@test "list: -q prints ids only" {
	create_container "$ID-b"
	create_container "$ID-a"
	start_container "$ID-c"
	run runc list -q
	assert_output "$ID-a" "$ID-b" "$ID-c"
	assert_equal "$(runc list --quiet)" "$output"
}

@test "list: all statuses" {
	create_container "$ID-created"
	start_container "$ID-running"
	start_container "$ID-stopped"
	runc kill "$ID-stopped" KILL
	wait_until has_status "$ID-stopped" stopped
	assert_equal "$(runc list -f json | jq -r '.[] | "\(.id) \(.status)"' | sed "s/^$ID-//")" \
		"created created"$'\n'"running running"$'\n'"stopped stopped"
}

@test "list: an unknown format" {
	run runc list --format yaml
	assert_status 1
	assert_has "invalid format option"
}

@test "list: a broken entry does not hide the others" {
	start_container
	mkdir "$STATE/broken"
	echo '{' >"$STATE/broken/state.json"
	run runc list
	assert_ok
	assert_has "$ID "
	run runc list -q
	assert_ok
	assert_has "$ID"
	rm -r "$STATE/broken"
}

@test "list: a stray file and an empty directory do no harm" {
	start_container
	mkdir "$STATE/empty"
	touch "$STATE/file"
	run runc list -q
	assert_ok
	only_ours "runc tells of them on stderr"
	assert_output "$ID"
	rmdir "$STATE/empty"
	rm "$STATE/file"
}

@test "list: the owner is who made the container" {
	start_container
	chown -R 1000 "$STATE/$ID"
	run runc list -f json
	assert_ok
	assert_equal "$(jq -r '.[0].owner' <<<"$output")" "$(id -nu 1000 2>/dev/null || echo '#1000')"
	chown -R 0 "$STATE/$ID"
}
