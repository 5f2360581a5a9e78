#!/usr/bin/env bats
# bats file_tags=cgroups
# Debian's runc manages our containers, and we manage its: state.json and the
# rules of life are the same.

load helpers

setup() {
	need_other
	begin_test
}

teardown() {
	# Nothing was begun where need_other skipped.
	[ -z "${W:-}" ] || end_test
}

# made_by WHO runs a container by ours or other, and leaves it running.
made_by() {
	if [ "$1" = ours ]; then
		detached runc run -d -b "$BUNDLE" "$ID"
	else
		detached other_runc run -d -b "$BUNDLE" "$ID"
	fi
	assert_ok
}

# by WHO ARGS... calls that runtime.
by() {
	if [ "$1" = ours ]; then runc "${@:2}"; else other_runc "${@:2}"; fi
}

# state_of WHO prints the state without what depends on the version.
state_of() { by "$1" state "$ID" | jq -S 'del(.ociVersion)'; }

# lives MAKER USER: USER sees and ends MAKER's container.
lives() {
	config '.annotations = {"a": "b"}'
	made_by "$1"
	assert_equal "$(by "$2" state "$ID" | jq -r .status)" running
	assert_equal "$(state_of "$2")" "$(state_of "$1")"
	assert_equal "$(by "$2" list -q)" "$ID"
	run by "$2" delete "$ID"
	assert_status 1
	by "$2" kill "$ID" KILL
	wait_until has_status "$ID" stopped
	assert_equal "$(by "$2" state "$ID" | jq -r .status)" stopped
	run by "$2" kill "$ID" KILL
	assert_status 1
	by "$2" delete "$ID"
	[ -z "$(ls -A "$STATE")" ]
	[ -z "$(test_cgroups)" ]
}

@test "compat: our container, Debian's runc: state, list, kill, delete" { lives ours other; }

@test "compat: Debian's container, our runc: state, list, kill, delete" { lives other ours; }

@test "compat: our created container in Debian's eyes" {
	detached runc create -b "$BUNDLE" "$ID"
	assert_ok
	assert_equal "$(other_runc state "$ID" | jq -r .status)" created
	other_runc delete --force "$ID"
	[ -z "$(test_cgroups)" ]
}

@test "compat: Debian's created container in our eyes" {
	detached other_runc create -b "$BUNDLE" "$ID"
	assert_ok
	testcontainer "$ID" created
	runc delete --force "$ID"
	[ -z "$(test_cgroups)" ]
}

@test "compat: we start what Debian's runc created" {
	detached other_runc create -b "$BUNDLE" "$ID"
	assert_ok
	runc start "$ID"
	testcontainer "$ID" running
	assert_equal "$(other_runc state "$ID" | jq -r .status)" running
}

@test "compat: Debian's runc starts what we created" {
	detached runc create -b "$BUNDLE" "$ID"
	assert_ok
	other_runc start "$ID"
	testcontainer "$ID" running
	assert_equal "$(other_runc state "$ID" | jq -r .status)" running
}

@test "compat: delete --force both ways" {
	local maker user
	for maker in ours other; do
		[ "$maker" = ours ] && user=other || user=ours
		made_by "$maker"
		by "$user" delete --force "$ID"
		[ -z "$(ls -A "$STATE")" ]
		[ -z "$(test_cgroups)" ]
	done
}

@test "compat: list shows both runtimes' containers" {
	detached runc run -d -b "$BUNDLE" "$ID-a"
	detached other_runc run -d -b "$BUNDLE" "$ID-b"
	assert_equal "$(runc list -q | tr '\n' ' ')" "$ID-a $ID-b "
	assert_equal "$(other_runc list -q | tr '\n' ' ')" "$ID-a $ID-b "
	assert_equal "$(runc list -f json | jq -c 'map(del(.ociVersion))')" "$(other_runc list -f json | jq -c 'map(del(.ociVersion))')"
}

@test "compat: containers with a user namespace" {
	in_userns
	made_by ours
	assert_equal "$(other_runc state "$ID" | jq -r .status)" running
	other_runc delete --force "$ID"
	made_by other
	testcontainer "$ID" running
	runc delete --force "$ID"
}

@test "compat: containers without a PID namespace" {
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	made_by ours
	other_runc delete --force "$ID"
	made_by other
	runc delete --force "$ID"
	wait_until all_gone
}

@test "compat: an id of the other's is in use" {
	made_by other
	detached runc create -b "$BUNDLE" "$ID"
	assert_fails "container with given ID already exists"
	runc delete --force "$ID"
	made_by ours
	detached other_runc create -b "$BUNDLE" "$ID"
	assert_status 1
	assert_has "container with given ID already exists"
}

@test "compat: Debian's runc executes in our container" {
	made_by ours
	run other_runc exec "$ID" cat /proc/1/comm
	assert_ok
	assert_output sleep
}

# filled_keys prints the keys of state.json that hold something: newer versions
# leave the others out. "networks" is no setting: it holds the loopback device.
filled_keys() {
	jq -r 'def filled: IN(null, false, 0, "", [], {}) | not;
		.config.Hooks |= (. // {} | with_entries(select(.value))) | del(.config.networks) |
		(to_entries[], (.config | to_entries[] | .key |= "config." + .)) | select(.value | filled) | .key' \
		"$STATE/$ID/state.json" | sort
}

@test "compat: state.json has the keys of Debian's" {
	made_by other
	filled_keys >"$W/theirs"
	runc delete --force "$ID"
	made_by ours
	filled_keys | comm -23 "$W/theirs" - >"$W/missing"
	[ ! -s "$W/missing" ] || fail "keys that Debian's runc has and ours has not: $(tr '\n' ' ' <"$W/missing")"
}
