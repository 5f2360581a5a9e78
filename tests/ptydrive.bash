# shellcheck shell=bash
# Loaded, after helpers, by the files that need a terminal, an engine or a
# supervisor: tests/ptydrive plays them.

# setup_file builds it once. PTYDRIVE may name a ready one where there is no Go.
setup_file() {
	[ -z "${PTYDRIVE:-}" ] || return 0
	export PTYDRIVE=$RUNC_BATS_DIR/ptydrive
	[ -x "$PTYDRIVE" ] || build_ptydrive || PTYDRIVE=
}

build_ptydrive() {
	command -v go >/dev/null || return
	(cd "$REPO" && CGO_ENABLED=0 go build -o "$PTYDRIVE" ./tests/ptydrive) >&2
}

setup() {
	begin_test
	[ -n "$PTYDRIVE" ] || skip "no Go to build tests/ptydrive"
}

# drive MODE ARGS... is bats' run for ptydrive.
drive() { run timeout --foreground -k 5 60 "$PTYDRIVE" "$@"; }

# on_tty STEP... -- ARGS... calls the runtime on a terminal; see tests/ptydrive for
# the steps. output is what came to the terminal, carriage returns shown as ^M.
on_tty() {
	local steps=()
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	drive run "${steps[@]}" -- "$RUNC" --root "$STATE" "${@:2}"
	output=${output//$'\r'/^M}
	mapfile -t lines <<<"$output"
}

# receiver MODE ARGS... waits in the background for what is sent to $W/socket;
# received then waits for its end, and sets status and output.
receiver() {
	timeout -k 5 60 "$PTYDRIVE" "$1" "$W/socket" "${@:2}" </dev/null >"$W/received" 2>&1 3>&- &
	RECEIVER=$!
	wait_until test -S "$W/socket"
}
# Sets status, output and lines, as bats' run does.
# shellcheck disable=SC2034 # for the asserts
received() {
	status=0
	wait "$RECEIVER" || status=$?
	output=$(tr '\r' M <"$W/received")
	mapfile -t lines <<<"$output"
}
