# shellcheck shell=bash disable=SC2154 # build_guest sets guest, start_qemu qemu_pid
# One run in a fresh copy of the guest.

# run_in_guest DIR CMD... exits with CMD's status.
run_in_guest() {
	local dir run
	dir=$(realpath -e "$1")
	shift
	run=$(mktemp -d "$guest/run.XXXXXX")
	# shellcheck disable=SC2064
	trap "stop_all; [ -n '$VM_KEEP' ] || rm -rf '$run'" EXIT
	trap 'exit 143' TERM INT HUP
	write_job "$dir" "$run" "$*"
	start_run "$run"
	wait_for_run "$run"
	bring_back "$run" "$dir/out"
	exit_as "$run"
}

# write_job DIR RUN CMD makes the two disks that say what is to be done.
write_job() {
	make_disk "$1" "$2/data.img" "$VM_DATA_SIZE" || die "cannot make a disk of $1"
	printf 'now=%s\ndir=%q\ncmd=%q\nlimit=%q\n' "$(date +%s.%N)" "$1" "$3" "$VM_TIMEOUT" >"$2/job"
	[ "$(stat -c %s "$2/job")" -le 65536 ] || die "CMD is too long"
	truncate -s 64K "$2/job"
}

# start_run RUN wakes the guest up, and streams its output.
start_run() {
	mkfifo "$1/output"
	cat "$1/output" &
	cat_pid=$!
	start_qemu "$guest" "$1" -monitor none -incoming "exec:cat ${VM_STATE:-$guest/state}" \
		-drive "file=$guest/root.qcow2,if=none,id=a,format=qcow2,cache=unsafe,snapshot=on"
}

# wait_for_run RUN returns when the guest has ended. The guest keeps the limit
# itself; the watchdog is for one that is stuck.
wait_for_run() {
	setpriv --pdeathsig KILL sleep $((VM_TIMEOUT + 120)) 8>&- 9>&- &
	watchdog_pid=$!
	wait -n "$qemu_pid" "$watchdog_pid" || true # a builtin, so that signals are served at once
	kill -KILL "$qemu_pid" 2>/dev/null || true
	# A QEMU that failed at once left cat waiting for a writer.
	exec 5<>"$1/output" 5>&-
	wait "$cat_pid" || true # for the rest of the output
	stop_all
}

bring_back() {
	[ -s "$1/out.tar" ] || return 0
	mkdir -p "$2"
	tar -C "$2" -xf "$1/out.tar"
}

exit_as() {
	local status
	status=$(sed -n 's/^status=//p' "$1/status")
	if [ -z "$status" ]; then
		cp "$1/console.log" "$VM_DIR/console.log" || true
		die "the guest ended without an exit status; its console is in $VM_DIR/console.log"
	fi
	exit "$status"
}
