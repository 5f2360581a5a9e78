#!/usr/bin/env bats
# bats file_tags=cgroups
# runc ps.

load helpers

# family runs a container of a shell and two children.
family() {
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1001 & sleep 1002 & echo > /ready; wait'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
}

@test "ps: a table of the container's processes, in the host's numbers" {
	family
	run runc ps "$ID"
	assert_ok
	assert_equal "${#lines[@]}" 4
	[[ ${lines[0]} =~ ^UID\ +PID\ +PPID ]] || fail "$(show)"
	assert_has "sleep 1001" "sleep 1002" " $(init_pid) "
	assert_has_not bats
}

@test "ps: own options" {
	family
	run runc ps "$ID" -e -o pid,args
	assert_ok
	assert_has "sleep 1001"
	assert_has_not PPID
	run runc ps "$ID" -e -o ppid,pid,comm
	assert_ok
	[[ ${lines[0]} =~ ^\ *PPID\ +PID\ +COMMAND$ ]] || fail "$(show)"
	run runc ps "$ID" aux
	assert_ok
	[[ ${lines[0]} == USER* ]] || fail "$(show)"
	assert_equal "${#lines[@]}" 4
}

@test "ps: own options without a pid, and options that ps does not know" {
	family
	run runc ps "$ID" -e -o comm
	assert_fails "couldn't find PID field in ps output"
	run runc ps "$ID" --no-such-option
	assert_status 1
	assert_has "unknown gnu long option"
}

@test "ps: --format json is a list of pids" {
	family
	local form
	for form in "--format json" "-f json" "--format=json" "-f=json"; do
		# shellcheck disable=SC2086
		run runc ps $form "$ID"
		assert_ok
		jq -e --argjson init "$(init_pid)" 'length == 3 and (sort | .[0] | type) == "number" and index($init) != null' <<<"$output"
	done
}

@test "ps: other formats" {
	start_container
	run runc ps --format yaml "$ID"
	assert_fails "invalid format option"
}

@test "ps: --format table is the default" {
	start_container
	run runc ps "$ID"
	local plain=$output
	run runc ps --format table "$ID"
	assert_equal "$(awk '{ print $2 }' <<<"$output")" "$(awk '{ print $2 }' <<<"$plain")"
}

@test "ps: processes of sub-cgroups" {
	unified || need_controller devices
	start_container
	local dir
	dir=$(cgroup_dir "$(init_pid)" devices)
	mkdir "$dir/sub"
	sleep 1000 &
	echo $! >"$dir/sub/cgroup.procs"
	run runc ps --format json "$ID"
	jq -e --argjson p $! 'index($p) != null' <<<"$output"
	kill -KILL $!
}

@test "ps: a created container" {
	create_container
	run runc ps --format json "$ID"
	assert_ok
	assert_output "[$(init_pid)]"
}

@test "ps: a stopped container has none" {
	only_ours "1.1.5 prints null"
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	run runc ps --format json "$ID"
	assert_ok
	assert_output "[]"
	run runc ps "$ID"
	assert_ok
	assert_equal "${#lines[@]}" 1
}

@test "ps: those that live on when init is gone" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1001 & echo > /ready'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	wait_until has_status "$ID" stopped
	run runc ps "$ID"
	assert_ok
	assert_has "sleep 1001"
	run runc list -q
	assert_has "$ID"
	only_ours
	run runc kill --all "$ID" KILL
	assert_ok
	wait_until all_gone
	run runc delete "$ID"
	assert_ok
}

@test "ps: an unknown container, and no container" {
	run runc ps "$ID"
	assert_fails "container does not exist"
	run runc ps
	assert_status 1
	assert_has "argument"
}

@test "ps: no ps on the host" {
	only_ours
	start_container
	mkdir "$W/empty"
	PATH=$W/empty run "$RUNC" --root "$STATE" ps "$ID"
	assert_fails "ps" "executable file not found" "--format json"
}

@test "ps: the same as the other runc prints" {
	need_other
	family
	assert_equal "$(runc ps -f json "$ID" | jq -c sort)" "$(other_runc ps -f json "$ID" | jq -c sort)"
	assert_equal "$(runc ps "$ID" -o pid,args -e)" "$(other_runc ps "$ID" -o pid,args -e)"
}
