#!/usr/bin/env bats
# bats file_tags=cgroups
# Nothing stays behind: many rounds, at once, and after failures. What end_test
# looks at after each test is the proof; these give it something to find.

load helpers

# assert_nothing_left is end_test's look, within a test.
assert_nothing_left() { wait_for_nothing_left || fail "left behind:"$'\n'"$(cat "$W/all_left")"; }

@test "leaks: 200 rounds of create, start, kill, delete" {
	local i
	for ((i = 0; i < ${RUNC_BATS_ROUNDS:-200}; i++)); do
		runc create -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- || fail "round $i: create: $(cat "$W/out")"
		runc start "$ID"
		runc kill "$ID" KILL
		wait_until has_status "$ID" stopped
		runc delete "$ID"
	done
	assert_nothing_left
}

@test "leaks: 50 rounds of run" {
	local i
	container_args true
	for ((i = 0; i < 50; i++)); do
		runc run -b "$BUNDLE" "$ID" || fail "round $i"
	done
	assert_nothing_left
}

@test "leaks: 20 rounds of delete --force right after create" {
	local i
	for ((i = 0; i < 20; i++)); do
		create_container
		runc delete --force "$ID"
	done
	assert_nothing_left
}

@test "leaks: 20 containers at once" {
	local i pids=()
	container_args echo fine
	for i in {1..20}; do
		runc run -b "$BUNDLE" "$ID-$i" </dev/null >"$W/out$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in {1..20}; do
		wait "${pids[i - 1]}" || fail "container $i: $(cat "$W/out$i")"
		assert_equal "$(cat "$W/out$i")" fine
	done
	assert_nothing_left
}

@test "leaks: 20 containers at once, each with a user namespace" {
	local i pids=()
	in_userns
	container_args echo fine
	for i in {1..20}; do
		runc run -b "$BUNDLE" "$ID-$i" </dev/null >"$W/out$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in {1..20}; do
		wait "${pids[i - 1]}" || fail "container $i: $(cat "$W/out$i")"
	done
	assert_nothing_left
}

@test "leaks: create, start and delete of many at once" {
	local i pids=()
	one() {
		runc create -b "$BUNDLE" "$1" && runc start "$1" && runc delete --force "$1"
	}
	for i in {1..12}; do
		one "$ID-$i" </dev/null >"$W/out$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in {1..12}; do
		wait "${pids[i - 1]}" || fail "container $i: $(cat "$W/out$i")"
	done
	assert_nothing_left
}

@test "leaks: list while containers come and go" {
	local pid i
	container_args true
	churn() {
		local n
		for n in {1..15}; do runc run -b "$BUNDLE" "$ID-$n" || return; done
	}
	churn </dev/null >"$W/churn" 2>&1 3>&- &
	pid=$!
	i=0
	while kill -0 "$pid" 2>/dev/null; do
		run runc list
		[ "$status" -eq 0 ] || fail "$(show)"
		[ "${#lines[@]}" -le 2 ] || fail "$(show)"
		i=$((i + 1))
	done
	wait "$pid" || fail "$(cat "$W/churn")"
	[ "$i" -gt 0 ]
}

@test "leaks: failures at every stage leave nothing" {
	local filter
	cp "$BUNDLE/config.json" "$W/good"
	for filter in \
		'.process.args = ["/no/such/program"]' \
		'.mounts += [{"destination": "/x", "type": "nosuchfs", "source": "x"}]' \
		'.mounts += [{"destination": "/x", "type": "bind", "source": "/no/such", "options": ["bind"]}]' \
		'.mounts += [{"destination": "/x", "type": "tmpfs", "source": "x", "options": ["size=nonsense"]}]' \
		'.linux.sysctl = {"net.ipv4.ip_default_ttl": "nonsense"}' \
		'.linux.namespaces |= map(select(.type != "network")) + [{"type": "network", "path": "/no/such"}]' \
		'.process.cwd = "/etc/passwd"' \
		'.root.path = "missing"' \
		'.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 999999999999, "hard": 999999999999}]'; do
		cp "$W/good" "$BUNDLE/config.json"
		config "$filter"
		run_container
		[ "$status" -ne 0 ] || fail "no failure with $filter"
		wait_for_nothing_left || fail "$filter left: $(cat "$W/all_left")"
	done
}

@test "leaks: run killed in the foreground leaves a container that delete removes" {
	only_ours
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'echo > /ready; sleep 1000'
	"$RUNC" --root "$STATE" run -b "$BUNDLE" "$ID" </dev/null >"$W/out" 2>&1 3>&- &
	local pid=$!
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	kill -KILL "$pid"
	wait "$pid" || true
	runc delete --force "$ID"
	assert_nothing_left
}

@test "leaks: the bundle is as it was" {
	(cd "$BUNDLE" && find . -printf '%p %m %U:%G %y\n' | sort) >"$W/before"
	container_args true
	run_container
	assert_ok
	(cd "$BUNDLE" && find . -printf '%p %m %U:%G %y\n' | sort) >"$W/after"
	diff "$W/before" "$W/after"
}
