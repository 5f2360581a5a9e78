# shellcheck shell=bash
# What differs for the bats cases inside the guest. suite.sh lets the guest's copy
# of helpers.bash end by reading this file.

rootless_mode() { [[ $VM_MODE == rootless* ]]; }

# ctl is systemctl of the manager that has the container.
ctl() { if rootless_mode; then systemctl --user "$@"; else systemctl "$@"; fi; }

case $VM_MODE in
*systemd)
	runc() {
		timeout --foreground -k 5 "${RUNC_TIMEOUT:-60}" "$RUNC" --root "$STATE" --systemd-cgroup "$@"
	}
	;;
esac

# Cases in the list skips don't run, and make nothing that has an end.
eval "original_$(declare -f begin_test)"
begin_test() {
	local mode name why
	while IFS='|' read -r mode name why; do
		mode=${mode% } name=${name# } name=${name% }
		# shellcheck disable=SC2053 # mode is a pattern
		if [[ $VM_MODE == $mode && $BATS_TEST_DESCRIPTION == "$name"* ]]; then
			skip "${why# }"
		fi
	done <"$REPO/tests/vm/skips"
	original_begin_test
}
eval "original_$(declare -f end_test)"
end_test() { [ -z "${W:-}" ] || original_end_test; }

# Without a PID namespace, what is ours is what descends from the subreaper:
# systemd and the kernel start and end processes all the time.
if [ -n "${VM_REAPER:-}" ]; then
	processes() { descendants "$VM_REAPER"; }
fi

# descendants PID prints "pid start-time" of each. Forks nothing.
descendants() {
	local file child children line
	for file in /proc/"$1"/task/*/children; do
		{ read -ra children <"$file"; } 2>/dev/null || continue
		for child in "${children[@]}"; do
			{ read -r line <"/proc/$child/stat"; } 2>/dev/null || continue
			read -ra line <<<"${line##*) }"
			[ "${line[0]}" = Z ] || echo "$child ${line[19]}"
			descendants "$child"
		done
	done
}

# Go's jq begins 5 times as quick as the other, which cases call by the thousand. It
# sorts keys.
jq() { gojq "$@"; }

eval "original_$(declare -f config)"

# A guest is slow: what is to live through a case lives longer.
first_config() {
	local flags=()
	! rootless_mode || flags=(--rootless)
	"$RUNC" spec "${flags[@]}" --bundle "$RUNC_BATS_DIR"
	BUNDLE=$RUNC_BATS_DIR original_config '.process.terminal = false | .root.readonly = false | .process.args = ["sleep", "1000"]'
}

# The unprivileged user's containers have the user namespace that the runtime's
# own rootless spec asks for; what only root can prepare is left out.
case $VM_MODE in
rootless*)
	# A user mounts no proc without a PID namespace of his own: he binds it.
	config() {
		original_config "$@"
		[[ $* == *'"pid"'* ]] || return 0
		original_config 'if any(.linux.namespaces[]; .type == "pid") then . else (.mounts[] | select(.type == "proc"))
		  |= (.type = "none" | .source = "/proc" | .options = ["rbind", "nosuid", "nodev", "noexec"]) end'
	}
	# What is delegated to him is less than the host has.
	need_controller() {
		grep -qw "$1" "/sys/fs/cgroup$VM_CGROUP/cgroup.controllers" || skip "the user has no controller $1"
	}
	in_userns() { skip "needs root: ids of others"; }
	own_rootfs() { skip "needs root: files of others"; }
	host_mount() { skip "needs root: a mount on the host"; }
	;;
esac
