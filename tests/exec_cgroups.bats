#!/usr/bin/env bats
# bats file_tags=cgroups
# exec and the container's cgroup: --cgroup, and paused containers. These run in
# each view: version 1, version 2, and both.

load helpers

# dirs prints the directories of the container's cgroup, once each.
dirs() { jq -r '.cgroup_paths[]' "$STATE/$ID/state.json" | sort -u; }

# make_sub NAME makes a sub-cgroup in every hierarchy of the view.
make_sub() {
	local dir
	while read -r dir; do
		mkdir -p "$dir/$1"
		# A new cpuset of version 1 has no CPUs.
		! grep -q /cpuset <<<"$dir" || fill_cpuset "$dir" "$1"
	done < <(dirs)
}

fill_cpuset() {
	local file
	for file in cpuset.cpus cpuset.mems; do
		cat "$1/$file" >"$1/$2/$file"
	done
}

# remove_subs ends the container and removes what make_sub and others made below its
# cgroup, unless systemd has: it removes a scope without processes.
remove_subs() {
	local dir
	dirs >"$W/dirs"
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	while read -r dir; do
		find "$dir" -mindepth 1 -depth -type d -exec rmdir {} + || [ ! -e "$dir" ]
	done <"$W/dirs"
}

# where ARGS... prints the cgroup that an exec with ARGS is in, below the container's.
where() {
	run runc exec "$@" "$ID" cat /proc/self/cgroup
	[ "$status" -eq 0 ] || return 0
	if unified; then
		output=$(sed -n 's/^0:://p' <<<"$output")
	else
		output=$(sed -n 's/^[1-9][0-9]*:[^:]*:\(.*\)/\1/p' <<<"$output" | sort -u)
	fi
	output=${output##*"$ID"}
	output=${output#.scope} # as systemd names it
	output=${output#/}
}

exec_fails() {
	assert_status 255
	assert_has "exec failed" "$@"
}

@test "exec --cgroup: the container's own by default, and as /" {
	start_container
	where
	assert_output ""
	where --cgroup /
	assert_output ""
}

@test "exec --cgroup: a sub-cgroup" {
	start_container
	make_sub one
	make_sub one/two
	where --cgroup one
	assert_output one
	where --cgroup /one/two/
	assert_output one/two
	where --cgroup one/../one
	assert_output one
	remove_subs
}

@test "exec --cgroup: a sub-cgroup that is not there" {
	start_container
	where --cgroup none
	exec_fails "adding pid" "no such file or directory"
}

@test "exec --cgroup: no way out, not even to a sibling with the same beginning (runc #5457)" {
	only_ours "runc lands in the sibling"
	local path
	start_container
	start_container "$ID-2"
	for path in .. ../.. / "../$ID-2" "../${ID}-2/" "a/../../$ID-2" ../../../../../../; do
		[ "$path" != / ] || continue
		where --cgroup "$path"
		assert_status 255
		assert_has "is not a sub cgroup path"
	done
}

@test "exec --cgroup: by controller" {
	! unified || skip "version 1 only"
	need_controller memory
	need_controller pids
	start_container
	make_sub sub
	run runc exec --cgroup memory:sub "$ID" cat /proc/self/cgroup
	assert_ok
	assert_match ":memory:[^ ]*/sub"
	[[ ! $output =~ :pids:[^$'\n']*/sub ]]
	run runc exec --cgroup memory:sub --cgroup pids:/sub "$ID" cat /proc/self/cgroup
	assert_match ":memory:[^ ]*/sub"
	assert_match ":pids:[^ ]*/sub"
	run runc exec --cgroup memory,pids:sub "$ID" cat /proc/self/cgroup
	assert_match ":memory:[^ ]*/sub"
	assert_match ":pids:[^ ]*/sub"
	remove_subs
}

@test "exec --cgroup: arguments that make no sense" {
	start_container
	where --cgroup whaaat:/
	exec_fails "unknown controller whaaat"
	where --cgroup a --cgroup b
	exec_fails "missing <controller>: prefix"
	only_ours
	where --cgroup :a
	exec_fails "empty <controller> prefix"
	where --cgroup x:a --cgroup x:b
	exec_fails "specified multiple times"
}

@test "exec: into a v2 cgroup with controllers below goes where init is" {
	unified || skip "version 2 only"
	local dir controller
	start_container
	dir=$(cgroup_dir "$(init_pid)" any)
	make_sub leaf
	init_pid >"$dir/leaf/cgroup.procs"
	where
	assert_output ""
	controller=$(cut -d ' ' -f 1 "$dir/cgroup.controllers")
	[ -n "$controller" ] || skip "no controllers in this view"
	echo "+$controller" >"$dir/cgroup.subtree_control"
	where
	assert_output leaf
	where --cgroup /
	exec_fails "adding pid" "device or resource busy"
	where --cgroup leaf
	assert_output leaf
	remove_subs
}

@test "exec: into a v2 cgroup that was made threaded works, or names cgroup.type (runc #2390)" {
	unified || skip "version 2 only"
	only_ours
	local dir
	start_container
	dir=$(cgroup_dir "$(init_pid)" any)
	# A threaded cgroup below: processes are still taken.
	mkdir "$dir/sub"
	echo threaded >"$dir/sub/cgroup.type"
	run runc exec "$ID" true
	assert_ok
	# A domain that is none any more takes nobody.
	mkdir "$dir/sub/invalid"
	run runc exec --cgroup sub/invalid "$ID" true
	assert_status 255
	assert_has cgroup.type "domain invalid"
	assert_equal "$(runc ps -f json "$ID")" "[$(init_pid)]"
}

# --- paused ------------------------------------------------------------------

# freezer prints the freezer's directory of the container, frozen the file and
# values that freeze and thaw.
freezer() { cgroup_dir "$(init_pid)" freezer; }

freeze() {
	if unified; then
		echo 1 >"$1/cgroup.freeze"
		wait_until grep -q "frozen 1" "$1/cgroup.events"
	else
		echo FROZEN >"$1/freezer.state"
		wait_until grep -q FROZEN "$1/freezer.state"
	fi
}

thaw() {
	if unified; then echo 0 >"$1/cgroup.freeze"; else echo THAWED >"$1/freezer.state"; fi
}

need_freezer() { unified || need_controller freezer; }

@test "exec: a paused container is refused at once" {
	need_freezer
	start_container
	freeze "$(freezer)"
	RUNC_TIMEOUT=5 run runc exec "$ID" true
	exec_fails "cannot exec in a paused container (use --ignore-paused to override)"
	thaw "$(freezer)"
	run runc exec "$ID" true
	assert_ok
}

@test "exec: a container with a frozen ancestor is refused at once, and the ancestor named" {
	need_freezer
	only_ours
	local parent
	config --arg p "/$ID-parent/$ID" '.linux.cgroupsPath = $p'
	start_container
	parent=$(dirname "$(freezer)")
	freeze "$parent"
	RUNC_TIMEOUT=5 run runc exec "$ID" true
	exec_fails "cannot exec in a paused container" "$parent"
	thaw "$parent"
	runc delete --force "$ID"
	find /sys/fs/cgroup -depth -type d -name "$ID-parent" -exec rmdir {} +
}

@test "exec: a frozen sub-cgroup is refused at once" {
	need_freezer
	only_ours
	start_container
	make_sub sub
	freeze "$(freezer)/sub"
	RUNC_TIMEOUT=5 run runc exec --cgroup sub "$ID" true
	exec_fails "cannot exec in a paused container"
	run runc exec "$ID" true
	assert_ok
	thaw "$(freezer)/sub"
	remove_subs
}

@test "exec: --ignore-paused waits until the container goes on" {
	need_freezer
	start_container
	freeze "$(freezer)"
	background runc exec --ignore-paused "$ID" sh -c 'echo done >/done'
	local pid=$!
	# One more process in the cgroup than the sleeping one.
	wait_until two_in "$(freezer)"
	[ ! -e "$BUNDLE/rootfs/done" ]
	thaw "$(freezer)"
	wait "$pid"
	[ -e "$BUNDLE/rootfs/done" ]
}

two_in() { [ "$(wc -l <"$1/cgroup.procs")" -eq 2 ]; }

@test "start: a created container with a frozen ancestor is refused at once" {
	need_freezer
	only_ours "runc hangs"
	local parent
	config --arg p "/$ID-parent/$ID" '.linux.cgroupsPath = $p'
	create_container
	parent=$(dirname "$(freezer)")
	freeze "$parent"
	RUNC_TIMEOUT=5 run runc start "$ID"
	assert_fails "cannot start a paused container" "$parent"
	thaw "$parent"
	run runc start "$ID"
	assert_ok
	runc delete --force "$ID"
	find /sys/fs/cgroup -depth -type d -name "$ID-parent" -exec rmdir {} +
}

@test "exec: into a container whose limit of processes is reached" {
	need_controller pids
	config '.linux.resources.pids.limit = 1'
	container_args sleep 1000
	start_container
	run runc exec "$ID" echo in
	assert_ok
	assert_output in
}
