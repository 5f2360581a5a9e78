#!/usr/bin/env bats
# Errors that mend: each line of testdata/messages.jsonl is a fault that users
# meet. The last line of a JSON log, which is all that an engine shows, must name
# it: code, step, error number and mend beside msg; and the user sees the same
# text. docs/troubleshooting.md explains the codes.
#
# A line holds: name; group; pain, the row of the list of users' pains that it is
# about; unless, shell code that tells where it is no fault; prepare, shell code;
# patch, a jq filter for config.json; host, one of the functions below in which the
# runtime is run; command, words for runc (default: run the bundle); status (default
# 1); code, step, errno, hint; and want, words of msg.

load helpers

table() { echo "$REPO/tests/testdata/messages.jsonl"; }

# --- broken hosts: each runs the command that follows ------------------------

# in_a_userns: root of a user namespace that has the id 0 only.
in_a_userns() { unshare --user --map-root-user "$@"; }

# no_namespaces NAME: as in_a_userns, where no namespace of that kind is left.
no_namespaces() {
	# shellcheck disable=SC2016
	in_a_userns sh -c 'echo 0 >/proc/sys/user/max_$0_namespaces; exec "$@"' "$@"
}

# in_a_chroot: the root is no mount of its own, and no user namespace may be made.
in_a_chroot() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mkdir -p "$0/jail" && mount -t tmpfs jail "$0/jail" && mkdir "$0/jail/sub" && cd / || exit 99
		for d in *; do
			if [ -L "$d" ]; then
				cp -P "$d" "$0/jail/sub/"
			elif [ -d "$d" ]; then
				mkdir "$0/jail/sub/$d" && mount --rbind "/$d" "$0/jail/sub/$d" || exit 99
			fi
		done
		exec chroot "$0/jail/sub" "$@"' "$W" "$@"
}

# without CAPABILITY: root lacks it.
without() { setpriv --bounding-set="-$1" --inh-caps=-all "${@:2}"; }

# read_only_cgroups: nobody may write to /sys/fs/cgroup.
read_only_cgroups() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'grep " /sys/fs/cgroup" /proc/self/mountinfo | while read -r _ _ _ _ dir _; do
			mount -o remount,bind,ro "$dir" || exit 99
		done && exec "$@"' sh "$@"
}

# covered_proc: an outer container, with parts of /proc masked.
covered_proc() {
	# shellcheck disable=SC2016
	unshare --user --map-root-user --mount --pid --fork --mount-proc --kill-child \
		sh -c 'mount -t tmpfs none /proc/sys && exec "$@"' sh "$@"
}

# as_user: without any privilege, and without newuidmap.
as_user() {
	cp "$RUNC" "$W/runc"
	mkdir -p "$W/user" "$STATE"
	chmod 777 "$W/user" "$STATE"
	touch "$W/log"
	chmod 666 "$W/log"
	chown -R 7777:7777 "$BUNDLE"
	XDG_RUNTIME_DIR=$W/user setpriv --reuid 7777 --regid 7777 --clear-groups --inh-caps=-all env PATH=/nowhere "${@/#$RUNC/$W/runc}"
}

# --- the table ---------------------------------------------------------------

# column NAME [DEFAULT] prints a column of $row.
column() { jq -r --arg k "$1" --arg d "${2:-}" '.[$k] // $d' <<<"$row"; }

# told ARGS... runs the runtime with a JSON log.
told() { broken --log "$W/log" --log-format json "$@"; }

# wrong TEXT... ends a subshell in which set -e does not count.
wrong() {
	echo "$*"
	exit 1
}

# check compares what the log says with the row.
check() {
	local last key want
	[ "$status" -eq "$(column status 1)" ] || wrong "want status $(column status 1), got $(show)"
	last=$(tail -n 1 "$W/log")
	[ "$(jq -r .level <<<"$last")" = error ] || wrong "the last line is no error: $last"
	for key in code step errno; do
		want=$(column "$key")
		[ "$want" = "$(jq -r --arg k "$key" '.[$k] // ""' <<<"$last")" ] || wrong "want $key '$want' in $last"
	done
	jq -e '(.msg | contains("\n") | not) and (.hint as $h | $h == null or (.msg | contains($h)))' <<<"$last" >/dev/null ||
		wrong "more than one line, or a hint that is not in msg: $last"
	want=$(column hint)
	[[ $(jq -r '.hint // ""' <<<"$last") == *"$want"* ]] || wrong "want hint '$want' in $last"
	[ -n "$want" ] || [ "$(jq 'has("hint")' <<<"$last")" = false ] || wrong "a hint that the table does not know: $last"
	while read -r want; do
		[[ $(jq -r .msg <<<"$last") == *"$want"* ]] || wrong "want '$want' in $last"
	done < <(jq -r '.want[]' <<<"$row")
	# What people see: the same, or the part of it that the program itself would say.
	[[ -n ${lines[-1]} && $(jq -r .msg <<<"$last") == *"${lines[-1]}"* ]] || wrong "stderr says otherwise: $(show)"
}

