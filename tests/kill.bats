#!/usr/bin/env bats
# bats file_tags=cgroups
# runc kill.

load helpers

# trapping_container runs a container that writes the name of each signal.
trapping_container() {
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'for s in TERM HUP USR1 USR2 INT; do trap "echo $s >> /got" $s; done
		: > /got; echo > /ready; while :; do sleep 0.02; done'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
}

got() { grep -qx "$1" "$BUNDLE/rootfs/got"; }

@test "kill: TERM is the default" {
	trapping_container
	run runc kill "$ID"
	assert_ok
	assert_output ""
	wait_until got TERM
	testcontainer "$ID" running
}

@test "kill: by name, with and without SIG, in any case" {
	trapping_container
	local form
	for form in USR1 usr1 SIGUSR1 sigusr1 SigUsr1 10; do
		: >"$BUNDLE/rootfs/got"
		run runc kill "$ID" "$form"
		assert_ok
		wait_until got USR1
	done
}

@test "kill: several signals by number" {
	trapping_container
	runc kill "$ID" 1
	wait_until got HUP
	runc kill "$ID" 12
	wait_until got USR2
	runc kill "$ID" 2
	wait_until got INT
}

@test "kill: 9, KILL, SIGKILL and kill end a container" {
	local form
	for form in 9 KILL SIGKILL kill; do
		start_container
		run runc kill "$ID" "$form"
		assert_ok
		wait_until has_status "$ID" stopped
		runc delete "$ID"
	done
}

@test "kill: signals that are none" {
	start_container
	local form
	for form in NOSUCH SIGNOSUCH -1 9x SIG; do
		run runc kill -- "$ID" "$form"
		[ "$status" -eq 1 ] || fail "signal '$form': $(show)"
	done
	run runc kill "$ID" NOSUCH
	assert_has NOSUCH
	testcontainer "$ID" running
}

@test "kill: a created container" {
	create_container
	run runc kill "$ID" KILL
	assert_ok
	wait_until has_status "$ID" stopped
}

@test "kill: a stopped container" {
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	run runc kill "$ID" KILL
	assert_fails "container not running"
}

@test "kill: an unknown container" {
	run runc kill "$ID" KILL
	assert_fails "container does not exist"
}

@test "kill: --all is still taken" {
	start_container
	run runc kill --all "$ID" 9
	assert_ok
	wait_until has_status "$ID" stopped
	# The shim sends it to dead containers, too.
	run runc kill --all "$ID" 9
	assert_ok
}

@test "kill: -a with a name" {
	start_container
	run runc kill -a "$ID" SIGKILL
	assert_ok
	wait_until has_status "$ID" stopped
}

@test "kill: without a PID namespace KILL ends all processes" {
	only_ours "1.1.5 kills one unless --all"
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & sleep 1000 & echo > /ready; wait'
	start_container
	read -r -t 20 <"$BUNDLE/rootfs/ready"
	run runc kill "$ID" KILL
	assert_ok
	wait_until all_gone
}

@test "kill: a paused container" {
	only_ours
	unified || need_controller freezer
	start_container
	local dir
	dir=$(cgroup_dir "$(init_pid)" freezer)
	if unified; then echo 1 >"$dir/cgroup.freeze"; else echo FROZEN >"$dir/freezer.state"; fi
	wait_until has_status "$ID" paused
	run runc kill "$ID" KILL
	assert_ok
	wait_until has_status "$ID" stopped
}

@test "kill: --all of a stopped container is no error, with any signal" {
	start_container
	runc kill "$ID" KILL
	wait_until has_status "$ID" stopped
	local signal
	for signal in 0 9 TERM; do
		run runc kill -a "$ID" "$signal"
		assert_ok
	done
}

# without_pidns starts a container that has the host's process ids, with more
# processes than its first; sets pids.
without_pidns() {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container
	for _ in 1 2 3; do
		detached runc exec -d "$ID" sleep 1000
		assert_ok
	done
	mapfile -t pids < <(runc ps -f json "$ID" | jq '.[]')
	[ "${#pids[@]}" -eq 4 ] || fail "${pids[*]}"
}

all_of() {
	local pid
	for pid in "${pids[@]}"; do gone "$pid" || return; done
}

@test "kill, delete: the host's process ids, init alive or gone: every process ends" {
	only_ours "1.1.5 kills one"
	local init end pids
	for init in alive gone; do
		for end in "kill $ID KILL" "delete --force $ID"; do
			without_pidns
			if [ "$init" = gone ]; then
				kill -KILL "$(init_pid)"
				wait_until has_status "$ID" stopped
			fi
			# shellcheck disable=SC2086
			run runc $end
			[ "$status" -eq 0 ] || fail "init $init, $end: $(show)"
			wait_until all_of
			runc delete --force "$ID"
		done
	done
}

@test "kill, delete: more processes than the runtime may have descriptors" {
	only_ours "1.1.5 kills one"
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'i=0; while [ $((i += 1)) -le 150 ]; do sleep 1000 & done; echo > /ready; wait'
	local end
	for end in "kill --all $ID KILL" "kill $ID KILL" "delete --force $ID"; do
		start_container
		read -r -t 20 <"$BUNDLE/rootfs/ready"
		# shellcheck disable=SC2086
		run sh -c 'ulimit -n 100; exec "$@"' sh "$RUNC" --root "$STATE" $end
		assert_ok
		wait_until all_gone
		runc delete --force "$ID"
	done
}

@test "kill, delete: the process ids of another container: every process of this one ends, and no other" {
	only_ours "1.1.5 kills one"
	start_container "$ID-2"
	config --arg p "/proc/$(init_pid "$ID-2")/ns/pid" '(.linux.namespaces[] | select(.type == "pid")).path = $p'
	mkfifo "$BUNDLE/rootfs/ready"
	container_script 'sleep 1000 & sleep 1000 & echo > /ready; wait'
	local end pids
	for end in "kill $ID KILL" "delete --force $ID"; do
		start_container
		read -r -t 20 <"$BUNDLE/rootfs/ready"
		mapfile -t pids < <(runc ps -f json "$ID" | jq '.[]')
		[ "${#pids[@]}" -eq 3 ] || fail "${pids[*]}"
		# shellcheck disable=SC2086
		run runc $end
		assert_ok
		wait_until all_of
		runc delete --force "$ID"
		testcontainer "$ID-2" running
	done
}
