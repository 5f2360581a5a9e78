# shellcheck shell=bash
# What all test files share. A test gets: $W, a directory of its own; $BUNDLE, a
# bundle in it whose container sleeps; $STATE, an empty state root; $ID, a
# container id that no other test uses ($ID-2 and so on are fine as well).
# After each test end_test deletes its containers through the runtime, and then
# fails the test if anything is left: see the end of this file.

bats_require_minimum_version 1.8.0
# bats 1.8 leaves another one behind when it filters by tags.
IFS=$' \t\n'

setup() { begin_test; }
teardown() { end_test; }

begin_test() {
	W=$RUNC_BATS_DIR/$BATS_SUITE_TEST_NUMBER
	STATE=$W/state
	BUNDLE=$W/bundle
	ID=b${RUNC_BATS_DIR##*.}-${BATS_SUITE_TEST_NUMBER}t
	umask 022
	mkdir "$W"
	cat /proc/self/mountinfo >"$W/mountinfo"
	processes >"$W/processes"
	setup_bundle "$BUNDLE"
}

# --- bundles -----------------------------------------------------------------

# setup_bundle DIR makes $BUNDLE, a bundle from the runtime's own spec, without a
# terminal, that sleeps: longer than any case, but not so long that a container
# which should have been refused holds up the suite.
setup_bundle() {
	BUNDLE=$1
	mkdir -p "$BUNDLE"
	cp -al "$ROOTFS_MASTER" "$BUNDLE/rootfs"
	# Hard links would let a test write into the master's files.
	rm -r "$BUNDLE/rootfs/etc"
	cp -a "$ROOTFS_MASTER/etc" "$BUNDLE/rootfs/etc"
	[ -e "$RUNC_BATS_DIR/config.json" ] || first_config
	cp "$RUNC_BATS_DIR/config.json" "$BUNDLE/"
}

# first_config makes the config.json that all bundles begin with.
first_config() {
	"$RUNC" spec --bundle "$RUNC_BATS_DIR"
	BUNDLE=$RUNC_BATS_DIR config '.process.terminal = false | .root.readonly = false | .process.args = ["sleep", "100"]'
}

# config [jq options] FILTER edits config.json.
config() {
	jq "$@" "$BUNDLE/config.json" >"$BUNDLE/config.json.new"
	mv "$BUNDLE/config.json.new" "$BUNDLE/config.json"
}

# container_args WORD... sets process.args.
container_args() {
	local words
	words=$(printf '%s\037' "$@" | jq -Rs 'split("\u001f")[:-1]')
	config --argjson words "$words" '.process.args = $words'
}

# container_script TEXT lets the container run a shell script.
container_script() { container_args sh -c "$1"; }

# in_userns lets the container have a new user namespace in which ids 0 to 65535
# are 100000 to 165535 outside, and gives it the files.
in_userns() {
	config '.linux.namespaces += [{"type": "user"}]
	  | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
	  | .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	own_rootfs 100000
}

# own_rootfs HOSTID makes the root file system a real copy that belongs to HOSTID.
own_rootfs() {
	rm -r "$BUNDLE/rootfs"
	cp -a "$ROOTFS_MASTER" "$BUNDLE/rootfs"
	chown -hR "$1:$1" "$BUNDLE/rootfs"
}

# --- running -----------------------------------------------------------------

# runc calls the runtime under test, with its own state root and a time limit.
runc() { timeout --foreground -k 5 "${RUNC_TIMEOUT:-60}" "$RUNC" --root "$STATE" "$@"; }

# other_runc is Debian's, on the same state root.
other_runc() { timeout --foreground -k 5 60 "$OTHER_RUNC" --root "$STATE" "$@"; }

# run_container [flags] runs $ID in the foreground; sets status, output, lines.
run_container() { run runc run --bundle "$BUNDLE" "$@" "$ID"; }

# detached COMMAND... is bats' run for a command that leaves a process behind:
# no pipe of bats stays open in it. Output of the container goes there as well.
detached() {
	status=0
	"$@" </dev/null >"$W/detached" 2>&1 3>&- || status=$?
	output=$(cat "$W/detached")
	mapfile -t lines <"$W/detached"
}

# create_container [ID [flags]] and start_container [ID [flags]] leave $ID
# created, or running.
create_container() {
	detached runc create --bundle "$BUNDLE" "${@:2}" "${1:-$ID}"
	assert_ok
}
start_container() {
	detached runc run --detach --bundle "$BUNDLE" "${@:2}" "${1:-$ID}"
	assert_ok
}

# wait_until COMMAND... asks again until COMMAND holds, 15 seconds at most.
wait_until() {
	local i
	for ((i = 0; i < 750; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	echo "gave up waiting until: $*" >&2
	return 1
}

status_of() { runc state "${1:-$ID}" | jq -r .status; }
init_pid() { runc state "${1:-$ID}" | jq -r .pid; }
has_status() { [ "$(status_of "$1")" = "$2" ]; }

# testcontainer ID STATUS asserts a container's status.
testcontainer() {
	local got
	got=$(status_of "$1")
	[ "$got" = "$2" ] || fail "container $1 is $got, want $2"
}

# gone PID: there is no such process, or only its exit status.
gone() {
	local line
	line=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	[[ ${line##*) } == Z* ]]
}

# --- asserting ---------------------------------------------------------------

fail() {
	echo "$*" >&2
	return 1
}

show() { printf 'status %s, output:\n%s\n' "$status" "$output"; }

assert_ok() { assert_status 0; }

assert_status() { [ "$status" -eq "$1" ] || fail "want status $1, got $(show)"; }

# assert_output TEXT...: the output is exactly these lines.
assert_output() {
	local want
	want=$(printf '%s\n' "$@")
	[ "$output" = "$want" ] || fail "want output:"$'\n'"$want"$'\n'"got $(show)"
}

# assert_has TEXT...: each is somewhere in the output. A log line in text form
# escapes quotes; TEXT does not.
assert_has() {
	local text plain=${output//\\\"/\"}
	for text; do
		[[ $plain == *"$text"* ]] || fail "want '$text' in the output, got $(show)"
	done
}

assert_has_not() { [[ $output != *"$1"* ]] || fail "want no '$1' in the output, got $(show)"; }

assert_match() { [[ $output =~ $1 ]] || fail "want a match of $1, got $(show)"; }

# assert_fails TEXT...: status 1 and one line, with each TEXT in it.
assert_fails() {
	assert_status 1
	[ "${#lines[@]}" -eq 1 ] || fail "want one line, got $(show)"
	assert_has "$@"
}

# assert_equal GOT WANT
assert_equal() { [ "$1" = "$2" ] || fail "got '$1', want '$2'"; }

# --- needs -------------------------------------------------------------------

# only_ours skips a case in which Debian's old runc is known to behave
# differently, when the suite is run against it to prove the suite.
only_ours() { [ "$RUNC" = "$REPO/runc" ] || skip "only for this project's runc: ${1:-newer behaviour}"; }

need_other() {
	[ -x "$OTHER_RUNC" ] || skip "no other runc at $OTHER_RUNC"
	[ "$(realpath "$OTHER_RUNC")" != "$(realpath "$RUNC")" ] || skip "the other runc is the one under test"
}

unified() { [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; }

# need_controller NAME skips if the view has no such controller.
need_controller() {
	if unified; then
		grep -qw "$1" /sys/fs/cgroup/cgroup.controllers || skip "no controller $1 in this view"
	else
		[ -d "/sys/fs/cgroup/$1" ] || skip "no controller $1 in this view"
	fi
}

# cgroup_dir PID CONTROLLER prints the host directory of a process's cgroup.
cgroup_dir() {
	if unified; then
		echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")"
	else
		echo "/sys/fs/cgroup/$2$(sed -n "s/^[0-9]*:\(.*,\)\?$2\(,.*\)\?://p" "/proc/$1/cgroup")"
	fi
}

# test_cgroups prints the cgroups of this test in all hierarchies.
test_cgroups() { find /sys/fs/cgroup -type d -name "*$ID*" 2>/dev/null; }

# --- leaving nothing ---------------------------------------------------------

# processes lists what runs in this PID namespace, by "pid start-time". It forks
# nothing, or it would find its own children.
processes() {
	local dir line
	for dir in /proc/[0-9]*; do
		{ read -r line <"$dir/stat"; } 2>/dev/null || continue
		# The name, in brackets, may hold anything; the state follows it, and
		# the start time is field 20 from there.
		read -ra line <<<"${line##*) }"
		[ "${line[0]}" = Z ] || echo "${dir#/proc/} ${line[19]}"
	done
}

# new_processes prints the processes that begin_test did not see.
new_processes() {
	local pid
	processes >"$W/processes.now"
	grep -vxF -f "$W/processes" "$W/processes.now" | while read -r pid _; do
		echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
	done
}

# background COMMAND... runs it in the background, away from bats' pipes; end_test
# kills it.
background() { "$@" </dev/null >>"$W/background" 2>&1 3>&- & }

# host_mount ARGS... mounts on the host; the last argument is the place.
host_mount() {
	mount "$@"
	echo "${!#}" >>"$W/host_mounts"
}

end_test() {
	local dir place pids
	pids=$(jobs -p)
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
	wait
	for dir in "$STATE"/*/; do
		[ -d "$dir" ] || continue
		runc delete --force -- "$(basename "$dir")" || true
	done
	[ ! -e "$W/host_mounts" ] || while read -r place; do
		umount -R "$place"
	done < <(tac "$W/host_mounts")
	if ! wait_for_nothing_left; then
		echo "left behind:"
		cat "$W/all_left"
		force_clean
		return 1
	fi
	rm -rf --one-file-system "$W"
}

# left_behind prints whatever should not be there any more.
left_behind() {
	new_processes >"$W/left"
	sed 's/^/process: /' "$W/left"
	find "$STATE" -mindepth 1 2>/dev/null | sed 's/^/state: /'
	test_cgroups | sed 's/^/cgroup: /'
	changed_mounts
}

# changed_mounts prints how the host's mount table differs from what begin_test
# saw, but for mounts that went because somebody outside removed the directory.
changed_mounts() {
	local sign line fields
	while read -r sign line; do
		read -ra fields <<<"$line"
		case $sign in
		'>') echo "mount: new: $line" ;;
		'<') [ ! -e "${fields[4]}" ] || echo "mount: gone: $line" ;;
		esac
	done < <(diff "$W/mountinfo" /proc/self/mountinfo)
}

# wait_for_nothing_left gives the kernel up to 2 seconds to finish what it does
# behind our back.
wait_for_nothing_left() {
	local i
	for ((i = 0; i < 40; i++)); do
		left_behind >"$W/all_left"
		[ -s "$W/all_left" ] || return 0
		sleep 0.05
	done
	return 1
}

# force_clean removes by hand what a broken runtime left, so that one failure
# does not become many.
force_clean() {
	local pid dir
	while read -r pid _; do
		kill -KILL "$pid" 2>/dev/null || true
	done <"$W/left"
	wait_until all_gone || true
	while read -r dir; do
		[ ! -e "$dir/freezer.state" ] || echo THAWED >"$dir/freezer.state"
		rmdir "$dir" 2>/dev/null || true
	done < <(test_cgroups | tac)
}

all_gone() {
	new_processes >"$W/left"
	[ ! -s "$W/left" ]
}
