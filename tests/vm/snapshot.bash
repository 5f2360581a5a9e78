# shellcheck shell=bash disable=SC2034 # stop_all uses cat_pid
# The guest's memory, booted and waiting for a job: from here to CMD takes 1.3 s,
# where a boot takes 12.

# build_guest makes the guest of guest_key unless it is there, and sets guest.
build_guest() {
	mkdir -p "$VM_DIR"
	guest=$VM_DIR/guest-$(guest_key)
	use_guest && return
	exec 9>"$VM_DIR/lock"
	flock 9
	if ! use_guest; then
		remove_other_guests
		make_guest
	fi
	exec 9>&-
}

# use_guest holds if the guest is ready, and keeps others from removing it as
# long as this script runs (descriptor 8).
use_guest() {
	[ -e "$guest/state" ] || return
	exec 8<"$guest"
	flock --shared 8
	[ -e "$guest/state" ]
}

# remove_other_guests removes guests that other sources made, unless in use.
remove_other_guests() {
	local other
	for other in "$VM_DIR"/guest-*; do
		[ -d "$other" ] || continue
		flock --nonblock "$other" rm -rf --one-file-system "$other" || say "$other is in use, and stays"
	done
}

make_guest() {
	local began=$SECONDS
	trap stop_all EXIT
	trap 'exit 143' TERM INT HUP
	rm -rf --one-file-system "$guest"
	mkdir "$guest"
	make_image "$guest"
	boot_for_snapshot
	try_guest
	mv "$guest/state.new" "$guest/state"
	use_guest
	trap - EXIT TERM INT HUP
	say "the guest is ready after $((SECONDS - began)) s: $(du -sh "$guest" | cut -f 1) in $guest"
}

# boot_for_snapshot boots and writes the guest's memory to state.new. Not by
# savevm: the disks of a run are not those of now.
boot_for_snapshot() {
	local run=$guest/boot
	say "booting, for the snapshot"
	mkdir "$run"
	qemu-img create -q -f qcow2 -F raw -b "$guest/root.img" "$guest/root.qcow2"
	truncate -s "$VM_DATA_SIZE" "$run/data.img"
	truncate -s 64K "$run/job"
	mkfifo "$run/monitor.in" "$run/monitor.out"
	cat "$run/monitor.out" >"$run/monitor.log" &
	cat_pid=$!
	start_qemu "$guest" "$run" -drive "file=$guest/root.qcow2,if=none,id=a,format=qcow2,cache=unsafe" \
		-monitor "pipe:$run/monitor"
	exec 4<>"$run/monitor.in" # <>: so as not to wait for a QEMU that is gone
	wait_for 240 "the guest to come up; see $run/console.log" grep -q ready "$run/status"
	wait_for 60 "the boot to end; see $run/console.log" grep -q settled "$run/status"
	# Stopped first, for QEMU can miss a write that a running CPU makes
	# meanwhile. That it was stopped must not be stored, or it would stay so
	# (store-global-state=off).
	echo stop >&4
	echo "migrate_set_parameter max-bandwidth 100G" >&4
	echo "migrate \"exec:cat >$guest/state.new\"" >&4
	wait_for 120 "QEMU to write its memory; see $run/monitor.log" is_migrated "$run"
	echo quit >&4
	wait "$qemu_pid" || true
	qemu_pid=''
	exec 4>&-
	rm -f "$run/data.img"
}

is_migrated() {
	echo 'info status' >&4
	grep -q postmigrate "$1/monitor.log"
}

# wait_for SECONDS WHAT COMMAND... waits until COMMAND holds. It gives up when
# QEMU is gone.
wait_for() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ] || ! kill -0 "$qemu_pid" 2>/dev/null; then
			die "gave up waiting for $what"
		fi
		sleep 0.2
	done
}

# try_guest runs something in the new guest; one that fails is not kept.
try_guest() {
	local try=$guest/try
	mkdir "$try"
	mv "$guest/state.new" "$guest/state.try"
	# shellcheck disable=SC2016
	if ! (VM_STATE=$guest/state.try run_in_guest "$try" \
		'for i in {1..300}; do /bin/true; done; systemctl is-system-running || ! systemctl --failed') >"$guest/try.log"; then
		die "the snapshot does not work: $(tail -n 3 "$guest/try.log")"
	fi
	mv "$guest/state.try" "$guest/state.new"
	rmdir "$try"
}
