#!/usr/bin/env bats
# Global flags, forms of flags, logs.

load helpers

# last_error FILE prints msg of the last error in a JSON log.
last_error() { jq -r 'select(.level == "error") | .msg' "$1" | tail -n 1; }

@test "flags: one dash or two, with = or a space" {
	container_args true
	local form
	for form in "--bundle $BUNDLE" "-bundle $BUNDLE" "--bundle=$BUNDLE" "-bundle=$BUNDLE" "-b $BUNDLE" "-b=$BUNDLE"; do
		# shellcheck disable=SC2086
		run runc run $form "$ID"
		[ "$status" -eq 0 ] || fail "$form: $(show)"
	done
}

@test "flags: global ones, too" {
	local form
	create_container
	for form in "--root $STATE" "-root $STATE" "--root=$STATE" "-root=$STATE"; do
		# shellcheck disable=SC2086
		run "$RUNC" $form list -q
		assert_ok
		assert_output "$ID"
	done
}

@test "flags: as go-runc passes them" {
	container_args true
	run "$RUNC" --root "$STATE" --log "$W/log" --log-format json run --bundle "$BUNDLE" --pid-file "$W/pid" -no-subreaper "$ID"
	assert_ok
	[ ! -s "$W/log" ]
}

@test "flags: --no-subreaper" {
	container_args true
	run_container --no-subreaper
	assert_ok
}

@test "flags: an unknown flag" {
	run runc create --no-such-flag "$ID"
	[ "$status" -ne 0 ]
	assert_has "no-such-flag"
	run runc --no-such-flag list
	[ "$status" -ne 0 ]
	assert_has "no-such-flag"
	only_ours "another text"
	assert_has "see runc --help" "   checkpoint " "   update "
}

@test "flags: an unknown command" {
	run runc no-such-command
	[ "$status" -ne 0 ]
	assert_has "no-such-command"
}

@test "flags: an unknown command, in runc's words" {
	for words in nope "nope -h" "help nope"; do
		# shellcheck disable=SC2086
		run runc $words
		assert_status 3
		assert_has "No help topic for 'nope'"
	done
}

@test "flags: --help names every command" {
	local command
	run runc --help
	assert_ok
	for command in create start run state list kill delete spec features; do
		assert_match $'\n'"[ ]+${command}[, ]"
	done
	assert_has --root --log --log-format --debug --systemd-cgroup
}

@test "flags: help and h are ids" {
	local id
	for id in help h; do
		run runc state "$id"
		assert_status 1
		assert_has "container does not exist"
	done
}

@test "flags: -h of a command tells its flags" {
	run runc create --help
	assert_ok
	assert_has --bundle --pid-file --no-pivot --no-new-keyring --preserve-fds --console-socket
	run runc run -h
	assert_ok
	assert_has --detach
}

@test "flags: hidden commands and flags are hidden" {
	run runc --help
	assert_has_not $'\n   init'
	only_ours "--all was still shown in 1.1.5"
	run runc kill --help
	assert_ok
	assert_has_not "--all"
}

@test "log: an error goes to stderr" {
	run runc state "$ID"
	assert_fails "container does not exist"
}

@test "log: --log-format json: the last error line is the cause" {
	rm -r "$BUNDLE/rootfs"
	run runc --log "$W/log" --log-format json create -b "$BUNDLE" "$ID"
	assert_status 1
	[[ $(last_error "$W/log") == *rootfs* ]]
	jq -e -s 'all(has("level") and has("msg") and has("time"))' "$W/log"
	# Engines show the log; people see stderr.
	assert_has rootfs
}

@test "log: --log in text" {
	run runc --log "$W/log" --log-format text state "$ID"
	assert_status 1
	grep -q 'level=error msg=".*container does not exist' "$W/log"
	assert_has "container does not exist"
}

@test "log: is appended to" {
	run runc --log "$W/log" state "$ID"
	run runc --log "$W/log" state "$ID"
	assert_equal "$(wc -l <"$W/log")" 2
}

