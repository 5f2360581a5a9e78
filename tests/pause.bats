#!/usr/bin/env bats
# bats file_tags=cgroups
# runc pause and resume, and what can be done with a paused container.

load helpers

setup() {
	begin_test
	unified || need_controller freezer
}

# counting_container runs a container that counts in /n.
counting_container() {
	container_script 'i=0; while :; do i=$((i + 1)); echo $i > /n.new; mv /n.new /n; done'
	start_container
	wait_until [ -s "$BUNDLE/rootfs/n" ]
}

count() { cat "$BUNDLE/rootfs/n"; }
moves() { [ "$(count)" != "$1" ]; }

# frozen_state prints what the kernel says.
frozen_state() {
	local dir
	dir=$(cgroup_dir "$(init_pid)" freezer)
	if unified; then sed -n 's/^frozen //p' "$dir/cgroup.events"; else cat "$dir/freezer.state"; fi
}

@test "pause: stops all processes, resume lets them run" {
	counting_container
	run runc pause "$ID"
	assert_ok
	assert_output ""
	testcontainer "$ID" paused
	[[ $(frozen_state) == [1F]* ]] || fail "$(frozen_state)"
	local before
	before=$(count)
	sleep 0.3
	assert_equal "$(count)" "$before"
	run runc resume "$ID"
	assert_ok
	assert_output ""
	testcontainer "$ID" running
	wait_until moves "$before"
}

@test "pause: processes added by exec, and their children, stop as well" {
	start_container
	mkfifo "$BUNDLE/rootfs/ready"
	detached runc exec -d "$ID" sh -c 'i=0; echo > /ready; while :; do i=$((i + 1)); echo $i > /n.new; mv /n.new /n; done'
	assert_ok
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	wait_until [ -s "$BUNDLE/rootfs/n" ]
	runc pause "$ID"
	local before
	before=$(count)
	sleep 0.3
	assert_equal "$(count)" "$before"
}

@test "pause: a paused container" {
	start_container
	runc pause "$ID"
	run runc pause "$ID"
	assert_fails "container not running"
	testcontainer "$ID" paused
}

@test "resume: a running container" {
	start_container
	run runc resume "$ID"
	assert_fails "container not paused"
	testcontainer "$ID" running
}

@test "pause: a created container, which is created again after resume" {
	create_container
	runc pause "$ID"
	testcontainer "$ID" paused
	run runc start "$ID"
	assert_fails "cannot start a container in the paused state"
	runc resume "$ID"
	testcontainer "$ID" created
	runc start "$ID"
	testcontainer "$ID" running
}

@test "pause, resume: a stopped container" {
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	run runc pause "$ID"
	assert_fails "container not running"
	run runc resume "$ID"
	assert_fails "container not paused"
}

@test "pause, resume: an unknown container, and no container" {
	local command
	for command in pause resume; do
		run runc "$command" "$ID"
		assert_fails "container does not exist"
		run runc "$command"
		assert_status 1
		assert_has "requires exactly 1 argument"
	done
}

@test "pause: list, ps and events --stats work" {
	start_container
	runc pause "$ID"
	run runc list
	assert_has paused
	run runc ps -f json "$ID"
	assert_output "[$(init_pid)]"
	run runc events --stats "$ID"
	assert_ok
}

@test "pause: exec is refused at once" {
	start_container
	runc pause "$ID"
	RUNC_TIMEOUT=10 run runc exec "$ID" true
	[ "$status" -eq 255 ] || fail "$(show)"
	assert_has "cannot exec in a paused container"
}

@test "pause: exec is refused at once where version 1 is mounted in another place" {
	only_ours
	unified && skip "version 1"
	mkdir "$W/freezer"
	# shellcheck disable=SC2016
	run unshare -m sh -ec '
		umount /sys/fs/cgroup/freezer
		mount -t cgroup -o freezer freezer "$3/freezer"
		"$1" --root "$2" run -d -b "$3/bundle" "$4" </dev/null >/dev/null 2>&1
		"$1" --root "$2" pause "$4"
		timeout -s KILL 10 "$1" --root "$2" exec "$4" true || echo "status $?"
		"$1" --root "$2" delete --force "$4"' sh "$RUNC" "$STATE" "$W" "$ID"
	assert_ok
	assert_has "cannot exec in a paused container"
	assert_has "status 255"
}

@test "pause: delete without --force is refused" {
	start_container
	runc pause "$ID"
	run runc delete "$ID"
	assert_fails "not stopped: paused"
	testcontainer "$ID" paused
}

