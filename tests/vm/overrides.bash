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

# Cases in the list skips don't run. The original begin_test goes first, for
# end_test wants what it makes.
eval "original_$(declare -f begin_test)"
begin_test() {
	local mode name why
	original_begin_test
	while IFS='|' read -r mode name why; do
		mode=${mode% } name=${name# } name=${name% }
		# shellcheck disable=SC2053 # mode is a pattern
		if [[ $VM_MODE == $mode && $BATS_TEST_DESCRIPTION == "$name"* ]]; then
			skip "${why# }"
		fi
	done < <(grep -v '^#' "$REPO/tests/vm/skips")
}

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

# A guest is slow: what is to live through a case lives longer.
eval "original_$(declare -f setup_bundle)"
setup_bundle() {
	original_setup_bundle "$@"
	config '.process.args = ["sleep", "1000"]'
}

# The unprivileged user's containers have the user namespace that the runtime's
# own rootless spec asks for; what only root can prepare is left out.
case $VM_MODE in
rootless*)
	setup_bundle() {
		BUNDLE=${1:-$BUNDLE}
		mkdir -p "$BUNDLE"
		cp -al "$ROOTFS_MASTER" "$BUNDLE/rootfs"
		rm -r "$BUNDLE/rootfs/etc"
		cp -a "$ROOTFS_MASTER/etc" "$BUNDLE/rootfs/etc"
		"$RUNC" spec --rootless --bundle "$BUNDLE"
		config '.process.terminal = false | .root.readonly = false | .process.args = ["sleep", "1000"]'
	}
	# A user mounts no proc without a PID namespace of his own: he binds it.
	eval "original_$(declare -f config)"
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