# foreseen: the doctor tells the code and the words, and changes nothing.
foreseen() {
	local flags=() word before
	before=$(ls -A "$STATE" 2>/dev/null)
	for word in "${words[@]}"; do
		case $word in --systemd-cgroup | --cgroup-manager | disabled) flags+=("$word") ;; esac
	done
	# Not in the log, where the run has yet to tell.
	broken "${flags[@]}" doctor --format json --bundle "$BUNDLE"
	[ "$status" -eq 1 ] || wrong "the doctor sees nothing: $(show)"
	jq -e --arg code "$(column code)" --argjson want "$(jq .want <<<"$row")" \
		'.failures | any(.code == $code and (.msg as $m | $want | any(. as $w | $m | contains($w))))' <<<"$output" >/dev/null ||
		wrong "the doctor does not foresee it: $(show)"
	[ "$(ls -A "$STATE" 2>/dev/null)" = "$before" ] || wrong "the doctor leaves: $(ls -A "$STATE")"
}

# broken FLAGS... runs the runtime on the broken host, if there is one.
broken() {
	local host
	read -ra host <<<"$(column host)"
	rm -f "$W/detached" # which a container may write to
	detached "${host[@]}" "$(command -v timeout)" --foreground -k 5 120 "$RUNC" --root "$STATE" "$@"
}

# try runs $row in a fresh directory, and leaves nothing.
try() {
	local words
	! eval "$(column unless false)" || return 0
	begin_test
	eval "$(column prepare)"
	config "$(column patch .)"
	eval "words=($(column command 'run -b "$BUNDLE" "$ID"'))"
	local ok=0
	[ "$(column doctor)" != true ] || (foreseen) || ok=1
	told "${words[@]}"
	(check) || ok=1
	eval "$(column after)"
	end_test && [ "$ok" = 0 ]
}

# try_group NAME tries each line of a group.
try_group() {
	local row bad=0 tried=0
	while read -r row <&9; do
		tried=$((tried + 1))
		try || {
			echo "^^^ $(column name)"
			bad=$((bad + 1))
		}
	done 9< <(jq -c --arg g "$1" 'select(.group == $g)' "$(table)")
	[ "$tried" -gt 0 ] || fail "no such group in $(table)"
	[ "$bad" -eq 0 ] || fail "$bad of $tried are wrong"
}

setup() { only_ours "codes are ours"; }
teardown() { :; }

@test "messages: the table has at least 40 faults, each name once, and only groups that are tried" {
	[ "$(wc -l <"$(table)")" -ge 40 ]
	assert_equal "$(jq -r .name "$(table)" | sort | uniq -d)" ""
	assert_equal "$(jq -r .group "$(table)" | sort -u | tr '\n' ' ')" "cgroup command config life mount namespace other "
}

@test "messages: every code of the table is in docs/troubleshooting.md" {
	local code
	while read -r code; do
		grep -q "^| \`$code\` |" "$REPO/docs/troubleshooting.md" || fail "$code is not explained"
	done < <(jq -r .code "$(table)" | sort -u)
}

@test "messages: config and command line" { try_group config; }
@test "messages: mounts" { try_group mount; }
@test "messages: namespaces and ids" { try_group namespace; }
@test "messages: cgroups and limits" { try_group cgroup; }
@test "messages: the command and hooks" { try_group command; }
@test "messages: the life of a container" { try_group life; }
@test "messages: the rest" { try_group other; }

@test "messages: the doctor foresees at least 25 of them" {
	[ "$(jq -s 'map(select(.doctor)) | length' "$(table)")" -ge 25 ]
}

@test "messages: text logs have no fields" {
	begin_test
	run runc --log "$W/log" state "$ID"
	assert_status 1
	run cat "$W/log"
	assert_has "container does not exist"
	assert_has_not not-found
	end_test
}