@test "log: nothing is logged when all goes well" {
	container_args true
	run runc --log "$W/log" run -b "$BUNDLE" "$ID"
	assert_ok
	assert_output ""
	[ ! -s "$W/log" ]
}

@test "log: an unknown format" {
	run runc --log-format yaml list
	assert_status 1
	assert_has yaml
}

@test "log: a log that can not be opened" {
	run runc --log "$W/missing/log" list
	assert_status 1
	assert_has "$W/missing/log"
}

@test "log: --debug tells what happens inside, in runc's words" {
	container_args true
	run runc --debug --log "$W/log" run -b "$BUNDLE" "$ID"
	assert_ok
	# Engines' tests and runc's own suite look for these.
	grep -q "nsexec.*container setup" "$W/log"
	grep -q "child process in init()" "$W/log"
	grep -q "init: closing the pipe to signal completion" "$W/log"
	only_ours "1.1.5 does not say"
	grep -q "runc exeseal: using /proc/self/exe clone" "$W/log"
}

@test "log: --debug of exec, in runc's words" {
	start_container
	run runc --debug --log "$W/log" exec "$ID" true
	assert_ok
	assert_output ""
	grep -q "nsexec.*container setup" "$W/log"
	grep -q "setns_init: about to exec" "$W/log"
	only_ours "1.1.5 does not say"
	grep -q "runc exeseal: using /proc/self/exe clone" "$W/log"
}

@test "log: --debug in JSON is JSON in every line" {
	container_args true
	run runc --debug --log "$W/log" --log-format json run -b "$BUNDLE" "$ID"
	assert_ok
	jq -e -s 'length > 3 and all(has("level") and has("msg") and has("time"))' "$W/log"
	jq -e -s 'any(.msg | contains("child process in init()"))' "$W/log"
}

@test "log: --debug without a log goes to stderr, not to stdout" {
	container_args echo output
	runc --debug run -b "$BUNDLE" "$ID" >"$W/out" 2>"$W/err"
	assert_equal "$(cat "$W/out")" output
	grep -q level=debug "$W/err"
}

@test "root: is made when needed" {
	container_args true
	run "$RUNC" --root "$W/a/b/c" run -b "$BUNDLE" "$ID"
	assert_ok
	[ -d "$W/a/b/c" ]
}

@test "root: relative to the current directory" {
	cd "$W"
	detached "$RUNC" --root state create -b "$BUNDLE" "$ID"
	assert_ok
	testcontainer "$ID" created
}

@test "root: /run/runc by default" {
	container_args true
	run "$RUNC" run --bundle "$BUNDLE" "$ID"
	assert_ok
	[ -d /run/runc ]
	rmdir /run/runc
}

@test "root: XDG_RUNTIME_DIR for who is not root, with the sticky bit" {
	mkdir -m 700 "$W/xdg"
	chown 1000 "$W/xdg"
	XDG_RUNTIME_DIR=$W/xdg run setpriv --reuid 1000 --regid 1000 --clear-groups "$RUNC" list -q
	assert_ok
	assert_output ""
	assert_equal "$(stat -c %a "$W/xdg/runc")" 1700
}

@test "root: XDG_RUNTIME_DIR does not matter to root" {
	container_args true
	mkdir "$W/xdg"
	XDG_RUNTIME_DIR=$W/xdg run "$RUNC" run --bundle "$BUNDLE" "$ID"
	assert_ok
	[ -z "$(ls -A "$W/xdg")" ]
	rmdir /run/runc
}

@test "rootless: auto, true and false" {
	local value
	container_args true
	for value in auto true false; do
		run runc --rootless "$value" run -b "$BUNDLE" "$ID"
		assert_ok
	done
}

@test "rootless: nonsense is refused" {
	container_args true
	run runc --rootless nonsense run -b "$BUNDLE" "$ID"
	assert_fails nonsense
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ]
}