@test "pause: delete --force ends it" {
	start_container
	runc pause "$ID"
	RUNC_TIMEOUT=20 run runc delete --force "$ID"
	assert_ok
	[ -z "$(test_cgroups)" ]
}

@test "pause: kill KILL ends it" {
	start_container
	runc pause "$ID"
	run runc kill "$ID" KILL
	assert_ok
	wait_until has_status "$ID" stopped
	runc delete "$ID"
}

@test "pause: other signals wait for resume" {
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'trap "echo got > /got" USR1; echo > /ready; while :; do sleep 0.05; done'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	runc pause "$ID"
	run runc kill "$ID" USR1
	assert_ok
	sleep 0.3
	[ ! -e "$BUNDLE/rootfs/got" ]
	testcontainer "$ID" paused
	runc resume "$ID"
	wait_until [ -e "$BUNDLE/rootfs/got" ]
}

@test "pause: without a PID namespace, kill and delete reach every process" {
	only_ours
	local end
	for end in "kill $ID KILL" "delete --force $ID"; do
		config '.linux.namespaces |= map(select(.type != "pid"))'
		rm -f "$BUNDLE/rootfs/ready"
		mkfifo "$BUNDLE/rootfs/ready"
		container_script 'sleep 1000 & sleep 1000 & echo > /ready; wait'
		start_container
		read -r -t 20 <"$BUNDLE/rootfs/ready"
		runc pause "$ID"
		# shellcheck disable=SC2086
		run runc $end
		assert_ok
		wait_until all_gone
		runc delete --force "$ID"
		[ -z "$(test_cgroups)" ] || fail "left: $(test_cgroups)"
	done
}

@test "pause: pause, kill, resume and delete in every order" {
	only_ours
	local order step pid
	# Each order ends in delete --force; what comes too late may fail, but may
	# neither hang nor leave anything.
	for order in "pause kill resume" "pause resume kill" "kill pause resume" "kill resume pause" "resume kill pause" \
		"resume pause kill" "pause kill" "kill pause" "pause resume pause kill"; do
		create_container
		[[ $order != "pause resume"* ]] || runc start "$ID"
		pid=$(init_pid)
		for step in $order; do
			if [ "$step" = kill ]; then
				RUNC_TIMEOUT=20 run runc kill --all "$ID" KILL
			else
				RUNC_TIMEOUT=20 run runc "$step" "$ID"
			fi
			[ "$status" -le 1 ] || fail "$order: $step: $(show)"
		done
		RUNC_TIMEOUT=20 run runc delete --force "$ID"
		[ "$status" -eq 0 ] || fail "$order: $(show)"
		gone "$pid" || fail "$order: pid $pid is left"
		[ -z "$(test_cgroups)" ] || fail "$order: left: $(test_cgroups)"
	done
}

# freeze_below has init in a frozen cgroup below the container's, which it can make
# itself where it may write there.
freeze_below() {
	local dir
	dir=$(cgroup_dir "$(init_pid)" freezer)
	mkdir -p "$dir/sub/sub"
	init_pid >"$dir/sub/sub/cgroup.procs"
	if unified; then
		echo 1 >"$dir/sub/cgroup.freeze"
	else
		echo FROZEN >"$dir/sub/sub/freezer.state"
		echo FROZEN >"$dir/sub/freezer.state"
	fi
}

@test "pause: frozen sub-cgroups do not keep kill and delete from ending it" {
	only_ours
	start_container
	freeze_below
	RUNC_TIMEOUT=20 run runc delete --force "$ID"
	assert_ok
	[ -z "$(test_cgroups)" ]
	start_container
	freeze_below
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container "$ID-2"
	ID=$ID-2 freeze_below
	runc kill "$ID-2" KILL
	wait_until has_status "$ID-2" stopped
}

@test "pause: a frozen ancestor that keeps a killed container from ending is named" {
	only_ours
	unified && skip "version 2 lets it end"
	config --arg p "/$ID-parent/$ID" '.linux.cgroupsPath = $p'
	start_container
	local parent
	parent=$(dirname "$(cgroup_dir "$(init_pid)" freezer)")
	echo FROZEN >"$parent/freezer.state"
	RUNC_TIMEOUT=20 run runc delete --force "$ID"
	echo THAWED >"$parent/freezer.state"
	assert_fails "still running 10s after SIGKILL: the cgroup $parent is frozen; thaw it, then delete again"
	runc delete --force "$ID"
	rmdir /sys/fs/cgroup/*/"$ID-parent" 2>/dev/null || true
}
