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

# --- the same words to both --------------------------------------------------

# told_both WORDS... gives both runtimes the same words. They must end with the
# same status, print help or not, and the last error of Debian's is part of ours.
told_both() {
	local who said
	for who in ours other; do
		status=0
		by "$who" --log "$W/$who.log" "$@" </dev/null >"$W/$who.out" 2>"$W/$who.err" || status=$?
		echo "status $status" >"$W/$who.told"
		sed -n '1s/^Incorrect Usage.*/help on stdout/p' "$W/$who.out" >>"$W/$who.told"
	done
	diff "$W/other.told" "$W/ours.told" || fail "$*: other < > ours"
	said=$(tail -n 1 "$W/other.err")
	said=${said#"$OTHER_RUNC": }
	[[ $(tail -n 1 "$W/ours.err") == *"$said"* ]] || fail "$*: '$(tail -n 1 "$W/ours.err")' is without '$said'"
}

@test "compat: commands without an id, and with too many" {
	local command
	for command in create run start exec kill delete state ps pause resume events update checkpoint restore; do
		told_both "$command"
	done
	for command in create run start kill delete state pause resume events update checkpoint restore; do
		told_both "$command" a b c
	done
	for command in list spec features; do
		told_both "$command" a
	done
}

@test "compat: unknown flags, and values that are none" {
	local command
	for command in create run start exec kill delete state list ps pause resume events update checkpoint restore spec features; do
		told_both "$command" --no-such-flag a
	done
	told_both exec --additional-gids x "$ID" true
	told_both exec -g 5,6 "$ID" true
	told_both exec -g 99999999999999999999 "$ID" true
}

@test "compat: ids that are words of the command line" {
	local command id
	for id in help h; do
		for command in start kill delete state ps pause resume "events --stats" "update --pids-limit 5"; do
			# shellcheck disable=SC2086
			told_both $command "$id"
		done
		told_both exec "$id" true
		detached runc run -d -b "$BUNDLE" "$id"
		assert_ok
		assert_output ""
		run runc exec "$id" echo inside
		assert_output inside
		runc delete --force "$id"
	done
}

@test "compat: what is wrong with the id comes before what is wrong with the rest" {
	told_both kill "$ID" NOSUCH
	told_both exec "$ID"
}

@test "compat: a directory without a state" {
	local flag
	mkdir -p "$STATE/$ID"
	told_both state "$ID"
	for flag in -q "-f json"; do
		# shellcheck disable=SC2086
		assert_equal "$(runc list $flag)" "$(other_runc list $flag 2>/dev/null)"
	done
	for flag in "" --force; do
		mkdir -p "$STATE/$ID/ours"
		# shellcheck disable=SC2086
		run runc delete $flag "$ID"
		assert_status "$([ -z "$flag" ] && echo 1 || echo 0)"
		mkdir -p "$STATE/$ID/other"
		# shellcheck disable=SC2086
		run other_runc delete $flag "$ID"
		assert_status "$([ -z "$flag" ] && echo 1 || echo 0)"
		[ -z "$(ls -A "$STATE")" ]
	done
}

@test "compat: the obsolete --criu is taken" {
	container_args true
	for flag in "--criu /no/criu" --criu=/no/criu; do
		# shellcheck disable=SC2086
		run runc $flag run -b "$BUNDLE" "$ID"
		assert_ok
		[ "${#lines[@]}" -eq 1 ] || fail "want one line, got $(show)"
		assert_has "--criu is ignored"
	done
	run runc --help
	assert_has_not criu
}

@test "compat: unknown capabilities get one warning" {
	local who
	config '.process.capabilities |= map_values(. + ["CAP_B", "CAP_A"])'
	container_args true
	for who in ours other; do
		run by "$who" run -b "$BUNDLE" "$ID"
		assert_ok
		assert_equal "$(grep -c "unknown or unavailable" <<<"$output")" 1
		assert_has "ignoring unknown or unavailable capabilities: [CAP_A CAP_B]"
	done
	container_args sleep 100
	made_by ours
	for who in ours other; do
		run by "$who" exec --cap CAP_NOPE "$ID" true
		assert_ok
		assert_equal "$(grep -c "CAP_NOPE" <<<"$output")" 1
	done
}

@test "compat: the ociVersion of a state is the runtime's own" {
	local who
	config '.ociVersion = "1.0.0"'
	for who in ours other; do
		made_by "$who"
		assert_equal "$(runc state "$ID" | jq -r .ociVersion)" "$(by "$who" --version | sed -n 's/^spec: //p')"
		runc delete --force "$ID"
	done
}

@test "compat: linux.resources without a wish is none" {
	local who
	config '.linux.resources = {memory: {}, cpu: {}, pids: {}, blockIO: {}, hugepageLimits: [], network: {}, rdma: {}, unified: {}}'
	for who in ours other; do
		made_by "$who"
		runc delete --force "$ID"
	done
}

@test "compat: the bundle of a state is without symlinks" {
	local who
	ln -s bundle "$W/link"
	for who in ours other; do
		detached by "$who" create -b "$W/link" "$ID"
		assert_ok
		assert_equal "$(by "$who" state "$ID" | jq -r .bundle)" "$BUNDLE"
		runc delete --force "$ID"
	done
}
